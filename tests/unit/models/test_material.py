"""How quoted quantities follow temperature: identity, ratios, fields, beyond T_C, and the law that uses them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.derivatives import seed
from stfit.models.choices import Choices
from stfit.models.eq_27 import EQ_27
from stfit.models.guess import CrudeDwellTimes
from stfit.models.heating import NO_HEATING, Heating, JouleHeating
from stfit.models.law import Law
from stfit.models.material import ConstantMaterial, OrderedMaterial, material_named
from stfit.models.power import POWERS
from stfit.models.spin_transfer import SpinTransferLaw
from tests import builders

Array = npt.NDArray[np.float64]

REFERENCE = 295.0
QUANTITIES: dict[str, Any] = {**builders.TRUTH, "curie_temperature": 800.0, "heating": 2e9}
UNIAXIAL = {"Kv": 0.5 * ELEMENTARY_CHARGE, "anisotropy_field": 0.12, "field_offset": -0.02}
STATE = np.array([0.0, 0.0, 1.0, 1.0])
CURRENT = np.array([-1e-3, 2e-3, -2e-3, 1e-3])
TEMPERATURE = np.array([250.0, 295.0, 320.0, 400.0])
PAIRS = [(m, k) for m in ("bloch", "mean-field") for k in ("constant", "shape", "callen-callen")]


def bloch(temperature: Any) -> Any:
    """M_s(T)/M_s(295 K) by hand."""
    return (1.0 - (temperature / 800.0) ** 1.5) / (1.0 - (REFERENCE / 800.0) ** 1.5)


def law_of(
    magnetisation: str = "bloch", anisotropy_law: str = "callen-callen", asymmetry: str = "theta_0", **options: Any
) -> SpinTransferLaw:
    choices = Choices(magnetisation=magnetisation, anisotropy_law=anisotropy_law, asymmetry=asymmetry)
    return SpinTransferLaw.of(choices, reference_temperature=REFERENCE, **options)


def test_a_constant_material_changes_nothing_and_costs_nothing() -> None:
    material = ConstantMaterial()
    assert material.at(QUANTITIES, TEMPERATURE, REFERENCE) is QUANTITIES
    assert material.stiffness(QUANTITIES, TEMPERATURE, REFERENCE) == 1.0
    assert material.parameters == ()
    assert material.words == ""
    assert SpinTransferLaw.of().device.constant
    assert not law_of().device.constant


def test_names() -> None:
    assert material_named("constant", "constant") == ConstantMaterial()
    assert material_named("bloch", "shape") == OrderedMaterial("bloch", "shape")
    with pytest.raises(ValueError, match=r"'block'; there are constant, bloch, mean-field"):
        material_named("block", "constant")
    with pytest.raises(ValueError, match=r"'cubic'; there are constant, shape, callen-callen"):
        material_named("bloch", "cubic")
    with pytest.raises(ValueError, match=r"'shape'\) needs a law of M_s\(T\)"):
        material_named("constant", "shape")


@pytest.mark.parametrize(("anisotropy_law", "exponent"), [("constant", 0), ("shape", 2), ("callen-callen", 3)])
def test_barriers_go_with_the_anisotropy(anisotropy_law: str, exponent: int) -> None:
    law = law_of(anisotropy_law=anisotropy_law)
    ratio = bloch(TEMPERATURE) ** exponent
    assert law.device.stiffness(QUANTITIES, TEMPERATURE) == pytest.approx(ratio, rel=1e-14)  # six roundings
    wells = law.device.wells(QUANTITIES, None, TEMPERATURE)
    assert wells.energy_P == pytest.approx(QUANTITIES["E_P"] * ratio, rel=1e-14)
    assert wells.energy_AP == pytest.approx(QUANTITIES["E_AP"] * ratio, rel=1e-14)
    quoted = law.device.wells(QUANTITIES, None, None)
    assert (wells.c_P, wells.c_AP) == (quoted.c_P, quoted.c_AP)


@pytest.mark.parametrize(("magnetisation", "anisotropy_law"), PAIRS)
def test_at_the_reference_temperature_all_is_as_quoted(magnetisation: str, anisotropy_law: str) -> None:
    law = law_of(magnetisation, anisotropy_law)
    assert float(law.device.stiffness(QUANTITIES, REFERENCE)) == 1.0
    found = law.device.quantities_at({**QUANTITIES, **UNIAXIAL, "h": 0.1}, REFERENCE)
    assert found == {**QUANTITIES, **UNIAXIAL, "h": 0.1}
    assert law.device.quantities_at(QUANTITIES, None) is QUANTITIES


def test_fields_go_with_the_anisotropy_over_the_magnetisation() -> None:
    found = law_of().device.quantities_at({**QUANTITIES, **UNIAXIAL, "h": 0.1}, TEMPERATURE)
    m = bloch(TEMPERATURE)
    assert found["anisotropy_field"] == pytest.approx(0.12 * m**2, rel=1e-14)
    assert found["h"] == pytest.approx(0.1 / m**2, rel=1e-14)
    assert found["field_offset"] == -0.02


@pytest.mark.parametrize(("magnetisation", "anisotropy_law"), PAIRS)
def test_a_free_h_and_one_applied_field_are_the_same_physics(magnetisation: str, anisotropy_law: str) -> None:
    rows: dict[str, Any] = {"state": STATE, "current": CURRENT, "temperature": TEMPERATURE}
    by_field = law_of(magnetisation, anisotropy_law, asymmetry="uniaxial", by_field=True)
    free = law_of(magnetisation, anisotropy_law, asymmetry="uniaxial")
    one = by_field.log_dwell_time({**QUANTITIES, **UNIAXIAL}, field=np.full(4, 0.01), **rows)
    other = free.log_dwell_time({**QUANTITIES, **UNIAXIAL, "h": 0.03 / 0.12}, field=None, **rows)
    assert one == pytest.approx(other, rel=1e-13)  # a dozen roundings in E/k_BT ~ 20 of ln τ ~ −1 to 10


def test_beyond_the_curie_temperature_there_is_no_number() -> None:
    for magnetisation in ("bloch", "mean-field"):
        found = law_of(magnetisation).device.wells(QUANTITIES, None, np.array([400.0, 800.0, 900.0]))
        assert np.array_equal(np.isnan(found.energy_P), [False, True, True])


def test_walkers_have_their_own_curie_temperature() -> None:
    curies = np.array([[700.0], [800.0], [390.0]])
    found = law_of().device.stiffness({**QUANTITIES, "curie_temperature": curies}, TEMPERATURE)
    assert found.shape == (3, 4)
    assert found[1] == pytest.approx(law_of().device.stiffness(QUANTITIES, TEMPERATURE), rel=0)
    assert np.array_equal(np.isnan(found[2]), TEMPERATURE >= 390.0)


@pytest.mark.parametrize(
    ("rates", "heating"), [(EQ_27, NO_HEATING), (POWERS[0], NO_HEATING), (EQ_27, JouleHeating(1e10))]
)
@pytest.mark.parametrize("asymmetry", ["theta_0", "uniaxial"])
def test_slopes_are_those_at_zero_current(rates: Law, heating: Heating, asymmetry: str) -> None:
    law = replace(law_of(asymmetry=asymmetry, heating=heating), rates=rates)
    (current,) = seed(np.array([0.0]), 1)
    quantities = {**QUANTITIES, "Kv": UNIAXIAL["Kv"], "h": 0.1}
    jet = law.log_dwell_time(quantities, state=STATE, current=current, temperature=TEMPERATURE, field=None)
    assert law.slopes(quantities, STATE, TEMPERATURE, None) == pytest.approx(jet.gradient[0], rel=1e-12)


def test_a_heated_magnet_has_the_barrier_of_its_own_temperature() -> None:
    law = law_of(heating=JouleHeating(1e10))
    found = law.log_dwell_time(QUANTITIES, state=STATE, current=CURRENT, temperature=TEMPERATURE, field=None)
    hot = np.sqrt(TEMPERATURE**2 + 2e9 * CURRENT**2)
    expected = law_of().log_dwell_time(QUANTITIES, state=STATE, current=CURRENT, temperature=hot, field=None)
    assert found == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("magnetisation", "anisotropy_law"), PAIRS)
@pytest.mark.parametrize("heated", [False, True])
def test_derivatives_are_those_of_the_formula(magnetisation: str, anisotropy_law: str, heated: bool) -> None:
    law = law_of(magnetisation, anisotropy_law, heating=JouleHeating(1e10) if heated else NO_HEATING)
    names = ("E_P", "E_AP", "theta_0", "curie_temperature", "heating", "temperature")
    at = np.array([QUANTITIES[n] for n in names[:-1]] + [1.0])

    def ln_tau(values: list[Any]) -> Any:
        quantities = {**QUANTITIES, **dict(zip(names[:-1], values, strict=False))}
        kelvin = TEMPERATURE * values[-1]
        return law.log_dwell_time(quantities, state=STATE, current=CURRENT, temperature=kelvin, field=None)

    def of(relative: Array, order: int = 0) -> Any:
        jets = seed(relative, order) if order else list(relative)
        return ln_tau([a * (1.0 + u) for a, u in zip(at, jets, strict=True)])

    step = 1e-3
    origin = np.zeros(at.size)
    jet = of(origin, 2)
    # as in test_physics_derivatives: truncation and rounding of five points at a relative step of 1e-3
    scale = max(np.abs(jet.value).max(), np.abs(jet.gradient).max(), np.abs(jet.hessian).max())
    for i, shift in enumerate(step * np.eye(at.size)):
        ends = [of(origin + k * shift) for k in (-2, -1, 1, 2)]
        slope = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)
        np.testing.assert_allclose(jet.gradient[i], slope, rtol=0, atol=1e-9 * scale)
        ends = [of(origin + k * shift, 1).gradient for k in (-2, -1, 1, 2)]
        curvature = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)
        np.testing.assert_allclose(jet.hessian[i], curvature, rtol=0, atol=1e-9 * scale)


def test_measured_critical_currents_have_the_barrier_of_their_temperature() -> None:
    law, constant = law_of(), SpinTransferLaw.of(reference_temperature=REFERENCE)
    measured: dict[str, Any] = {"state": STATE, "temperature": TEMPERATURE, "measurement_time": 1.0}
    at_rows = {**QUANTITIES, **{n: QUANTITIES[n] * bloch(TEMPERATURE) ** 3 for n in ("E_P", "E_AP")}}
    expected = constant.inverse_critical_current(at_rows, **measured)
    assert law.inverse_critical_current(QUANTITIES, **measured) == pytest.approx(expected, rel=1e-13)
    # extrapolated to zero temperature: the barrier as quoted
    extrapolated = law.inverse_critical_current(QUANTITIES, state=STATE, temperature=TEMPERATURE)
    assert np.array_equal(extrapolated, constant.inverse_critical_current(QUANTITIES, state=STATE))


@pytest.mark.parametrize(("magnetisation", "anisotropy_law"), PAIRS)
def test_a_start_from_noiseless_dwells_is_the_truth(magnetisation: str, anisotropy_law: str) -> None:
    law = law_of(magnetisation, anisotropy_law)
    state, temperature, current = (
        a.reshape(-1) for a in np.meshgrid([0.0, 1.0], [250.0, 295.0, 320.0], [-1e-3, 0.0, 1e-3], indexing="ij")
    )
    eta = law.log_dwell_time(QUANTITIES, state=state, current=current, temperature=temperature, field=None)
    rows = CrudeDwellTimes(eta, np.ones(eta.size), state, current, temperature)
    found = law.starting_quantities(rows, QUANTITIES)
    # linear in ln τ0, barriers and slopes: only the condition of the regression, 1e4 at most, times rounding
    for name in ("tau_0", "E_P", "E_AP", "theta_0", "l_over_L"):
        assert found[name] == pytest.approx(QUANTITIES[name], rel=1e-9)
    assert found["E_P"] / (BOLTZMANN * REFERENCE) == pytest.approx(19.67, abs=0.01)
