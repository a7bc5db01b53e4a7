"""Notes on validity: each appears exactly when it should, with what a reader must know."""

from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.diagnostics.validity import validity
from stfit.kinds.critical.data import CriticalCurrents
from stfit.measurement import Observation, Origin
from stfit.physics.fokker_planck import finite_barrier_asymmetry
from stfit.physics.transport import CosineGmr
from stfit.results import Note
from tests import builders
from tests.builders import K_B, TRUTH

T = 295.0
GRID = builders.grid()


def noted(measurements: Observation | list[Observation], **sections: Any) -> dict[str, Note]:
    objective = builders.objective(measurements, **sections)
    optimum = minimise(objective)
    notes = validity(objective, optimum, estimates(objective, optimum))
    levels = [("failure", "warning", "info").index(note.level) for note in notes]
    assert levels == sorted(levels)  # worst first
    return {note.name: note for note in notes}


def low(height: float) -> dict[str, float]:
    """A device with barriers of so many k_BT at 295 K, and currents that hardly change them."""
    return dict(TRUTH) | {"E_P": height * K_B * T, "E_AP": height * K_B * T, "l_over_L": 0.05}


# --- barriers and times ---------------------------------------------------------------------------------------------


def test_high_barriers_hold() -> None:
    note = noted(builders.dwell_times(GRID))["barrier height"]
    assert note.level == "info"
    assert note.sentence.startswith("With the fitted τ0, 1 ns, the barriers of the rows are ")
    assert note.sentence.endswith("none lies below 5 k_BT.")


@pytest.mark.parametrize(("height", "level"), [(5.5, "info"), (4.5, "warning")])
def test_barriers_below_five_kt_are_no_activation(height: float, level: str) -> None:
    grid = builders.grid(temperatures=(T,))
    note = noted(builders.dwell_times(grid, low(height)), fit={"fix": {"tau_0": "1 ns"}})["barrier height"]
    assert note.level == level
    assert note.sentence.startswith("With the given τ0, 1 ns")
    assert ("14 of 14 rows lie below 5 k_BT" in note.sentence) is (level == "warning")


def test_without_tau_0_the_customary_one_is_the_yardstick() -> None:
    note = noted(builders.dwell_times(builders.grid(temperatures=(T,))))["barrier height"]
    assert note.sentence.startswith("With the customary τ0 (the data do not give one), 1 ns")


@pytest.mark.parametrize(("width", "short"), [(9.9e-9, True), (1.01e-8, False)])
def test_pulses_not_much_longer_than_tau_0(width: float, short: bool) -> None:
    truth = low(3.0)
    notes = noted(builders.pulses(GRID, truth, width=width, n=10**5, seed=None), fit={"fix": {"tau_0": "1 ns"}})
    assert ("pulse length" in notes) is short
    if short:
        assert notes["pulse length"].level == "warning"
        assert "pulses.csv: the shortest pulse, 9.9 ns, is not ≫ the given τ0, 1 ns" in notes["pulse length"].sentence


@pytest.mark.parametrize(("height", "short"), [(2.2, True), (2.6, False)])
def test_dwells_not_much_longer_than_tau_0(height: float, short: bool) -> None:
    # ln 10 = 2.30
    notes = noted(builders.dwell_times(GRID, low(height) | {"l_over_L": 1e-4}), fit={"fix": {"tau_0": "1 ns"}})
    lowest = float(np.exp(GRID.log_dwell_time(low(height)).min())) < 1e-8
    assert lowest is short or height == 2.6  # 320 K lowers the barrier of 2.6 to 2.4
    assert ("fitted dwell time length" in notes) is short


# --- finite barriers ------------------------------------------------------------------------------------------------


def test_what_finite_barriers_would_change_is_said_with_numbers() -> None:
    note = noted(builders.dwell_times(GRID))["finite barrier"]
    sigma = float(np.mean(np.sqrt([TRUTH["E_P"], TRUTH["E_AP"]])) ** 2 / (K_B * T))
    c_P, c_AP = finite_barrier_asymmetry(sigma, CosineGmr())
    assert note.level == "warning"
    assert f"c_P = {c_P:.4f} and c_AP = {c_AP:.4f} (ratio {c_AP / c_P:.3g})" in note.sentence
    larger = 100 * (np.pi / 2 / (c_P + c_AP) - 1)
    assert f"an l/L_θθ {larger:.0f} % larger" in note.sentence


def test_the_printed_convention_doubles_the_factors_it_compares() -> None:
    consistent, printed = (
        noted(builders.dwell_times(GRID), model={"convention": c})["finite barrier"].sentence
        for c in ("consistent", "printed")
    )
    percent = consistent.split("an l/L_θθ ")[1].split(" ")[0]
    assert f"an l/L_θθ {percent} % larger" in printed
    once, twice = (float(s.split("c_P = ")[1].split(" ")[0]) for s in (consistent, printed))
    assert twice == pytest.approx(2 * once, abs=1.5e-4)  # four decimals each


