"""Switching under current pulses: how many of n pulses switched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from stfit.derivatives import total
from stfit.errors import CellProblem, TableError
from stfit.measurement.base import Array, Codes, Origin, Settings, frozen
from stfit.measurement.defaults import WithResiduals, view_against_drive
from stfit.measurement.edge import all_happened, jumps, nothing_happened, softening
from stfit.measurement.observation import Edge, View
from stfit.measurement.start import RoughDwellTimes, Start
from stfit.measurement.traits import OwnParameter, Traits
from stfit.measurement.view import TRANSITION_WORDS, Observed, SeriesSetting, temperature_and_field
from stfit.objective.predictions import log_dwell_time
from stfit.physics.deviance import binomial_log_likelihood, binomial_residuals
from stfit.physics.switching import log_dwell_time_as_read, log_stay_probability, switching_probability

KIND: Final = "switching-pulse"

_PERFECT = 1.0 - 1e-9  # visibility: nearer to 1 the share that stays has no digits left
_HIGHEST_FLOOR, _LOWEST_TOP = 0.2, 0.6  # from which a fit of the read-out starts, whatever the rows show
_EXTREME = 0.01  # share, beyond which a row tells nothing of a start
_WHOLE = 1e-6  # how near probability·n must be to an integer
_ONE_SIGMA = (0.1586552539314571, 0.8413447460685429)


@final
@dataclass(frozen=True)
class SwitchingPulses(WithResiduals):
    """n pulses of a width, n_switched of which switched: P = 1 − exp(−t_p/τ), exact binomial likelihood.

    A prediction is ln τ (τ in s) of each row. Valid for pulses much longer than the attempt time.

    Parameters
    ----------
    settings : Settings
        The state that is left, current or voltage, and temperature of each row.
    origin : Origin
        Where the table comes from.
    pulse_width : Array
        s, shape (rows,).
    n, n_switched : Array
        Pulses, and how many of them switched, shape (rows,).
    read_out : tuple of str
        Of "visibility" and "floor", what the read-out has: parameters of this measurement. A prediction is then ln of
        the dwell time that a perfect read-out would need to show the same share.
    """

    settings: Settings
    origin: Origin
    pulse_width: Array
    n: Array
    n_switched: Array
    read_out: tuple[str, ...] = ()

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.NDArray[Any]],
        *,
        origin: Origin,
        sign: str = "signed",
        read_out: tuple[str, ...] = (),
    ) -> Self:
        """Build from the columns of a table.

        Parameters
        ----------
        columns : Mapping[str, ndarray]
            The columns of LAYOUT, SI units, shape (rows,).
        origin : Origin
            With the polarity of the currents.
        sign : {"signed", "magnitude"}
            "magnitude" where the file leaves the sign out: P->AP is then negative, AP->P positive.
        read_out : tuple of {"visibility", "floor"}
            What the read-out has.

        Returns
        -------
        SwitchingPulses
            With a notice where n may be wrong, or signs are missing.

        Raises
        ------
        TableError
            Where a share of n is no integer, or more switched than were tried.
        """
        name = "voltage" if "voltage" in columns else "current"
        state, drive, n = columns["transition"], columns[name], columns["n"]
        if sign == "magnitude":
            _refuse_signed(drive, name)
            drive = np.where(state == 0, -drive, drive)
        switched = _switched(columns)
        _refuse_more_than_tried(switched, n)
        return cls(
            Settings.from_columns({**columns, name: drive}, origin.polarity),
            origin.of(KIND, *_common_divisor_notice(n, switched), *_one_sign_notice(state, drive)),
            pulse_width=frozen(columns["pulse_width"]),
            n=frozen(n),
            n_switched=frozen(switched),
            read_out=read_out,
        )

    @property
    def traits(self) -> Traits:  # type: ignore[override]
        """The resistance is needed where a voltage drove the device."""
        needs = () if self.settings.voltage is None else ("resistance",)
        return Traits(needs, tuple(OwnParameter(name, "") for name in self.read_out), activated=True)

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln τ of each row, Eq. 27, as it is read out; shape (..., rows)."""
        found = log_dwell_time(law, quantities, self.settings, temperature)
        if not self.read_out:
            return found
        visibility = quantities["visibility"] if "visibility" in self.read_out else _PERFECT
        floor = quantities["floor"] if "floor" in self.read_out else 0.0
        return log_dwell_time_as_read(self.pulse_width, found, visibility, floor)

    def residuals(self, prediction: Any) -> Any:
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

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> SwitchingPulses:
        """A fresh binomial draw of every row, as many pulses.

        Without a prediction they switch with the chance that was observed.
        """
        observed = self.n_switched / self.n
        chance = observed if prediction is None else switching_probability(self.pulse_width, prediction)
        return replace(self, n_switched=frozen(rng.binomial(self.n.astype(int), chance)))

    def expected(self, prediction: Array) -> SwitchingPulses:
        """n P pulses switched, which is no whole number."""
        return replace(self, n_switched=frozen(self.n * switching_probability(self.pulse_width, prediction)))

    def edge(self) -> Edge:
        """Counts kept away from none and all, of transitions that have hardly a row between; those that have none."""
        state, graded = self.settings.state, (self.n_switched > 0) & (self.n_switched < self.n)
        soft = softening(state, graded)
        clipped = np.clip(self.n_switched, soft, self.n - soft)
        return Edge(
            replace(self, n_switched=frozen(clipped)) if np.any(soft) else None,
            tuple(self._limit(code) for code in np.unique(state) if not np.any(graded[state == code])),
        )

    def _limit(self, code: int) -> str:
        rows, word, axis = self.settings.state == code, TRANSITION_WORDS[code], self.view().axis
        drive, width, n = (column[rows] for column in (axis.values, self.pulse_width, self.n))
        switched = self.n_switched[rows] > 0
        if not np.any(switched):
            return nothing_happened(word, "no pulse switched", n * width)
        if np.all(switched):
            return all_happened(word, width, n)
        return jumps(word, axis.unit, drive[~switched], drive[switched])

    def scaled(self, factor: float) -> SwitchingPulses:
        """More pulses, the nearest whole number."""
        n = np.maximum(np.rint(factor * self.n), 1.0)
        return replace(self, n=frozen(n), n_switched=frozen(np.rint(self.n_switched * n / self.n)))

    def start(self) -> Start:
        """ln τ of each row from its own fraction; extreme rows weigh little."""
        seen = (self.n_switched + 0.5) / (self.n + 1.0)
        floor, top = min(float(np.min(seen)), _HIGHEST_FLOOR), max(float(np.max(seen)), _LOWEST_TOP)
        own = {name: value for name, value in (("visibility", top), ("floor", floor)) if name in self.read_out}
        low, high = own.get("floor", 0.0), own.get("visibility", 1.0)
        fraction = np.clip((seen - low) / (high - low), _EXTREME, 1.0 - _EXTREME) if own else seen
        exposure = -np.log1p(-fraction)
        weight = self.n * exposure**2 * (1.0 - fraction) / fraction
        informative = np.where((self.n_switched > 0) & (self.n_switched < self.n), 1.0, 0.1)
        log_dwell = np.log(self.pulse_width / exposure)
        return Start(RoughDwellTimes(log_dwell, weight * informative, np.arange(self.n.size)), own=own)

    def view(self) -> View:
        """Switched fractions with exact 68 % limits (Clopper–Pearson)."""
        k, n = self.n_switched, self.n
        low = np.where(k > 0, betaincinv(np.maximum(k, 1.0), n - k + 1.0, _ONE_SIGMA[0]), 0.0)
        high = np.where(k < n, betaincinv(k + 1.0, np.maximum(n - k, 1.0), _ONE_SIGMA[1]), 1.0)
        extra = {"pulse_width": self.pulse_width, "n": n, "n_switched": k}
        observed = Observed(k / n, low, high, "switching probability", "", extra)
        series = (*temperature_and_field(self.settings), SeriesSetting(self.pulse_width, "ns", 1e9))
        return view_against_drive(self, series, observed, self._probability, state_words=TRANSITION_WORDS)

    def _probability(self, prediction: Array) -> Array:
        """Of switching, of ln τ; of its shape."""
        return np.asarray(switching_probability(self.pulse_width, prediction))


