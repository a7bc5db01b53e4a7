"""The laws that are fitted to the same data beside the one of an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stfit.models.eq_27 import EQ_27
from stfit.models.heating import NO_HEATING, JouleHeating
from stfit.models.law import RIVALS, Law
from stfit.models.spin_transfer import SpinTransferLaw


def rivals_of(law: SpinTransferLaw, heating: float | None) -> list[SpinTransferLaw]:
    """Every other law of ln τ(I) that can describe the same device.

    Parameters
    ----------
    law : SpinTransferLaw
        The law that was fitted.
    heating : float
        A typical T²/I² of the data in K²/A², the unit of Joule heating in a fit; None for data that show no heating.

    Returns
    -------
    list of SpinTransferLaw
        Rivals in the order of a report; the device of each is that of `law` itself where it has the same parameters.
    """
    found = []
    for rates in RIVALS:
        device = rates.as_rival(law.device)
        if not isinstance(device, str):
            heated = NO_HEATING if device is law.device else law.heating
            found.append(SpinTransferLaw(device, rates.prepared(device.gmr), heated, law.mapping))
    if heating is not None:
        found.append(replace(law, rates=EQ_27, heating=JouleHeating(heating)))
    return [rival for rival in found if rival.name != law.name]


def not_tried(law: SpinTransferLaw, known: Sequence[str]) -> list[tuple[Law, str]]:
    """The laws that cannot be fitted to the same data beside a law, each with the reason in a sentence.

    Parameters
    ----------
    law : SpinTransferLaw
        The law that was fitted.
    known : sequence of str
        Symbols of the parameters of its barriers that were given or constrained.

    Returns
    -------
    list of (Law, str)
        In the order of a report.
    """
    found = []
    for rates in RIVALS:
        if rates.name == law.rates.name:
            continue
        device = rates.as_rival(law.device)
        if isinstance(device, str):
            found.append((rates, device))
        elif device is not law.device and known:
            found.append((rates, f"Not tried: this law has no {' and '.join(known)}, but a value was given."))
    return found
