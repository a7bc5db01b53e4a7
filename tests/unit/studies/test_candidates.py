"""What could be measured next, made from what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Origin
from stfit.studies.candidate import Candidate, Today, with_candidate
from stfit.studies.candidates import candidates
from stfit.studies.conditions import Conditions, candidate_words
from tests.builders import K_B, QUOTES, TRUTH, E, coupling, dwell_times, grid, objective, pulses, ramps
from tests.unit.studies.planning import AGAIN, changed, cold, today


def of_kind(start: Today, kind: str) -> list[Candidate]:
    return candidates(changed(start, candidates=(kind,)))[0]


def why_not(start: Today, kind: str) -> str:
    found, without = candidates(changed(start, candidates=(kind,)))
    assert found == []
    return without[0][1]


def test_every_kind_is_made_or_refused_with_a_reason() -> None:
    found, without = candidates(today())
    assert {c.kind for c in found} | {kind for kind, _ in without} == set(candidate_words())
    assert {kind for kind, _ in without} == {"constants", "field", "state"}


def test_the_fit_stays_where_it_is() -> None:
    start = today()
    size = start.optimum.x.size
    for candidate in candidates(start)[0]:
        objective_then, optimum = with_candidate(start, candidate)
        assert np.array_equal(optimum.x[:size], start.optimum.x)
        assert optimum.covariance is not None
        shift = optimum.covariance @ objective_then.gradient(optimum.x)
        # a thousandth of an error: the fit itself converges to 1e-6 of ln L, which is 1.4e-3 of an error
        assert np.all(np.abs(shift) <= 2e-3 * np.sqrt(np.diag(optimum.covariance))), candidate.title


def test_points_lie_where_dwell_times_can_be_measured() -> None:
    start = today(shortest_dwell=1e-3, longest_dwell=10.0)
    found = [*of_kind(start, "currents"), *of_kind(start, "temperature")]
    assert found
    for candidate in found:
        table = candidate.terms[0].measurement
        assert isinstance(table, DwellTimes)
        tau = table.total_time / table.n
        assert np.all((tau > 0.999e-3) & (tau < 10.01))


def test_a_trace_shows_both_states_equally_often() -> None:
    (candidate,) = of_kind(today(time_per_point=500.0), "currents")
    table = candidate.terms[0].measurement
    assert isinstance(table, DwellTimes)
    half = table.n.size // 2
    assert np.array_equal(table.n[:half], table.n[half:])
    # as long as planned, or a whole number of times as long, to one pair of dwells
    times = (table.total_time[:half] + table.total_time[half:]) / 500.0
    tau = table.total_time / table.n
    assert np.all(np.abs(times - np.rint(times)) <= np.rint(times) * (tau[:half] + tau[half:]) / 500.0)


def test_no_current_beyond_the_largest() -> None:
    (candidate,) = of_kind(today(largest_current=2e-3), "currents")
    current = candidate.terms[0].measurement.settings.current
    assert current is not None
    assert np.all(np.abs(current) <= 2e-3)


def test_temperatures_a_tenth_lower_and_higher() -> None:
    kelvin = {float(t) for c in of_kind(cold(), "temperature") for t in c.terms[0].thermometer}
    assert kelvin <= {266.0, 324.0}
    assert kelvin


def test_the_state_that_is_missing() -> None:
    start = today(dwell_times(grid(states=(0,)), seed=2))
    (candidate,) = of_kind(start, "state")
    assert "out of AP too" in candidate.title
    assert set(candidate.terms[0].measurement.settings.state.tolist()) == {0, 1}
    assert why_not(today(), "state") == "both states have dwell times"


def test_pulses_from_dwells_switch_now_and_then() -> None:
    (candidate,) = of_kind(today(of_kinds={"pulses": 500}), "pulses")
    table = candidate.terms[0].measurement
    assert isinstance(table, SwitchingPulses)
    assert np.all(table.n % 500 == 0)
    prediction = np.asarray(candidate.terms[0].prediction(today().quantities))
    share = table.expected(prediction).n_switched / table.n
    assert np.all((share > 0.02) & (share < 0.98))


def test_ramps_faster_slower_colder_and_warmer() -> None:
    start = today(ramps(n=100))
    assert [c.title.split(" with ")[1][:12] for c in of_kind(start, "currents")] == ["ramps 0.1 × ", "ramps 10 × a"]
    assert [c.title for c in of_kind(start, "temperature")] == ["ramps.csv at 234 K", "ramps.csv at 341 K"]
    assert "pulses are planned from dwell times" in why_not(start, "pulses")


def test_a_constant_is_determined_to_half_its_error_in_all() -> None:
    found = {next(iter(c.quotes)): c for c in of_kind(today(precision_time=AGAIN), "constants")}
    assert found.keys() == {"beta", "delta_R", "temperature"}
    assert found["beta"].quotes["beta"] == pytest.approx(0.03 / np.sqrt(3.0), rel=1e-12)
    stated = of_kind(today(precision={"beta": 0.01}, precision_time={"beta": 7200.0}), "constants")[0]
    assert (stated.quotes["beta"], stated.cost.hours) == (0.01, 2.0)
    assert "every constant is held" in why_not(today(known=True), "constants")
    assert "beta or delta_R or temperature" in why_not(today(), "constants")  # nothing says that they can be measured


def test_a_delta_R_series_shares_the_doubt_about_delta_R() -> None:
    (candidate,) = of_kind(today(of_kinds={"critical_current_error": 0.03}), "critical-currents")
    currents = candidate.terms[0].measurement
    quoted, held = 0.004 / today().value("delta_R"), of_kind(today(known=True), "critical-currents")[0]
    expected = np.hypot(0.03, np.sqrt(2.0) * quoted)
    assert np.allclose(currents.stderr / np.abs(currents.current), expected, rtol=1e-6)  # type: ignore[attr-defined]
    known = held.terms[0].measurement
    assert np.allclose(known.stderr / np.abs(known.current), 0.03, rtol=1e-12)  # type: ignore[attr-defined]


def test_a_resonance_brings_its_own_parameters() -> None:
    (candidate,) = of_kind(today(), "fmr")
    assert {p.name for p in candidate.parameters} == {"power_P", "power_AP", "linewidth_P", "linewidth_AP"}


def test_stretched_candidates_have_stretched_designs() -> None:
    start = today(precision_time=AGAIN)
    first = of_kind(start, "longer")[0]
    longer = first.stretched(2.0)
    assert np.array_equal(longer.terms[0].measurement.n, 2 * first.terms[0].measurement.n)  # type: ignore[attr-defined]
    assert longer.cost.measuring == 2.0 * first.cost.measuring
    constant = of_kind(start, "constants")[0].stretched(4.0)
    assert constant.quotes["beta"] == pytest.approx(0.5 * 0.03 / np.sqrt(3.0), rel=1e-12)


def test_pulses_at_other_currents() -> None:
    start = today([dwell_times(grid(), seed=1), pulses(grid(temperatures=(295.0,)), seed=2)])
    kinds = [type(c.terms[0].measurement).__name__ for c in of_kind(start, "currents")]
    assert kinds == ["DwellTimes", "SwitchingPulses"]
    assert objective(dwell_times(grid())).law.device.by_field is False
    assert "one field only" in why_not(start, "field")


def several_fields() -> DwellTimes:
    """Dwell times of a uniaxial device in three fields; all the same length, which is all that is asked of them."""
    state, tesla, current = (
        a.reshape(-1) for a in np.meshgrid([0, 1], [-0.01, 0.0, 0.01], [-4e-3, 0.0, 4e-3], indexing="ij")
    )
    # E = K v (1 ± h)² with h = B/120 mT and K v = 0.6 eV, at 295 K
    energy = 0.6 * E * np.square(1.0 + np.where(state == 0, 1.0, -1.0) * tesla / 0.12)
    top = np.arccos(-tesla / 0.12)
    factor = np.where(state == 0, (top - np.sin(top)) / 2, -(np.pi - top + np.sin(top)) / 2)
    tau = 1e-10 * np.exp((energy + coupling(TRUTH) * factor * current) / (K_B * 295.0))
    columns = {"state": state, "current": current, "field": tesla, "temperature": np.full(state.size, 295.0)}
    table = DwellTimes.from_columns(
        columns | {"n": np.full(state.size, 400.0), "total_time": 400.0 * tau}, origin=Origin()
    )
    assert isinstance(table, DwellTimes)
    return table


def test_another_field_where_the_model_takes_several() -> None:
    device = {**QUOTES, "anisotropy_field": "120 ± 2 mT", "field_offset": "0 ± 1 mT"}
    one = objective(several_fields(), device=device, model={"asymmetry": "uniaxial"})
    start = Today(one, minimise(one), Conditions(target="l_over_L"))
    found = of_kind(start, "field")
    assert found
    # a quarter of the range of 20 mT further out
    fields = [float(b) for c in found for b in c.terms[0].measurement.settings.field]
    assert np.allclose(np.abs(fields), 0.015, rtol=1e-12)
    assert all("mT" in c.title for c in found)
    assert "several fields" in why_not(start, "fmr")


def test_without_any_temperature_none_is_written() -> None:
    start = today(dwell_times(grid(temperatures=(295.0,), with_temperature=False), seed=1), target="slope_P")
    one = objective(start.objective.terms[0].measurement, device={n: QUOTES[n] for n in ("beta", "delta_R")})
    start = Today(one, minimise(one), start.conditions)
    assert all(" K" not in candidate.title for candidate in of_kind(start, "currents"))
    assert why_not(start, "temperature") == "no temperature is given anywhere"
