"""Rival descriptions fitted to the same data: what is compared, what is the same law, and when nothing is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.comparison import candidates, compare
from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Observation, Origin
from stfit.notebook.interface import fit, load
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.results import Status
from stfit.results.ranking import verdicts

DATASETS = Path(__file__).parents[3] / "datasets"
SLOPE = {0: 60.0, 1: -200.0}  # 1/A at 295 K
BARRIER = {0: 20.0, 1: 18.0}  # k_BT at 295 K
KNOWN = {"beta": 0.35, "delta_R": "0.11 ohm"}
SHOWN = ["eq-27", "barrier-3/2", "barrier-2", "barrier-n", "joule-heating", "exact-rates", "effective-temperature"]


def dwells(temperatures: tuple[float, ...] = (280.0, 295.0, 310.0), *, noise: int | None = 3, n: float = 400.0) -> Any:
    """Means of n dwells by Eq. 27, currents to 40 % of I_c in AP; noise: a seed, or None for the expectation."""
    grid = np.meshgrid([0, 1], temperatures, np.linspace(-0.036, 0.036, 9), indexing="ij")
    state, temperature, current = (column.reshape(-1) for column in grid)
    height = np.where(state == 0, BARRIER[0] + SLOPE[0] * current, BARRIER[1] + SLOPE[1] * current)
    eta = np.log(1e-9) + height * 295.0 / temperature
    counts = np.full(state.size, n)
    columns = {"state": state, "current": current, "temperature": temperature, "n": counts}
    table = DwellTimes.from_columns(columns | {"total_time": counts * np.exp(eta)}, origin=Origin())
    assert isinstance(table, DwellTimes)
    return table if noise is None else table.draw(eta, np.random.default_rng(noise))


def fitted(measurement: Observation, **sections: Any) -> tuple[Objective, Optimum]:
    content = {"device": KNOWN, **sections}
    objective = assemble(analysis_of(content, Path(), "a test"), [measurement])
    return objective, minimise(objective)


def by_name(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in entries}


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    return compare(*fitted(dwells()))


def test_dwell_times_have_these_rivals(entries: list[dict[str, Any]]) -> None:
    assert [entry["name"] for entry in entries] == [*SHOWN, "printed-convention"]
    assert all(entry["status"] == "converged" for entry in entries[:6])
    assert all(entry["status"] == "same-law" for entry in entries[6:])


def test_the_entries_follow_the_schema(entries: list[dict[str, Any]]) -> None:
    schema = json.loads(files("stfit.results").joinpath("schema.json").read_text(encoding="utf-8"))
    rivals = {"$ref": "#/$defs/rival", "$defs": schema["$defs"]}
    for entry in entries:
        jsonschema.Draft202012Validator(rivals).validate(entry)


def test_the_first_entry_is_the_fit(entries: list[dict[str, Any]]) -> None:
    optimum = fitted(dwells())[1]
    assert entries[0]["deviance"] == pytest.approx(optimum.sum_of_squares, rel=1e-12)
    # λ, τ0, two barriers and θ0 are free; 54 rows, no constraint
    assert entries[0]["parameters"] == 5
    assert entries[0]["aic"] == pytest.approx(optimum.sum_of_squares + 10.0, rel=1e-15)
    assert entries[0]["bic"] == pytest.approx(optimum.sum_of_squares + 5 * np.log(54), rel=1e-15)


def test_criteria_are_counted_from_the_lowest(entries: list[dict[str, Any]]) -> None:
    lowest = min(entry["aic"] for entry in entries)
    for entry in entries:
        # two sums that differ by roundings of the deviance, 1e-14 of 50
        assert entry["delta_aic"] == pytest.approx(entry["aic"] - lowest, abs=1e-11)


def test_a_generalisation_fits_at_least_as_well(entries: list[dict[str, Any]]) -> None:
    found = by_name(entries)
    for name in ("barrier-n", "joule-heating"):
        # a fit has converged when another step would gain less than 1e-6 of ln L
        assert found[name]["deviance"] <= found["eq-27"]["deviance"] + 2e-6
        assert found[name]["parameters"] == 6
    for name in ("barrier-3/2", "barrier-2"):
        assert found["barrier-n"]["deviance"] <= found[name]["deviance"] + 2e-6


def test_without_noise_the_generalisations_are_eq_27() -> None:
    found = by_name(compare(*fitted(dwells(noise=None))))
    assert found["barrier-n"]["deviance"] < 2e-6
    assert found["barrier-n"]["note"].startswith("n = 1.0")
    assert found["joule-heating"]["note"].startswith("κ = 0")  # at the end of its range, or within roundings of it
    assert verdicts(list(found.values()))[0] == "best"


@pytest.mark.parametrize("temperatures", [(295.0,), (280.0, 295.0, 310.0)])
def test_an_effective_temperature_is_eq_27_and_says_so(temperatures: tuple[float, ...]) -> None:
    found = by_name(compare(*fitted(dwells(temperatures))))
    effective = found["effective-temperature"]
    assert effective["deviance"] == pytest.approx(found["eq-27"]["deviance"], abs=1e-9)
    assert "The same as Eq. 27 at one temperature" in effective["note"]
    assert ("as long as E_i and I_c do not depend on T" in effective["note"]) == (len(temperatures) > 1)


@pytest.mark.parametrize("asymmetry", ["theta_0", "symmetric", "uniaxial", "chi", "free"])
@pytest.mark.parametrize("convention", ["consistent", "printed"])
def test_the_other_convention_is_the_same_law(asymmetry: str, convention: str) -> None:
    objective, optimum = fitted(dwells(), model={"asymmetry": asymmetry, "convention": convention})
    assert optimum.status is Status.CONVERGED
    other = compare(objective, optimum)[-1]
    assert other["name"] == ("printed-convention" if convention == "consistent" else "consistent-convention")
    assert other["status"] == "same-law"
    assert other["deviance"] == pytest.approx(optimum.sum_of_squares, abs=1e-9)


def test_the_printed_coefficient_is_minus_eight_times_ours() -> None:
    objective, optimum = fitted(dwells())
    l_over_L = float(objective.space.quantities(optimum.x)["l_over_L"][0])
    note = compare(objective, optimum)[-1]["note"]
    assert f"l/L_θθ is {-8 * l_over_L:.4g} e there".replace("-", "−") in note


def test_a_known_coefficient_stays_what_it_is() -> None:
    entries = compare(*fitted(dwells(), fit={"fix": {"l_over_L": 1.67}}))  # 260 k_BT β/(8 e ΔR π/2)
    assert [entry["name"] for entry in entries][:7] == SHOWN
    assert "l/L_θθ =" not in entries[0]["note"]


def test_what_ends_at_a_bound_is_said() -> None:
    # at one temperature a power of the barrier looks straight where the barrier is high and the attempt time short
    note = by_name(compare(*fitted(dwells((295.0,)))))["barrier-3/2"]["note"]
    assert note.startswith("τ0 = 0.001 fs, the end of its range; l/L_θθ = ")


def test_pulses_driven_by_a_voltage_are_compared() -> None:
    state = np.repeat([0, 1], 12)
    drive = np.tile(np.linspace(0.018, 0.023, 12), 2) * np.where(state == 0, -5.0, 1.0)
    height = np.where(state == 0, BARRIER[0] + SLOPE[0] * drive, BARRIER[1] + SLOPE[1] * drive)
    switched = np.rint(200 * -np.expm1(-1e-3 / np.exp(np.log(1e-9) + height)))
    columns = {"transition": state, "voltage": drive * 100.0, "pulse_width": np.full(24, 1e-3)}
    pulses = SwitchingPulses.from_columns(columns | {"n": np.full(24, 200.0), "n_switched": switched}, origin=Origin())
    entries = compare(*fitted(pulses, device={**KNOWN, "resistance": "100 ohm", "temperature": "295 K"}))
    assert [entry["name"] for entry in entries][:7] == SHOWN


def test_nothing_is_compared_without_a_fit_or_without_a_current() -> None:
    objective, optimum = fitted(dwells())
    assert compare(objective, replace(optimum, status=Status.NO_CONVERGENCE)) == []
    table = dwells()
    still = replace(table, settings=table.settings.driven_at(np.zeros(table.n.size)))
    assert compare(*fitted(still)) == []


def test_joule_heating_is_found_with_its_size() -> None:
    heating = 3e7  # K²/A²: 295 K becomes 355 K at 36 mA
    table = dwells(noise=None, n=2000.0)
    hot = np.sqrt(table.settings.temperature**2 + heating * table.settings.drive**2)
    height = np.where(
        table.settings.state == 0,
        BARRIER[0] + SLOPE[0] * table.settings.drive,
        BARRIER[1] + SLOPE[1] * table.settings.drive,
    )
    eta = np.log(1e-9) + height * 295.0 / hot
    found = by_name(compare(*fitted(table.draw(eta, np.random.default_rng(5)))))
    best = min(found.values(), key=lambda entry: float(entry["aic"]))
    assert best["name"] == "joule-heating"
    mantissa = float(best["note"].removeprefix("κ = ").partition("(")[0])
    assert "×10⁷ K²/A²" in best["note"]
    # 54 rows of 2000 dwells fix κI²/T² of up to 0.4 to better than 3 %; 5 standard errors are 15 %
    assert mantissa == pytest.approx(3.0, rel=0.15)
    assert "becomes 35" in best["note"]


def test_the_result_warns_where_a_rival_is_much_better() -> None:
    table = dwells(noise=None, n=200.0)
    height = np.where(table.settings.state == 0, BARRIER[0], BARRIER[1])
    linear = np.where(table.settings.state == 0, SLOPE[0], SLOPE[1]) * table.settings.drive / height
    eta = np.log(1e-9) + height * (1.0 + linear) ** 2 * 295.0 / table.settings.temperature
    measured = table.draw(eta, np.random.default_rng(6))
    result = fit(measured, device=KNOWN)
    assert result.validity[0].name == "rival description"
    assert "“barrier ∝ (1 − I/I_c)²” describes the data better" in result.summary(width=None)
    silent = fit(measured, device=KNOWN, fit={"compare": False})
    assert silent.comparison == []
    assert "describes the data better" not in silent.summary(width=None)


def test_whether_to_compare_is_yes_or_no() -> None:
    with pytest.raises(InputError, match=r"key 'fit\.compare': expected true or false; found 1"):
        analysis_of({"fit": {"compare": 1}}, Path(), "lab.toml")


def measured(folder: str, kind: str, file: str, **keys: Any) -> Observation:
    """A table of the example data sets."""
    table = load(DATASETS / folder / file, kind, **keys)
    assert isinstance(table, Observation)
    return table


LINES = {"linewidth": "fwhm", "inhomogeneous_linewidth": "12 MHz", "power": "integrated"}


def test_resonances_are_read_in_four_ways_two_of_which_only_rename_the_coefficient() -> None:
    lines = measured("fmr", "fmr-lines", "lines.csv", **LINES)
    found = by_name(compare(*fitted(lines, device={**KNOWN, "temperature": "295 K"})))
    assert [*found] == [*(f"mapping-{name}" for name in ("damping", "power", "peak", "torque")), "printed-convention"]
    # "peak" has half the exponents of "damping": the same lines with twice the coefficient
    assert found["mapping-peak"]["deviance"] == pytest.approx(found["mapping-damping"]["deviance"], abs=2e-6)
    assert verdicts(list(found.values()))[:3] == ["best", "hardly supported", "as good"]


def test_dwell_times_and_resonances_have_both_kinds_of_rivals() -> None:
    lines = measured("fmr", "fmr-lines", "lines.csv", **LINES)
    content = {"device": {**KNOWN, "temperature": "295 K"}}
    objective = assemble(analysis_of(content, Path(), "a test"), [dwells(), lines])
    names = [entry["name"] for entry in compare(objective, minimise(objective))]
    assert names == [*SHOWN[:5], "mapping-power", "mapping-peak", "mapping-torque", *SHOWN[5:], "printed-convention"]


def test_events_of_ramps_are_counted_before_rivals_are_fitted() -> None:
    lines = measured("fmr", "fmr-lines", "lines.csv", **LINES)
    ramps = measured("ramp", "switching-ramp", "events.csv")
    content = {"device": {**KNOWN, "temperature": "295 K"}}
    objective = assemble(analysis_of(content, Path(), "a test"), [lines, ramps])
    assert not objective.has_residuals  # the exact density of a ramp rests on a straight ln τ(I)
    found = by_name(compare(objective, minimise(objective)))
    assert list(found)[:5] == SHOWN[:5]
    assert {"mapping-power", "mapping-peak", "mapping-torque"} < found.keys()
    assert found["barrier-n"]["aic"] - 2.0 < min(found[f"barrier-{n}"]["aic"] for n in ("3/2", "2")) + 1e-3


def test_without_a_deviance_the_criteria_are_counted_from_the_fit() -> None:
    grid = np.meshgrid([0, 1], np.linspace(-0.036, 0.036, 5), np.arange(40), indexing="ij")
    state, current, _ = (column.reshape(-1) for column in grid)
    mean = 1e-9 * np.exp(np.where(state == 0, BARRIER[0] + SLOPE[0] * current, BARRIER[1] + SLOPE[1] * current))
    columns = {"state": state, "current": current, "duration": np.random.default_rng(4).exponential(mean)}
    table = DwellEvents.from_columns(columns, origin=Origin(), dead_time=0.01 * float(np.min(mean)))
    objective, optimum = fitted(table, device={**KNOWN, "temperature": "295 K"})
    assert not objective.has_residuals
    assert compare(objective, optimum)[0]["aic"] == 2.0 * optimum.directions.rank


# --- exact rates as a rival of every asymmetry that one axis can stand for -------------------------------------------


@pytest.mark.parametrize("asymmetry", ["symmetric", "uniaxial", "free"])
def test_exact_rates_are_tried_for_every_asymmetry_of_one_axis(asymmetry: str) -> None:
    found = by_name(compare(*fitted(dwells(), model={"asymmetry": asymmetry})))["exact-rates"]
    assert found["status"] == "converged"


def test_free_factors_start_the_exact_rates_where_theta_0_does() -> None:
    free = by_name(compare(*fitted(dwells(), model={"asymmetry": "free"})))["exact-rates"]
    assert free["deviance"] == pytest.approx(by_name(compare(*fitted(dwells())))["exact-rates"]["deviance"], abs=2e-5)


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        ({"model": {"gmr": {"chi": 0.4}}}, "cosine"),
        ({"model": {"asymmetry": "chi"}}, "chi"),
        ({"fit": {"fix": {"E_P": "0.4 eV"}}}, "E_P"),
    ],
)
def test_where_exact_rates_are_not_tried_it_is_said_why(sections: dict[str, Any], reason: str) -> None:
    found = by_name(compare(*fitted(dwells(), **sections)))["exact-rates"]
    assert found["status"] == "not-tried"
    assert reason in found["note"]


# --- where heating is what was fitted ----------------------------------------------------------------------------


HEATED = {"model": {"heating": "joule"}}


def heated_dwells() -> Any:
    table = dwells(noise=None, n=2000.0)
    hot = np.sqrt(table.settings.temperature**2 + 3e7 * table.settings.drive**2)
    height = np.where(
        table.settings.state == 0,
        BARRIER[0] + SLOPE[0] * table.settings.drive,
        BARRIER[1] + SLOPE[1] * table.settings.drive,
    )
    return table.draw(np.log(1e-9) + height * 295.0 / hot, np.random.default_rng(5))


def test_eq_27_is_a_rival_of_the_heating_that_was_fitted() -> None:
    table = heated_dwells()
    entries = compare(*fitted(table, **HEATED))
    assert [entry["name"] for entry in entries] == ["joule-heating", *SHOWN[:4], "exact-rates", "printed-convention"]
    found, other = by_name(entries), by_name(compare(*fitted(table)))
    for name in ("joule-heating", "eq-27"):  # the same two fits, whichever is the model
        assert found[name]["parameters"] == other[name]["parameters"]
        assert found[name]["deviance"] == pytest.approx(other[name]["deviance"], abs=2e-6)
    assert re.match(r"κ = (2\.9|3\.0)\d\d\(\d\d\)×10⁷ K²/A² \(295 K becomes", entries[0]["note"])
    assert "at the largest current" in entries[0]["note"]
    assert verdicts(entries)[0] == "best"


@pytest.mark.parametrize("known", [{}, {"heating": "(1.0 ± 0.2)e7 K^2/A^2"}])
def test_heated_exact_rates_have_heated_rivals(known: dict[str, str]) -> None:
    model = {"barrier": "exact", "heating": "joule"}
    objective, optimum = fitted(heated_dwells(), device={**KNOWN, **known}, model=model, fit={"fix": {"tau_0": "1 ns"}})
    names = {rival.name: rival.objective.names for rival in candidates(objective, optimum)}
    assert [name for name, varied in names.items() if "heating" in varied] == (
        list(names) if known else ["exact-rates", "joule-heating"]
    )
    for rival in candidates(objective, optimum):
        assert all(start.size == len(rival.objective.names) for start in rival.starts)


def test_a_known_heating_is_a_datum_for_all() -> None:
    objective, optimum = fitted(heated_dwells(), device={**KNOWN, "heating": "(3.0 ± 0.3)e7 K^2/A^2"}, **HEATED)
    found = by_name(compare(objective, optimum))
    assert found["eq-27"]["parameters"] == found["joule-heating"]["parameters"] == 6
    assert found["eq-27"]["deviance"] > found["joule-heating"]["deviance"]


def test_a_fixed_heating_is_no_parameter() -> None:
    objective, optimum = fitted(heated_dwells(), device={**KNOWN, "heating": "3e7 K^2/A^2"}, **HEATED)
    found = by_name(compare(objective, optimum))
    assert found["eq-27"]["parameters"] == found["joule-heating"]["parameters"] == 5
    assert "κ" not in found["joule-heating"]["note"]


def test_a_temperature_law_belongs_to_every_description() -> None:
    device = {**KNOWN, "curie_temperature": "800 K"}
    model = {"magnetisation": "bloch", "anisotropy_law": "shape"}
    entries = compare(*fitted(dwells(), device=device, model=model))
    assert [entry["name"] for entry in entries] == [*SHOWN, "printed-convention"]
    found = by_name(entries)
    for name in ("effective-temperature", "printed-convention"):
        assert found[name]["deviance"] == pytest.approx(found["eq-27"]["deviance"], abs=1e-9)
    assert "at several with E_i and I_c of each" in found["effective-temperature"]["note"]
