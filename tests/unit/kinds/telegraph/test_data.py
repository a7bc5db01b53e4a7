"""The measurement of traces: its likelihood against the chain's own, derivatives, draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from stfit.derivatives import Jet, seed
from stfit.kinds.telegraph.data import TelegraphTraces
from stfit.measurement import Observation, Origin
from stfit.physics.telegraph import stay_probabilities

Array = npt.NDArray[np.float64]
DT = 1e-5


def traces(*, sampled: tuple[bool, ...] = (True, False, True), n: float = 5e4) -> TelegraphTraces:
    """Three traces, of which the second is known by a Gaussian."""
    pairs = len(sampled)
    tau = np.tile([4e-5, 9e-5], pairs) * np.repeat(np.arange(1.0, pairs + 1.0), 2)
    p = np.array([stay_probabilities(tau[i], tau[i + 1], DT) for i in range(0, 2 * pairs, 2)]).ravel()
    covariance = np.array([[4e-4, 1e-4], [1e-4, 9e-4]])
    factor = np.linalg.cholesky(covariance)
    columns = {
        "state": np.tile([0, 1], pairs),
        "current": np.repeat(np.linspace(-1e-3, 1e-3, pairs), 2),
        "temperature": np.full(2 * pairs, 295.0),
        "field": np.full(2 * pairs, np.nan),
        "sampled": np.repeat(sampled, 2),
        "sample_interval": np.full(2 * pairs, DT),
        "n": np.full(2 * pairs, n),
        "n_changed": np.rint(n * (1.0 - p)),
        "log_tau": np.log(tau),
        "root": np.tile(np.diag(factor), pairs),
        "cross": np.tile([0.0, factor[1, 0]], pairs),
        "naive": tau * 1.2,
    }
    return TelegraphTraces.from_columns(columns, origin=Origin("index.csv"))


def test_it_is_a_measurement() -> None:
    assert isinstance(traces(), Observation)


def test_the_likelihood_is_that_of_the_chain_and_of_the_gaussian() -> None:
    m = traces()
    rng = np.random.default_rng(1)
    for _ in range(3):
        eta = m.log_tau + 0.1 * rng.standard_normal(6)
        expected = np.array(0.0)
        for row in (0, 4):
            p11, p22 = stay_probabilities(np.exp(eta[row]), np.exp(eta[row + 1]), DT)
            for stay, i in ((p11, row), (p22, row + 1)):
                expected = expected + m.n_changed[i] * np.log1p(-stay) + (m.n[i] - m.n_changed[i]) * np.log(stay)
        off = m.log_tau[2:4] - eta[2:4]
        expected = expected - 0.5 * off @ np.linalg.inv([[4e-4, 1e-4], [1e-4, 9e-4]]) @ off
        assert m.log_likelihood(eta) == pytest.approx(expected, rel=1e-10)


def test_squared_residuals_are_the_deviance() -> None:
    m = traces()
    rng = np.random.default_rng(2)
    first, second = (m.log_tau + 0.05 * rng.standard_normal(6) for _ in range(2))
    left = np.sum(np.square(m.residuals(first))) - np.sum(np.square(m.residuals(second)))
    # 4·10^5 terms of ln L, of which 12 digits survive
    assert left == pytest.approx(-2.0 * (m.log_likelihood(first) - m.log_likelihood(second)), abs=1e-6)
    assert np.max(np.abs(m.residuals(m.log_tau))) < 0.01  # rounded counts: half a count of 10^4


def test_a_longer_dwell_than_predicted_is_positive() -> None:
    assert np.all(traces().residuals(traces().log_tau - 0.2) > 0)


def test_walkers_stand_on_leading_axes() -> None:
    m = traces()
    eta = m.log_tau + 0.1 * np.random.default_rng(3).standard_normal((2, 5, 6))
    assert m.residuals(eta).shape == (2, 5, 6)
    assert m.log_likelihood(eta).shape == (2, 5)
    assert m.log_likelihood(eta)[1, 3] == pytest.approx(m.log_likelihood(eta[1, 3]), rel=1e-14)


@pytest.mark.parametrize("sampled", [(True, False, True), (True,), (False, False)])
def test_derivatives_are_those_of_differences(sampled: tuple[bool, ...]) -> None:
    m = traces(sampled=sampled)
    eta = m.log_tau + 0.05
    size, step = eta.size, 1e-5

    def jets(x: Array, order: int = 2) -> Jet:
        parts = seed(x, order)
        return Jet(
            np.concatenate([p.value for p in parts]),
            np.concatenate([p.gradient for p in parts], axis=-1),
            None if order == 1 else np.concatenate([np.asarray(p.hessian) for p in parts], axis=-1),
        )

    found = m.log_likelihood(jets(eta))
    shifted = [eta + step * np.eye(size)[i] for i in range(size)]
    back = [eta - step * np.eye(size)[i] for i in range(size)]
    numeric = [(m.log_likelihood(a) - m.log_likelihood(b)) / (2 * step) for a, b in zip(shifted, back, strict=True)]
    # 10 digits of ln L of 10^5 over 2·10^-5: 1e-1 of a gradient of 10^3
    np.testing.assert_allclose(found.gradient.reshape(size), numeric, rtol=1e-3, atol=1e-1)
    second = [
        (m.log_likelihood(jets(a)).gradient - m.log_likelihood(jets(b)).gradient).reshape(size) / (2 * step)
        for a, b in zip(shifted, back, strict=True)
    ]
    np.testing.assert_allclose(np.asarray(found.hessian).reshape(size, size), second, rtol=1e-4, atol=1e-2)
    residual = m.residuals(jets(eta, order=1))
    slopes = [(m.residuals(a) - m.residuals(b)) / (2 * step) for a, b in zip(shifted, back, strict=True)]
    np.testing.assert_allclose(residual.gradient, slopes, rtol=1e-5, atol=1e-4)


def test_absurd_predictions_stay_finite() -> None:
    m = traces()
    for shift in (-1000.0, -300.0, 300.0, 2000.0):
        assert np.all(np.isfinite(m.residuals(m.log_tau + shift)))
        assert np.isfinite(m.log_likelihood(m.log_tau + shift))


def test_replicas_are_draws_of_the_chain() -> None:
    m = traces(sampled=(True,), n=300.0)
    rng = np.random.default_rng(4)
    drawn = [m.draw(m.log_tau, rng) for _ in range(800)]
    n, changed = np.array([d.n for d in drawn]), np.array([d.n_changed for d in drawn])
    np.testing.assert_array_equal(n.sum(axis=1), 600.0)
    assert np.max(np.abs(changed[:, 0] - changed[:, 1])) <= 1  # transitions alternate
    expected = m.expected(m.log_tau)
    # standard error of a mean of 800: spread/28; four of them
    for values, mean in ((n, expected.n), (changed, expected.n_changed)):
        np.testing.assert_allclose(values.mean(axis=0), mean, atol=4.0 * values.std(axis=0).max() / 28.0)
    assert not np.array_equal(drawn[0].n, drawn[1].n)
    again = m.draw(m.log_tau, np.random.default_rng(4))
    np.testing.assert_array_equal(again.n, drawn[0].n)


def test_gaussian_replicas_have_their_covariance() -> None:
    m = traces(sampled=(False,))
    rng = np.random.default_rng(5)
    drawn = [[m.draw(m.log_tau, rng) for _ in range(4000)], [m.draw(None, rng) for _ in range(4000)]]
    for every in drawn:
        log_tau = np.array([draw.log_tau for draw in every])
        # relative error of a variance of 4000: 2.2 %; five of them
        np.testing.assert_allclose(np.cov(log_tau.T), [[4e-4, 1e-4], [1e-4, 9e-4]], rtol=0.11, atol=5e-5)


def test_resampled_chains_scatter_as_their_counts() -> None:
    m = traces(sampled=(True,))
    rng = np.random.default_rng(6)
    changed = np.array([m.draw(None, rng).n_changed for _ in range(2000)])
    share = m.n_changed / m.n
    np.testing.assert_allclose(changed.mean(axis=0), m.n_changed, rtol=0.01)
    np.testing.assert_allclose(changed.var(axis=0), m.n * share * (1.0 - share), rtol=0.16)  # 5·√(2/2000)


def test_longer_records_know_more() -> None:
    m = traces()
    longer = m.scaled(4.0)
    np.testing.assert_allclose(longer.n, 4.0 * m.n)
    np.testing.assert_allclose(longer.stderr, 0.5 * m.stderr)


def test_what_is_shown() -> None:
    m = traces()
    seen = m.view().observed
    np.testing.assert_allclose(seen.value, np.exp(m.log_tau))
    assert np.all((seen.low < seen.value) & (seen.value < seen.high))
    np.testing.assert_allclose(seen.extra["naive_dwell"], m.naive)
    still = replace(m, n_changed=np.where(np.arange(6) == 0, 0.0, m.n_changed))
    assert np.isnan(still.view().observed.value[0])
    assert still.view().observed.low[0] > 0
    assert m.view().along(2, np.array([0.0, 1e-3])).settings.drive.tolist() == [0.0, 1e-3]
    assert np.all(m.expected_counts(m.log_tau)[[2, 3]] == pytest.approx([2500.0, 1e4 / 9.0]))
    rough = m.start().dwell_times
    assert rough is not None
    assert rough.row.tolist() == list(range(6))
