"""Laws of the fit: what may not change when polarity, units, names of states or the cut of the data do."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Observation, Origin
from stfit.models.dwell import DwellTimeModel
from stfit.physics.deviance import (
    binomial_log_likelihood,
    binomial_residuals,
    exponential_log_likelihood,
    exponential_residuals,
)
from stfit.results import Estimate, Status
from tests import builders
from tests.builders import TRUTH, E

law = settings(deadline=None, max_examples=80, derandomize=True)
fits = settings(deadline=None, max_examples=12, derandomize=True)

etas = st.floats(-30.0, 30.0)
counts = st.integers(1, 10**6)
EPS = 2.0**-52
# fits converge to a gain of ln L of 1e-6 at worst, √(2e-6) of a standard error; twice, for two fits
CLOSE = 3e-3


def found(measurement: Observation | list[Observation], **sections: Any) -> tuple[dict[str, Estimate], float]:
    """Estimates and deviance of a fit that converged."""
    objective = builders.objective(measurement, **sections)
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    return estimates(objective, optimum), optimum.sum_of_squares


def assert_same(one: Estimate, other: Estimate, factor: float = 1.0) -> None:
    """The other is `factor` times the one, with its error and its interval."""
    assert one.verdict is other.verdict
    if one.value is None or one.stderr is None:
        assert other.value == (None if one.value is None else pytest.approx(factor * one.value, rel=1e-6))
        return
    assert other.value is not None
    assert abs(other.value - factor * one.value) < CLOSE * abs(factor) * one.stderr
    assert other.stderr == pytest.approx(abs(factor) * one.stderr, rel=CLOSE)
    assert one.ci95 is not None
    assert other.ci95 is not None
    ends = [None if end is None else factor * end for end in one.ci95][:: 1 if factor > 0 else -1]
    for expected, end in zip(ends, other.ci95, strict=True):
        assert end is not None
        assert expected is not None
        assert end == pytest.approx(expected, abs=10 * CLOSE * abs(factor) * one.stderr)


# --- the residuals --------------------------------------------------------------------------------------------------


@law
@given(counts, etas, etas, etas)
def test_exponential_deviance_is_the_loss_of_likelihood(n: int, log_time: float, one: float, other: float) -> None:
    first, time, eta = np.array([float(n)]), np.array([n * np.exp(log_time)]), np.array([[one], [other]])
    squares = exponential_residuals(first, time, eta)[:, 0] ** 2
    likelihoods = exponential_log_likelihood(first, time, eta)[:, 0]
    # rounding of the larger of both, times a few operations
    size = max(np.max(squares), np.max(np.abs(likelihoods)), 1.0)
    assert squares[0] - squares[1] == pytest.approx(-2 * (likelihoods[0] - likelihoods[1]), abs=100 * EPS * size)


@law
@given(st.integers(1, 10**6), st.floats(0.0, 1.0), st.floats(-12.0, 5.0), st.floats(-12.0, 5.0))
def test_binomial_deviance_is_the_loss_of_likelihood(n: int, share: float, one: float, other: float) -> None:
    first, switched, eta = np.array([float(n)]), np.array([np.rint(share * n)]), np.array([[one], [other]])
    squares = binomial_residuals(first, switched, eta)[:, 0] ** 2
    likelihoods = binomial_log_likelihood(first, switched, eta)[:, 0]
    size = max(np.max(squares), np.max(np.abs(likelihoods)), 1.0)
    assert squares[0] - squares[1] == pytest.approx(-2 * (likelihoods[0] - likelihoods[1]), abs=100 * EPS * size)


@law
@given(counts, etas, etas, st.floats(0.01, 3.0))
def test_longer_prediction_smaller_residual(n: int, log_time: float, eta: float, step: float) -> None:
    values = exponential_residuals(
        np.array([float(n)]), np.array([n * np.exp(log_time)]), np.array([[eta], [eta + step]])
    )
    assert values[0, 0] > values[1, 0]


@law
@given(st.integers(1, 10**6), st.floats(0.0, 1.0), st.floats(-12.0, 3.0), st.floats(0.01, 0.5))
def test_longer_exposure_smaller_residual(n: int, share: float, eta: float, step: float) -> None:
    first, switched = np.array([float(n)]), np.array([np.rint(share * n)])
    values = binomial_residuals(first, switched, np.array([[eta], [eta + step]]))
    assert values[0, 0] > values[1, 0]


@law
@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.1, 10.0), st.floats(0.1, 10.0), st.floats(-3.0, 3.0))
def test_watching_in_two_parts_is_watching_once(n: int, m: int, first: float, second: float, eta: float) -> None:
    whole = exponential_log_likelihood(np.array([float(n + m)]), np.array([first + second]), np.array([eta]))
    parts = exponential_log_likelihood(np.array([float(n), float(m)]), np.array([first, second]), np.full(2, eta))
    assert np.sum(parts) == pytest.approx(whole[0], rel=1e-12, abs=1e-12)


# --- fits -----------------------------------------------------------------------------------------------------------

GRID = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))
seeds = st.integers(0, 10**6)


def measured(kind: str, seed: int, grid: builders.Grid = GRID) -> Observation:
    if kind == "pulses":
        return builders.pulses(grid, n=300, seed=seed)
    if kind == "means":
        return builders.mean_dwells(grid, relative=0.05, seed=seed)
    if kind == "events":
        return builders.dwell_events(grid, n=60, seed=seed)
    return builders.dwell_times(grid, n=200, seed=seed)


kinds = st.sampled_from(["dwells", "means", "events", "pulses"])


@fits
@given(kinds, seeds)
def test_polarity_and_the_sign_of_the_current_cancel(kind: str, seed: int) -> None:
    turned = builders.Grid(GRID.state, GRID.current, GRID.temperature, polarity=-1)
    (one, deviance), (other, same) = found(measured(kind, seed)), found(measured(kind, seed, turned))
    assert same == deviance
    assert other == one  # to the last digit: the same numbers enter


@fits
@given(seeds)
def test_the_wrong_polarity_turns_lambda_and_nothing_else(seed: int) -> None:
    table = builders.dwell_times(GRID, n=200, seed=seed)
    columns: dict[str, Any] = {
        "state": table.settings.state,
        "current": table.settings.drive,
        "temperature": table.settings.temperature,
    }
    turned = DwellTimes.from_columns(
        columns | {"n": table.n, "total_time": table.total_time}, origin=Origin(file="dwell.csv", polarity=-1)
    )
    (one, deviance), (other, same) = found(table), found(turned)
    assert same == pytest.approx(deviance, rel=1e-6)
    for name, estimate in one.items():
        turns = name in {"l_over_L", "slope_P", "slope_AP", "I_c_P", "I_c_AP"}
        assert_same(estimate, other[name], -1.0 if turns else 1.0)


@fits
@given(seeds, st.sampled_from([1e-3, 1e3, 1e6]))
def test_the_unit_of_current_is_free(seed: int, factor: float) -> None:
    # I → f I with ΔR → ΔR/f is the same experiment
    table = builders.dwell_times(GRID, n=200, seed=seed)
    scaled = DwellTimes.from_columns(
        {
            "state": table.settings.state,
            "current": factor * table.settings.drive,
            "temperature": table.settings.temperature,
            "n": table.n,
            "total_time": table.total_time,
        },
        origin=Origin(file="dwell.csv"),
    )
    device = dict(builders.QUOTES) | {"delta_R": f"{0.11 / factor} ± {0.004 / factor} ohm"}
    (one, deviance), (other, same) = found(table), found(scaled, device=device)
    assert same == pytest.approx(deviance, rel=1e-6)
    factors = {"slope_P": 1 / factor, "slope_AP": 1 / factor, "I_c_P": factor, "I_c_AP": factor, "delta_R": 1 / factor}
    for name, estimate in one.items():
        assert_same(estimate, other[name], factors.get(name, 1.0))


@fits
@given(seeds, st.sampled_from([1e-3, 10.0]))
def test_the_unit_of_time_is_free(seed: int, factor: float) -> None:
    table = builders.dwell_times(GRID, n=200, seed=seed)
    scaled = builders.dwell_times(GRID, dict(TRUTH) | {"tau_0": factor * TRUTH["tau_0"]}, n=200, seed=seed)
    assert scaled.total_time == pytest.approx(factor * table.total_time, rel=1e-12)
    (one, deviance), (other, same) = found(table), found(scaled)
    assert same == pytest.approx(deviance, rel=1e-6)
    for name, estimate in one.items():
        assert_same(estimate, other[name], factor if name == "tau_0" else 1.0)


@fits
@given(seeds)
def test_the_names_of_the_states_are_free(seed: int) -> None:
    # P and AP exchanged and the current turned: c_P and c_AP, E_P and E_AP change places, all else stays
    table = builders.dwell_times(GRID, n=200, seed=seed)
    renamed = DwellTimes.from_columns(
        {
            "state": 1 - table.settings.state,
            "current": -table.settings.drive,
            "temperature": table.settings.temperature,
            "n": table.n,
            "total_time": table.total_time,
        },
        origin=Origin(file="dwell.csv"),
    )
    free = {"model": {"asymmetry": "free"}, "fit": {"fix": {"l_over_L": "3"}}, "device": builders.KNOWN}
    (one, deviance), (other, same) = found(table, **free), found(renamed, **free)
    assert same == pytest.approx(deviance, rel=1e-6)
    assert_same(one["tau_0"], other["tau_0"])
    for name in ("c", "E"):
        assert_same(one[f"{name}_P"], other[f"{name}_AP"])
        assert_same(one[f"{name}_AP"], other[f"{name}_P"])
    for name in ("slope", "I_c"):
        assert_same(one[f"{name}_P"], other[f"{name}_AP"], -1.0)


@fits
@given(seeds)
def test_the_printed_convention_is_the_same_fit(seed: int) -> None:
    table = builders.dwell_times(GRID, n=200, seed=seed)
    (one, deviance), (other, same) = found(table), found(table, model={"convention": "printed"})
    assert same == pytest.approx(deviance, rel=1e-6)
    factors = {"l_over_L": -8.0, "c_P": 2.0, "c_AP": 2.0, "E_P": 2.0, "E_AP": 2.0}
    for name, estimate in one.items():
        assert_same(estimate, other[name], factors.get(name, 1.0))


@fits
@given(seeds)
def test_cutting_the_data_changes_nothing(seed: int) -> None:
    rows = np.arange(GRID.current.size)
    table = builders.dwell_times(GRID, n=200, seed=seed)

    def part(keep: Any) -> DwellTimes:
        settings = table.settings
        columns: dict[str, Any] = {
            "state": settings.state,
            "current": settings.drive,
            "temperature": settings.temperature,
        }
        columns |= {"n": table.n, "total_time": table.total_time}
        columns = {name: values[keep] for name, values in columns.items()}
        built = DwellTimes.from_columns(columns, origin=Origin(file="dwell.csv"))
        assert isinstance(built, DwellTimes)
        return built

    pieces: list[Observation] = [part(rows % 3 == k) for k in range(3)]
    (one, deviance), (other, same) = found(table), found(pieces)
    assert same == pytest.approx(deviance, rel=1e-9)
    for name, estimate in one.items():
        assert_same(estimate, other[name])


@fits
@given(seeds)
def test_single_dwells_fit_as_their_table(seed: int) -> None:
    events = builders.dwell_events(GRID, n=30, seed=seed)
    (one, deviance), (other, same) = found(events), found(events.reduced)
    assert same == deviance
    assert one == other


@fits
@given(seeds)
def test_information_adds(seed: int) -> None:
    parts: list[Observation] = [measured(kind, seed) for kind in ("dwells", "means", "pulses")]
    known = {"device": builders.KNOWN}
    together = builders.objective(parts, **known)
    x = together.start
    alone = [builders.objective(part, **known) for part in parts]
    total = sum(objective.information(x) for objective in alone)
    assert together.information(x) == pytest.approx(np.asarray(total), rel=1e-9, abs=1e-9 * np.max(np.abs(total)))
    assert float(together.log_likelihood(x)) == pytest.approx(sum(float(o.log_likelihood(x)) for o in alone), rel=1e-12)


# --- every asymmetry recovers its own truth ------------------------------------------------------------------------


@st.composite
def own_truths(draw: st.DrawFn) -> tuple[str, str, dict[str, float]]:
    """A form of the model and parameters of its own, in the convention's numbers."""
    name = draw(st.sampled_from(["theta_0", "symmetric", "uniaxial", "chi", "free"]))
    sign = draw(st.sampled_from([-1.0, 1.0]))
    truth = {"l_over_L": sign * draw(st.floats(0.5, 5.0)), "tau_0": 10 ** draw(st.floats(-11.0, -9.0))}
    truth |= {"beta": 0.35, "delta_R": 0.11, "temperature": 295.0}
    if name == "uniaxial":
        truth |= {"Kv": draw(st.floats(0.4, 0.7)) * E, "h": draw(st.floats(-0.15, 0.15))}
    else:
        truth |= {"E_P": draw(st.floats(0.4, 0.7)) * E, "E_AP": draw(st.floats(0.4, 0.7)) * E}
    if name == "theta_0":
        truth["theta_0"] = draw(st.floats(0.8, 2.4))
    if name == "chi":
        truth["chi"] = draw(st.floats(-0.6, 5.0))
    if name == "free":
        truth |= {"c_P": draw(st.floats(0.2, 0.6)), "c_AP": draw(st.floats(0.6, 1.3))}
    return name, draw(st.sampled_from(["consistent", "printed"])), truth


