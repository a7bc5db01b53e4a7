# %% [markdown]
# # Your own GMR curve, loader or model
#
# Three things that differ from laboratory to laboratory: the angular dependence of the resistance, the file that the
# data are in, and the description of the dwell time one wants to hold against Eq. 27.

# %%
# %config InlineBackend.figure_format = "retina"
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import lmfit
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import chi2

import stfit
from stfit import format_estimate, format_value, symbol
from stfit.constants import ELEMENTARY_CHARGE
from stfit.errors import InputError
from stfit.physics.activation import barrier, log_dwell_time
from stfit.physics.deviance import exponential_residuals
from stfit.physics.transport import CosineGmr, TabulatedGmr, asymmetry_AP, asymmetry_P, coupling

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")
folder = datasets / "nanopillar"
scratch = TemporaryDirectory()
own = Path(scratch.name)
KNOWN = {"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 ± 1 K"}

# %% [markdown]
# ## A measured r(θ)
#
# R measured while a field turns the free layer. Two columns, `theta (deg)` from 0 to 180 and `resistance (ohm)` (or the
# reduced `r`), are enough; the curve is normalised by its ends and interpolated monotonically.

# %%
rng = np.random.default_rng(8)
degrees = np.linspace(0, 180, 19)
cosine_of = np.cos(np.radians(degrees))
measured = 12.3 + 0.112 * (1 - cosine_of) / (2 + 0.6 * (1 + cosine_of))
measured[1:-1] += rng.normal(0, 2e-4, degrees.size - 2)
curve_file = own / "r_theta.csv"
pd.DataFrame({"theta (deg)": degrees, "resistance (ohm)": measured}).to_csv(curve_file, index=False)

curve = TabulatedGmr.from_measurement(np.radians(degrees), measured)
theta = np.linspace(0, np.pi, 200)
figure, axes = plt.subplots(figsize=(4.6, 2.8), layout="constrained")
axes.plot(np.radians(degrees), (measured - measured[0]) / (measured[-1] - measured[0]), "ko", ms=4, label="measured")
axes.plot(theta, curve.resistance(theta), color="#c8541a", label="interpolated")
axes.plot(theta, CosineGmr().resistance(theta), "k--", lw=0.9, label="(1 − cos θ)/2")
axes.set(xlabel="θ (rad)", ylabel="r(θ)", xlim=(0, np.pi))
axes.legend()
plt.show()
for name, gmr in (("measured", curve), ("cosine", CosineGmr())):
    print(
        f"{name:9} c_P {asymmetry_P(gmr, np.pi / 2):.4f}, c_AP {asymmetry_AP(gmr, np.pi / 2):.4f}, sum {gmr.total:.4f}"
    )

# %% [markdown]
# In an analysis file this is `gmr = {file = "r_theta.csv"}` in `[model]`. The data fix the two slopes and not the
# curve: with another sum c_P + c_AP, λ changes in proportion and the fit is as good as before.

# %%
dwells = stfit.load(folder / "dwell.csv", "dwell-times")
options = {"reference_temperature": "295 K", "compare": False}
by_cosine = stfit.fit(dwells, device=KNOWN, fit=options)
by_curve = stfit.fit(dwells, device=KNOWN, model={"gmr": {"file": str(curve_file)}}, fit=options)
for name, result in (("cosine", by_cosine), ("measured", by_curve)):
    shown = ", ".join(
        f"{symbol(key).text} = {format_estimate(result[key])}" for key in ("l_over_L", "theta_0", "slope_AP")
    )
    print(f"{name:9} {shown}; deviance {result.goodness.deviance:.2f}")
ratio = by_curve["l_over_L"].value / by_cosine["l_over_L"].value
print(f"λ changes by {ratio:.4f}; the sums have the ratio {CosineGmr().total / curve.total:.4f}")

# %% [markdown]
# ## A table with other names
#
# No loader is needed where the file is a table of a known kind (CSV, Excel, Parquet, HDF5, NumPy, MATLAB, TDMS,
# LabVIEW) with headers of its own. `columns` names them, with the units the file leaves out; `where` takes some of the
# rows; `polarity` turns the laboratory's current into the one that favours P.

# %%
frame = pd.read_csv(folder / "dwell.csv")
theirs = pd.DataFrame(
    {
        "config": frame["state"],
        "Ibias": -frame["current (mA)"],
        "Tset": frame["temperature (K)"],
        "jumps": frame["n"],
        "duration": frame["total_time (s)"] * 1e3,
        "device": "B7",
    }
)
theirs.to_csv(own / "pillar_B7.csv", index=False)
mapped = stfit.load(
    own / "pillar_B7.csv",
    "dwell-times",
    polarity=-1,
    columns={
        "state": "config",
        "current": "Ibias (mA)",
        "temperature": "Tset (K)",
        "n": "jumps",
        "total_time": "duration (ms)",
    },
    where={"device": "B7"},
)
print(np.allclose(mapped.settings.current, dwells.settings.current), np.allclose(mapped.total_time, dwells.total_time))

# %% [markdown]
# A header that does not fit is refused with the place and the remedy:

# %%
try:
    stfit.load(own / "pillar_B7.csv", "dwell-times", columns={"current": "Ibais (mA)"})
except InputError as error:
    print(error)

