# %% [markdown]
# # Explore by hand
#
# What does l/L_θθ do to a curve, what do the barriers, and why does the program say that it cannot tell two of them
# apart? `stfit.explore` puts a slider on every parameter, beside the data and the curves, with buttons to fit and to
# reset. It needs `pip install "stfit[notebook]"`.

# %%
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import IPython.display as show
import pandas as pd

import stfit

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")

# %% [markdown]
# ## The raw file
#
# Dwell times from a counter, with its preamble, at one temperature. The device is simulated: $l/L_{\theta\theta}$ = 25
# e, τ₀ = 1 ns.

# %%
PREAMBLE = """\
Dwell counter v1.4
Sample: NP-03    Operator: mk

"""
table = pd.read_csv(datasets / "nanopillar" / "dwell.csv").query("`temperature (K)` == 295")
scratch = TemporaryDirectory()
raw = Path(scratch.name) / "NP-03_295K.txt"
raw.write_text(PREAMBLE + table.to_csv(sep="\t", index=False), encoding="utf-8")
with chdir(scratch.name):
    dwells = stfit.load(raw.name, "dwell-times")
dwells

# %% [markdown]
# ## The sliders
#
# In a notebook of your own, a line `explorer` by itself shows the widget. What it shows can also be reached by name,
# which this page does, since a page that stands still has nothing to slide: `sliders` by the name of the parameter,
# `picture`, `message`.

# %%
explorer = stfit.explore(dwells, device={"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 K"})
print(", ".join(explorer.sliders))
show.display(show.Image(explorer.picture.value))

# %% [markdown]
# The sliders begin where a fit would. With half of l/L_θθ both lines are half as steep:

# %%
explorer.sliders["l_over_L"].value = 0.5 * explorer.sliders["l_over_L"].value
show.display(show.Image(explorer.picture.value), show.HTML(explorer.message.value))

# %% [markdown]
# Now β by half as well. The curves are back where they were: only λΔR/β enters, and no fit can tell the two apart. The
# deviance knows of the change by the error that is quoted for β alone.

# %%
explorer.sliders["beta"].value = 0.5 * explorer.sliders["beta"].value
show.display(show.Image(explorer.picture.value), show.HTML(explorer.message.value))

# %% [markdown]
# ## Fit
#
# The button *Fit* goes from here to the maximum of the likelihood, and the table says what is identified.

# %%
explorer.fit()
show.display(show.Image(explorer.picture.value), show.HTML(explorer.message.value))

# %% [markdown]
# `explorer.result()` is the whole result, as `stfit.fit` gives it.

# %%
result = explorer.result()
print(stfit.format_estimate(result["l_over_L"]), "-", result.goodness.verdict)
scratch.cleanup()

# %% [markdown]
# ## What to try
#
# - Slide `tau_0` by a factor of ten, and E_P and E_AP until the curves are back: that is the direction that one
#   temperature leaves open.
# - `stfit.explore(result)` begins at the best fit of a result.
# - All temperatures of `datasets/nanopillar/dwell.csv`: which sliders can no longer make up for each other?
