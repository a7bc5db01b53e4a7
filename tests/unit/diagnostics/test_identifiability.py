"""What stands in for what is not identified: the right combination, value, error, null direction and remedy."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.combinations import combinations
from stfit.diagnostics.estimates import estimates
from stfit.diagnostics.identifiability import identifiability
from stfit.diagnostics.structural import structure
from stfit.objective import Objective
from stfit.results import Combination, Verdict
from tests import builders
from tests.builders import K_B, TRUTH

T = 295.0
ONE = builders.grid(temperatures=(T,))
SEVERAL = builders.grid()
P_ALONE = builders.grid(states=(0,))
C_P, C_AP = builders.factors(TRUTH)
LAMBDA, BETA, DELTA_R = (TRUTH[name] for name in ("l_over_L", "beta", "delta_R"))
GROUND = {state: float(np.log(1e-9) + TRUTH[f"E_{state}"] / (K_B * T)) for state in ("P", "AP")}

# device and model → every combination that should be reported, with its value for data without noise
Case = tuple[builders.Grid, dict[str, Any], dict[str, str], dict[str, float]]
CASES: dict[str, Case] = {
    "everything known": (SEVERAL, dict(builders.QUOTES), {}, {}),
    "no beta": (SEVERAL, {"delta_R": "0.11 ± 0.004 ohm", "temperature": "295 K"}, {}, {"l_over_L/beta": LAMBDA / BETA}),
    "no delta_R": (SEVERAL, {"beta": "0.35", "temperature": "295 K"}, {}, {"l_over_L*delta_R": LAMBDA * DELTA_R}),
    "neither": (SEVERAL, {"temperature": "295 K"}, {}, {"l_over_L*delta_R/beta": LAMBDA * DELTA_R / BETA}),
    "no temperature": (
        builders.grid(temperatures=(T,), with_temperature=False),
        {},
        {},
        {
            "l_over_L*delta_R/(beta*temperature)": LAMBDA * DELTA_R / (BETA * T),
            "ln(tau_0/s) + E_P/(k_B*temperature)": GROUND["P"],
            "ln(tau_0/s) + E_AP/(k_B*temperature)": GROUND["AP"],
        },
    ),
    "one temperature": (
        ONE,
        dict(builders.QUOTES),
        {},
        {
            "ln(tau_0/s) + E_P/(k_B*temperature)": GROUND["P"],
            "ln(tau_0/s) + E_AP/(k_B*temperature)": GROUND["AP"],
            "E_P - E_AP": TRUTH["E_P"] - TRUTH["E_AP"],
        },
    ),
    "P alone": (P_ALONE, dict(builders.QUOTES), {}, {"l_over_L*c_P": LAMBDA * C_P}),
    "P alone, no beta": (P_ALONE, {"delta_R": "0.11 ohm"}, {}, {"l_over_L*c_P/beta": LAMBDA * C_P / BETA}),
    "factors free": (
        SEVERAL,
        dict(builders.QUOTES),
        {"asymmetry": "free"},
        {"l_over_L*c_P": LAMBDA * C_P, "l_over_L*c_AP": LAMBDA * C_AP},
    ),
    "printed, one temperature": (
        ONE,
        dict(builders.QUOTES),
        {"convention": "printed"},
        {
            "ln(tau_0/s) + E_P/(2*k_B*temperature)": GROUND["P"],
            "ln(tau_0/s) + E_AP/(2*k_B*temperature)": GROUND["AP"],
            "E_P - E_AP": 2 * (TRUTH["E_P"] - TRUTH["E_AP"]),
        },
    ),
}
named = pytest.mark.parametrize("name", CASES)


@cache
def fitted(name: str, seed: int | None = None, **fix: str) -> tuple[Objective, Optimum, list[Combination]]:
    grid, device, model, _ = CASES[name]
    table = builders.dwell_times(grid, n=400, seed=seed)
    objective = builders.objective(table, device=device, model=model, fit={"fix": fix})
    optimum = minimise(objective)
    return objective, optimum, combinations(objective, optimum, estimates(objective, optimum))


def judged(objective: Objective, optimum: Optimum) -> dict[str, Any]:
    return identifiability(objective, optimum, estimates(objective, optimum), seed=0)


@named
def test_the_combinations_are_those_the_data_give_with_their_values(name: str) -> None:
    _, _, found = fitted(name)
    # the residuals vanish at the truth, which converged to √(2·1e-6) of the error of a combination, 1 % at most
    assert {c.expression: c.value for c in found} == pytest.approx(CASES[name][3], rel=2e-5)


@named
def test_nothing_not_identified_has_a_number_and_all_else_has(name: str) -> None:
    objective, optimum, _ = fitted(name)
    for estimate in estimates(objective, optimum).values():
        known = [estimate.value, estimate.stderr, estimate.ci68, estimate.ci95]
        if estimate.verdict is Verdict.NOT_IDENTIFIED:
            assert known == [None] * 4
        elif estimate.verdict is not Verdict.FIXED:
            assert None not in known


# a gauge in which the combination is one parameter: its error is then an ordinary one
GAUGES: tuple[tuple[str, str, dict[str, str], str, float], ...] = (
    ("no beta", "l_over_L/beta", {"beta": "0.5"}, "l_over_L", 1 / 0.5),
    ("no delta_R", "l_over_L*delta_R", {"delta_R": "2 ohm"}, "l_over_L", 2.0),
    ("neither", "l_over_L*delta_R/beta", {"delta_R": "2 ohm", "beta": "0.5"}, "l_over_L", 4.0),
    ("P alone", "l_over_L*c_P", {"theta_0": "1.2 rad"}, "l_over_L", (1.2 - np.sin(1.2)) / 2),
    ("factors free", "l_over_L*c_AP", {"c_AP": "0.5 rad"}, "l_over_L", 0.5),
    ("one temperature", "E_P - E_AP", {"tau_0": "2 ns"}, "", 1.0),
)


@pytest.mark.parametrize(("name", "expression", "fix", "parameter", "factor"), GAUGES)
def test_the_error_of_a_combination_is_that_of_a_gauge(
    name: str, expression: str, fix: dict[str, str], parameter: str, factor: float
) -> None:
    _, _, found = fitted(name, seed=3)
    combination = next(c for c in found if c.expression == expression)
    objective, optimum, _ = fitted(name, seed=3, **fix)
    assert optimum.covariance is not None
    held = estimates(objective, optimum)
    if parameter:
        assert held[parameter].stderr is not None
        value, stderr = held[parameter].value, held[parameter].stderr
    else:
        pair = [objective.names.index(state) for state in ("E_P", "E_AP")]
        value = float(optimum.x[pair[0]] - optimum.x[pair[1]]) * builders.E
        gradient = np.array([1.0, -1.0])
        stderr = float(np.sqrt(gradient @ optimum.covariance[np.ix_(pair, pair)] @ gradient)) * builders.E
    assert value is not None
    assert stderr is not None
    assert combination.value is not None
    assert combination.stderr is not None
    # both ends of one valley, each converged to √(2e-6) of an error
    assert abs(combination.value - factor * value) < 3e-3 * combination.stderr
    assert combination.stderr == pytest.approx(factor * stderr, rel=1e-3)
    half = 1.959963984540054 * combination.stderr
    assert combination.ci95 is not None
    # where the profile ends elsewhere than the covariance, its ends are quoted: a quotient has them lopsided by half of
    # its relative error, 0.05 to 0.07, times 1.96²
    ends = (combination.value - half, combination.value + half)
    assert combination.ci95 == pytest.approx(ends, abs=0.15 * combination.stderr)


def test_ground_of_a_barrier_has_the_error_of_its_intercept() -> None:
    _, _, found = fitted("one temperature", seed=3)
    combination = next(c for c in found if c.expression.startswith("ln(tau_0/s) + E_P"))
    table = builders.dwell_times(ONE, n=400, seed=3)
    held_objective = builders.objective(table, device=builders.KNOWN, fit={"fix": {"tau_0": "1 ns"}})
    held = minimise(held_objective)
    assert held.covariance is not None
    i = held_objective.names.index("E_P")
    stderr = float(np.sqrt(held.covariance[i, i])) * builders.E / (K_B * T)
    # the error of the temperature drops out of ln τ at zero current: with it or without, the intercept is as good
    assert combination.stderr == pytest.approx(stderr, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "direction", "remedy"),
    [
        (
            "no beta",
            "l/L_θθ + 1 % with β + 1 %: no prediction changes",
            'Give beta in [device], for example beta = "0.35 ± 0.03".',
        ),
        ("no delta_R", "l/L_θθ − 1 % with ΔR + 1 %: no prediction changes", "Give delta_R in [device]"),
        (
            "one temperature",
            "τ0 × 2.72 with E_P − 1 k_BT and E_AP − 1 k_BT: no prediction changes",
            "Measure at another temperature",
        ),
        (
            "factors free",
            "l/L_θθ + 1 % with c_P − 1 % and c_AP − 1 %: no prediction changes",
            'Take asymmetry = "theta_0"',
        ),
        ("P alone", "E_AP alone: no prediction depends on it", "Measure dwell times out of AP."),
    ],
)
def test_null_directions_in_words_with_a_remedy(name: str, direction: str, remedy: str) -> None:
    objective, optimum, _ = fitted(name)
    entries = judged(objective, optimum)["null_directions"]
    said = {entry["direction"]: entry["remedy"] for entry in entries}
    assert direction in said
    assert said[direction].startswith(remedy)


def test_one_state_confounds_the_barrier_top_with_the_coefficient() -> None:
    objective, optimum, _ = fitted("P alone")
    entry = next(e for e in judged(objective, optimum)["null_directions"] if "theta_0" in e["components"])
    assert set(entry["components"]) == {"theta_0", "l_over_L"}
    assert entry["remedy"].startswith("Measure the other state too")
    # along it λ c_P stays, of which the coordinate of θ0, u = θ0 − sin θ0, is twice c_P: d ln λ = −du/u
    expected = -1.0 / float(optimum.x[objective.names.index("theta_0")])
    assert entry["components"]["l_over_L"] / entry["components"]["theta_0"] == pytest.approx(expected, rel=1e-6)


@named
def test_moving_along_a_null_direction_changes_no_prediction(name: str) -> None:
    objective, optimum, _ = fitted(name)
    result = judged(objective, optimum)
    assert len(result["null_directions"]) == result["n_free"] - result["rank"]
    before = objective.residuals(optimum.x)
    for entry in result["null_directions"]:
        step = np.array([entry["components"].get(n, 0.0) for n in objective.names]) * optimum.directions.scales
        size = 1e-4
        change = objective.residuals(optimum.x + size * step) - before
        # second order in the step: 1e-8 of a curvature like that of e^{B/k_BT} times √n, (25² + 25)·20
        assert np.max(np.abs(change)) < 1e-8 * 650 * 20


def test_ranks_and_singular_values() -> None:
    objective, optimum, _ = fitted("one temperature")
    result = judged(objective, optimum)
    assert (result["rank"], result["n_free"]) == (7, 8)
    values = np.array(result["singular_values"])
    assert np.all(np.diff(values) <= 0.0)
    assert values[-1] < 1e-7 * values[0] < values[-2]


# --- a verdict for every parameter ------------------------------------------------------------------------------------


def kinds(result: dict[str, Any]) -> dict[str, str]:
    return {name: entry["kind"] for name, entry in result["parameters"].items() if entry["kind"] != "none"}


@cache
def unidentifiable() -> tuple[Objective, Optimum]:
    """One temperature, τ0 and E both free, β unknown."""
    table = builders.dwell_times(ONE, n=400, seed=3)
    objective = builders.objective(table, device={"delta_R": "0.11 ± 0.004 ohm", "temperature": "295 K"})
    return objective, minimise(objective)


def test_what_no_data_of_a_design_could_tell_is_called_structural_with_its_company() -> None:
    result = judged(*unidentifiable())
    lost = ("l_over_L", "tau_0", "E_P", "E_AP", "beta", "I_c_P", "I_c_AP")
    assert kinds(result) == dict.fromkeys(lost, "structural")
    assert set(result["ranks"]) == {5}
    said = {name: entry["sentence"] for name, entry in result["parameters"].items()}
    assert said["tau_0"].endswith("it is free together with E_P and E_AP at all 9 points tried.")
    assert said["l_over_L"].endswith("it is free together with β at all 9 points tried.")
    assert result["parameters"]["beta"]["remedy"].startswith("Give beta in [device]")
    assert said["slope_P"].startswith("Identified to ")


def test_what_a_special_point_hides_is_called_local() -> None:
    # without an effect of the current no slope tells where the barrier top lies; with the least effect they do
    table = builders.dwell_times(SEVERAL, {**TRUTH, "l_over_L": 0.0}, n=400)
    objective = builders.objective(table, device=dict(builders.QUOTES))
    result = judged(objective, minimise(objective))
    unknown = kinds(result)
    # a critical current, −E/s of a slope that may be 0, has no finite interval
    assert {unknown.pop(name) for name in ("I_c_P", "I_c_AP")} == {"practical"}
    assert unknown == dict.fromkeys(("theta_0", "c_P", "c_AP", "c_ratio"), "local")
    assert result["ranks"] == [7, *[8] * 8]
    assert "a special point where the data determine 7 combinations" in result["parameters"]["theta_0"]["sentence"]


def test_what_too_few_data_leave_open_is_called_practical() -> None:
    # two counts a row at two temperatures 0.1 K apart: of full rank, and next to nothing known of τ0
    grid = builders.grid(temperatures=(295.0, 295.1))
    objective = builders.objective(builders.dwell_times(grid, n=2, seed=3), device=dict(builders.KNOWN))
    result = judged(objective, minimise(objective))
    assert result["rank"] == result["n_free"]
    assert "tau_0" in kinds(result)
    assert set(kinds(result).values()) == {"practical"}
    assert "too few" in result["parameters"]["tau_0"]["sentence"]


def test_every_parameter_with_a_number_is_called_identified_and_constants_say_what_the_data_added() -> None:
    objective, optimum, _ = fitted("everything known")
    result = judged(objective, optimum)
    assert kinds(result) == {}
    assert set(result["parameters"]) == set(estimates(objective, optimum))
    assert result["parameters"]["beta"]["sentence"].startswith("Given; the data do not reduce its error.")


def test_the_points_around_the_optimum_are_those_of_the_seed() -> None:
    objective, optimum = unidentifiable()
    one, same, other = (structure(objective, optimum, seed=seed) for seed in (4, 4, 5))
    for a, b in zip(one.points, same.points, strict=True):
        assert np.array_equal(a.singular_values, b.singular_values)
    assert not np.array_equal(one.points[1].singular_values, other.points[1].singular_values)


# --- the spectrum -----------------------------------------------------------------------------------------------------


@named
def test_a_step_along_each_direction_costs_a_deviance_of_one(name: str) -> None:
    objective, optimum, _ = fitted(name)
    spectrum = judged(objective, optimum)["spectrum"]
    least = objective.cost(optimum.x)
    for entry in spectrum["directions"]:
        vector = np.array([entry["components"][n] for n in objective.names])
        assert np.linalg.norm(vector) == pytest.approx(1.0, rel=1e-9)
        step = 0.01 * vector / entry["sharpness"] * optimum.directions.scales
        # a hundredth of the way on both sides, where third order cancels and fourth is 1e-4 of the second
        rise = sum(objective.cost(optimum.x + sign * step) - least for sign in (-1, 1))
        # of costs of 1e3 at most, known to 1e-13 of themselves
        assert rise == pytest.approx(1e-4, rel=1e-3, abs=1e-9)
    assert spectrum["condition"] == pytest.approx(
        spectrum["directions"][0]["sharpness"] / spectrum["directions"][-1]["sharpness"]
    )
    assert spectrum["stiff"] + spectrum["sloppy"] == len(spectrum["directions"])


def test_the_loosest_direction_in_words_and_how_far_it_goes() -> None:
    objective, optimum, _ = fitted("everything known")
    spectrum = judged(objective, optimum)["spectrum"]
    least = objective.cost(optimum.x)
    loosest = spectrum["directions"][-1]
    vector = np.array([loosest["components"][n] for n in objective.names])
    step = vector / loosest["sharpness"] * optimum.directions.scales
    for sign, reach in zip((-1, 1), spectrum["sloppiest_reach"], strict=True):
        assert 2 * (objective.cost(optimum.x + sign * reach * step) - least) == pytest.approx(1.0, rel=1e-6)
    assert loosest["words"] in spectrum["sentence"]
    # τ0 against both barriers: at one temperature it would be null
    assert loosest["words"].startswith("τ0 × 0.9")
    assert "with E_P + " in loosest["words"]
