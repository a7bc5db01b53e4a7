"""The figures of a result, each by its name, as in result.plot.budget(), and those of each kind of measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, final

from stfit.errors import InputError, Problem
from stfit.figures.style import Figure
from stfit.measurement import kinds
from stfit.reports.calibration_section import all_pulls_figure, coverages_figure
from stfit.reports.drawn_budget import agreement_figure, budget_figure, compared_quantity, variance_shares
from stfit.reports.drawn_chain import has_posterior, posterior_figure, traces_figure
from stfit.reports.drawn_intervals import stored_contours_figure, stored_profiles_figure
from stfit.reports.drawn_measurements import (
    all_residuals_figure,
    correlations_figure,
    directions_figure,
    has_directions,
    has_figure,
    has_residuals,
    measurement_figure,
)
from stfit.results import FitResult, MeasurementSummary

Width = Literal["column", "page"]


@final
class Plots:
    """The figures of a result. Called, it draws one measurement: result.plot(), result.plot(1).

    Every figure is a matplotlib Figure, its axes in `figure.axes`, to work on and to save as PDF, SVG or PNG. width:
    "column" is 86 mm, as in most journals, "page" 178 mm. measurement: the file, where several are of the kind; the
    first otherwise. InputError where the result holds nothing of the sort.
    """

    def __init__(self, result: FitResult) -> None:
        self._result = result

    def __call__(self, measurement: int = 0, *, width: Width = "page", residuals: bool = True) -> Figure | None:
        """One measurement, counted from 0: data, fit, bands, residuals; None where its kind has no figure."""
        summary = self._result.measurements[measurement]
        return measurement_figure(self._result, summary, width=width, residuals=residuals)

    def __repr__(self) -> str:
        return f"figures of {self._result.title!r}: {', '.join(f'{name}()' for name in self.available())}"

    def __getattr__(self, name: str) -> Callable[..., Figure]:
        """The figure of a kind of measurement under its own name, as in result.plot.dwell_times()."""
        words = _of_kinds().get(name)
        if words is None:
            raise AttributeError(f"result.plot has no figure {name!r}; result.plot.available() lists those there are")

        def draw(measurement: str | None = None, *, width: Width = "column", residuals: bool = True) -> Figure:
            return self._of_kind(words, name, measurement, width, residuals=residuals)

        return draw

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_of_kinds()})

    def available(self) -> list[str]:
        """The names of the figures that this result can draw."""
        return [name for name, there in self._there().items() if there]

    def budget(self, *, width: Width = "column") -> Figure:
        """What each uncertainty is made of, as bars."""
        return _there(budget_figure(self._result, width=width), "error budget")

    def agreement(self, *, width: Width = "column") -> Figure:
        """What each measurement of a joint fit says alone, and what all say without it."""
        return _there(agreement_figure(self._result, width=width), "measurements to compare")

    def profiles(self, *, width: Width = "column") -> Figure:
        """Profile likelihoods beside the parabolas of the covariance."""
        return _there(stored_profiles_figure(self._result, width=width), "profiles")

    def contours(self) -> Figure:
        """Joint regions of two parameters."""
        return _there(stored_contours_figure(self._result), "contours")

    def posterior(self) -> Figure:
        """Marginals and pairs of a sampled posterior, beside the priors."""
        return _there(posterior_figure(self._result), "usable chain")

    def chain(self) -> Figure:
        """How the ensembles of a chain ran, and whether they agree."""
        return _there(traces_figure(self._result), "chain")

    def correlations(self) -> Figure:
        """Correlations of the fitted parameters."""
        return _there(correlations_figure(self._result), "correlations")

    def directions(self) -> Figure:
        """The directions in which the data see, and how sharply."""
        return _there(directions_figure(self._result), "directions")

    def residuals(self) -> Figure:
        """All residuals against the quantiles of a normal distribution."""
        return _there(all_residuals_figure(self._result), "residuals")

    def coverage(self) -> Figure:
        """How often intervals held the truth in simulated repetitions."""
        return _there(self._calibrated(coverages_figure), "calibration")

    def pulls(self) -> Figure:
        """(estimate − truth)/error in simulated repetitions."""
        return _there(self._calibrated(all_pulls_figure), "calibration")

    def _calibrated(self, draw: Callable[[Mapping[str, Any]], Figure]) -> Figure | None:
        found = self._result.calibration
        return draw(found) if found.get("quantities") else None

    def _there(self) -> dict[str, bool]:
        result = self._result
        drawn = {_plot_of(summary) for summary in result.measurements if has_figure(summary)}
        return {name: name in drawn for name in _of_kinds()} | {
            "budget": bool(variance_shares(result)),
            "agreement": compared_quantity(result) is not None,
            "profiles": bool(result.intervals.get("profiles")),
            "contours": bool(result.intervals.get("contours")),
            "posterior": has_posterior(result),
            "chain": bool(result.sampling and result.sampling["draws"]["values"]),
            "correlations": len(result.correlations) > 1,
            "directions": has_directions(result),
            "residuals": has_residuals(result),
            "coverage": bool(result.calibration.get("quantities")),
            "pulls": bool(result.calibration.get("quantities")),
        }

    def _of_kind(self, words: str, name: str, file: str | None, width: Width, *, residuals: bool) -> Figure:
        found = [entry for entry in self._result.measurements if _plot_of(entry) == name and has_figure(entry)]
        chosen = _chosen(found, file) if found else None
        figure = chosen and measurement_figure(self._result, chosen, width=width, residuals=residuals)
        return _there(figure, words)


def _of_kinds() -> dict[str, str]:
    """The names under which kinds of measurement are drawn, with what is drawn, in words."""
    return dict(sorted(kind.plot for kind in kinds().values() if kind.plot is not None))


def _plot_of(summary: MeasurementSummary) -> str:
    """The name under which the kind of a measurement is drawn; "" for none."""
    kind = kinds().get(summary.kind)
    return "" if kind is None or kind.plot is None else kind.plot[0]


def _chosen(found: list[MeasurementSummary], file: str | None) -> MeasurementSummary:
    if file is None:
        return found[0]
    match = next((entry for entry in found if f"/{entry.file}".endswith(f"/{file}")), None)
    if match is None:
        raise InputError(Problem("measurement", f"one of {', '.join(entry.file for entry in found)}", repr(file)))
    return match


def _there(figure: Figure | None, words: str) -> Figure:
    if figure is None:
        raise InputError(Problem("result.plot", f"a result with {words}", "none; result.plot.available() lists others"))
    return figure
