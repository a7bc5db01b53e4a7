# %% [markdown]
# # Critical currents and ramps
#
# Three ways to measure switching: critical currents of several spin valves against their ΔR; the currents at which one
# spin valve switches under a ramp, again and again; and hysteresis loops R(I), as the instrument records them. The
# devices are simulated: $l/L_{\theta\theta}$ is 12 e for the first and 60 e for the other two.

# %%
# %config InlineBackend.figure_format = "retina"
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import stfit
from stfit.constants import ELEMENTARY_CHARGE
from stfit.physics.critical import slope_through_origin
from stfit.physics.switching import ramp_std

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")

# %% [markdown]
# ## Critical currents against ΔR (Eq. 28)
#
# $1/I_c = \mp N e\lambda\,c_i\,\Delta R/(\beta E_i)$: a straight line through the origin for each transition. Its slope
# alone holds λ c_i/(β E_i) and nothing singly; with the barriers in a column of the table and β quoted, λ follows.

# %%
valves = stfit.fit(datasets / "spin-valve-ic" / "analysis.toml")
print(valves.summary())

# %%
valves.plot()

# %% [markdown]
# Without the barriers the straight line remains, and the program says what it is worth:

# %%
currents = pd.read_csv(datasets / "spin-valve-ic" / "currents.csv")
for transition, rows in currents.groupby("transition"):
    line = slope_through_origin(
        rows["delta_R (ohm)"].to_numpy(),
        1e-3 * rows["critical_current (mA)"].to_numpy(),
        1e-3 * rows["critical_current_stderr (mA)"].to_numpy(),
    )
    fitted = f"({line.slope:.0f} ± {line.stderr:.0f}) ΔR/(A Ω)"
    print(f"{transition}: 1/I_c = {fitted}, χ² = {line.chi_square:.0f} of {len(rows) - 1}")

# %% [markdown]
# The line through the origin fits badly: its ten spin valves have barriers that scatter by 10 %, the currents errors of
# 3 %. The fit above knows each barrier.
#
# ## Switching under a ramp
#
# A ramp asks the rate at every current it passes. By Eq. 27 the switching currents follow Gompertz's law, whose width
# $\pi/(\sqrt 6\,|s_i|)$ gives the slope of the state that is left without anything else. Where the distribution lies
# gives ln τ, and its shift with the ramp rate and the temperature the rest.

# %%
events = pd.read_csv(datasets / "ramp" / "events.csv")
events["current (mA)"] = events["switching_current (mA)"]
width = events.groupby(["transition", "temperature (K)", "ramp_rate (A/s)"])["current (mA)"].agg(["mean", "std"])
width["|s| from the width (1/mA)"] = ramp_std(1.0) / width["std"]
print(width.round(3).to_string())

# %%
ramps = stfit.fit(datasets / "ramp" / "analysis.toml")
print(ramps.summary())

# %%
ramps.plot()

# %% [markdown]
# ## Hysteresis loops
#
# A virtual spin valve of one's own: `stfit.simulate` takes the device and the design of the measurement and writes what
# the laboratory would have, here 20 loops of 2 × 250 samples at each of two sweep rates and two temperatures.

# %%
DEVICE = """
[device]
l_over_L = 60
E_P = "0.92 eV"
E_AP = "1.05 eV"
tau_0 = "1 ns"
theta_0 = "1.65 rad"
beta = 0.35
delta_R = "0.250 ohm"
temperature = "295 K"
"""
EXPERIMENT = """
[[measurement]]
kind = "hysteresis-loop"
file = "loops.csv"
currents = ["-7 mA", "3 mA"]
points = 250
ramp_rates = ["1 mA/s", "1 A/s"]
temperatures = ["280 K", "310 K"]
sweeps = 20
resistance = "2.5 ohm" # of P
noise = "20 mohm"
bend = "30 mohm" # R rises with I² by this, as heated leads do
"""
with TemporaryDirectory() as out, chdir(out):
    Path("device.toml").write_text(DEVICE, encoding="utf-8")
    Path("experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
    stfit.simulate("device.toml", "experiment.toml", seed=4, out="data")
    samples = pd.read_csv("data/loops.csv")
    loops = stfit.load("data/loops.csv", "hysteresis-loop", ap_level="high")

figure, axes = plt.subplots(figsize=(5.0, 2.8), layout="constrained")
for sweep, colour in ((1, "0.75"), (2, "0.55"), (3, "k")):
    one = samples[samples["sweep"] == sweep]
    axes.plot(one["current (mA)"], one["resistance (ohm)"], color=colour, lw=0.7)
axes.set(xlabel="I (mA)", ylabel="R (Ω)")
plt.show()

# %% [markdown]
# Each jump becomes an event of a ramp that started at the end of the sweep. The bend of both branches and the noise are
# those of the data; a jump is known to one step of the current, which the likelihood takes into account.

# %%
known = {"delta_R": "0.254 ± 0.005 ohm", "beta": "0.34 ± 0.03", "temperature": "295 ± 1 K"}
looped = stfit.fit(loops, device=known, fit={"reference_temperature": "295 K"})
print(looped.summary())

# %%
looped.plot()

# %% [markdown]
# ## Side by side
#
# The two devices with $l/L_{\theta\theta}$ = 60 e have the same parameters: 300 events of each transition at six
# settings and 500 at a seventh, against 20 loops at four.

# %%
shown = {
    "λ (e)": ("l_over_L", 1.0),
    "s_P (1/mA)": ("slope_P", 1e-3),
    "s_AP (1/mA)": ("slope_AP", 1e-3),
    "ln(τ0/s)": ("tau_0", None),
    "E_P (eV)": ("E_P", 1 / ELEMENTARY_CHARGE),
    "E_AP (eV)": ("E_AP", 1 / ELEMENTARY_CHARGE),
}


def cell(estimate: stfit.Estimate, factor: float | None) -> str:
    """Value ± standard error; of the logarithm where there is no factor."""
    if factor is None:
        return f"{np.log(estimate.value):.2f} ± {estimate.stderr / estimate.value:.2f}"
    return f"{factor * estimate.value:.3f} ± {factor * estimate.stderr:.3f}"


results = {"ramps": ramps, "loops": looped}
rows = [{"": text} | {k: cell(r[name], factor) for k, r in results.items()} for text, (name, factor) in shown.items()]
print(pd.DataFrame(rows).to_string(index=False))

# %% [markdown]
# λ is as uncertain as β in both; what more events buy are slopes, τ₀ and barriers.
#
# ## What to try
#
# - One temperature and one ramp rate (`where={"temperature": 260, "ramp_rate": 0.001}`): what is left of τ₀ and the
#   barriers?
# - Leave the column `barrier (eV)` out of `currents.csv`, and give E_P and E_AP in `[priors]`: the scatter then
#   shows in the deviance.
# - Sweep the loops so far that both transitions are never missed, or so fast that few loops close: which rate tells
#   most? `stfit plan` answers that for a ramp.
# - `barrier = "exact"`: at what current does the linear barrier of Eq. 27 begin to be wrong?
