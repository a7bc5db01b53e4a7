"""barrier = "exact" from an analysis file to the report: every kind of data, what it says, what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.diagnostics.estimates import estimates
from stfit.errors import InputError
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.ramp.data import RampEvents
from stfit.measurement import Observation, Origin
from stfit.models.choices import Choices
from stfit.models.exact import axis_of
from stfit.models.heating import JouleHeating
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective.predictions import rows_asked
from stfit.physics.switching import ramp_quantile
from stfit.pipeline.assembly import assemble
from stfit.pipeline.outside import refuse_outside_the_law
from stfit.results import Estimate, FitResult, Note, Status
from tests.builders import QUICK
from tests.truths import assert_true

TRUTH = {"l_over_L": 25.0, "tau_0": 1e-9, "Kv": 20.0 * BOLTZMANN * 295.0, "h": 0.05, "beta": 0.35, "delta_R": 0.11}
KNOWN = {"delta_R": "0.110 ± 0.001 ohm", "beta": "0.350 ± 0.002", "temperature": "295 K"}
CHOICES = Choices(barrier="exact", asymmetry="uniaxial")
LAW = SpinTransferLaw.of(CHOICES, reference_temperature=295.0)
EXACT = {"barrier": "exact"}


def drawn(measurement: Observation, eta: Any, seed: int) -> Observation:
    return measurement.draw(np.asarray(eta), np.random.default_rng(seed))


def log_dwell_time(state: Any, current: Any, temperature: Any) -> Any:
    return LAW.log_dwell_time(TRUTH, state=state, current=current, temperature=temperature, field=None)


def dwells(seed: int = 1, n: float = 2000.0) -> Observation:
    grid = np.meshgrid([0, 1], [280.0, 295.0, 310.0], np.linspace(-2e-3, 1.5e-3, 9), indexing="ij")
    state, temperature, current = (column.ravel() for column in grid)
    eta = log_dwell_time(state, current, temperature)
    counts = np.full(state.size, n)
    columns = {"state": state.astype(int), "current": current, "temperature": temperature, "n": counts}
    table = DwellTimes.from_columns(columns | {"total_time": counts * np.exp(eta)}, origin=Origin())
    return drawn(table, eta, seed)


def pulses() -> Observation:
    current = np.linspace(2.2e-3, 4.0e-3, 12)
    eta = log_dwell_time(np.ones(12), current, np.full(12, 295.0))
    columns = {"transition": np.ones(12, int), "current": current, "pulse_width": np.full(12, 1e-5)}
    counts = {"n": np.full(12, 500.0), "n_switched": np.zeros(12)}
    return drawn(SwitchingPulses.from_columns(columns | counts, origin=Origin()), eta, 2)


def ramps() -> RampEvents:
    """Events of AP→P under rising currents, drawn by hand from the hazard on a fine grid of currents."""
    rate, grid = 1e-2, np.linspace(0.0, 4.6e-3, 20_001)
    eta = log_dwell_time(np.ones_like(grid), grid, np.full_like(grid, 295.0))
    exposure = np.concatenate([[0.0], np.cumsum(0.5 * (np.exp(-eta[1:]) + np.exp(-eta[:-1])) * np.diff(grid) / rate)])
    chance = np.random.default_rng(5).exponential(size=500)
    current = np.interp(chance, exposure, grid)
    columns = {
        "transition": np.ones(500, int),
        "switching_current": current,
        "ramp_rate": np.full(500, rate),
        "temperature": np.full(500, 295.0),
    }
    found = RampEvents.from_columns(columns, origin=Origin())
    assert isinstance(found, RampEvents)
    return found


def critical_currents() -> Observation:
    state, delta_R = np.repeat([0.0, 1.0], 4), np.tile([0.08, 0.11, 0.14, 0.2], 2)
    settings: dict[str, Any] = {"delta_R": delta_R, "temperature": 295.0, "measurement_time": 1e-2}
    inverse = np.asarray(LAW.inverse_critical_current(TRUTH, state=state, **settings))
    columns = {"transition": state.astype(int), "critical_current": 1.0 / inverse, "delta_R": delta_R}
    columns |= {"critical_current_stderr": 0.02 / np.abs(inverse), "temperature": np.full(8, 295.0)}
    table = CriticalCurrents.from_columns(columns, origin=Origin(), critical_current="measured", measurement_time=1e-2)
    return drawn(table, inverse, 4)


def estimated(measurements: list[Observation], **fit: Any) -> Mapping[str, Estimate]:
    """The best fit alone, without the diagnostics of a report."""
    objective = assemble(analysis_of({"device": KNOWN, "model": EXACT, "fit": fit}, Path(), "a test"), measurements)
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    refuse_outside_the_law(objective, optimum.x)
    return estimates(objective, optimum)


def test_every_kind_finds_the_truth_together() -> None:
    assert_true(estimated([dwells(), pulses(), ramps(), critical_currents()]), TRUTH, "l_over_L", "tau_0", "Kv", "h")


@pytest.mark.parametrize("measurement", [pulses, ramps, critical_currents])
def test_every_kind_finds_the_slope_alone(measurement: Callable[[], Observation]) -> None:
    fix = {"tau_0": "1 ns", "h": 0.05, "Kv": f"{TRUTH['Kv'] / ELEMENTARY_CHARGE} eV"}
    assert_true(estimated([measurement()], fix=fix), TRUTH, "l_over_L")


@pytest.fixture(scope="module")
def exact() -> FitResult:
    return stfit.fit(dwells(), device=KNOWN, model=EXACT, fit={"compare": False})


def notes(result: FitResult, name: str) -> list[Note]:
    return [note for note in result.validity if note.name == name]


def test_the_report_of_eq_27_says_what_exact_rates_give() -> None:
    result = stfit.fit(dwells(), device=KNOWN)
    (note,) = notes(result, "exact rates")
    entry = next(entry for entry in result.comparison if entry["name"] == "exact-rates")
    value, error = entry["l_over_L"]
    assert value == pytest.approx(TRUTH["l_over_L"], abs=4.1 * error)
    assert "% larger" in note.sentence
    assert result["l_over_L"].value is not None
    assert result["l_over_L"].value < 0.9 * value


def test_the_report_of_exact_rates_has_both_kinds_of_factors(exact: FitResult) -> None:
    assert exact.goodness.verdict == "acceptable"
    (note,) = notes(exact, "finite barrier")
    # physics.md: at σ = 20 and h = 0 c_AP(σ) = 1.0763, for σ → ∞ 1.2854; a field of 0.05 changes the second digit
    assert "c_AP(σ) = 1.0" in note.sentence
    assert "for σ → ∞, in Eq. 27, they would be 0.3" in note.sentence
    assert any("Exact rates: dwell times are those of the axial Fokker–Planck equation" in a for a in exact.assumptions)


def test_a_symmetric_barrier_has_one_height() -> None:
    result = stfit.fit(dwells(), device=KNOWN, model={**EXACT, "asymmetry": "symmetric"}, fit=dict(QUICK))
    assert "h" not in result.parameters
    assert result["E_P"].value == result["E_AP"].value == result["Kv"].value


def test_the_printed_convention_is_minus_eight_times_ours(exact: FitResult) -> None:
    ours, model = exact, {**EXACT, "convention": "printed"}
    printed = stfit.fit(dwells(), device=KNOWN, model=model, fit=dict(QUICK))
    assert ours["l_over_L"].value is not None
    assert printed["l_over_L"].value == pytest.approx(-8.0 * ours["l_over_L"].value, rel=1e-6)  # two optima
    assert printed["c_AP"].value == pytest.approx(2.0 * (ours["c_AP"].value or 0.0), rel=1e-6)
    assert printed["slope_P"].value == pytest.approx(ours["slope_P"].value, rel=1e-5)


def test_fields_along_the_axis_row_by_row() -> None:
    field = np.repeat([-0.01, 0.0, 0.01], 12)
    state, current = np.tile([0, 1], 18), np.tile(np.repeat(np.linspace(-1e-3, 1e-3, 6), 2), 3)
    law = SpinTransferLaw.of(CHOICES, reference_temperature=295.0, by_field=True)
    truth = {**TRUTH, "anisotropy_field": 0.1, "field_offset": -0.005}
    eta = law.log_dwell_time(truth, state=state, current=current, temperature=np.full(36, 295.0), field=field)
    n = np.full(36, 3000.0)
    columns = {"state": state, "current": current, "field": field, "n": n, "total_time": n * np.exp(eta)}
    table = drawn(DwellTimes.from_columns(columns, origin=Origin()), eta, 6)
    device = {**KNOWN, "anisotropy_field": "100 mT", "field_offset": "-5 mT"}
    result = stfit.fit(table, device=device, model=EXACT, fit={**QUICK, "fix": {"tau_0": "1 ns"}})
    assert_true(result.parameters, TRUTH, "l_over_L", "Kv")


def test_browns_prefactor_stands_beside_the_fitted_attempt_time() -> None:
    device = {**KNOWN, "alpha": 0.01, "gyromagnetic_ratio": "1.76e11 rad/s/T"}
    device |= {"volume": "1e-23 m**3", "saturation_magnetisation": "8e5 A/m"}
    result = stfit.fit(dwells(), device=device, model=EXACT, fit=dict(QUICK))
    # 1/τ0 = 2 D0 σ^{3/2}/√π with D0 = 8.95957e5/s (tests/reference/test_physics_reference.py): σ = 20: 9.04e7/s
    predicted = result["tau_0_predicted"]
    assert predicted.value == pytest.approx(1.0 / 9.0425e7, rel=0.02)
    (note,) = notes(result, "attempt time")
    assert "Brown's prefactor" in note.sentence
    assert "fitted" in note.sentence


def test_a_current_beyond_the_vanishing_barrier_is_refused(tmp_path: Path) -> None:
    table = dwells()
    assert isinstance(table, DwellTimes)
    columns = table.settings.state, table.settings.drive, table.settings.temperature
    rows = [
        f"{'AP' if s else 'P'},{1e3 * i},{t},{n},{total}"
        for s, i, t, n, total in zip(*columns, table.n, table.total_time, strict=True)
    ]
    rows.append("AP,9.0,295,100,1e-7")
    head = "state,current (mA),temperature (K),n,total_time (s)"
    (tmp_path / "dwell.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (tmp_path / "a.toml").write_text(
        '[device]\ndelta_R = "0.110 ohm"\nbeta = 0.35\ntemperature = "295 K"\n[[measurement]]\n'
        'kind = "dwell-times"\nfile = "dwell.csv"\n[model]\nbarrier = "exact"\n'
        f'[fit]\nfix = {{tau_0 = "1 ns", h = 0.05, l_over_L = 25, Kv = "{TRUTH["Kv"] / ELEMENTARY_CHARGE} eV"}}\n'
        "free = []\nbounds = {}\n".replace("free = []\nbounds = {}\n", ""),
        encoding="utf-8",
    )
    text = (tmp_path / "a.toml").read_text(encoding="utf-8").replace(", l_over_L = 25", "")
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"dwell.csv, the setting at 9 mA and 295 K: expected a current between"):
        stfit.fit(tmp_path / "a.toml")


def test_the_start_of_a_ramp_is_that_of_gompertz_where_ln_tau_is_straight() -> None:
    # the hand-made sampler above, against the closed form, on a straight ln τ
    grid = np.linspace(0.0, 5e-3, 20_001)
    eta = 5.0 - 4000.0 * grid
    exposure = np.concatenate([[0.0], np.cumsum(0.5 * (np.exp(-eta[1:]) + np.exp(-eta[:-1])) * np.diff(grid) / 1e-2)])
    chance = np.linspace(0.05, 0.95, 9)
    closed = ramp_quantile(chance, 4000.0, -5.0, 1e-2, 0.0)
    assert np.interp(-np.log1p(-chance), exposure, grid) == pytest.approx(closed, rel=1e-4)


def test_the_heat_of_a_current_counts_where_a_barrier_ends() -> None:
    # 295 K becomes 1000 K at 2 mA: Kv of 20 k_BT is 5.9 there
    hot = (1000.0**2 - 295.0**2) / 2e-3**2
    law = SpinTransferLaw.of(CHOICES, reference_temperature=295.0, heating=JouleHeating(1.0))
    truth = {**TRUTH, "heating": hot, "temperature": 295.0}
    table = dwells()
    asked = rows_asked(law, truth, table.settings, table.settings.temperature)
    assert asked is not None
    sigma, current = axis_of(law.device, *asked).sigma, np.asarray(asked[1].current)
    assert sigma.max() < 20.0 * 295.0 / 280.0 + 1e-9
    at_2_mA = np.abs(current + 2e-3) < 1e-9
    np.testing.assert_allclose(sigma[at_2_mA & (table.settings.temperature == 295.0)], 20.0 * 0.295, rtol=1e-9)
    assert not law.rates.outside(law.device, *asked)[np.abs(current) < 1e-4].any()


def test_a_barrier_of_a_row_is_that_of_its_temperature() -> None:
    # K(T)v(1 + h)² measured at 200 K out of P leads to the same current as the Kv quoted at 295 K
    choices = replace(CHOICES, magnetisation="bloch", anisotropy_law="shape")
    law = SpinTransferLaw.of(choices, reference_temperature=295.0)
    truth = {**TRUTH, "curie_temperature": 900.0}
    there = law.device.quantities_at(truth, 200.0)
    settings: dict[str, Any] = {"temperature": np.full(2, 200.0), "measurement_time": 1e-2}
    state = np.array([0.0, 1.0])
    own = there["Kv"] * np.square(1.0 + np.array([1.0, -1.0]) * there["h"])
    quoted = law.inverse_critical_current(truth, state=state, **settings)
    measured = law.inverse_critical_current(truth, state=state, energy=own, **settings)
    np.testing.assert_allclose(measured, quoted, rtol=1e-9)  # Newton's method ends at 1e-12


def test_the_report_assumes_what_is_fitted(exact: FitResult) -> None:
    said = " ".join(exact.assumptions)
    assert "The potential is Kv(sin²θ − 2h cos θ)" in said
    assert "Eq. 27 in the consistent convention" not in said
