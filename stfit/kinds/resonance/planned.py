"""Resonance lines that could be measured next, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.data import KIND, FmrLines
from stfit.kinds.resonance.keys import LinePlanKeys
from stfit.measurement import Observation, Origin, Settings
from stfit.measurement.base import frozen
from stfit.measurement.columns import STATES
from stfit.models.parameters import PARAMETERS
from stfit.objective import FitParameter, Term
from stfit.physics.fluctuations import LineNumbers
from stfit.studies.candidate import Candidate, Today
from stfit.studies.conditions import Conditions
from stfit.studies.costs import point_time
from stfit.studies.planner import Found, Planner, quantities, span
from stfit.studies.points import largest_current

Array = npt.NDArray[np.float64]

_MILD: Final = 2.0  # |s I| up to which a resonance is followed: its power changes sevenfold
_LINE_STARTS: Final = {"power": 1.0, "linewidth": 1e8}  # any: errors are relative
_STATES: Final = np.array(list(STATES.values()))


class LinePlanner(Planner):
    """Power and linewidth of a resonance."""

    def first(self, today: Today) -> Found:
        """Power and linewidth of both states at currents where they change severalfold."""
        if any(isinstance(term.measurement, FmrLines) for term in today.objective.terms):
            return "there are lines (see the same points for longer)"
        if "delta_R" not in today.quantities or today.objective.law.device.by_field:
            return "no ΔR of the device, or several fields"
        slopes = np.array([today.value("slope_P"), today.value("slope_AP")])
        reach = min(largest_current(today) or np.inf, _MILD / float(np.max(np.abs(slopes))))
        if not np.isfinite(reach):
            return "the spin transfer is zero: no current changes the lines"
        term, own = _lines(today, np.linspace(-reach, reach, max(2, today.conditions.points // 2)))
        error = LinePlanKeys.filled(today.conditions.of_kinds).line_error
        words = (
            f"power and linewidth of a resonance in both states, mapping {today.objective.law.mapping!r}, "
            f"{span(np.asarray(term.measurement.settings.current), 'A')}, {100 * error:g} % each"
        )
        return [Candidate("fmr", words, today.cost(term), (term,), own)]

    def measuring_time(self, measurement: Observation, conditions: Conditions) -> float:
        """A spectrum for each line, which gives its power and its linewidth, s."""
        settings = measurement.settings
        keys = np.stack([settings.state, settings.drive, settings.temperature, np.asarray(settings.frequency)])
        spectra = np.unique(np.nan_to_num(keys), axis=1).shape[1]
        return float(spectra) * point_time(conditions)

    def by_error(self, measurement: Observation) -> bool:  # noqa: ARG002 - all of them
        """Lines have stated errors."""
        return True


def _lines(today: Today, currents: Array) -> tuple[Term, tuple[FitParameter, ...]]:
    is_width, state, current = (a.reshape(-1) for a in np.meshgrid([0, 1], _STATES, currents, indexing="ij"))
    size, template = current.size, today.objective.terms[0]
    kelvin = np.full(size, today.objective.nominal_temperature)
    absent = frozen(np.full(size, np.nan))
    settings = Settings(frozen(state, np.int8), frozen(current), None, frozen(kelvin), absent, frequency=absent)
    numbers = LineNumbers(power="integrated", width="Hz")
    lines = FmrLines(
        replace(settings, is_linewidth=frozen(is_width, np.int8), lines=numbers),
        Origin(file="next-lines", kind=KIND, polarity=template.measurement.origin.polarity),
        value=frozen(np.ones(size)),
        stderr=frozen(np.ones(size)),
        by_frequency=False,
    )
    own = []
    for name in numbers.parameters(tuple(STATES)):
        p = PARAMETERS[name]
        start = p.coordinate_of(_LINE_STARTS[name.removesuffix("_AP").removesuffix("_P")])
        own.append(FitParameter.unbounded(replace(p, start=start)))
    term = Term(lines, template.law, kelvin, template.nominal_temperature)
    with_own = quantities(today) | {p.name: p.parameter.quantity(p.start) for p in own}
    value = np.exp(np.asarray(term.prediction(with_own)))
    stderr = LinePlanKeys.filled(today.conditions.of_kinds).line_error * value
    return replace(term, measurement=replace(lines, value=frozen(value), stderr=frozen(stderr))), tuple(own)


PLANNER: Final = LinePlanner()
