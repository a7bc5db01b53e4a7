"""Telegraph traces, reduced: what each says of the dwell times of P and AP, two rows a trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from stfit.derivatives import Jet, concatenate, elementwise, total
from stfit.kinds.dwell.data import displayed
from stfit.measurement.base import Array, Origin, Rows, Settings, frozen
from stfit.measurement.defaults import WithResiduals, view_against_drive
from stfit.measurement.observation import View
from stfit.measurement.start import RoughDwellTimes, Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import Observed, temperature_and_field
from stfit.objective.predictions import log_dwell_time
from stfit.physics.deviance import binomial_log_likelihood, binomial_residuals
from stfit.physics.telegraph import draw_chain

KIND: Final = "telegraph-trace"

_ONE_SIGMA = (0.1586552539314571, 0.8413447460685429)
_FARTHEST = 150.0  # |ln(τ/Δt)| whose exponential a number still holds when it is cubed
_NEVER_SURE = 1.0 - 2.0**-40  # a change of state is certain to twelve digits at most


@final
@dataclass(frozen=True)
class TraceRecord:
    """How one trace was reduced, for reports; the fit does not look at it.

    current: A, or None where a voltage (V) drove the device. levels, naive, tau, tau_stderr: of P and AP (naive: the
    mean of the counted dwells, s); levels in the unit, "ohm", "A" under a voltage, "" where none is known. noise: of
    the samples.
    checks: name, verdict ("passed", "doubtful", "failed", "not-tested") and sentence of each. panels: numbers for the
    figures of the trace, empty where they are not kept.
    """

    file: str
    current: float | None
    route: str
    reason: str
    samples: int
    sample_interval: float
    levels: tuple[float | None, float | None]
    level_unit: str
    noise: float | None
    snr: float | None
    transitions: tuple[int, int]
    naive: tuple[float | None, float | None]
    tau: tuple[float | None, float | None]
    tau_stderr: tuple[float | None, float | None]
    checks: tuple[Mapping[str, str], ...]
    left_out: bool
    panels: Mapping[str, Any]
    voltage: float | None = None


@final
@dataclass(frozen=True)
class TelegraphTraces(WithResiduals):
    """Traces of two-state noise; rows 2j and 2j+1 are P and AP of one trace, arrays of shape (rows,).

    A prediction is ln τ (τ in s) of each row. Where thresholds told the state of every sample, the samples are a
    two-state chain. Elsewhere ln τ is known with a covariance, whose Cholesky factor is (root[2j], 0), (cross[2j+1],
    root[2j+1]).

    Parameters
    ----------
    settings : Settings
        State, current, temperature and field of each row.
    origin : Origin
        Where the index comes from.
    sampled : ndarray of bool
        Whether the samples are a chain.
    sample_interval : Array
        s, Δt.
    n, n_changed : Array
        Steps of the chain that began in the state of the row, and those of them that ended in the other one.
    log_tau, root, cross : Array
        ln τ and the factor of its covariance; log_tau is held for all rows.
    naive : Array
        s, the mean where dwells were counted, else NaN.
    records : tuple[TraceRecord, ...]
        How each trace was reduced.
    """

    settings: Settings
    origin: Origin
    sampled: npt.NDArray[np.bool_]
    sample_interval: Array
    n: Array
    n_changed: Array
    log_tau: Array
    root: Array
    cross: Array
    naive: Array
    records: tuple[TraceRecord, ...] = ()

    @property
    def traits(self) -> Traits:  # type: ignore[override]
        """The resistance is needed where a voltage drove the device and no level tells the current."""
        return Traits(() if self.settings.voltage is None else ("resistance",), activated=True)

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin) -> Self:
        """Build from columns named as the fields, beside those of the settings, one row a state of a trace."""
        numbers = ("sample_interval", "n", "n_changed", "log_tau", "root", "cross", "naive")
        held = {name: frozen(columns[name]) for name in numbers}
        settings = Settings.from_columns(columns, origin.polarity)
        return cls(settings, origin.of(KIND), frozen(columns["sampled"], np.bool_), **held)

    @property
    def stderr(self) -> Array:
        """Standard errors of ln τ."""
        return np.asarray(np.hypot(self.root, self.cross))

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln τ of each row, Eq. 27; shape (..., rows)."""
        return log_dwell_time(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        """Signed roots of the deviance, positive where the dwells are longer than predicted, prediction = ln τ.

        Of a sampled chain: of n_changed of n steps, each with 1 − p_stay; else whitened.
        """
        return self._by_route(
            prediction,
            lambda rows, eta: -binomial_residuals(self.n[rows], self.n_changed[rows], self._log_exposure(rows, eta)),
            self._whitened,
        )

    def log_likelihood(self, prediction: Any) -> Any:
        """ln L of the chains, given their first samples, and of the Gaussian rows."""
        terms = self._by_route(
            prediction,
            lambda rows, eta: binomial_log_likelihood(
                self.n[rows], self.n_changed[rows], self._log_exposure(rows, eta)
            ),
            lambda rows, eta: -0.5 * np.square(self._whitened(rows, eta)),
        )
        return total(terms)

    def expected_counts(self, prediction: Array) -> Array:
        """Transitions expected out of the state of each row; those that would give its error where none are counted."""
        eta = np.asarray(prediction)
        expected = np.where(self.sampled, self.n * self._change(eta), 1.0 / np.square(self.stderr))
        return np.asarray(np.minimum(expected, np.where(self.sampled, np.maximum(self.n - expected, expected), np.inf)))

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> TelegraphTraces:
        """A fresh draw of the same records: of their chains, or of ln τ with the same covariance."""
        if prediction is None:
            return self._resampled(rng)
        n, changed = self.n.copy(), self.n_changed.copy()
        change = self._change(np.asarray(prediction))
        for row in np.flatnonzero(self.sampled)[::2]:
            pair = slice(int(row), int(row) + 2)
            n[pair], changed[pair] = draw_chain(round(float(self.n[pair].sum())), change[pair], rng)
        return self._with(n, changed, self._scattered(np.asarray(prediction), rng))

    def _resampled(self, rng: np.random.Generator) -> TelegraphTraces:
        """The steps of the chains drawn again from themselves; of other rows, ln τ within its covariance."""
        steps = np.rint(self.n).astype(np.int64)
        share = np.clip(np.where(self.n > 0, self.n_changed / np.maximum(self.n, 1.0), 0.0), 0.0, 1.0)
        changed = np.where(self.sampled, rng.binomial(steps, share), self.n_changed)
        return self._with(self.n, changed, self._scattered(self.log_tau, rng))

    def expected(self, prediction: Array) -> TelegraphTraces:
        """The same records with steps and transitions at their expectation, and ln τ as predicted."""
        tau = np.exp(np.asarray(prediction) - _offset(prediction))
        pairs = self.n.reshape(-1, 2).sum(axis=1, keepdims=True)
        n = np.where(self.sampled, (pairs * (tau.reshape(-1, 2) / tau.reshape(-1, 2).sum(axis=1)[:, None])).ravel(), 0)
        return self._with(n, n * self._change(np.asarray(prediction)), np.asarray(prediction))

    def scaled(self, factor: float) -> TelegraphTraces:
        """Records `factor` times as long, at the same rates."""
        scale = 1.0 / np.sqrt(factor)
        longer = self._with(factor * self.n, factor * self.n_changed, self.log_tau)
        return replace(longer, root=frozen(self.root * scale), cross=frozen(self.cross * scale))

    def start(self) -> Start:
        """The estimates of the traces, each by itself."""
        return Start(RoughDwellTimes(self.log_tau, 1.0 / np.square(self.stderr), np.arange(self.n.size)))

    def view(self) -> View:
        """Dwell times corrected for what sampling misses, with 68 % limits; a lower limit where nothing switched."""
        tau, error = np.exp(self.log_tau), self.stderr
        counted = ~self.sampled | (self.n_changed > 0)
        few = np.maximum(self.n_changed, 1.0)
        low = np.where(counted, tau * np.exp(-error), self.n * self.sample_interval / gammaincinv(1.0, _ONE_SIGMA[1]))
        low = np.where(self.sampled & (self.n == 0), np.nan, low)  # never in that state: nothing is seen of it
        low = np.where(self.sampled & counted, tau * few / gammaincinv(few + 1.0, _ONE_SIGMA[1]), low)
        high = np.where(self.sampled, tau * few / gammaincinv(few, _ONE_SIGMA[0]), tau * np.exp(error))
        extra = {
            "transitions": np.where(self.sampled, self.n_changed, np.nan),
            "naive_dwell": self.naive,
        }
        value, high = np.where(counted, tau, np.nan), np.where(counted, high, np.nan)
        observed = Observed(value, low, high, "dwell time", "s", extra)
        return view_against_drive(self, temperature_and_field(self.settings), observed, displayed)

    def _change(self, eta: Array) -> Array:
        """1 − p_stay of every row, for ln τ (s), shape (..., rows)."""
        rows = np.arange(self.n.size)
        return np.asarray(
            -np.expm1(-np.exp(self._log_exposure(rows, np.broadcast_to(eta, (*eta.shape[:-1], rows.size)))))
        )

    def _log_exposure(self, rows: Rows, eta: Any) -> Any:
        """ln(−ln p_stay) of the given rows, whole pairs, for their ln τ (s)."""
        own = _limited(eta - np.log(self.sample_interval[rows]))
        other = _picked(own, np.arange(rows.size).reshape(-1, 2)[:, ::-1].ravel())
        leave, enter = np.exp(-own), np.exp(-other)
        both = leave + enter
        changed = leave * (-np.expm1(-both) / both)
        return np.log(-np.log1p(-changed * _NEVER_SURE))

    def _whitened(self, rows: Rows, eta: Any) -> Any:
        """(ln τ observed − predicted) times the inverse Cholesky factor of its covariance, pair by pair."""
        off = self.log_tau[rows] - eta
        first, second = np.arange(0, rows.size, 2), np.arange(1, rows.size, 2)
        u = _picked(off, first) / self.root[rows][first]
        v = (_picked(off, second) - u * self.cross[rows][second]) / self.root[rows][second]
        return _picked(_joined([u, v]), np.argsort(np.concatenate([first, second]), kind="stable"))

    def _by_route(self, prediction: Any, of_chain: Any, of_gaussian: Any) -> Any:
        """Terms of all rows, each by the statistics of its trace, in the order of the rows."""
        chain, gaussian = np.flatnonzero(self.sampled), np.flatnonzero(~self.sampled)
        parts = [
            part(rows, _picked(prediction, rows))
            for part, rows in ((of_chain, chain), (of_gaussian, gaussian))
            if rows.size
        ]
        if len(parts) == 1:
            return parts[0]
        return _picked(_joined(parts), np.argsort(np.concatenate([chain, gaussian]), kind="stable"))

    def _scattered(self, mean: Array, rng: np.random.Generator) -> Array:
        """ln τ about a mean with the covariance of each pair."""
        z = rng.standard_normal(self.n.size).reshape(-1, 2)
        noise = np.stack([z[:, 0] * self.root[::2], z[:, 0] * self.cross[1::2] + z[:, 1] * self.root[1::2]], axis=1)
        return np.asarray(mean + noise.ravel())

    def _with(self, n: Array, changed: Array, log_tau: Array) -> TelegraphTraces:
        """Other data of the same design; the rough ln τ of chains follow from their counts."""
        share = np.clip(np.maximum(changed, 0.5) / np.maximum(n, 1.0), 1e-300, 0.999)
        from_chain = np.log(self.sample_interval) - np.log(-np.log1p(-share))
        tau = np.where(self.sampled, from_chain, log_tau)
        return replace(self, n=frozen(n), n_changed=frozen(changed), log_tau=frozen(tau))


def _picked(values: Any, rows: Rows) -> Any:
    """Rows, the last axis of an array; the first of a Jet."""
    return values[rows] if isinstance(values, Jet) else np.asarray(values)[..., rows]


def _joined(parts: list[Any]) -> Any:
    return concatenate(parts)


def _limited(eta: Any) -> Any:
    """ln(τ/Δt) inside what its exponentials can hold."""
    return elementwise(
        eta,
        lambda x: np.clip(x, -_FARTHEST, _FARTHEST),
        lambda x: (np.abs(x) < _FARTHEST).astype(float),
        np.zeros_like,
    )


def _offset(prediction: Any) -> Array:
    """The larger ln τ of each pair, for both of its rows: exponentials of the rest do not overflow."""
    largest = np.asarray(prediction).reshape(-1, 2).max(axis=1)
    return np.repeat(largest, 2)
