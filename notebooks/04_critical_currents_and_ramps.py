# %% [markdown]
# # Critical currents and ramps
#
# Three ways to measure switching: critical currents of several spin valves against their ΔR; the currents at which one
# spin valve switches under a ramp, again and again; and hysteresis loops R(I), as the instrument records them. The
# devices are simulated: $l/L_{\theta\theta}$ is 12 e for the first and 60 e for the other two.

# %%
# %matplotlib inline
# %config InlineBackend.figure_format = "retina"
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import stfit
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
    print(transition, line)

# %% [markdown]
# ## Switching under a ramp
#
# A ramp asks the rate at every current it passes. By Eq. 27 the switching currents follow Gompertz's law, whose width
# $\pi/(\sqrt 6\,|s_i|)$ gives the slope of the state that is left without anything else. Where the distribution lies gives ln τ, and
# its shift with the ramp rate and the temperature the rest.

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
# the laboratory would have, here 40 loops of 2 × 250 samples at two sweep rates and two temperatures.

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
"""