# %% [markdown]
# ## A container of one's own
#
# Anything that ends in a DataFrame or a dictionary of arrays can be fitted, with units in the headers or in `units=`.
# Here the rows are in a database.

# %%
with sqlite3.connect(own / "laboratory.db") as database:
    frame.to_sql("dwells", database, index=False)
    rows = pd.read_sql('SELECT * FROM dwells WHERE "temperature (K)" <= 320', database)
database.close()

result = stfit.fit(rows, device=KNOWN, fit=options, title="from our database")
print(f"{len(rows)} rows: l/L_θθ = {format_estimate(result['l_over_L'])}; {result.goodness.verdict}")

# %% [markdown]
# Where several kinds have the columns of a table, `kind="…"` says which it is. A new *kind* of measurement is a package
# of its own, found through the entry points of the group `stfit.kinds`; CONTRIBUTING walks through one.
#
# ## A model of one's own
#
# `DwellTimeModel` is Eq. 27 as an lmfit model: bounds, constraints and expressions are lmfit's. Here both states at
# 295 K with the measured r(θ), the attempt time held, since one temperature cannot tell it from the barriers.

# %%
at_295 = frame.query("`temperature (K)` == 295")
settings = {
    "current": 1e-3 * at_295["current (mA)"].to_numpy(),
    "temperature": at_295["temperature (K)"].to_numpy(),
    "state": at_295["state"].to_numpy(),
}
mean_dwell = (at_295["total_time (s)"] / at_295["n"]).to_numpy()
model = stfit.DwellTimeModel(gmr=curve, reference_temperature=295, beta=0.36, delta_R=0.112)
start = model.guess(mean_dwell, **settings)
start["ln_tau_0"].set(np.log(1e-9), vary=False)
fitted = model.fit(mean_dwell, start, weights=np.sqrt(at_295["n"].to_numpy()), **settings)
for name in ("l_over_L", "theta_0", "slope_P", "slope_AP"):
    parameter = fitted.params[name]
    print(f"{symbol(name).text:7} {format_value(parameter.value, parameter.stderr, by_curve[name].unit)}")

# %% [markdown]
# For another law, take the parts of this one: `stfit.physics` has barriers, dwell times and the deviance residuals,
# whose sum of squares is −2 ln L of exponential dwells up to a constant. Does the barrier bend with the current,
# $B_i = E_i \pm G c_i I - \kappa I^2$?

# %%
state = (frame["state"] == "AP").to_numpy(dtype=int)
current = 1e-3 * frame["current (mA)"].to_numpy()
temperature = frame["temperature (K)"].to_numpy()
n, total_time = frame["n"].to_numpy(dtype=float), frame["total_time (s)"].to_numpy()


def residuals(parameters: lmfit.Parameters) -> np.ndarray:
    """Signed-root deviances of all rows under a barrier that bends."""
    value = parameters.valuesdict()
    G = coupling(value["l_over_L"], delta_R=0.112, beta=0.36)
    c_P, c_AP = asymmetry_P(curve, value["theta_0"]), asymmetry_AP(curve, value["theta_0"])
    energies = ELEMENTARY_CHARGE * value["E_P"], ELEMENTARY_CHARGE * value["E_AP"]
    height = barrier(state, current, *energies, G, c_P, c_AP) - ELEMENTARY_CHARGE * value["bend"] * (1e3 * current) ** 2
    return exponential_residuals(n, total_time, log_dwell_time(value["ln_tau_0"], height, temperature))


parameters = lmfit.Parameters()
parameters.add("l_over_L", by_curve["l_over_L"].value)
parameters.add("ln_tau_0", np.log(by_curve["tau_0"].value))
parameters.add("theta_0", by_curve["theta_0"].value, min=0.1, max=3.0)
parameters.add("E_P", by_curve["E_P"].value / ELEMENTARY_CHARGE)  # eV
parameters.add("E_AP", by_curve["E_AP"].value / ELEMENTARY_CHARGE)
parameters.add("bend", 0.0, vary=False)  # κ, eV/mA²
straight = lmfit.minimize(residuals, parameters, scale_covar=False)
parameters["bend"].set(vary=True)
bent = lmfit.minimize(residuals, parameters, scale_covar=False)
kappa = bent.params["bend"]
print(f"κ = {format_value(kappa.value, kappa.stderr, 'eV')}/mA²")
p_value = chi2.sf(straight.chisqr - bent.chisqr, 1)
print(f"deviance {straight.chisqr:.2f} straight, {bent.chisqr:.2f} bent: p = {p_value:.2f}")
print(f"λ = {bent.params['l_over_L'].value:.2f}, of Eq. 27 {straight.params['l_over_L'].value:.2f}")

# %%
scratch.cleanup()

# %% [markdown]
# The data were simulated from Eq. 27, and there is no bend. β and ΔR are held here: the errors that they bring, the
# verdicts and the checks are `stfit.fit`'s.
#
# ## What to try
#
# - A curve with few points, or noisy ends: both ends set the scale of r. How much does λ follow?
# - `model={"asymmetry": "free"}`: λ alone is then not identified. Which combination is?
# - Rivals that are built in are fitted with every analysis (`compare = true`): barriers ∝ (1 − I/I_c)^n, Joule heating.
# - A container of traces: `stfit.load("traces.csv", "telegraph-trace", …)` reduces them to dwells.