def _switched(columns: Mapping[str, npt.NDArray[Any]]) -> Array:
    """How many pulses switched, as counted or from a share; a share of errors keeps its digits however small it is."""
    if "n_switched" in columns:
        return np.asarray(columns["n_switched"])
    if "error_rate" in columns:
        return np.asarray(columns["n"] - _whole("error_rate", columns))
    return _whole("probability", columns)


def _whole(name: str, columns: Mapping[str, npt.NDArray[Any]]) -> Array:
    """The whole numbers that shares of n are, where those in the table may be rounded in their last digit."""
    n, share = columns["n"], columns[name]
    count = share * n
    nearest = np.rint(count)
    rounding = 0.5001 * 10.0 ** -_decimals(share)
    wrong = np.flatnonzero((np.abs(count - nearest) > _WHOLE) & (np.abs(nearest / n - share) > rounding))
    if wrong.size:
        raise TableError(
            [
                CellProblem(
                    int(row),
                    name,
                    f"a multiple of 1/n = 1/{n[row]:g}, to its last digit",
                    f"{share[row]:g}, which is {count[row]:g} of {n[row]:g} pulses",
                )
                for row in wrong
            ]
        )
    return np.asarray(nearest)


def _decimals(values: Array) -> Array:
    """The decimals that each number is written with at least; 18 where 17 do not do."""
    found = np.full(values.shape, 18.0)
    for digits in range(17, -1, -1):
        whole = values * 10.0**digits
        found[np.abs(whole - np.rint(whole)) <= 1e-15 * np.abs(whole) * 4.0] = digits
    return found


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
    return ('P->AP and AP->P have drives of the same sign: if the file gives magnitudes, set sign = "magnitude"',)


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
