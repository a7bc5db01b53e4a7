# %% [markdown]
# # Ferromagnetic resonance below the critical current
#
# Eq. 32 says that the fluctuations near P or AP change with the current as the escape rates do, exponentially with the
# same $s_i$. What that means for a measured line, its power and its width, has to be chosen, and the choice is a factor
# of two in $l/L_{\theta\theta}$. The device is simulated with constant noise strength (`mapping = "damping"`) and
# $l/L_{\theta\theta}$ = 8 e.

# %%
# %config InlineBackend.figure_format = "retina"
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import stfit
from stfit.physics.fluctuations import MAPPINGS, convert_linewidth, field_linewidth
from stfit.physics.transport import transport_coefficient

datasets = Path("../datasets") if Path("../datasets").is_dir() else Path("datasets")
folder = datasets / "fmr"

# %% [markdown]
# ## Four mappings
#
# A Lorentzian of full width Δf and integrated power P has the peak 2P/(πΔf). `power` and `damping` differ in
# the width only.
#
# | mapping | integrated power | homogeneous width | reading |
# |---|---|---|---|
# | `"power"` | $P_0 e^{-sI}$ | constant | Eq. 32 on the power alone |
# | `"damping"` | $P_0 e^{-sI}$ | $\Delta f_0\,e^{+sI}$ | constant noise strength |
# | `"peak"` | $P_0 e^{-sI/2}$ | $\Delta f_0\,e^{+sI/2}$ | Eq. 32 on the peak |
# | `"torque"` | $P_0/(1-I/I_c)$ | $\Delta f_0\,(1-I/I_c)$ | the rival, a spin-transfer torque |

# %%
s = -0.9e3  # 1/A, of AP
current = np.linspace(-1.0e-3, 1.0e-3, 201)
figure, axes = plt.subplots(1, 2, figsize=(7.0, 2.8), layout="constrained")
for (name, mapping), style in zip(MAPPINGS.items(), ("-", "--", "-.", ":"), strict=True):
    axes[0].plot(1e3 * current, np.exp(mapping.log_power_ratio(current, s)), style, color="k", label=name)
    axes[1].plot(1e3 * current, np.exp(mapping.log_linewidth_ratio(current, s)), style, color="k")
axes[0].legend()
for panel, label in zip(axes, ("P(I)/P(0)", "Δf(I)/Δf(0)"), strict=True):
    panel.set(xlabel="I (mA)", ylabel=label, yscale="log")
plt.show()

# %% [markdown]
# ## Which width a column holds
#
# It has to be said, never guessed: full width at half maximum, half width, or the peak-to-peak width of a derivative.
# And only the homogeneous part of a width obeys Eq. 32: what a spread of resonance frequencies adds does not know of
# the current, and is taken off first.

# %%
for kind in ("fwhm", "hwhm", "peak-to-peak"):
    print(f"100 MHz of {kind:12} are {convert_linewidth(100.0, kind, 'fwhm'):6.1f} MHz FWHM")

# %%
print((folder / "analysis.toml").read_text(encoding="utf-8"))

# %% [markdown]
# ## The fit
#
# Lines at 13 currents in both states, and in P at eight frequencies without current.

# %%
result = stfit.fit(folder / "analysis.toml")
print(result.summary())

# %%
result.plot()

# %% [markdown]
# The lines know slopes, and with β, ΔR, T and r(θ) λ; of barriers and of the attempt time they know nothing.
#
# ## What the mappings say of the same data

# %%
print(
    pd.DataFrame(
        {"mapping": row["name"].removeprefix("mapping-"), "deviance": round(row["deviance"], 1), "result": row["note"]}
        for row in result.comparison
        if row["name"].startswith("mapping-")
    ).to_string(index=False)
)

# %% [markdown]
# `damping` and `peak` draw the same curves with slopes in the ratio 1 : 2. No line can tell them apart; dwell times of
# the same device can, for they know $s_i$. Where only the power is measured, `power` joins them: what tells it from
# `damping` is the width.
#
# ## The inhomogeneous width
#
# Left in the width, 12 MHz of 95 flatten the slope of the width; the power is unmoved, so the misfit tells.

# %%
given = {"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 ± 1 K"}
for inhomogeneous in ("0 MHz", "6 MHz", "12 MHz", "24 MHz"):
    lines = stfit.load(
        folder / "lines.csv",
        "fmr-lines",
        linewidth="fwhm",
        power="integrated",
        inhomogeneous_linewidth=inhomogeneous,
    )
    fitted = stfit.fit(lines, device=given, fit={"compare": False})
    found = fitted["l_over_L"]
    numbers = f"λ = {found.value:.2f} ± {found.stderr:.2f} e, deviance {fitted.goodness.deviance:.1f}"
    print(f"{inhomogeneous:>6} taken off: {numbers}")

# %% [markdown]
# ## Damping from the frequencies
#
# $\mu_0\Delta H = \mu_0\Delta H_0 + 4\pi\alpha f/\gamma$: the slope is α, the intercept the inhomogeneous width. With
# the volume and $M_s$ Eq. 3 gives $L_{\theta\theta}/\rho_0$, and the product with λ the coefficient $l$ itself.

# %%
result.plot(1)

# %%
alpha, gamma = result["alpha"].value, result["gyromagnetic_ratio"].value
print(f"α = {alpha:.5f} ± {result['alpha'].stderr:.5f}")
width = field_linewidth(10e9, alpha, gamma, result["inhomogeneous_linewidth"].value)
print(f"μ0ΔH at 10 GHz: {1e3 * width:.2f} mT")
L = transport_coefficient(alpha, gamma, result["volume"].value, result["saturation_magnetisation"].value)
print(f"L_θθ/ρ0 = {L:.3g} 1/(J s); l/(e ρ0) = λ L_θθ/ρ0 = {L * result['l_over_L'].value:.3g} 1/(J s)")

# %% [markdown]
# ## What to try
#
# - `mapping = "peak"` in `[model]`: λ doubles, the deviance stays.
# - Declare `linewidth = "hwhm"`: the widths in field units give twice the α.
# - Add the dwell times of the same device (`datasets/joint-device` has both) and see which mapping survives.
# - Spectra in place of lines: `kind = "fmr-spectra"` fits the lines first, with `line_shape` and `geometry` declared.