@settings(deadline=None, max_examples=40, derandomize=True)
@given(own_truths())
def test_every_asymmetry_recovers_its_own_truth(case: tuple[str, str, dict[str, float]]) -> None:
    name, convention, truth = case
    model = DwellTimeModel(asymmetry=name, convention=convention, reference_temperature=295.0)
    scale = 8.0 if convention == "printed" else 1.0  # λ is eight times larger there
    truth = truth | {"l_over_L": truth["l_over_L"] * scale}
    eta = model.law.log_dwell_time(
        truth, state=GRID.state.astype(float), current=GRID.current, temperature=GRID.temperature, field=None
    )
    n = np.full(eta.size, 500.0)
    table = DwellTimes.from_columns(GRID.columns() | {"n": n, "total_time": n * np.exp(eta)}, origin=Origin())
    fix = {"l_over_L": str(truth["l_over_L"])} if name == "free" else {}
    estimate, deviance = found(
        table, device=builders.KNOWN, model={"asymmetry": name, "convention": convention}, fit={"fix": fix}
    )
    assert deviance < 1e-5  # no noise: a gain of 1e-6 in ln L, and then some
    for parameter, value in truth.items():
        assert estimate[parameter].value == pytest.approx(value, rel=1e-4, abs=1e-5), parameter


