# %% [markdown]
# # Measured pulses, and what a fit must say of them
#
# The other tutorials know their answer. Here are measured data that anybody can fetch: the switching probability of two
# spin–orbit-torque junctions under voltage pulses of 0.75 ns, published with a simulator of stochastic junctions (MIT
# licence): <https://github.com/JinChengZ18/smtj_pbnn_sim>, the file `data/smtj_psw_curves/measured_0p75ns.csv`. It is
# no part of this project. Put it into a folder `sot-mtj-pulse`, and name the folder above that in the environment
# variable `STFIT_REALDATA`; without it the cells below say so, and do nothing.
#
# The device is not one for which Eq. 27 was written, and a fit that is worth something says where it does not hold.

# %%
import os
from contextlib import chdir
from pathlib import Path

import pandas as pd

import stfit

raw = Path(os.environ.get("STFIT_REALDATA", "")) / "sot-mtj-pulse" / "measured_0p75ns.csv"
there = raw.is_file()
if there:
    table = pd.read_csv(raw)
    print(table.groupby(["device_id", "direction"])[["V", "P_sw"]].agg(["min", "max", "count"]).to_string())
else:
    print("The measured file is not there; see above for where to fetch it. The cells below do nothing.")

# %% [markdown]
# ## What the file leaves out
#
# Voltages without a sign and probabilities without counts. The column `n_reps` says 100 repetitions, but every
# probability is a multiple of 0.02: 50 are likelier. A probability without its count has no error, so that the count
# must be said; and one who says it should say which. `where` takes one of the two devices.

# %%
DESCRIPTION = {
    "columns": {"transition": "direction", "voltage": "V (V)", "pulse_width": "t_p (s)", "probability": "P_sw"},
    "n": 50,
    "sign": "magnitude",
}
if there:
    pulses = {}
    for name in ("A", "B"):
        with chdir(raw.parent):
            pulses[name] = stfit.load(raw.name, "switching-pulse", where={"device_id": name}, **DESCRIPTION)
    print({name: one.settings.state.size for name, one in pulses.items()})

# %% [markdown]
# ## The fit
#
# The voltage drives the device through its resistance, which the authors quote as 776 Ω. No β, ΔR or r(θ) of a spin
# valve is known of it: l/L_θθ itself cannot follow, but slopes and combinations do.

# %%
DEVICE = {"temperature": "300 K", "resistance": "776 ohm"}
if there:
    results = {name: stfit.fit(one, device=DEVICE, title=f"junction {name}") for name, one in pulses.items()}
    print(results["A"].summary())

# %%
results["A"].plot() if there else None

# %% [markdown]
# One direction of device A has a plateau: between two voltages the probability does not rise. No description with one
# barrier can do that, and the test of fit of that direction rejects it. The pulse, 0.75 ns, is also not long against
# the customary attempt time of 1 ns, so that no rate law is at home here. Both stand in the summary; a number without
# these sentences would be worse than none.

# %%
if there:
    for name, result in results.items():
        print(f"junction {name}: {result.goodness.verdict}")
        for test in result.goodness.tests:
            print(f"   {test.name:40} {stfit.format_p(test.p_value, 'p = '):12} {test.verdict}")

# %%
results["B"].plot() if there else None

# %% [markdown]
# ## What to try
#
# - `"n": 100`, as the file says: what becomes of the tests of fit?
# - Only one direction, `where={"device_id": "A", "direction": "P->AP"}`: is it a barrier?
# - `stfit.compare(results)`: do the two junctions agree in anything?
