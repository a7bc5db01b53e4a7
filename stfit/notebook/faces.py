"""What a Python session holds in its hands: the stored data, with a summary, figures and what a notebook shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, final

from stfit.figures.style import Figure
from stfit.notebook import result_html
from stfit.notebook.plots import Plots
from stfit.reports import comparison_text, plan_words
from stfit.reports.summary import summary
from stfit.results import FitResult, read
from stfit.results.compared import Compared
from stfit.results.measurement_plan import MeasurementPlan


@final
@dataclass(frozen=True)
class Fit(FitResult):
    """What stfit.fit and stfit.sample return: the content of result.json, its numbers as result["l_over_L"]."""

    @classmethod
    def of(cls, stored: FitResult) -> Self:
        """The stored result with this face."""
        return cls(**vars(stored))

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """The result stored in a result.json. InputError: no such file, not JSON, another schema."""
        return cls.of(read(path))

    def summary(self) -> str:
        """The answer, its verdicts and whether to believe it, as plain text."""
        return summary(self)

    @property
    def plot(self) -> Plots:
        """The figures: result.plot() of the first measurement, result.plot.budget() and others by name."""
        return Plots(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.parameters)  # result["l_<Tab>

    def _repr_html_(self) -> str:
        return result_html.result_html(self)


@final
@dataclass(frozen=True)
class Plan(MeasurementPlan):
    """What stfit.plan returns: the content of plan.json."""

    @classmethod
    def of(cls, stored: MeasurementPlan) -> Self:
        """The stored plan with this face."""
        return cls(**vars(stored))

    def summary(self) -> str:
        """The ranking as plain text."""
        return plan_words.summary(self)

    def _repr_html_(self) -> str:
        return result_html.plan_html(self)


@final
@dataclass(frozen=True)
class Comparison(Compared):
    """What stfit.compare returns: several results beside each other, one quantity as comparison["l_over_L"]."""

    @classmethod
    def of(cls, found: Compared) -> Self:
        """The comparison with this face."""
        return cls(**vars(found))

    def summary(self) -> str:
        """Tables of values, intervals and verdicts with bars, as plain text."""
        return comparison_text.summary(self)

    def plot(self) -> Figure:
        """The forest plot: one panel for each quantity, one line for each result."""
        return comparison_text.forest(self)

    def as_dict(self) -> dict[str, Any]:
        """What `stfit compare --json` prints."""
        return comparison_text.as_dict(self)

    def _ipython_key_completions_(self) -> list[str]:
        return [quantity.name for quantity in self.quantities]

    def _repr_html_(self) -> str:
        return comparison_text.html(self)
