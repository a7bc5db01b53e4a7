"""What the constructors of the lmfit models take, and the law that follows from it."""

from __future__ import annotations

from typing import TypedDict

from stfit.models.choices import Choices
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.physics.transport import Gmr


class LawKeywords(TypedDict, total=False):
    """What every model takes: r(θ), names of the analysis file, β, and what every lmfit model takes."""

    gmr: Gmr | None
    asymmetry: str
    convention: str
    beta: float
    prefix: str
    name: str | None
    nan_policy: str


class DeviceKeywords(LawKeywords, total=False):
    """What a model takes of the device besides, in SI units."""

    reference_temperature: float
    delta_R: float


def law_and_constants(
    keywords: DeviceKeywords, *, mapping: str = "damping", by_field: bool = False
) -> tuple[SpinTransferLaw, dict[str, float]]:
    """The law of a model and the constants that are held; TypeError for a keyword that no device has."""
    unknown = keywords.keys() - DeviceKeywords.__optional_keys__
    if unknown:
        raise TypeError(
            f"a model takes no keyword {sorted(unknown)}; there are {sorted(DeviceKeywords.__optional_keys__)}"
        )
    names = Choices(
        asymmetry=keywords.get("asymmetry", "theta_0"),
        convention=keywords.get("convention", "consistent"),
        mapping=mapping,
    )
    kelvin = keywords.get("reference_temperature", 300.0)
    law = SpinTransferLaw.of(names, gmr=keywords.get("gmr"), reference_temperature=kelvin, by_field=by_field)
    return law, {"beta": keywords.get("beta", 0.5), "delta_R": keywords.get("delta_R", 1.0)}
