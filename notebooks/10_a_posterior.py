# %% [markdown]
# # A posterior: MCMC and a figure for a thesis
#
# Least squares describes what is known by a value and a covariance. A chain describes it by draws, which also hold what
# is lopsided, bounded or correlated beyond an ellipse, and takes prior knowledge as a distribution. Here dwell times at
# one temperature leave τ₀ and the barriers open; what others know of τ₀ then decides, and it should be visible that it
# does. The device is simulated: $l/L_{\theta\theta}$ = 25 e, τ₀ = 1 ns.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import stfit

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")

# %% [markdown]
# ## The raw file
#
# The table of a counter program with its preamble. It is written here from one temperature of an example data set.

# %%
PREAMBLE = """\
Dwell counter v1.4
Sample: NP-03    Operator: mk
Threshold (ohm): 2.55    Hysteresis (ohm): 0.02

"""
table = pd.read_csv(datasets / "nanopillar" / "dwell.csv").query("`temperature (K)` == 295")
scratch = TemporaryDirectory()
raw = Path(scratch.name) / "NP-03_295K.txt"
raw.write_text(PREAMBLE + table.to_csv(sep="\t", index=False), encoding="utf-8")
print(*raw.read_text(encoding="utf-8").splitlines()[:9], sep="\n")

# %% [markdown]
# ## Least squares first
#
# A chain starts from the best fit. The prior of τ₀ says that it lies within a factor of 3 of 1 ns, as for most
# nanomagnets; without it neither τ₀ nor a barrier would be identified.

# %%
dwells = stfit.load(raw, "dwell-times")
fitted = stfit.fit(
    dwells,
    device={"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 ± 1 K"},
    priors={"tau_0": {"lognormal": ["1 ns", "3"]}},
    fit={"compare": False},
)
for name in ("l_over_L", "tau_0", "E_P"):
    print(f"{stfit.symbol(name).text:7} {stfit.format_estimate(fitted[name])}")

# %% [markdown]
# ## The chain
#
# Independent ensembles of walkers; the same seed draws the same chain. The chain ends by itself when it holds enough
# effective draws, or at `steps`; it is then judged, and a chain that is too short gives no number.

# %%
result = stfit.sample(fitted, seed=1, budget=stfit.Budget(ensembles=2, walkers=48, steps=2500, target=3000))
print(result.summary())

# %% [markdown]
# How the ensembles ran, and whether they agree:

# %%
result.plot.chain()

# %% [markdown]
# ## The figure
#
# Marginals and pairs, with the priors beside them: where the posterior of τ₀ lies on its prior, the data say nothing of
# it. The figure is one of matplotlib; `savefig` writes it as vectors for a thesis, 178 mm wide.

# %%
figure = result.plot.posterior()
figure.savefig(Path(scratch.name) / "posterior.pdf")
figure

# %% [markdown]
# ## Draws of whatever one wants
#
# `stfit.to_arviz` hands the chain to ArviZ, with all its plots and diagnostics. Here a quantity of one's own: how long
# does the parallel state last without a current, at 295 K and at 350 K? The second one rests on τ₀.

# %%
draws = stfit.to_arviz(result).posterior.to_dataframe()
k = stfit.constants.BOLTZMANN
for kelvin in (295.0, 350.0):
    log_tau = np.log(draws["tau_0"].to_numpy()) + draws["E_P"].to_numpy() / (k * kelvin)
    low, middle, high = np.exp(np.quantile(log_tau, [0.1587, 0.5, 0.8413]))
    print(f"τ_P at {kelvin:g} K: {1e3 * middle:.3g} ms, 68 %: {1e3 * low:.3g} to {1e3 * high:.3g} ms")
scratch.cleanup()

# %% [markdown]
# ## What to try
#
# - Another prior of τ₀, `{"lognormal": ["0.1 ns", "3"]}`: what moves with it, and what does not?
# - All temperatures of `datasets/nanopillar/dwell.csv`: the data then know τ₀ better than the prior.
# - `stfit.sample(…, file="chain.h5")` stores the chain as it grows, and `resume=True` goes on with it.
# - On the command line: `stfit fit analysis.toml --backend mcmc --seed 1`.
