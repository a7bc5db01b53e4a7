# %% [markdown]
# # A joint analysis
#
# One device, five measurements: dwell times, switching under pulses, switching under ramps, critical currents, and
# resonance lines. They share l/L_θθ, τ₀, the barriers and the asymmetry, and each tells of something else. The data are
# simulated (`datasets/joint-device/README.md`), so the answer is known.

# %%
# %config InlineBackend.figure_format = "retina"
import json
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import stfit
from stfit import format_estimate, format_p, format_value, symbol

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")
folder = datasets / "joint-device"
print((folder / "analysis.toml").read_text())

# %% [markdown]
# Rival descriptions and profiles of the likelihood are left out here, to save time. Most of what is left goes into
# refits of simulated data: some pulses switched so rarely that the tests of fit need them.

# %%
analysis = stfit.load(folder / "analysis.toml")
result = stfit.fit(replace(analysis, fit=replace(analysis.fit, compare=False, intervals="covariance")))
truth = json.loads((folder / "truth.json").read_text())["parameters"]
rows = {
    symbol(name).text: {
        "estimate": format_estimate(estimate),
        "verdict": estimate.verdict.value,
        "truth": format_value(truth[name]["value"], None, truth[name]["unit"]),
    }
    for name, estimate in result.parameters.items()
    if name in truth
}
print(pd.DataFrame(rows).T.to_string())
print(
    f"\n{result.status.sentence} Tests of fit: {result.goodness.verdict}, {format_p(result.goodness.p_value, 'p = ')}."
)

# %% [markdown]
# ## Every measurement with the same parameters

# %%
result.plot(0)

# %%
result.plot(2)

# %%
result.plot(4)

# %% [markdown]
# ## What each measurement says alone
#
# A measurement fitted by itself, with the same quoted β, ΔR and T. Pulses out of AP know nothing of P, and critical
# currents give λ only if the barriers are known: neither has a λ of its own.

# %%
NAMES = {Path(entry.file): entry.kind for entry in result.measurements}


def alone(entry: dict, quantity: str) -> str:
    """What a measurement by itself gives for a quantity."""
    found = entry[quantity]
    if found["value"] is None:
        return "–"
    return format_value(found["value"], found["stderr"], result[quantity].unit)


SHARED = ("l_over_L", "slope_P", "slope_AP")
table = pd.DataFrame(
    {symbol(name).text: [alone(entry, name) for entry in result.joint["alone"]] for name in SHARED},
    index=[entry["kind"] for entry in result.joint["alone"]],
)
table.loc["together"] = [format_estimate(result[name]) for name in SHARED]
print(table.to_string())

# %% [markdown]
# Switching and resonance measure the same slopes if Eq. 32 holds as it is read (`mapping = "damping"`):

# %%
print(next(note.sentence for note in result.validity if note.name == "slopes of lines"))

# %% [markdown]
# ## Who contributes what
#
# The share of each measurement in the information on a quantity; "quoted" is what β, ΔR and T with their errors bring.

# %%
contributions = pd.DataFrame(
    {
        symbol(entry["quantity"]).text: {NAMES[Path(part["measurement"])]: part["share"] for part in entry["shares"]}
        | {"quoted": entry["constraints"]}
        for entry in result.joint["contributions"]
    }
)
figure, axes = plt.subplots(figsize=(7.0, 3.2), layout="constrained")
left = np.zeros(contributions.shape[1])
greys = plt.get_cmap("cividis")(np.linspace(0.05, 0.95, len(contributions)))
for (name, shares), colour in zip(contributions.iterrows(), greys, strict=True):
    axes.barh(contributions.columns, 100 * shares, left=left, color=colour, edgecolor="white", lw=0.6, label=name)
    left += 100 * shares.to_numpy()
axes.invert_yaxis()
axes.set(xlabel="share of the information (%)", xlim=(0, 100))
axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=3, fontsize=9, columnspacing=1.2)
plt.show()

# %% [markdown]
# Slopes and barriers come from the data; l/L_θθ comes from the quotes, since only λΔR/β enters. The error budget says
# the same in numbers: more data would not help λ, a better β would.

# %%
budget = pd.Series(result.budget["l_over_L"]).sort_values(ascending=False)
budget = budget[budget > 0.01]
print(budget.round(2).to_string())
print(f"together {result['l_over_L'].stderr:.2f} (unit e)")

# %% [markdown]
# ## Do they agree?
#
# Each measurement in turn is left out. The pull is the move of a quantity over the standard error of that move; moves
# are judged together, by Holm's correction.

# %%
tensions = pd.DataFrame(result.joint["tensions"])
pulls = tensions.assign(
    left_out=[NAMES[Path(name)] for name in tensions["left_out"]],
    quantity=[symbol(name).text for name in tensions["quantity"]],
).pivot_table(index="quantity", columns="left_out", values="pull", sort=False)
print(pulls.round(2).to_string(na_rep="–"))
print(f"in tension: {(tensions['verdict'] == 'in tension').sum()} of {len(tensions)}")

# %% [markdown]
# ## And if one of them is wrong
#
# The same dwell times and critical currents with the lines, whose currents are now 10 % too large: a forgotten shunt.
# Nothing is wrong with any measurement by itself.

# %%
dwell = stfit.load(folder / "dwell.csv", "dwell-times")
critical = stfit.load(folder / "critical.csv", "switching-currents")
lines = pd.read_csv(folder / "lines.csv")
lines["current (mA)"] *= 1.1
shunted = stfit.load(lines, "fmr-lines", linewidth="fwhm", power="integrated")
sections = {
    "device": {"delta_R": "0.147 ± 0.005 ohm", "beta": "0.34 ± 0.02", "temperature": "295 ± 1 K"},
    "fit": {"reference_temperature": "295 K", "compare": False},
}
wrong = stfit.fit([dwell, critical, shunted], **sections)
print(f"tests of fit: {wrong.goodness.verdict}, {format_p(wrong.goodness.p_value, 'p = ')}")
for note in wrong.validity:
    if note.name in ("tension", "slopes of lines"):
        print(f"- {note.sentence}")

# %% [markdown]
# `stfit` tells which measurement disagrees, not which one is wrong: with two measurements in tension, either may be.
#
# ## What to try
#
# - The wrong polarity for one measurement: `stfit.load(…, polarity=-1)`. What does the summary say first?
# - `mapping = "power"`, `"peak"` or `"torque"` in `[model]`: which reading of Eq. 32 agrees with the switching data?
# - `per_measurement = ["l_over_L"]` in `[fit]`: a λ for each measurement, instead of one for the device.
# - A narrower β, `beta = "0.34 ± 0.005"`: what limits λ then?
# - `stfit report` on the stored `result.json`, or `stfit.report(result, "out/")`: the same tables as a page.