@settings(deadline=None, max_examples=8, derandomize=True)
@given(st.floats(-0.1, 0.1), st.floats(-4e-3, 4e-3), st.sampled_from([-3.0, 3.0]))
def test_several_fields_recover_the_stray_field(offset: float, first: float, spin_transfer: float) -> None:
    field = np.where(np.arange(GRID.current.size) % 2 == 0, first, first + 8e-3)
    truth = {
        "l_over_L": spin_transfer,
        "tau_0": 1e-9,
        "Kv": 0.5 * E,
        "anisotropy_field": 0.12,
        "field_offset": 0.1 * offset,
        "beta": 0.35,
        "delta_R": 0.11,
        "temperature": 295.0,
    }
    model = DwellTimeModel(asymmetry="uniaxial", by_field=True, reference_temperature=295.0)
    eta = model.law.log_dwell_time(
        truth, state=GRID.state.astype(float), current=GRID.current, temperature=GRID.temperature, field=field
    )
    n = np.full(eta.size, 500.0)
    table = DwellTimes.from_columns(
        GRID.columns() | {"field": field, "n": n, "total_time": n * np.exp(eta)}, origin=Origin()
    )
    device = dict(builders.KNOWN) | {"anisotropy_field": "120 mT", "field_offset": "0 ± 1000 mT"}
    estimate, _ = found(table, device=device, model={"asymmetry": "uniaxial"})
    for name in ("l_over_L", "Kv", "tau_0"):
        assert estimate[name].value == pytest.approx(truth[name], rel=1e-4)
    # the vague quote of 0 pulls by its square, (10 mT/1 T)² against an error of some 10 µT
    assert estimate["field_offset"].value == pytest.approx(truth["field_offset"], abs=1e-7)
