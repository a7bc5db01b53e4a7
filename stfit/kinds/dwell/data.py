"""Dwell times: counts and total times, means with errors, and single dwells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from stfit.derivatives import total
from stfit.errors import CellProblem, TableError
from stfit.measurement.base import (
    Array,
    Axis,
    Codes,
    Observed,
    Origin,
    RoughDwellTimes,
    SeriesSetting,
    Settings,
    common_series_settings,
    frozen,
)
from stfit.measurement.defaults import WithResiduals, repeated
from stfit.measurement.edge import nothing_happened, softening
from stfit.measurement.resampling import with_rows_drawn
from stfit.objective.predictions import log_dwell_time
from stfit.physics.deviance import LARGEST_EXPONENT, exponential_log_likelihood, exponential_residuals

_MOST_COUNTS = 1e18  # that NumPy's Poisson numbers can be; only a fit that failed expects more
_VAGUEST = 100.0  # error of a mean dwell time, in units of the mean: Gaussian in ln τ it is not by then
_ONE_SIGMA = (0.1586552539314571, 0.8413447460685429)


@dataclass(frozen=True)
class _DwellSettings(WithResiduals):
    """What every dwell table has in common; arrays of shape (rows,)."""

    state: Codes
    current: Array
    temperature: Array
    field: Array
    polarity: int
    origin: Origin

    state_words: ClassVar[tuple[str, str]] = ("P", "AP")
    activated: ClassVar[bool] = True

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln τ of each row, Eq. 27; shape (..., rows)."""
        return log_dwell_time(law, quantities, self.settings, temperature)

    @property
    def settings(self) -> Settings:
        """At what each row was taken; the current carries the polarity."""
        return Settings(self.state, self.polarity * self.current, None, self.temperature, self.field)

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        """Temperature and field."""
        return common_series_settings(self.settings)

    @property
    def axis(self) -> Axis:
        """The current, A."""
        return Axis("current", "A", self.current)

    def along(self, row: int, values: Array) -> Self:
        """The setting of a row at other currents."""
        grid: Self = repeated(self, row, values.size, current=values)
        return grid

    def displayed(self, prediction: Array) -> Array:
        """Dwell times, s."""
        return np.exp(np.minimum(prediction, LARGEST_EXPONENT))


def common_fields(columns: Mapping[str, npt.NDArray[Any]], polarity: int, origin: Origin) -> dict[str, Any]:
    """The fields that every dwell table has, from its columns."""
    rows = columns["state"].size
    absent = np.full(rows, np.nan)
    return {
        "state": frozen(columns["state"], np.int8),
        "current": frozen(columns["current"]),
        "temperature": frozen(columns.get("temperature", absent)),
        "field": frozen(columns.get("field", absent)),
        "polarity": polarity,
        "origin": origin,
    }


@final
@dataclass(frozen=True)
class DwellTimes(_DwellSettings):
    """n transitions out of a state in a total time spent there: exponential dwells, exact likelihood.

    n: shape (rows,), 0 or more. total_time: s, positive, the censored last dwell included.
    """

    n: Array
    total_time: Array

    kind: ClassVar[str] = "dwell-times"

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, npt.NDArray[Any]], *, polarity: int, origin: Origin
    ) -> DwellTimes | MeanDwellTimes:
        """Build from the columns of a table without a dead time (see `dwell_table`); TableError for impossible rows."""
        common = common_fields(columns, polarity, origin)
        if "total_time" in columns:
            return cls(**common, n=frozen(columns["n"]), total_time=frozen(columns["total_time"]))
        mean = columns["mean_dwell"]
        if "n" in columns:
            _refuse_empty_means(columns["n"])
            return cls(**common, n=frozen(columns["n"]), total_time=frozen(mean * columns["n"]))
        _refuse_vague_means(mean, columns["mean_dwell_stderr"])
        return MeanDwellTimes(**common, mean=frozen(mean), stderr=frozen(columns["mean_dwell_stderr"]))

    @property
    def counts(self) -> Array:
        """The number of events a row rests on, which decides how far asymptotic statistics hold."""
        return self.n

    def deviance_residuals(self, prediction: Any) -> Any:
        """Signed-root exponential deviance against ln τ; positive where the dwells are longer."""
        return exponential_residuals(self.n, self.total_time, prediction)

    def log_likelihood(self, prediction: Any) -> Any:
        """Sum of −n ln τ − t/τ over the rows, prediction = ln τ."""
        return total(exponential_log_likelihood(self.n, self.total_time, prediction))

    def expected_counts(self, prediction: Array) -> Array:
        """Transitions expected in the watched time."""
        return np.asarray(self.total_time * np.exp(np.minimum(-prediction, LARGEST_EXPONENT)))

    def replicate(self, prediction: Array, rng: np.random.Generator) -> DwellTimes:
        """A fresh draw: of total times at fixed counts, or of counts at fixed times where any count is 0.

        A row with n = 0 can only come from watching for a given time, so such a table is drawn as Poisson counts.
        """
        if np.any(self.n == 0):
            expected = np.minimum(self.expected_counts(prediction), _MOST_COUNTS)
            return replace(self, n=frozen(rng.poisson(expected)))
        return replace(self, total_time=frozen(np.exp(prediction) * rng.gamma(self.n)))

    def resampled(self, rng: np.random.Generator) -> DwellTimes:
        """Rows drawn again within their series: (n, total time) hold no single dwells, see DwellEvents."""
        drawn: DwellTimes = with_rows_drawn(self, rng)
        return drawn

    def expected(self, prediction: Array) -> DwellTimes:
        """Total times at their mean, n τ, or counts at theirs where the times were fixed (see `replicate`)."""
        if np.any(self.n == 0):
            return replace(self, n=frozen(self.expected_counts(prediction)))
        return replace(self, total_time=frozen(self.n * self.displayed(prediction)))

    def softened(self) -> DwellTimes | None:
        """A part of a transition where there was none, of states that were hardly left; None for others."""
        soft = np.maximum(self.n, softening(self.state, self.n > 0))
        return None if np.array_equal(soft, self.n) else replace(self, n=frozen(soft))

    def limits(self) -> tuple[str, ...]:
        """Of each state that was never left."""
        silent = (code for code in np.unique(self.state) if not np.any(self.n[self.state == code]))
        return tuple(
            nothing_happened(self.state_words[code], "no transition was seen", self.total_time[self.state == code])
            for code in silent
        )

    def longer(self, factor: float) -> DwellTimes:
        """More transitions, the nearest whole numbers, or longer watching where the times were fixed."""
        if np.any(self.n == 0):
            return replace(self, n=frozen(np.zeros(self.n.size)), total_time=frozen(factor * self.total_time))
        n = np.maximum(np.rint(factor * self.n), 1.0)
        return replace(self, n=frozen(n), total_time=frozen(self.total_time * n / self.n))

    def rough_dwell_times(self) -> RoughDwellTimes:
        """Total time over counts, half a transition where there was none."""
        rough = np.log(self.total_time / np.maximum(self.n, 0.5))
        return RoughDwellTimes(rough, np.maximum(self.n, 0.1), np.arange(self.n.size))

    def observed(self) -> Observed:
        """Mean dwell times with exact 68 % limits (Garwood); a lower limit where nothing switched."""
        n = np.maximum(self.n, 1.0)
        value = np.where(self.n > 0, self.total_time / n, np.nan)
        low = self.total_time / gammaincinv(self.n + 1.0, _ONE_SIGMA[1])
        high = np.where(self.n > 0, self.total_time / gammaincinv(n, _ONE_SIGMA[0]), np.nan)
        return Observed(value, low, high, "dwell time", "s", {"n": self.n, "total_time": self.total_time})


