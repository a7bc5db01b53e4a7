"""Where a resonance lies: Kittel's relations of a film, frequency against field; units Hz, T and rad s⁻¹ T⁻¹.

C. Kittel, Phys. Rev. 73, 155 (1948), doi:10.1103/PhysRev.73.155. effective_magnetisation is μ0 M_eff, T: that of the
film less its perpendicular anisotropy, negative where the easy axis stands upright.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from stfit.physics.transport import Quantity


def resonance_field_in_plane(
    frequency: Quantity, gyromagnetic_ratio: Quantity, effective_magnetisation: Quantity
) -> Quantity:
    """μ0H of a film magnetised in its plane, ω² = γ² H (H + M_eff): the positive root; T."""
    reduced = 2.0 * np.pi * frequency / gyromagnetic_ratio
    half = 0.5 * effective_magnetisation
    return np.sqrt(np.square(half) + np.square(reduced)) - half


def resonance_field_perpendicular(
    frequency: Quantity, gyromagnetic_ratio: Quantity, effective_magnetisation: Quantity
) -> Quantity:
    """μ0H of a film magnetised along its normal, ω = γ (H − M_eff); T."""
    return 2.0 * np.pi * frequency / gyromagnetic_ratio + effective_magnetisation


GEOMETRIES: Final[Mapping[str, Callable[[Quantity, Quantity, Quantity], Quantity]]] = {
    "in-plane": resonance_field_in_plane,
    "perpendicular": resonance_field_perpendicular,
}
