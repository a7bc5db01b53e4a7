"""Switching under current pulses: how many of n pulses switched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

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
from stfit.measurement.edge import all_happened, jumps, nothing_happened, softening
from stfit.objective.predictions import log_dwell_time
from stfit.physics.deviance import binomial_log_likelihood, binomial_residuals
from stfit.physics.switching import log_stay_probability, switching_probability

_WHOLE = 1e-6  # how near probability·n must be to an integer
_ONE_SIGMA = (0.1586552539314571, 0.8413447460685429)


@final
@dataclass(frozen=True)
class SwitchingPulses(WithResiduals):
    """n pulses of a width, n_switched of which switched: P = 1 − exp(−t_p/τ), exact binomial likelihood.

    state: the state that is left. drive: A or V, shape (rows,), signed. is_voltage: whether drive is a voltage.
    pulse_width: s. Valid for pulses much longer than the attempt time.
    """

    state: Codes
    drive: Array
    is_voltage: bool
    pulse_width: Array
    n: Array
    n_switched: Array
    temperature: Array
    polarity: int
    origin: Origin

    kind: ClassVar[str] = "switching-pulse"
    state_words: ClassVar[tuple[str, str]] = ("P→AP", "AP→P")
    activated: ClassVar[bool] = True

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, npt.NDArray[Any]], *, polarity: int, origin: Origin, sign: str = "signed"
    ) -> Self:
        """Build from the columns of a table.

        sign: "signed", or "magnitude" where the file leaves the sign out (P->AP is then negative, AP->P positive).
        TableError where probability·n is no integer, or more switched than were tried.
        """
        is_voltage = "voltage" in columns
        state = columns["transition"]
        drive = columns["voltage" if is_voltage else "current"]
        if sign == "magnitude":
            _refuse_signed(drive, "voltage" if is_voltage else "current")
            drive = np.where(state == 0, -drive, drive)
        n = columns["n"]
        switched = columns["n_switched"] if "n_switched" in columns else _whole(columns["probability"] * n, columns)
        _refuse_more_than_tried(switched, n)
        notices = (*origin.notices, *_common_divisor_notice(n, switched), *_one_sign_notice(state, drive))
        return cls(
            state=frozen(state, np.int8),
            drive=frozen(drive),
            is_voltage=is_voltage,
            pulse_width=frozen(columns["pulse_width"]),
            n=frozen(n),
            n_switched=frozen(switched),
            temperature=frozen(columns.get("temperature", np.full(state.size, np.nan))),
            polarity=polarity,
            origin=replace(origin, notices=notices),
        )

    @property
    def needs(self) -> tuple[str, ...]:  # type: ignore[override]
        """The resistance, where a voltage drove the device."""
        return ("resistance",) if self.is_voltage else ()

    @property
    def settings(self) -> Settings:
        """At what each row was taken; the drive carries the polarity."""
        signed = self.polarity * self.drive
        current, voltage = (None, signed) if self.is_voltage else (signed, None)
        return Settings(self.state, current, voltage, self.temperature, np.full(self.n.size, np.nan))

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        """Temperature, field and pulse width."""
        return *common_series_settings(self.settings), SeriesSetting(self.pulse_width, "ns", 1e9)

    @property
    def counts(self) -> Array:
        """The smaller of switched and not switched."""
        return np.minimum(self.n_switched, self.n - self.n_switched)

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln τ of each row, Eq. 27; shape (..., rows)."""
        return log_dwell_time(law, quantities, self.settings, temperature)

    def deviance_residuals(self, prediction: Any) -> Any:
        """Signed-root binomial deviance against ln τ; positive where more switched than predicted."""
        return binomial_residuals(self.n, self.n_switched, np.log(self.pulse_width) - prediction)

    def log_likelihood(self, prediction: Any) -> Any:
        """Binomial log-likelihood summed over the rows, prediction = ln τ."""
        return total(binomial_log_likelihood(self.n, self.n_switched, np.log(self.pulse_width) - prediction))

    def expected_counts(self, prediction: Array) -> Array:
        """The smaller of the expected successes and failures."""
        switched = switching_probability(self.pulse_width, prediction)
        stayed = np.exp(log_stay_probability(self.pulse_width, prediction))
        return np.asarray(self.n * np.minimum(switched, stayed))

    def replicate(self, prediction: Array, rng: np.random.Generator) -> SwitchingPulses:
        """A fresh binomial draw of every row."""
        probability = switching_probability(self.pulse_width, prediction)
        return replace(self, n_switched=frozen(rng.binomial(self.n.astype(int), probability)))

    def resampled(self, rng: np.random.Generator) -> SwitchingPulses:
        """The pulses of each row drawn again: as many of them, switched with the chance that was observed."""
        return replace(self, n_switched=frozen(rng.binomial(self.n.astype(int), self.n_switched / self.n)))

    def expected(self, prediction: Array) -> SwitchingPulses:
        """n P pulses switched, which is no whole number."""
        return replace(self, n_switched=frozen(self.n * switching_probability(self.pulse_width, prediction)))

    def softened(self) -> SwitchingPulses | None:
        """Counts kept away from none and all, of transitions that have hardly a row between; None for others."""
        soft = softening(self.state, (self.n_switched > 0) & (self.n_switched < self.n))
        return replace(self, n_switched=frozen(np.clip(self.n_switched, soft, self.n - soft))) if np.any(soft) else None

    def limits(self) -> tuple[str, ...]:
        """Of each transition that has no row between none and all of its pulses."""
        return tuple(
            self._limit(code)
            for code in np.unique(self.state)
            if np.all((self.n_switched == 0) | (self.n_switched == self.n), where=self.state == code)
        )

    def _limit(self, code: int) -> str:
        rows, word = self.state == code, self.state_words[code]
        drive, width, n = (column[rows] for column in (self.drive, self.pulse_width, self.n))
        switched = self.n_switched[rows] > 0
        if not np.any(switched):
            return nothing_happened(word, "no pulse switched", n * width)
        if np.all(switched):
            return all_happened(word, width, n)
        return jumps(word, self.axis.unit, drive[~switched], drive[switched])

    def longer(self, factor: float) -> SwitchingPulses:
        """More pulses, the nearest whole number."""
        n = np.maximum(np.rint(factor * self.n), 1.0)
        return replace(self, n=frozen(n), n_switched=frozen(np.rint(self.n_switched * n / self.n)))

    def rough_dwell_times(self) -> RoughDwellTimes:
        """ln τ of each row from its own fraction; extreme rows weigh little."""
        fraction = (self.n_switched + 0.5) / (self.n + 1.0)
        exposure = -np.log1p(-fraction)
        weight = self.n * exposure**2 * (1.0 - fraction) / fraction
        informative = np.where((self.n_switched > 0) & (self.n_switched < self.n), 1.0, 0.1)
        return RoughDwellTimes(np.log(self.pulse_width / exposure), weight * informative, np.arange(self.n.size))

    @property
    def axis(self) -> Axis:
        """The current, A, or the voltage, V."""
        return Axis("voltage", "V", self.drive) if self.is_voltage else Axis("current", "A", self.drive)

    def along(self, row: int, values: Array) -> Self:
        """The setting of a row at other currents or voltages."""
        grid: Self = repeated(self, row, values.size, drive=values)
        return grid

    def displayed(self, prediction: Array) -> Array:
        """Switching probabilities."""
        return np.asarray(switching_probability(self.pulse_width, prediction))

    def observed(self) -> Observed:
        """Switched fractions with exact 68 % limits (Clopper–Pearson)."""
        k, n = self.n_switched, self.n
        low = np.where(k > 0, betaincinv(np.maximum(k, 1.0), n - k + 1.0, _ONE_SIGMA[0]), 0.0)
        high = np.where(k < n, betaincinv(k + 1.0, np.maximum(n - k, 1.0), _ONE_SIGMA[1]), 1.0)
        extra = {"pulse_width": self.pulse_width, "n": n, "n_switched": k}
        return Observed(k / n, low, high, "switching probability", "", extra)


