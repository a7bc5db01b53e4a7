# %% [markdown]
# # Trusting the errors
#
# An interval of 68 % is right if it holds the truth in 68 % of all repetitions of the measurement. Nobody repeats a
# measurement a hundred times, but a simulation can: `stfit calibrate` takes the fit for the truth, measures it again
# with the user's own design (and draws the quoted values of β, ΔR and T about their truth too), fits every repetition,
# and counts.

# %%
# %matplotlib inline
from pathlib import Path

import pandas as pd

import stfit
from stfit.reports.calibration import all_pulls_figure, coverages_figure
from stfit.results.calibration import calibration_sentence
from stfit.results.released import released
from stfit.results.symbols import symbol

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")
result = stfit.calibrate(
    datasets / "nanopillar" / "analysis.toml", replicas=20, seed=1, intervals=("covariance", "profile")
)
print(calibration_sentence(result.calibration))

# %% [markdown]
# On the command line this is
#
#     stfit calibrate datasets/nanopillar/analysis.toml -n 200 --seed 1
#
# The bars are what right intervals cover of so few repetitions, but for one table in a thousand: twenty repetitions
# find out only intervals that are wrong by far. Two hundred (`-n 200`) give a verdict that is worth something.

# %%
coverages_figure(result.calibration)

# %% [markdown]
# Pulls, (estimate − truth)/error, are standard normal where the standard errors are right.

# %%
all_pulls_figure(result.calibration)

# %% [markdown]
# ## The released calibration
#
# Every kind of interval on every kind of measurement, with many counts a row and with few, of a simulated device whose
# truth is written out by hand (`tests/calibration/virtual_devices.py`). Covariance, profile and bootstrap intervals:
# truth fixed, quotes of constants drawn about it. Posterior intervals: truth drawn from the prior, as in
# simulation-based calibration. The table is made by `python -m tests.calibration.released FOLDER MINUTES`.

# %%
levels = {"ci68": "covers 68.27 %", "ci95": "covers 95 %"}
rows = [
    {"design": row["design"], "interval": row["interval"], "quantity": symbol(name).text, "devices": found["ci68"][1]}
    | {title: f"{100 * found[level][0] / max(found[level][1], 1):.1f}" for level, title in levels.items()}
    for row in released()["rows"]
    for name, found in row["coverage"].items()
    if name in {"l_over_L", "theta_0", "slope_AP"}
]
print(f"seed {released()['seed']}")
with pd.option_context("display.max_rows", None):
    print(pd.DataFrame(rows).to_string(index=False))

# %% [markdown]
# The Monte-Carlo error of such a percentage is √(p(1 − p)/devices): of 400 devices 2.3 at 68 % and 1.1 at 95 %, of 40
# devices 7 and 3.4.
#
# ## All quantities and designs together
#
# Single cells with few devices say little; together they say more. (Quantities of one device are not independent: the
# devices are what counts.)

# %%
frame = pd.DataFrame(
    {"interval": row["interval"], "level": levels[level], "inside": inside, "of": of}
    for row in released()["rows"]
    for found in row["coverage"].values()
    for level, (inside, of) in found.items()
)
together = frame.pivot_table(index="interval", columns="level", values=["inside", "of"], aggfunc="sum")
print((100 * together["inside"] / together["of"]).round(1))

# %% [markdown]
# ## Posteriors: simulation-based calibration
#
#     stfit calibrate datasets/nanopillar/analysis.toml --sbc 200
#
# draws the truth of every parameter from the prior (where none is stated, from a working prior of two standard errors
# about the fit, which is then the sampler's prior too), simulates, samples, and ranks the truth among 99 independent
# draws. Ranks are uniform if likelihood and sampler are right (Talts et al., arXiv:1804.06788); the report shows their
# distribution function within simultaneous bands (Säilynoja et al., doi:10.1007/s11222-022-10090-6).

# %%
for row in released()["rows"]:
    if row["interval"] == "posterior":
        ranks = ", ".join(row.get("not_uniform", [])) or "none"
        print(f"{row['design']}: {row['devices']} truths, {row['failed']} chains too short, not uniform: {ranks}")
