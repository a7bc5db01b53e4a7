"""Dwell times: counts and total times, means with errors, and single dwells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Self, final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from stfit.derivatives import total
from stfit.errors import CellProblem, TableError
from stfit.measurement.base import Array, Origin, Settings, frozen
from stfit.measurement.defaults import Gaussian, WithResiduals, view_against_drive
from stfit.measurement.edge import nothing_happened, softening
from stfit.measurement.observation import Edge, View
from stfit.measurement.resampling import with_rows_drawn
from stfit.measurement.start import RoughDwellTimes, Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import STATE_WORDS, Observed, temperature_and_field
from stfit.objective.predictions import log_dwell_time
from stfit.physics.deviance import LARGEST_EXPONENT, exponential_log_likelihood, exponential_residuals

KIND: Final = "dwell-times"

_MOST_COUNTS = 1e18  # that NumPy's Poisson numbers can be; only a fit that failed expects more
_VAGUEST = 100.0  # error of a mean dwell time, in units of the mean: Gaussian in ln τ it is not by then
_ONE_SIGMA = (0.1586552539314571, 0.8413447460685429)


def displayed(prediction: Array) -> Array:
    """Dwell times (s), of ln τ; of its shape."""
    return np.exp(np.minimum(prediction, LARGEST_EXPONENT))


@final
@dataclass(frozen=True)
class DwellTimes(WithResiduals):
    """n transitions out of a state in a total time spent there: exponential dwells, exact likelihood.

    A prediction is ln τ (τ in s) of each row.

    Parameters
    ----------
    settings : Settings
        State, current, temperature and field of each row.
    origin : Origin
        Where the table comes from.
    n : Array
        Transitions, 0 or more, shape (rows,).
    total_time : Array
        s, positive, the censored last dwell included, shape (rows,).
    """

    settings: Settings
    origin: Origin
    n: Array
    total_time: Array

    traits: ClassVar[Traits] = Traits(activated=True)

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin) -> DwellTimes | MeanDwellTimes:
        """Build from a table without a dead time (see `dwell_table`).

        Parameters
        ----------
        columns : Mapping[str, ndarray]
            The columns of LAYOUT, SI units, shape (rows,).
        origin : Origin
            With the polarity of the currents.

        Returns
        -------
        DwellTimes or MeanDwellTimes
            The second where means have standard errors and no counts.

        Raises
        ------
        TableError
            Where a mean dwell time has no transition behind it, or an error of many times itself.
        """
        settings, origin = Settings.from_columns(columns, origin.polarity), origin.of(KIND)
        if "total_time" in columns:
            return cls(settings, origin, frozen(columns["n"]), frozen(columns["total_time"]))
        mean = columns["mean_dwell"]
        if "n" in columns:
            _refuse_empty_means(columns["n"])
            return cls(settings, origin, frozen(columns["n"]), frozen(mean * columns["n"]))
        _refuse_vague_means(mean, columns["mean_dwell_stderr"])
        return MeanDwellTimes(settings, origin, frozen(mean), frozen(columns["mean_dwell_stderr"]))

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln τ of each row, Eq. 27; shape (..., rows)."""
        return log_dwell_time(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        """Signed-root exponential deviance against ln τ; positive where the dwells are longer."""
        return exponential_residuals(self.n, self.total_time, prediction)

    def log_likelihood(self, prediction: Any) -> Any:
        """Sum of −n ln τ − t/τ over the rows, prediction = ln τ."""
        return total(exponential_log_likelihood(self.n, self.total_time, prediction))

    def expected_counts(self, prediction: Array) -> Array:
        """Transitions expected in the watched time."""
        return np.asarray(self.total_time * np.exp(np.minimum(-prediction, LARGEST_EXPONENT)))

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> DwellTimes:
        """A fresh draw: of total times at fixed counts, or of counts at fixed times where any count is 0.

        A row with n = 0 can only come from watching for a given time, so such a table is drawn as Poisson counts.
        Without a prediction rows are drawn again within their series: (n, total time) hold no single dwells, see
        `DwellEvents`.
        """
        if prediction is None:
            drawn: DwellTimes = with_rows_drawn(self, temperature_and_field(self.settings), rng)
            return drawn
        if np.any(self.n == 0):
            expected = np.minimum(self.expected_counts(prediction), _MOST_COUNTS)
            return replace(self, n=frozen(rng.poisson(expected)))
        return replace(self, total_time=frozen(np.exp(prediction) * rng.gamma(self.n)))

    def expected(self, prediction: Array) -> DwellTimes:
        """Total times at their mean, n τ, or counts at theirs where the times were fixed (see `draw`)."""
        if np.any(self.n == 0):
            return replace(self, n=frozen(self.expected_counts(prediction)))
        return replace(self, total_time=frozen(self.n * displayed(prediction)))

    def scaled(self, factor: float) -> DwellTimes:
        """More transitions, the nearest whole numbers, or longer watching where the times were fixed."""
        if np.any(self.n == 0):
            return replace(self, n=frozen(np.zeros(self.n.size)), total_time=frozen(factor * self.total_time))
        n = np.maximum(np.rint(factor * self.n), 1.0)
        return replace(self, n=frozen(n), total_time=frozen(self.total_time * n / self.n))

    def start(self) -> Start:
        """Total time over counts, half a transition where there was none."""
        rough = np.log(self.total_time / np.maximum(self.n, 0.5))
        return Start(RoughDwellTimes(rough, np.maximum(self.n, 0.1), np.arange(self.n.size)))

    def edge(self) -> Edge:
        """A part of a transition where there was none, of states that were hardly left; those that were never left."""
        state = self.settings.state
        soft = np.maximum(self.n, softening(state, self.n > 0))
        silent = [code for code in np.unique(state) if not np.any(self.n[state == code])]
        return Edge(
            None if np.array_equal(soft, self.n) else replace(self, n=frozen(soft)),
            tuple(
                nothing_happened(STATE_WORDS[code], "no transition was seen", self.total_time[state == code])
                for code in silent
            ),
        )

    def view(self) -> View:
        """Mean dwell times with exact 68 % limits (Garwood); a lower limit where nothing switched."""
        n = np.maximum(self.n, 1.0)
        value = np.where(self.n > 0, self.total_time / n, np.nan)
        low = self.total_time / gammaincinv(self.n + 1.0, _ONE_SIGMA[1])
        high = np.where(self.n > 0, self.total_time / gammaincinv(n, _ONE_SIGMA[0]), np.nan)
        observed = Observed(value, low, high, "dwell time", "s", {"n": self.n, "total_time": self.total_time})
        return view_against_drive(self, temperature_and_field(self.settings), observed, displayed)


@final
@dataclass(frozen=True)
class MeanDwellTimes(Gaussian):
    """Mean dwell times with standard errors, and no counts: Gaussian on ln τ.

    A prediction is ln τ (τ in s) of each row. Good where the error is well below the mean.

    Parameters
    ----------
    settings : Settings
        State, current, temperature and field of each row.
    origin : Origin
        Where the table comes from.
    mean, stderr : Array
        s, positive, shape (rows,).
    """

    settings: Settings
    origin: Origin
    mean: Array
    stderr: Array

    traits: ClassVar[Traits] = Traits(activated=True)

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin) -> Self:
        """Build from `mean_dwell` and `mean_dwell_stderr` (s, shape (rows,)) beside the settings."""
        settings = Settings.from_columns(columns, origin.polarity)
        return cls(settings, origin.of(KIND), frozen(columns["mean_dwell"]), frozen(columns["mean_dwell_stderr"]))

    @property
    def counts(self) -> Array:
        """Counts that would give this relative error: (mean/stderr)²."""
        return np.asarray((self.mean / self.stderr) ** 2)

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln τ of each row, Eq. 27; shape (..., rows)."""
        return log_dwell_time(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        """(ln mean − ln τ)/(stderr/mean)."""
        return (np.log(self.mean) - prediction) * (self.mean / self.stderr)

    def expected_counts(self, prediction: Array) -> Array:
        """Counts that would give the stated relative errors."""
        return np.broadcast_to(self.counts, np.shape(prediction)).copy()

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> MeanDwellTimes:
        """A fresh draw of ln τ with the same relative errors; without a prediction, rows again within their series."""
        if prediction is None:
            drawn: MeanDwellTimes = with_rows_drawn(self, temperature_and_field(self.settings), rng)
            return drawn
        relative = self.stderr / self.mean
        mean = np.exp(prediction + relative * rng.standard_normal(relative.shape))
        return replace(self, mean=frozen(mean), stderr=frozen(mean * relative))

    def expected(self, prediction: Array) -> MeanDwellTimes:
        """Means at the dwell times, with the same relative errors."""
        mean = displayed(prediction)
        return replace(self, mean=frozen(mean), stderr=frozen(mean * (self.stderr / self.mean)))

    def scaled(self, factor: float) -> MeanDwellTimes:
        """Errors smaller by the root of the factor."""
        return replace(self, stderr=frozen(self.stderr / np.sqrt(factor)))

    def start(self) -> Start:
        """The means themselves."""
        return Start(RoughDwellTimes(np.log(self.mean), self.counts, np.arange(self.mean.size)))

    def view(self) -> View:
        """Mean dwell times with their errors on the logarithm."""
        relative = self.stderr / self.mean
        extra = {"mean_dwell": self.mean, "mean_dwell_stderr": self.stderr}
        low, high = self.mean * np.exp(-relative), self.mean * np.exp(relative)
        observed = Observed(self.mean, low, high, "dwell time", "s", extra)
        return view_against_drive(self, temperature_and_field(self.settings), observed, displayed)


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
