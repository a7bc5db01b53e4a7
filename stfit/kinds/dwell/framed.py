"""Single dwells counted in whole frames: geometric, not exponential."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr, spence

from stfit.derivatives import total
from stfit.errors import CellProblem, TableError
from stfit.kinds.dwell.data import DwellTimes, displayed
from stfit.measurement.base import Array, Origin, Rows, Settings, frozen
from stfit.measurement.defaults import WithResiduals, view_against_drive
from stfit.measurement.grouping import groups
from stfit.measurement.observation import View
from stfit.measurement.resampling import drawn_within
from stfit.measurement.start import RoughDwellTimes, Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import Observed, temperature_and_field
from stfit.objective.predictions import log_dwell_time
from stfit.physics.deviance import LARGEST_EXPONENT, binomial_log_likelihood, binomial_residuals

_OFF: Final = 0.05  # of a frame: how far a duration may lie off its multiple, for the rounding in a file
_ONE_SIGMA: Final = (0.1586552539314571, 0.8413447460685429)


@final
@dataclass(frozen=True)
class FramedDwells(WithResiduals):
    """Dwells of whole frames, P(m) = (1 − p)^{m−1} p with p = 1 − e^{−Δ/τ}: n of all frames watched end a dwell.

    A prediction is ln τ (τ in s) of each row. A visit to the other state that begins and ends within one frame is in no
    table: ln τ is too large by about Δ/(2 τ_other), see `unseen_visits`.

    Parameters
    ----------
    settings : Settings
        State, current, temperature and field of each row.
    origin : Origin
        Where the table comes from.
    frame : Array
        s, Δ of each row, shape (rows,).
    length : Array
        Frames of each dwell, 1 or more, shape (events,).
    setting : Rows
        Row that each dwell belongs to, shape (events,).
    censored : ndarray of bool
        True where the dwell had not ended when watching stopped, shape (events,).
    """

    settings: Settings
    origin: Origin
    frame: Array
    length: Array
    setting: Rows
    censored: npt.NDArray[np.bool_]

    traits: ClassVar[Traits] = DwellTimes.traits

    @classmethod
    def of(
        cls,
        reduced: DwellTimes,
        duration: Array,
        setting: Rows,
        censored: npt.NDArray[np.bool_],
        frame: Array,
    ) -> FramedDwells:
        """From events grouped by state and setting; TableError where one is no multiple of its frame (s)."""
        frames = duration / frame[setting]
        length = np.rint(frames)
        wrong = np.flatnonzero((np.abs(frames - length) > _OFF) | ((length < 1) & ~censored))
        if wrong.size:
            raise TableError(
                [
                    CellProblem(
                        int(i),
                        "duration",
                        f"a multiple of the sample_interval, {frame[setting[i]]:g} s",
                        f"{duration[i]:g} s",
                    )
                    for i in wrong
                ]
            )
        held = (frozen(length), frozen(setting, np.intp), frozen(censored, np.bool_))
        return cls(reduced.settings, reduced.origin, frozen(frame), *held)

    def unseen_visits(self) -> Array:
        """By how much ln τ of each row is too large at most, for visits to the other state within one frame; (rows,).

        Δ/(2 τ) of the other state at the same setting; 0 where the table has none.
        """
        settings = self.settings
        tau = self.frame * self.frames / np.maximum(self.n, 0.5)
        first, group = groups([settings.drive, settings.temperature, settings.field])
        of_state = np.full((first.size, 2), np.inf)
        of_state[group, settings.state] = tau
        return np.asarray(0.5 * self.frame / of_state[group, 1 - settings.state])

    @property
    def n(self) -> Array:
        """Dwells that were seen to end, shape (rows,)."""
        return self._sums(~self.censored)

    @property
    def frames(self) -> Array:
        """Frames watched in the state, shape (rows,)."""
        return self._sums(self.length)

    def _sums(self, weights: npt.NDArray[Any]) -> Array:
        size = self.settings.state.size
        return np.asarray(np.bincount(self.setting, weights=weights, minlength=size), dtype=float)

    def predict(self, law: Any, quantities: Any, temperature: Any) -> Any:
        """ln τ of each row, Eq. 27; shape (..., rows)."""
        return log_dwell_time(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        """Signed-root binomial deviance against ln τ; positive where the dwells are longer."""
        return -binomial_residuals(self.frames, self.n, np.log(self.frame) - prediction)

    def log_likelihood(self, prediction: Any) -> Any:
        """Sum of n ln p + (frames − n) ln(1 − p) over the rows, prediction = ln τ."""
        return total(binomial_log_likelihood(self.frames, self.n, np.log(self.frame) - prediction))

    def expected_counts(self, prediction: Array) -> Array:
        """The smaller of the expected ends and of the frames without one."""
        p = self._ending(prediction)
        return np.asarray(self.frames * np.minimum(p, 1.0 - p))

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> FramedDwells:
        """A fresh draw: as many dwells, or as many frames where the last dwell was not seen to end.

        Without a prediction the dwells of each setting are drawn again.
        """
        if prediction is None:
            drawn = drawn_within(self.setting, rng)
            return self._with(self.length[drawn], self.setting, self.censored[drawn])
        p = np.clip(self._ending(prediction), 1e-12, 1.0)
        timed = self._sums(self.censored) > 0
        lengths, settings, censored = [], [], []
        for row, (n, frames) in enumerate(zip(self.n.astype(int), self.frames.astype(int), strict=True)):
            if not timed[row]:
                found = rng.geometric(p[row], n)
            else:
                ends = np.sort(rng.choice(frames, rng.binomial(frames, p[row]), replace=False)) + 1
                found = np.diff(ends, prepend=0, append=frames)
            lengths.append(found)
            settings.append(np.full(found.size, row))
            censored.append(timed[row] & (np.arange(found.size) == found.size - 1))
        return self._with(np.concatenate(lengths), np.concatenate(settings), np.concatenate(censored))

    def expected(self, prediction: Array) -> FramedDwells:
        """Dwells of the mean length, which is no whole number."""
        mean = 1.0 / np.clip(self._ending(prediction), 1e-12, 1.0)
        scale = mean * self.n / np.maximum(self.frames, 1.0)
        return self._with(self.length * np.where(self.n > 0, scale, 1.0)[self.setting], self.setting, self.censored)

    def scaled(self, factor: float) -> FramedDwells:
        """The same dwells, as often as comes nearest to the factor."""
        times = max(1, round(factor))
        return self._with(np.tile(self.length, times), np.tile(self.setting, times), np.tile(self.censored, times))

    def start(self) -> Start:
        """Each row's own estimate, half an end where there was none."""
        p = np.clip(
            np.maximum(self.n, 0.5) / np.maximum(self.frames, 1.0), 0.0, 1.0 - 0.25 / np.maximum(self.frames, 1)
        )
        rough = np.log(self.frame / -np.log1p(-p))
        return Start(RoughDwellTimes(rough, np.maximum(self.n, 0.1), np.arange(self.n.size)))

    def view(self) -> View:
        """Dwell times behind the counted frames with exact 68 % limits (Clopper–Pearson)."""
        n, frames = self.n, np.maximum(self.frames, 1.0)
        most = betaincinv(n + 1.0, np.maximum(frames - n, 1e-9), _ONE_SIGMA[1])
        least = betaincinv(np.maximum(n, 1e-9), frames - n + 1.0, _ONE_SIGMA[0])
        with np.errstate(divide="ignore"):
            value, low, high = (self.frame / -np.log1p(-np.minimum(p, 1.0 - 1e-12)) for p in (n / frames, most, least))
        seen = n > 0
        observed = Observed(
            np.where(seen, value, np.nan),
            low,
            np.where(seen, high, np.nan),
            "dwell time",
            "s",
            {"n": n, "frames": frames},
        )
        return view_against_drive(self, temperature_and_field(self.settings), observed, displayed)

    def shape(self) -> tuple[float | None, float | None]:
        """Whether the complete dwells are geometric: a statistic, 1 where they are, and a two-sided p-value.

        The score against a negative binomial law with p estimated, as `kinds/telegraph/segmentation` has it.
        """
        complete = ~self.censored
        length, setting = self.length[complete].astype(np.intp), self.setting[complete]
        harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1.0, max(int(length.max(initial=1)), 1) + 1))])
        rows = self.settings.state.size
        n = np.bincount(setting, minlength=rows).astype(float)
        frames = np.bincount(setting, weights=length, minlength=rows)
        score = np.bincount(setting, weights=harmonic[length - 1], minlength=rows)
        used = (n >= 2) & (frames > n)
        if not np.any(used):
            return None, None
        p = n[used] / frames[used]
        expected, variance = -n[used] * np.log(p), n[used] * (spence(p) - (1.0 - p))
        z = float((score[used] - expected).sum() / np.sqrt(variance.sum()))
        return float(expected.sum() / max(float(score[used].sum()), 1e-300)), float(2.0 * ndtr(-abs(z)))

    def _ending(self, prediction: Array) -> Array:
        """p, the chance that a dwell ends in a frame, of ln τ."""
        return np.asarray(-np.expm1(-self.frame * np.exp(np.minimum(-np.asarray(prediction), LARGEST_EXPONENT))))

    def _with(self, length: Array, setting: Rows, censored: npt.NDArray[np.bool_]) -> FramedDwells:
        return replace(
            self, length=frozen(length), setting=frozen(setting, np.intp), censored=frozen(censored, np.bool_)
        )
