# %% [markdown]
# # Trusting the errors
#
# Three questions about a number with an error: do the data determine it at all (identifiability), does its interval
# hold the truth as often as it says (calibration), and what would make it better (planning).

# %%
# %config InlineBackend.figure_format = "retina"
from pathlib import Path
from textwrap import fill, shorten

import matplotlib.pyplot as plt
import pandas as pd

import stfit
from stfit import format_estimate, symbol

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")

# %% [markdown]
# ## Do the data determine it?
#
# Dwell times at one temperature, with no device constant given. `stfit` counts the directions in which no prediction
# changes, names them, and prints no number for what lies along one. What is determined instead has a number.

# %%
one_temperature = stfit.load(datasets / "nanopillar" / "dwell.csv", "dwell-times", where={"temperature (K)": 295})
bare = stfit.fit(one_temperature, fit={"compare": False})
print(bare.summary())

# %%
for null in bare.identifiability["null_directions"]:
    print(f"- {null['direction']}\n  {null['remedy']}")

# %% [markdown]
# Add one thing at a time: quoted constants, other temperatures, both.

# %%
known = {"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 ± 1 K"}
fast = {"compare": False, "intervals": "covariance", "reference_temperature": "295 K"}
all_temperatures = stfit.load(datasets / "nanopillar" / "dwell.csv", "dwell-times")
fits = {
    "295 K": bare,
    "295 K; β, ΔR, T": stfit.fit(one_temperature, device=known, fit=fast),
    "280 to 325 K": stfit.fit(all_temperatures, fit=fast),
    "280 to 325 K; β, ΔR, T": stfit.fit(all_temperatures, device=known, fit=fast),
}
shown = ("l_over_L", "theta_0", "tau_0", "E_P", "slope_AP", "I_c_AP")
print(
    pd.DataFrame(
        {
            name: {symbol(key).text: format_estimate(fitted[key]) for key in shown}
            | {"determined": f"{fitted.identifiability['rank']} of {fitted.identifiability['n_free']}"}
            for name, fitted in fits.items()
        }
    ).to_string()
)

# %% [markdown]
# Temperatures tell τ₀ from the barriers; β and ΔR tell λ from what multiplies it. θ₀ needs neither, but rests on the
# GMR curve: another r(θ) gives another θ₀ from the same slopes.
#
# ## Do the intervals hold the truth?
#
# An interval of 68 % is right if it holds the truth in 68 % of all repetitions of the measurement. Nobody repeats a
# measurement a hundred times, but a simulation can: `stfit calibrate` takes the fit for the truth, measures it again
# with the user's own design (and draws the quoted values of β, ΔR and T about their truth too), fits every repetition,
# and counts.

# %%
result = stfit.calibrate(
    datasets / "nanopillar" / "analysis.toml", replicas=20, seed=1, intervals=("covariance", "profile")
)
print(next(note.sentence for note in result.validity if note.name == "calibration"))

# %% [markdown]
# On the command line this is
#
#     stfit calibrate datasets/nanopillar/analysis.toml -n 200 --seed 1
#
# The bars are what right intervals cover of so few repetitions, but for one table in a thousand: twenty repetitions
# find out only intervals that are wrong by far. Two hundred (`-n 200`) give a verdict that is worth something.

# %%
result.plot.coverage()

# %% [markdown]
# Pulls, (estimate − truth)/error, are standard normal where the standard errors are right.

# %%
result.plot.pulls()

# %% [markdown]
# ### The released calibration
#
# Every kind of interval on every kind of measurement, with many counts a row and with few, of a simulated device whose
# truth is written out by hand (`tests/calibration/virtual_devices.py`). Covariance, profile and bootstrap intervals:
# truth fixed, quotes of constants drawn about it. Posterior intervals: truth drawn from the prior, as in
# simulation-based calibration. The table is made by `python -m tests.calibration.released FOLDER MINUTES`.

