"""Guessing by hand, without a widget: where the parameters stand, what the curves are there, how well they fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.analysis import Analysis
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.intervals import covariance_estimates
from stfit.diagnostics.series import curve_grid, series_labels
from stfit.figures.live import LivePanel, LiveSeries
from stfit.measurement import Observation, name_of
from stfit.measurement.view import STATE_WORDS
from stfit.notebook.faces import Fit
from stfit.objective import FitParameter, Objective, Term
from stfit.pipeline.assembly import assemble
from stfit.pipeline.loading import inputs_of, require_alone
from stfit.pipeline.run import run
from stfit.pipeline.source import source_of
from stfit.results import Estimate, FitResult
from stfit.units import choose_prefix

Array = npt.NDArray[np.float64]

_LOG_REACH: Final = 3.0  # of a logarithm to either side of its start: a factor of 20
_TWO_DECADES: Final = 100.0
_WORDS: Final = {"delta_R": "ΔR"}


@final
@dataclass(frozen=True)
class _Curve:
    """Where the curve of one series is drawn: the term along the axis, in the units of its panel."""

    panel: int
    term: Term
    grid: Array
    factor: float


@final
@dataclass
class Exploration:
    """Parameters at hand. x: where they stand, coordinates of the fit, shape (p,). optimum: of the last fit, if any."""

    analysis: Analysis
    measurements: Sequence[Observation]
    objective: Objective
    x: Array
    optimum: Optimum | None = None
    panels: tuple[LivePanel, ...] = ()
    _curves: tuple[_Curve, ...] = field(default=(), repr=False)
    _begin: Array = field(default_factory=lambda: np.zeros(0), repr=False)

    def __post_init__(self) -> None:
        self.x = np.array(self.x, dtype=float)
        self._begin = self.x.copy()
        parts = list(_panels_of(self.objective))
        self.panels = tuple(panel for panel, _ in parts)
        self._curves = tuple(
            _Curve(place, term, grid, factor) for place, (_, lines) in enumerate(parts) for term, grid, factor in lines
        )

    @property
    def parameters(self) -> tuple[FitParameter, ...]:
        """The parameters that vary, in the order of x."""
        return self.objective.space.varied

    def value(self, name: str) -> float:
        """Where a parameter stands, SI."""
        place = self.objective.names.index(name)
        return float(np.asarray(self.parameters[place].parameter.quantity(self.x[place])))

    def move(self, name: str, coordinate: float) -> None:
        """Put a parameter at a coordinate, inside its bounds. KeyError for a name that does not vary."""
        if name not in self.objective.names:
            raise KeyError(f"no parameter called {name!r} varies; there are {', '.join(self.objective.names)}")
        place = self.objective.names.index(name)
        lower, upper = self.objective.bounds
        self.x[place] = np.clip(coordinate, lower[place], upper[place])

    def reach(self, name: str) -> tuple[float, float]:
        """Coordinates between which a parameter is tried: a factor of 20, or nought to twice where it began."""
        place = self.objective.names.index(name)
        begin, constraint = self._begin[place], self.parameters[place].constraint
        lower, upper = (float(bound[place]) for bound in self.objective.bounds)
        linear = self.parameters[place].parameter.transform in ("linear", "barrier-angle")
        around = (abs(begin) or 1.0) * (0.3 if constraint is not None else 1.0)
        half = around if linear else _LOG_REACH
        return max(lower, begin - half), min(upper, begin + half)

    def reset(self) -> None:
        """Back to where everything began."""
        self.x, self.optimum = self._begin.copy(), None

    def deviance(self) -> float:
        """−2 ln L (with the constraints) up to a constant at x; infinite where the law has no value."""
        with np.errstate(all="ignore"):
            cost = 2.0 * self.objective.cost(self.x)
        return cost if np.isfinite(cost) else float("inf")

    def curves(self) -> list[tuple[int, Array, Array]]:
        """The curve of every series at x: its panel, abscissae and ordinates in the units of the panel."""
        quantities = self.objective.space.quantities(self.x)
        found = []
        for curve in self._curves:
            with np.errstate(all="ignore"):  # a guess may lie where nothing is finite
                y = curve.term.measurement.view().displayed(np.asarray(curve.term.prediction(quantities)))
            shown = np.broadcast_to(y, curve.grid.shape)
            found.append((curve.panel, curve.grid * curve.factor, np.where(np.isfinite(shown), shown, np.nan)))
        return found

    def fit(self) -> Optimum:
        """Maximum likelihood from where the parameters stand; they move there."""
        self.optimum = minimise(self.objective, self.x.copy())
        self.x = np.array(self.optimum.x)
        return self.optimum

    def estimates(self) -> Mapping[str, Estimate]:
        """What the last fit says, with its verdicts; empty before one."""
        return {} if self.optimum is None else covariance_estimates(self.objective, self.optimum)

    def result(self) -> Fit:
        """The whole result, as stfit.fit gives it: every diagnostic, every interval."""
        return Fit.of(run(self.analysis, self.measurements, seed=self.analysis.fit.seed, command="stfit.explore"))


def exploration_of(source: Any, sections: Mapping[str, Mapping[str, Any] | str]) -> Exploration:
    """The exploration of a result, where its fit ended; of an analysis or measurements, where a fit would start."""
    if isinstance(source, FitResult):
        require_alone(sections, "stfit.explore")
        known = source_of(source, "stfit.explore")
        return Exploration(known.analysis, known.measurements, known.objective, known.optimum.x)
    path = Path(source) if isinstance(source, str) else source
    analysis, measurements = inputs_of(path, sections, "stfit.explore")
    objective = assemble(analysis, measurements)
    return Exploration(analysis, measurements, objective, objective.start)


def _panels_of(objective: Objective) -> Iterator[tuple[LivePanel, list[tuple[Term, Array, float]]]]:
    """A panel for each measurement and observable, with what its curves are made of."""
    for term in (term.shown for term in objective.terms):
        view = term.measurement.view()
        series, observed, axis = series_labels(view), view.observed, view.axis
        factor, unit = choose_prefix(axis.values[np.isfinite(axis.values)].tolist(), axis.unit)
        for shows in dict.fromkeys(observed.shows(int(row)) for row in series.first):
            lines, drawn = [], []
            for place, row in enumerate(series.first):
                if observed.shows(int(row)) != shows:
                    continue
                rows = np.flatnonzero(series.group == place)
                grid = curve_grid(axis, rows)
                lines.append((term.along(int(row), grid), grid, factor))
                error = np.stack([observed.low[rows], observed.high[rows]])
                state = STATE_WORDS[int(view.state[row])]
                label = series.labels[place]
                drawn.append(LiveSeries(label, state, factor * axis.values[rows], observed.value[rows], error))
            yield _panel(name_of(term.measurement), drawn, (axis.name, unit), shows), lines


def _panel(title: str, drawn: list[LiveSeries], axis: tuple[str, str], shows: tuple[str, str]) -> LivePanel:
    every = np.concatenate([series.y for series in drawn])
    known = every[np.isfinite(every)]
    log = bool(known.size and np.min(known) > 0 and np.max(known) > _TWO_DECADES * np.min(known))
    return LivePanel(title, _with_unit(*axis), _with_unit(*shows), tuple(drawn), log)


def _with_unit(name: str, unit: str) -> str:
    plain = _WORDS.get(name, name)
    return f"{plain} ({unit})" if unit else plain
