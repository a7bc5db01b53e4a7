"""What an observation asks of a fit, and what it can give, before anything is predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class OwnParameter:
    """A parameter of one measurement alone: its name in PARAMETERS, and its unit there."""

    name: str
    unit: str


@final
@dataclass(frozen=True)
class Traits:
    """What is known of an observation before anything is predicted.

    Parameters
    ----------
    needs : tuple[str, ...]
        Parameters beside those of the law that its prediction asks for, shared by all measurements.
    own_parameters : tuple[OwnParameter, ...]
        Parameters of the line or the instrument, shared with no other measurement.
    activated : bool
        Whether its rows leave a state at a current, so that dwell times belong to them.
    has_residuals : bool
        Whether the likelihood has a saturated deviance, and so residuals.
    spin_transfer : bool
        Whether its rows say anything of spin transfer. Measurements that do not, alone, are not fitted by a law: what
        they say by themselves is the result.
    """

    needs: tuple[str, ...] = ()
    own_parameters: tuple[OwnParameter, ...] = ()
    activated: bool = False
    has_residuals: bool = True
    spin_transfer: bool = True