@final
@dataclass(frozen=True)
class MeanDwellTimes(_DwellSettings):
    """Mean dwell times with standard errors, and no counts: Gaussian on ln τ.

    mean, stderr: s, shape (rows,), positive. Good where stderr is well below mean.
    """

    mean: Array
    stderr: Array

    kind: ClassVar[str] = "dwell-times"

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], *, polarity: int, origin: Origin) -> Self:
        """Build from `mean_dwell` and `mean_dwell_stderr`."""
        common = common_fields(columns, polarity, origin)
        return cls(**common, mean=frozen(columns["mean_dwell"]), stderr=frozen(columns["mean_dwell_stderr"]))

    @property
    def counts(self) -> Array:
        """Counts that would give this relative error: (mean/stderr)²."""
        return np.asarray((self.mean / self.stderr) ** 2)

    def deviance_residuals(self, prediction: Any) -> Any:
        """(ln mean − ln τ)/(stderr/mean)."""
        return (np.log(self.mean) - prediction) * (self.mean / self.stderr)

    def log_likelihood(self, prediction: Any) -> Any:
        """Gaussian in ln τ, up to a constant."""
        return total(-0.5 * np.square(self.deviance_residuals(prediction)))

    def expected_counts(self, prediction: Array) -> Array:
        """Counts that would give the stated relative errors."""
        return np.broadcast_to(self.counts, np.shape(prediction)).copy()

    def replicate(self, prediction: Array, rng: np.random.Generator) -> MeanDwellTimes:
        """A fresh draw of ln τ with the same relative errors."""
        relative = self.stderr / self.mean
        mean = np.exp(prediction + relative * rng.standard_normal(relative.shape))
        return replace(self, mean=frozen(mean), stderr=frozen(mean * relative))

    def resampled(self, rng: np.random.Generator) -> MeanDwellTimes:
        """Rows drawn again within their series."""
        drawn: MeanDwellTimes = with_rows_drawn(self, rng)
        return drawn

    def expected(self, prediction: Array) -> MeanDwellTimes:
        """Means at the dwell times, with the same relative errors."""
        mean = self.displayed(prediction)
        return replace(self, mean=frozen(mean), stderr=frozen(mean * (self.stderr / self.mean)))

    def longer(self, factor: float) -> MeanDwellTimes:
        """Errors smaller by the root of the factor."""
        return replace(self, stderr=frozen(self.stderr / np.sqrt(factor)))

    def rough_dwell_times(self) -> RoughDwellTimes:
        """The means themselves."""
        return RoughDwellTimes(np.log(self.mean), self.counts, np.arange(self.mean.size))

    def observed(self) -> Observed:
        """Mean dwell times with their errors on the logarithm."""
        relative = self.stderr / self.mean
        extra = {"mean_dwell": self.mean, "mean_dwell_stderr": self.stderr}
        return Observed(
            self.mean, self.mean * np.exp(-relative), self.mean * np.exp(relative), "dwell time", "s", extra
        )


def _refuse_vague_means(mean: Array, stderr: Array) -> None:
    """TableError where an error leaves not even the order of magnitude of its mean."""
    wrong = np.flatnonzero(stderr > _VAGUEST * mean)
    if wrong.size:
        expected = f"an error of at most {_VAGUEST:g} times the mean"
        raise TableError(
            [
                CellProblem(int(row), "mean_dwell_stderr", expected, f"{stderr[row] / mean[row]:.3g} times")
                for row in wrong
            ]
        )


def _refuse_empty_means(n: Array) -> None:
    empty = np.flatnonzero(n < 1)
    if empty.size:
        expected = "1 or more transitions behind a mean dwell time (give n = 0 with total_time)"
        raise TableError([CellProblem(int(row), "n", expected, "0") for row in empty])