@pytest.mark.parametrize(
    ("measurement", "sections"),
    [
        pytest.param(builders.dwell_times(builders.grid(temperatures=(T,))), {}, id="barriers not identified"),
        pytest.param(builders.dwell_times(GRID), {"model": {"asymmetry": "free"}}, id="factors free"),
        pytest.param(builders.dwell_times(GRID, low(4.0)), {}, id="too low for two states"),
    ],
)
def test_no_finite_barrier_note_where_there_is_nothing_to_compare(measurement: Observation, sections: Any) -> None:
    assert "finite barrier" not in noted(measurement, **sections)


def test_very_high_barriers_change_little() -> None:
    truth = dict(TRUTH) | {"E_P": 90 * K_B * T, "E_AP": 90 * K_B * T, "tau_0": 1e-16}
    note = noted(builders.dwell_times(GRID, truth))["finite barrier"]
    # ½√(π/90) of π/2: 6 %, still worth a warning; the bound of 5 % lies above 100 k_BT
    assert note.level == "warning"


def test_a_free_chi_is_compared_with_its_own_curve() -> None:
    sentence = noted(builders.dwell_times(GRID), model={"asymmetry": "chi"})["finite barrier"].sentence
    cosine = noted(builders.dwell_times(GRID))["finite barrier"].sentence
    assert sentence.split("c_P = ")[1].split(" ")[0] != cosine.split("c_P = ")[1].split(" ")[0]


# --- product and polarity -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "said"),
    [
        (builders.QUOTES, False),
        (builders.KNOWN, False),
        ({"delta_R": "0.11 ohm"}, True),
        ({"beta": "0.35 ± 0.03"}, True),
        ({}, True),
    ],
)
def test_a_missing_constant_is_said_to_leave_a_product(device: dict[str, str], said: bool) -> None:
    assert ("product" in noted(builders.dwell_times(GRID), device=device)) is said


REVERSED = dict(TRUTH) | {"l_over_L": -3.0}


@pytest.mark.parametrize("states", [(0, 1), (0,), (1,)])
@pytest.mark.parametrize("sign", [1, -1])
def test_which_state_a_positive_current_favours(states: tuple[int, ...], sign: int) -> None:
    grid = builders.grid(states=states)
    note = noted(builders.dwell_times(grid, TRUTH if sign > 0 else REVERSED))["polarity"]
    favoured, relation, level = ("P", "> 0", "info") if sign > 0 else ("AP", "< 0", "warning")
    assert note.level == level
    assert f"positive current stabilises {favoured} (λ/β {relation})." in note.sentence


@pytest.mark.parametrize("polarity", [1, -1])
def test_the_advice_on_polarity_is_to_turn_it(polarity: int) -> None:
    grid = builders.grid(polarity=polarity)
    note = noted(builders.dwell_times(grid, REVERSED))["polarity"]
    assert f"set polarity = {-polarity}; then λ/β > 0" in note.sentence


def test_two_polarities_are_turned_together() -> None:
    both: list[Observation] = [builders.dwell_times(builders.grid(polarity=p), REVERSED) for p in (1, -1)]
    assert "set the opposite polarity" in noted(both)["polarity"].sentence


@pytest.mark.parametrize("truth", [TRUTH, REVERSED])
def test_the_printed_lambda_has_the_other_sign(truth: dict[str, float]) -> None:
    note = noted(builders.dwell_times(GRID, truth), model={"convention": "printed"})["polarity"]
    positive = truth["l_over_L"] > 0
    assert f"stabilises {'P' if positive else 'AP'} (λ/β {'< 0' if positive else '> 0'})." in note.sentence


def test_no_slope_no_polarity() -> None:
    assert "polarity" not in noted(builders.dwell_times(builders.grid(currents=(0.0,))))


# --- signs of critical currents -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_signs_that_no_coefficient_describes_exclude_the_model(sign: float) -> None:
    table = CriticalCurrents.from_columns(
        {
            "transition": np.array([0, 1], dtype=np.int8),
            "critical_current": np.array([-20e-3, sign * 6e-3]),
            "critical_current_stderr": np.array([5e-4, 1e-4]),
            "delta_R": np.full(2, 0.1),
            "barrier": np.full(2, 0.45 * builders.E),
        },
        origin=Origin("currents.csv"),
    )
    found = noted(table, device={"beta": "0.36"}).get("signs of the critical currents")
    if sign > 0:
        assert found is None
        return
    assert found is not None
    assert found.level == "failure"
    assert found.sentence.startswith("The signs of the critical currents exclude the model: 1 of 2 in currents.csv")