def _whole(switched: Array, columns: Mapping[str, npt.NDArray[Any]]) -> Array:
    nearest = np.rint(switched)
    wrong = np.flatnonzero(np.abs(switched - nearest) > _WHOLE)
    if wrong.size:
        raise TableError(
            [
                CellProblem(
                    int(row),
                    "probability",
                    f"a multiple of 1/n = 1/{columns['n'][row]:g}",
                    f"{columns['probability'][row]:g}, which is {switched[row]:g} of {columns['n'][row]:g} pulses",
                )
                for row in wrong
            ]
        )
    return np.asarray(nearest)


def _refuse_more_than_tried(switched: Array, n: Array) -> None:
    wrong = np.flatnonzero(switched > n)
    if wrong.size:
        problems = [
            CellProblem(int(row), "n_switched", f"at most n = {n[row]:g}", f"{switched[row]:g}") for row in wrong
        ]
        raise TableError(problems)


def _refuse_signed(drive: Array, column: str) -> None:
    wrong = np.flatnonzero(drive < 0)
    if wrong.size:
        expected = 'a magnitude, as sign = "magnitude" says'
        raise TableError([CellProblem(int(row), column, expected, "a negative one") for row in wrong])


def _one_sign_notice(state: Codes, drive: Array) -> tuple[str, ...]:
    """A notice where both transitions are driven by the same sign, as in a file that leaves the sign out."""
    if np.unique(state).size < 2 or (np.any(drive <= 0) and np.any(drive >= 0)):
        return ()
    return ('P->AP and AP->P are driven by the same sign: if the file leaves it out, sign = "magnitude" says so',)


def _common_divisor_notice(n: Array, switched: Array) -> tuple[str, ...]:
    """A notice where every count shares a divisor: the number of pulses is then probably smaller than stated."""
    divisor = int(np.gcd.reduce(np.concatenate([n, switched]).astype(np.int64)))
    # with 5 informative rows a shared divisor happens by chance in fewer than 1 of 2^5 tables
    informative = np.count_nonzero((switched > 0) & (switched < n))
    if divisor < 2 or informative < 5:
        return ()
    likely = f"{int(n[0]) // divisor}" if np.all(n == n[0]) else f"n/{divisor}"
    stated = f"{int(n[0])}" if np.all(n == n[0]) else "n"
    notice = (
        f"every n_switched is a multiple of {divisor}: n may be {likely} rather than the stated {stated}, "
        f"and the errors then √{divisor} times larger"
    )
    return (notice,)
