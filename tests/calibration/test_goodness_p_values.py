"""p-values of the goodness of fit are uniform where the model is true: asymptotic for rich data, bootstrap for poor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from scipy.stats import chi2, kstest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.goodness import goodness
from stfit.kinds.dwell.data import DwellTimes
from stfit.results import Goodness
from stfit.studies.coverage import FALSE_ALARM, critical_z
from tests.calibration.pulls import Ensemble, simulate
from tests.calibration.virtual_devices import Design, dwell_table

pytestmark = pytest.mark.slow

# expected counts of 20 and more everywhere: Σ 1/(6n) over the rows shifts the mean deviance by 0.03 of its spread
RICH = ("dwells, 300–3000 a row", "events, censored, 20–200 a row")
COMPARISONS = len(RICH) * 3 + 1
# over-dispersion, correlation, runs and the overall verdict, of the rich designs and of the poor one
MORE = len(RICH) * 4 + 4


def asymptotic_p_values(ensemble: Ensemble) -> dict[str, list[float]]:
    """p-values by test, as the program gives them for rich data."""
    found: dict[str, list[float]] = {}
    for fit in ensemble.fits:
        outcome = goodness(fit.objective, fit.optimum, seed=0)
        assert outcome.method == "asymptotic"
        for test in outcome.tests:
            if test.name.startswith("deviance"):
                assert test.p_value is not None
                found.setdefault(test.name, []).append(test.p_value)
    return found


@pytest.mark.parametrize("name", RICH)
def test_asymptotic_p_values_of_rich_data_are_uniform(name: str, ensemble_of: Callable[[str], Ensemble]) -> None:
    for test, p_values in asymptotic_p_values(ensemble_of(name)).items():
        assert kstest(p_values, "uniform").pvalue > FALSE_ALARM / COMPARISONS, test


def test_asymptotic_p_values_of_poor_data_would_not_be(ensemble_of: Callable[[str], Ensemble]) -> None:
    """One count a row has the mean deviance 2γ = 1.154 instead of 1: the reason for the bootstrap."""
    ensemble = ensemble_of("dwells, 1 a row")
    deviances = np.array([fit.optimum.sum_of_squares for fit in ensemble.fits])
    rows, fitted = 120, 5  # the other three parameters are as many constraints
    # at the truth a row has 2(t − 1 − ln t), of mean 2γ and standard deviation 2√(π²/6 − 1); the fit takes 5 off, up to
    # fitted²/rows = 0.2 of second order
    error = 2 * np.sqrt((np.pi**2 / 6 - 1) * rows / deviances.size)
    expected = 2 * np.euler_gamma * rows - fitted
    assert deviances.mean() == pytest.approx(expected, abs=critical_z(1) * error + 0.2)
    asymptotic = chi2.sf(deviances, rows - fitted)
    assert kstest(asymptotic, "uniform").pvalue < FALSE_ALARM


def columns(outcomes: Sequence[Goodness]) -> dict[str, list[float]]:
    """The p-values of all outcomes by test, and the overall one."""
    found: dict[str, list[float]] = {}
    for outcome in outcomes:
        for name, p_value in (*((test.name, test.p_value) for test in outcome.tests), ("overall", outcome.p_value)):
            assert p_value is not None
            found.setdefault(name, []).append(p_value)
    return found


def complaints_about(p_values: Mapping[str, Sequence[float]]) -> list[str]:
    """Tests whose p-values are not uniform, or for what is discrete or corrected, are small too often.

    A number of runs has ties, and Holm's correction allows for tests that are independent: their p-values may be too
    large, never too small (one-sided).
    """
    sides: dict[str, Literal["two-sided", "greater"]] = {
        "over-dispersion": "two-sided",
        "correlation of neighbours": "two-sided",
    }
    sides |= {"runs of signs": "greater", "overall": "greater"}
    found = {name: kstest(p_values[name], "uniform", alternative=side).pvalue for name, side in sides.items()}
    return [f"{name}: {p:.1e}" for name, p in found.items() if p < FALSE_ALARM / MORE]


@pytest.mark.parametrize("name", RICH)
def test_order_and_scatter_of_rich_data_alarm_as_often_as_they_say(
    name: str, ensemble_of: Callable[[str], Ensemble]
) -> None:
    outcomes = [goodness(fit.objective, fit.optimum, seed=i) for i, fit in enumerate(ensemble_of(name).fits)]
    assert complaints_about(columns(outcomes)) == []


def test_order_and_scatter_would_find_a_wrong_law_and_jitter(ensemble_of: Callable[[str], Ensemble]) -> None:
    """The same test with a bow that no straight line follows, and with rows that scatter 1.4 times too much."""
    ensemble = ensemble_of(RICH[0])
    alike: list[Goodness] = []
    jittered: list[Goodness] = []
    for number, fit in enumerate(ensemble.fits[:25]):
        term = fit.objective.terms[0]
        table = term.measurement
        assert isinstance(table, DwellTimes)
        # up to three standard errors of a row at the largest currents
        bow = np.square(table.settings.drive / np.max(np.abs(table.settings.drive))) / np.sqrt(table.n)
        noise = np.sqrt(1.4**2 - 1.0) / np.sqrt(table.n) * np.random.default_rng(number).standard_normal(bow.size)
        for change, found in ((3.0 * bow, alike), (noise, jittered)):
            changed = replace(table, total_time=table.total_time * np.exp(change))
            objective = replace(fit.objective, terms=(replace(term, measurement=changed),))
            found.append(goodness(objective, minimise(objective), seed=number))
    assert any(line.startswith("correlation") for line in complaints_about(columns(alike)))
    assert any(line.startswith("over-dispersion") for line in complaints_about(columns(jittered)))


def test_bootstrap_p_values_of_poor_data_are_uniform(devices: int) -> None:
    # 16 rows with 1 to 5 counts. A bootstrap stopped at 20 exceedances knows p to 1/√20 of itself at worst, which
    # Kolmogorov's distance of some 20 values (its 0.1 % point is 0.42) does not feel.
    quotes = {"delta_R": "0.110 ohm", "beta": "0.35", "temperature": "295 K"}
    table = dwell_table((1, 5), 5e-3, currents=8, temperatures=(295.0,))
    ensemble = simulate(Design((table,), quotes, held={"tau_0": "1 ns"}), max(20, devices // 20), seed=40)
    outcomes = [goodness(fit.objective, fit.optimum, seed=i) for i, fit in enumerate(ensemble.fits)]
    assert {outcome.method for outcome in outcomes} == {"parametric bootstrap"}
    assert complaints_about(columns(outcomes)) == []
    p_values = [np.nan if (p := outcome.tests[0].p_value) is None else p for outcome in outcomes]
    assert not np.any(np.isnan(p_values))
    assert kstest(p_values, "uniform").pvalue > FALSE_ALARM / COMPARISONS
