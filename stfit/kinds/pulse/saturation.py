"""Whether a read-out that errs describes switched shares better: they then stop short of 1, or of 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.stats import chi2

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import name_of
from stfit.models.parameters import PARAMETERS
from stfit.objective import FitParameter, Objective, Term
from stfit.objective.space import ParameterSpace
from stfit.results import Note
from stfit.results.numbers import format_rounded

_WORTH_TRYING: Final = 0.2  # p-value of the deviance of a measurement
_BETTER: Final = 8.0  # by which −2 ln L falls: AIC by 6
_WORDS: Final = {
    "visibility": "the share read as switched stops at {value} (read errors, back-hopping, an incomplete reset)",
    "floor": "a share of {value} is read as switched where no pulse switches (read errors, an incomplete reset)",
}


def read_out_notes(objective: Objective, optimum: Optimum) -> list[Note]:
    """A warning for each measurement of pulses that a read-out with one more parameter describes better.

    Parameters
    ----------
    objective : Objective
        Of all measurements.
    optimum : Optimum
        Of the fit with a perfect read-out.

    Returns
    -------
    list of Note
        Empty where the deviance leaves nothing to explain, and for measurements whose read-out is fitted.
    """
    quantities = objective.space.quantities(optimum.x)
    found = []
    for index, term in enumerate(objective.terms):
        pulses = term.measurement
        if not isinstance(pulses, SwitchingPulses) or pulses.read_out or not _doubtful(term, pulses, quantities):
            continue
        tried = [(name, *_with(objective, optimum, index, name)) for name in _WORDS]
        name, gain, value = max(tried, key=lambda entry: entry[1])
        if gain > _BETTER:
            words = _WORDS[name].format(value=format_rounded(value, "", 2))
            text = (
                f"{name_of(pulses)}: these data agree much better where {words}: −2 ln L falls by {gain:.3g}. "
                f'Slopes are then larger. read_out = ["{name}"] in the measurement fits that share.'
            )
            found.append(Note("read-out", "warning", text))
    return found


def _doubtful(term: Term, pulses: SwitchingPulses, quantities: dict[str, object]) -> bool:
    squares = np.square(np.asarray(pulses.residuals(term.prediction(quantities)))).reshape(-1)
    return bool(chi2.sf(float(np.sum(squares)), squares.size) < _WORTH_TRYING)


def _with(objective: Objective, optimum: Optimum, index: int, name: str) -> tuple[float, float]:
    """By how much −2 ln L falls with a parameter of the read-out of one measurement, and its value; (0, 1) in vain."""
    term = objective.terms[index]
    unique = f"{name}[{index + 1}]"  # another measurement may have its own of this name
    measurement = replace(term.measurement, read_out=(name,))  # type: ignore[type-var]  # pulses, as was asked before
    start = PARAMETERS[name].coordinate_of(measurement.start().own[name])
    parameter = replace(PARAMETERS[name], name=unique, start=start)
    more = FitParameter.unbounded(parameter)
    terms = tuple(
        replace(term, measurement=measurement, own={**term.own, name: unique}) if place == index else other
        for place, other in enumerate(objective.terms)
    )
    space = ParameterSpace((*objective.space.parameters, more))
    found = minimise(
        replace(objective, terms=terms, space=space), np.append(optimum.x, more.start), max_evaluations=200
    )
    if not np.isfinite(found.sum_of_squares):
        return 0.0, 1.0
    value = float(np.asarray(space.quantities(found.x)[unique]).reshape(-1)[0])
    return optimum.sum_of_squares - found.sum_of_squares, value
