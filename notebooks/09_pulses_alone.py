# %% [markdown]
# # Pulses alone, from the file that the instrument wrote
#
# Short current pulses of rising height: which part of them switches the device? Such a table is often all that there is
# of a device. It begins as a file with a preamble of the instrument, and it does not determine everything. The device
# is simulated: $l/L_{\theta\theta}$ = 40 e, τ₀ = 1 ns.

# %%
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import stfit

# %% [markdown]
# ## The raw file
#
# What a pulse generator and a program of the laboratory leave behind: remarks, settings, then columns under names of
# their own, currents without a sign. `stfit.simulate` plays the device.

# %%
DEVICE = """
[device]
l_over_L = 40
E_P = "0.80 eV"
E_AP = "0.75 eV"
tau_0 = "1 ns"
theta_0 = "1.65 rad"
beta = 0.34
delta_R = "0.150 ohm"
temperature = "295 K"
"""
EXPERIMENT = """
[[measurement]]
kind = "switching-pulse"
file = "set.csv"
transitions = ["P->AP"]
currents = ["9.5 mA", "14 mA"]
points = 10
pulse_widths = ["1 us", "10 us", "100 us"]
temperatures = ["295 K"]
n = 400

[[measurement]]
kind = "switching-pulse"
file = "reset.csv"
transitions = ["AP->P"]
currents = ["2.5 mA", "3.7 mA"]
points = 10
pulse_widths = ["1 us", "10 us", "100 us"]
temperatures = ["295 K"]
n = 400
"""
PREAMBLE = """\
# pulse bench 2, device NP-17, field 0 mT
# date: 14/03/2026 09:41
# operator: mk
Serial No.;PG-20881
Rise time;0.3 ns
Comment;read-out 200 ms after each pulse

"""
with TemporaryDirectory() as out, chdir(out):
    Path("device.toml").write_text(DEVICE, encoding="utf-8")
    Path("experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
    stfit.simulate("device.toml", "experiment.toml", seed=9, out="data")
    simulated = pd.concat([pd.read_csv("data/set.csv"), pd.read_csv("data/reset.csv")])
print(simulated.head(3).to_string(index=False))

# %%
scratch = TemporaryDirectory()
raw = Path(scratch.name) / "NP-17_pulses.txt"
table = pd.DataFrame(
    {
        "Direction": simulated["transition"].map({"P->AP": "set", "AP->P": "reset"}),
        "Height (mA)": simulated["current (mA)"].abs().round(4),
        "Width (ns)": simulated["pulse_width (ns)"],
        "Shots": simulated["n"],
        "Hits": simulated["n_switched"],
    }
)
raw.write_text(PREAMBLE + table.to_csv(sep=";", index=False), encoding="utf-8")
print(*raw.read_text(encoding="utf-8").splitlines()[:12], sep="\n")

# %% [markdown]
# ## What it is
#
# The file is described, not edited. Preamble, header and separator are recognised; that "set" means P→AP and that the
# heights have no sign must be said, since no program can know.

# %%
with chdir(scratch.name):
    pulses = stfit.load(
        raw.name,
        "switching-pulse",
        columns={
            "transition": "Direction",
            "current": "Height (mA)",
            "pulse_width": "Width (ns)",
            "n": "Shots",
            "n_switched": "Hits",
        },
        values={"transition": {"set": "P->AP", "reset": "AP->P"}},
        sign="magnitude",
    )
pulses

# %% [markdown]
# ## The fit

# %%
known = {"delta_R": "0.150 ± 0.004 ohm", "beta": "0.34 ± 0.02", "temperature": "295 ± 1 K"}
result = stfit.fit(pulses, device=known)
print(result.summary())

# %%
result.plot()

# %% [markdown]
# Pulses over two decades of width at one temperature: the slopes $s_i$ are known, and so is λ. What is left is a family
# of attempt times and barriers that all give the same probabilities. Where the table above says so, no number stands;
# what the data do know of them is the combination.

# %%
for combination in result.combinations:
    print(stfit.format_combination(combination))

# %% [markdown]
# ## What the attempt time does
#
# Many papers assume τ₀ = 1 ns. Assumed, it is an input like any other, and the barriers follow it; λ does not.

# %%
rows = {}
for tau_0 in ("0.1 ns", "1 ns", "10 ns"):
    fixed = stfit.fit(pulses, device=known, fit={"fix": {"tau_0": tau_0}, "compare": False})
    rows[tau_0] = {stfit.symbol(name).text: stfit.format_estimate(fixed[name]) for name in ("l_over_L", "E_P", "E_AP")}
print(pd.DataFrame(rows).T.to_string())

# %% [markdown]
# ## What the fit predicts
#
# The probability at heights that were not tried, with its bands: how high must the pulse be that sets the device for
# sure? Values are in SI units.

# %%
heights = np.array([-14.5e-3, -15.0e-3, -15.5e-3])
predicted = result.predict(heights)
print(predicted[predicted["series"].str.startswith("P→AP")].round(4).to_string(index=False))
scratch.cleanup()

# %% [markdown]
# ## What to try
#
# - A second temperature, `temperatures = ["295 K", "330 K"]`: do τ₀ and the barriers part?
# - `read_out = ["visibility"]` in `stfit.load`, where a pulse in a hundred is read wrongly.
# - Leave `sign="magnitude"` out: what does the program notice?
# - `stfit init NP-17_pulses.txt` on the command line begins this description by itself.
