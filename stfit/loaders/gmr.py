"""A measured GMR curve r(θ) from a table: angle against resistance."""

from __future__ import annotations

from pathlib import Path

from stfit.errors import InputError, Problem, TableError
from stfit.loaders.tables import load_columns
from stfit.measurement.columns import Column, Domain, Layout
from stfit.physics.transport import TabulatedGmr

_ANGLE = Column("theta", "rad", Domain.NON_NEGATIVE, ("deg", "rad"), ("angle",))
_RESISTANCE = Column("resistance", "ohm", Domain.FINITE, ("ohm",), ("R",))
_REDUCED = Column("r", "", Domain.FINITE, aliases=("reduced_resistance",))
_LAYOUT = Layout((_ANGLE,), ((_RESISTANCE,), (_REDUCED,)))


def load_gmr(path: Path) -> TabulatedGmr:
    """The curve in a table of `theta (deg)` from 0 to 180° with `resistance (ohm)` or the reduced `r`.

    A resistance is normalised by its ends. InputError where the file or the curve is not usable.
    """
    columns = load_columns(path, _LAYOUT)
    values = columns["resistance"] if "resistance" in columns else columns["r"]
    try:
        return TabulatedGmr.from_measurement(columns["theta"], values)
    except TableError as error:
        raise InputError(
            [
                Problem(f"{path}, column '{problem.column}'", problem.expected, problem.found)
                for problem in error.problems
            ]
        ) from error
