# %% [markdown]
# # From a telegraph trace to $l/L_{\theta\theta}$
#
# The resistance of a spin valve, recorded against time while it hops between P and AP by itself: what a laboratory has
# before there are dwell times. Twelve traces at six currents and two temperatures, 60,000 samples each, and two in
# which the noise nearly hides the step. The device is simulated; its $l/L_{\theta\theta}$ is 60 e.

# %%
# %config InlineBackend.figure_format = "retina"
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import stfit
from stfit.physics.telegraph import apparent_mean_dwell

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")
folder = datasets / "telegraph"
STEP = 0.5e-3  # Ω a count of the 16-bit converter

# %% [markdown]
# ## The traces
#
# `traces.csv` is an index: a trace a row, with its current, temperature and sampling interval.

# %%
index = pd.read_csv(folder / "traces.csv")
print(index.to_string(index=False))

# %%
clear, noisy = (STEP * np.load(folder / name) for name in ("traces_04.npy", "noisy_01.npy"))
figure, axes = plt.subplots(2, 2, figsize=(7.0, 3.6), width_ratios=(3, 1), sharey="row", layout="constrained")
for (left, right), trace, name in zip(axes, (clear, noisy), ("traces_04", "noisy_01"), strict=True):
    left.plot(20e-3 * np.arange(3000), trace[:3000], color="k", lw=0.4)
    right.hist(trace, bins=np.unique(trace)[::4], orientation="horizontal", color="0.6")
    left.set(title=name, xlabel="t (ms)", ylabel="R (Ω)")
    right.set(xlabel="samples")
plt.show()

# %% [markdown]
# ## From traces to dwell times
#
# The levels of the first are far apart, and two thresholds with hysteresis tell the states. Those of the second
# overlap: thresholds would make hops of noise, so these traces go to a hidden Markov model. The program chooses, and
# says which.

# %%
traces = stfit.load(folder / "traces.csv", "telegraph-trace", unit="0.5 mohm")
overlapping = stfit.load(folder / "noisy.csv", "telegraph-trace", unit="0.5 mohm")
records = [*traces.records, *overlapping.records]
table = pd.DataFrame(
    {
        "trace": Path(record.file).name,
        "route": record.route,
        "step/noise": record.snr,
        "counted P (ms)": 1e3 * record.naive[0] if record.naive[0] else np.nan,
        "τ_P (ms)": 1e3 * record.tau[0],
        "counted AP (ms)": 1e3 * record.naive[1] if record.naive[1] else np.nan,
        "τ_AP (ms)": 1e3 * record.tau[1],
    }
    for record in records
)
print(table.round(3).to_string(index=False))
print(records[-1].reason)

# %% [markdown]
# Two hops between two samples leave no sign, so the dwells that are counted are too long, and the more so the shorter
# those of the *other* state are. A dwell shorter than ξ that joins its neighbours makes of the mean τ₁ the apparent
# mean $(\tau_1+\tau_2)e^{\xi/\tau_2} - \tau_2$. The fit does not correct the counted means; it takes the sampled
# two-state chain for what it is, whose stay probabilities say both dwell times exactly.

# %%
for tau_2 in (2e-4, 1e-3, 5e-3):
    ratio = apparent_mean_dwell(1e-3, tau_2, 20e-6) / 1e-3
    print(f"τ1 = 1 ms, τ2 = {1e3 * tau_2:g} ms, ξ = 20 µs: apparent τ1 {100 * (ratio - 1):+.1f} %")

# %% [markdown]
# ## The fit
#
# Traces are measurements like others: what is known beside them are β, ΔR and the thermometer.

# %%
device = {"delta_R": "0.254 ± 0.005 ohm", "beta": "0.34 ± 0.03", "temperature": "295 ± 1 K"}
result = stfit.fit([traces, overlapping], device=device, fit={"reference_temperature": "295 K"})
print(result.summary())

# %%
result.plot()

# %% [markdown]
# The two noisy traces alone say less, but the same:

# %%
result.plot(1)

# %% [markdown]
# ## What the program thinks of each trace
#
# Levels, noise, drift, whether the dwells are exponential, whether both halves agree, whether the spectrum is that of a
# two-state process (Machlup): each a test with its verdict. A trace that fails one is named in the report.

# %%
for check in traces.records[0].checks:
    print(f"{check['name']:28} {check['verdict']:10} {check['sentence']}")

# %% [markdown]
# ## What to try
#
# - Leave out `traces` and fit `overlapping` alone: what is still identified with two currents at one temperature?
# - Take every tenth sample (`np.save` of `trace[::10]`, `sample_interval (us)` 200) and see how long dwells must be.
# - `stfit inspect datasets/telegraph/traces_04.npy` shows levels, noise and dwell times of one file.
# - On the command line: `stfit fit datasets/telegraph/analysis.toml --out out`; its report draws each trace.
