# %% [markdown]
# # Five minutes with stfit
#
# A spin valve hops between its parallel (P) and antiparallel (AP) state. The current that flows through it lengthens
# the dwell times of one state and shortens those of the other. From how much, `stfit` finds $l/L_{\theta\theta}$, the
# coefficient that couples the spin-polarised current to the magnetisation (Wegrowe et al., *Magnetization reversal
# driven by spin-injection: a mesoscopic spin-transfer effect*).
#
# The device of this notebook is simulated, so that the answer is known: $l/L_{\theta\theta}$ = 25 e, τ₀ = 1 ns.

# %%
# %config InlineBackend.figure_format = "retina"
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import stfit

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")
folder = datasets / "nanopillar"
scratch = TemporaryDirectory()
own = Path(scratch.name)

# %% [markdown]
# ## The raw file
#
# What a counter leaves behind: a preamble of its own, then a row for each state at each current and temperature, with
# the number $n$ of transitions out of the state and the total time spent in it. For exponential dwell times these two
# hold everything the dwells say about τ. A single event list (one dwell a row) or a telegraph trace does as well. (The
# file is put together here from an example data set of the project.)

# %%
PREAMBLE = """\
Dwell counter v1.4
Sample: NP-01    Operator: mk
Threshold (ohm): 2.55    Hysteresis (ohm): 0.02

"""
raw = own / "NP-01.txt"
raw.write_text(PREAMBLE + (folder / "dwell.csv").read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8")
print(*raw.read_text(encoding="utf-8").splitlines()[:8], sep="\n")

# %% [markdown]
# Preamble, separator, header and units are recognised; a file is described, never edited.

# %%
with chdir(own):
    table = stfit.load("NP-01.txt", "dwell-times")
table

# %% [markdown]
# ## The analysis
#
# What is known beside the table stands in a short file: β, ΔR and the thermometer, each with its error.

# %%
analysis = (folder / "analysis.toml").read_text(encoding="utf-8").replace("dwell.csv", "NP-01.txt")
(own / "analysis.toml").write_text(analysis, encoding="utf-8")
print(analysis)

# %% [markdown]
# ## The fit

# %%
with chdir(own):
    result = stfit.fit("analysis.toml")
print(result.summary())

# %% [markdown]
# The first line is the answer. The error of $l/L_{\theta\theta}$ is nearly all the error of β: everything the slopes
# say stands in $N\,l/L_{\theta\theta}\,\Delta R\,c_i/\beta$. The warning at the end says how far the infinitely high
# barrier of Eq. 27 may be trusted here; `barrier = "exact"` in `[model]` does without it.
#
# ## Data, fit and residuals

# %%
result.plot()

# %% [markdown]
# ## What is identified
#
# Not every parameter can be had from every measurement. Each row is a direction in the space of the parameters, the
# best determined on top. Were there only one temperature, τ₀ could not be told from the barriers, and the program would
# say so rather than print a number.

# %%
result.plot.directions()

# %% [markdown]
# One temperature instead of four:

# %%
one = stfit.load(raw, "dwell-times", where={"temperature": 295})
alone = stfit.fit(one, device={"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 ± 1 K"})
for name in ("l_over_L", "tau_0", "E_P", "E_AP"):
    print(f"{name:9} {alone[name].verdict.value}")
for combination in alone.combinations:
    print(stfit.format_combination(combination))

# %% [markdown]
# ## A report
#
# One page with all figures, intervals, tests and assumptions that opens without a network, and `result.json` with every
# number.

# %%
page = stfit.report(result, own / "out")
for file in sorted(page.parent.iterdir()):
    print(f"{file.name:12} {file.stat().st_size / 1024:6.0f} kB")
scratch.cleanup()

# %% [markdown]
# On the command line all of this is
#
#     stfit fit analysis.toml --out out
#
# ## What to try
#
# - Quote β better, `beta = "0.36 ± 0.01"`, and see what becomes of the error of $l/L_{\theta\theta}$.
# - Put `barrier = "exact"` into `[model]`: the rates are then those of the Fokker–Planck equation.
# - Fit your own table: `stfit init yourfile.csv --out analysis.toml` writes a commented analysis from its columns.
# - Ask `stfit plan analysis.toml` what to measure next.