# %%
levels = {"ci68": "covers 68.27 %", "ci95": "covers 95 %"}
rows = [
    {
        "design": row["design"],
        "interval": row["interval"],
        "found": " / ".join(
            f"{100 * inside / of:.0f}" for inside, of in (row["coverage"]["l_over_L"][k] for k in levels)
        ),
        "devices": row["devices"],
    }
    for row in stfit.released_calibration()
]
print("coverage of l/L_θθ in % by intervals of 68.27 % / 95 %")
print(pd.DataFrame(rows).pivot_table("found", "design", "interval", aggfunc="first", sort=False).to_string())
print(pd.DataFrame(rows).groupby("interval", sort=False)["devices"].agg(["min", "max"]).T.to_string())

# %% [markdown]
# The Monte-Carlo error of such a percentage is √(p(1 − p)/devices): of 400 devices 2.3 at 68 % and 1.1 at 95 %, of 40
# devices 7 and 3.4.
#
# ### All quantities and designs together
#
# Single cells with few devices say little; together they say more. (Quantities of one device are not independent: the
# devices are what counts.)

# %%
frame = pd.DataFrame(
    {"interval": row["interval"], "level": levels[level], "inside": inside, "of": of}
    for row in stfit.released_calibration()
    for found in row["coverage"].values()
    for level, (inside, of) in found.items()
)
together = frame.pivot_table(index="interval", columns="level", values=["inside", "of"], aggfunc="sum")
print((100 * together["inside"] / together["of"]).round(1))

# %% [markdown]
# ### Posteriors: simulation-based calibration
#
#     stfit calibrate datasets/nanopillar/analysis.toml --sbc 200
#
# draws the truth of every parameter from the prior (where none is stated, from a working prior of two standard errors
# about the fit, which is then the sampler's prior too), simulates, samples, and ranks the truth among 99 independent
# draws. Ranks are uniform if likelihood and sampler are right (Talts et al., arXiv:1804.06788); the report shows their
# distribution function within simultaneous bands (Säilynoja et al., doi:10.1007/s11222-022-10090-6).

# %%
for row in stfit.released_calibration():
    if row["interval"] == "posterior":
        ranks = ", ".join(row.get("not_uniform", [])) or "none"
        print(f"{row['design']}: {row['devices']} truths, {row['failed']} chains too short, not uniform: {ranks}")

# %% [markdown]
# ## What would make them better?
#
# `stfit.plan` ranks what could be measured next by what eight hours of it do to the error of λ, and simulates the best
# candidate, fit and all, to check what was predicted.

# %%
plan = stfit.plan(datasets / "nanopillar" / "analysis.toml", hours=8, check=1, refits=60)
print(plan.summary())
check = plan.best.check
print(
    f"{check.refits} simulated fits: the error is {check.ratio:.2f} ± {check.ratio_error:.2f} times the predicted one."
)
for rank, candidate in enumerate(plan.candidates[:5], start=1):
    print(f"{rank}. error {candidate.stderr:.2f} e after {candidate.hours:g} h: {candidate.title}")

# %%
figure, axes = plt.subplots(figsize=(7.0, 2.8), layout="constrained")
for candidate, style in zip(plan.candidates[:3], ("-", "--", ":"), strict=True):
    axes.plot(
        candidate.curve["hours"],
        candidate.curve["stderr"],
        style,
        color="k",
        label=fill(shorten(candidate.title, 58, placeholder=" …"), 30),
    )
axes.axhline(plan.stderr, color="0.6", lw=0.8)
axes.set(xscale="log", xlabel="hours", ylabel="standard error of λ (e)", xlim=(0.1, 200), ylim=(0, 1.15 * plan.stderr))
axes.text(0.11, 1.02 * plan.stderr, "today", color="0.4")
axes.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# More dwell times change nothing: the slopes are known to a fraction of a percent, and λ is as uncertain as β. With
# another target the answer is another: `target="tau_0"`.
#
# ## What to try
#
# - `stfit.calibrate(…, replicas=200)`: a verdict worth something, in a few minutes. `processes=2` halves them.
# - `intervals=("bootstrap",)` or `posteriors=100`: the other kinds of interval.
# - Only one state, `where={"state": "AP"}`, or two temperatures: what is still determined?
# - `stfit.plan(…, target="theta_0", hours=2)`, and with a `[plan]` section that says what your cryostat can do.
