"""What a Python session holds in its hands: the stored data, with a summary, figures and what a notebook shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Self, final

import numpy as np
import numpy.typing as npt

from stfit.figures.style import Figure
from stfit.loaders.data_frames import DataFrame, data_frame
from stfit.loaders.frames import IN_MEMORY
from stfit.notebook import result_html
from stfit.notebook.plots import Plots
from stfit.pipeline.predicting import predicted
from stfit.reports import comparison_text, plan_words
from stfit.reports.sentences import headline
from stfit.reports.summary import summary
from stfit.results import Estimate, FitResult, MeasurementSummary, read
from stfit.results.compared import Compared
from stfit.results.measurement_plan import MeasurementPlan

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True, repr=False)
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

    def summary(self, width: int | None = 80) -> str:
        """The answer, its verdicts and whether to believe it, as plain text.

        Parameters
        ----------
        width : int or None
            Letters in a line at most; None for a sentence a line.

        Returns
        -------
        str
            Lines, the last one ended.
        """
        return summary(self, width)

    @property
    def params(self) -> dict[str, Estimate]:
        """The estimates by name: values, errors, intervals, verdicts, units; SI."""
        return self.parameters

    @property
    def residuals(self) -> dict[str, Array]:
        """The residuals of each measurement by its file, signed roots of the deviance, of shape (rows,).

        NaN where a row has none. Measurements of one file are joined, several made in memory are numbered from 1.
        """
        found: dict[str, list[float | None]] = {}
        for name, measured in zip(_distinct_names(self.measurements), self.measurements, strict=True):
            found.setdefault(name, []).extend(row.get("residual") for row in measured.reduced)
        return {file: np.array(values, dtype=float) for file, values in found.items()}

    def to_dataframe(self) -> DataFrame:
        """The estimates as a pandas DataFrame.

        Returns
        -------
        DataFrame
            One row a parameter, SI units. Columns value, stderr, lo68, hi68, lo95, hi95, unit, verdict; NaN where there
            is none.
        """
        rows = [_row(estimate) for estimate in self.parameters.values()]
        return data_frame({key: [row[key] for row in rows] for key in rows[0]}, list(self.parameters))

    def predict(self, values: Sequence[float], measurement: int = 0) -> DataFrame:
        """What the fit predicts for one measurement, with bands.

        Parameters
        ----------
        values : sequence of float, shape (n,)
            Of the axis of its figure (current, voltage, field or ΔR), SI units.
        measurement : int
            Which, counted from 0.

        Returns
        -------
        DataFrame
            Columns series, x, y, lo68, hi68, lo95, hi95, n rows a series, in the units of the figure's data (SI).

        Raises
        ------
        InputError
            If the result was read from a file, or there is no such measurement.
        """
        return data_frame(predicted(self, np.asarray(values, dtype=float), measurement))

    @property
    def plot(self) -> Plots:
        """The figures: result.plot() of the first measurement, result.plot.budget() and others by name."""
        return Plots(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.parameters)  # result["l_<Tab>

    def __repr__(self) -> str:
        return f"<fit {self.title!r}: {headline(self)}>"

    def _repr_html_(self) -> str:
        return result_html.result_html(self)


def _distinct_names(measurements: Sequence[MeasurementSummary]) -> list[str]:
    """The file of each measurement; of several in memory, which have none, what they are called and a number."""
    in_memory = [measured.file in (str(IN_MEMORY), measured.kind) for measured in measurements]
    if sum(in_memory) < 2:
        return [measured.file for measured in measurements]
    number = count(1)
    return [f"{m.file} {next(number)}" if made else m.file for m, made in zip(measurements, in_memory, strict=True)]


def _row(estimate: Estimate) -> dict[str, float | str | None]:
    """An estimate as the row of a DataFrame."""
    (lo68, hi68), (lo95, hi95) = (ends or (None, None) for ends in (estimate.ci68, estimate.ci95))
    numbers = {
        "value": estimate.value,
        "stderr": estimate.stderr,
        "lo68": lo68,
        "hi68": hi68,
        "lo95": lo95,
        "hi95": hi95,
    }
    plain = {name: np.nan if number is None else number for name, number in numbers.items()}
    return {**plain, "unit": estimate.unit, "verdict": str(estimate.verdict)}


@final
@dataclass(frozen=True, repr=False)
class Plan(MeasurementPlan):
    """What stfit.plan returns: the content of plan.json."""

    @classmethod
    def of(cls, stored: MeasurementPlan) -> Self:
        """The stored plan with this face."""
        return cls(**vars(stored))

    def summary(self) -> str:
        """The ranking as plain text."""
        return plan_words.summary(self)

    def __repr__(self) -> str:
        return f"<plan {self.title!r}: {plan_words.plan_headline(self)}>"

    def _repr_html_(self) -> str:
        return result_html.plan_html(self)


@final
@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        return f"<comparison of {', '.join(self.names)}>"

    def _repr_html_(self) -> str:
        return comparison_text.html(self)
