"""Where the barrier top is: each option against its own formula, and its start against what it is to give."""

from typing import Any

import numpy as np
import pytest

from stfit.models.asymmetry import Uniaxial, asymmetry_named
from stfit.models.choices import ASYMMETRIES
from stfit.physics.transport import ChiGmr, CosineGmr

EPS = 2.0**-52
ENERGIES = (8.1e-20, 6.4e-20)


def quantities(name: str) -> dict[str, Any]:
    return {
        "theta_0": {"E_P": 1.0, "E_AP": 2.0, "theta_0": 1.9},
        "symmetric": {"E_P": 1.0, "E_AP": 2.0},
        "uniaxial": {"Kv": 1.5, "h": 0.2},
        "chi": {"E_P": 1.0, "E_AP": 2.0, "chi": 0.7},
        "free": {"E_P": 1.0, "E_AP": 2.0, "c_P": 0.4, "c_AP": 0.9},
    }[name]


@pytest.mark.parametrize("name", ASYMMETRIES)
def test_each_option_asks_for_its_parameters(name: str) -> None:
    assert set(asymmetry_named(name, CosineGmr()).parameters) == set(quantities(name))
    assert asymmetry_named(name, CosineGmr()).name == name


@pytest.mark.parametrize(
    ("name", "energies", "c_P", "c_AP"),
    [
        ("theta_0", (1.0, 2.0), (1.9 - np.sin(1.9)) / 2, (np.pi - 1.9 + np.sin(1.9)) / 2),
        ("symmetric", (1.0, 2.0), (np.pi - 2) / 4, (np.pi + 2) / 4),
        ("free", (1.0, 2.0), 0.4, 0.9),
        (
            "uniaxial",
            (1.5 * 1.2**2, 1.5 * 0.8**2),
            (np.arccos(-0.2) - np.sqrt(0.96)) / 2,
            (np.pi - np.arccos(-0.2) + np.sqrt(0.96)) / 2,
        ),
    ],
)
def test_wells_by_hand(name: str, energies: tuple[float, float], c_P: float, c_AP: float) -> None:
    wells = asymmetry_named(name, CosineGmr()).wells(quantities(name), None)
    assert (wells.energy_P, wells.energy_AP) == pytest.approx(energies, rel=8 * EPS)
    assert (wells.c_P, wells.c_AP) == pytest.approx((c_P, c_AP), rel=8 * EPS)


def test_chi_is_the_chi_curve_at_the_equator() -> None:
    wells = asymmetry_named("chi", CosineGmr()).wells(quantities("chi"), None)
    gmr = ChiGmr(0.7)
    assert wells.c_P == pytest.approx(gmr.integral(np.array(np.pi / 2)), rel=1e-13)
    assert wells.c_P + wells.c_AP == pytest.approx(gmr.total, rel=1e-13)


@pytest.mark.parametrize("name", ["theta_0", "symmetric", "uniaxial", "chi"])
def test_the_printed_convention_doubles_the_factors_and_nothing_else(name: str) -> None:
    once = asymmetry_named(name, CosineGmr()).wells(quantities(name), None)
    twice = asymmetry_named(name, CosineGmr(), scale=2.0).wells(quantities(name), None)
    assert (twice.c_P, twice.c_AP) == (2 * once.c_P, 2 * once.c_AP)
    assert (twice.energy_P, twice.energy_AP) == (once.energy_P, once.energy_AP)


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("ratio", [2.0, 4.504, 9.0])
@pytest.mark.parametrize("name", ["theta_0", "chi", "free"])
def test_a_start_has_the_barriers_and_the_ratio_it_was_given(name: str, ratio: float, scale: float) -> None:
    option = asymmetry_named(name, CosineGmr(), scale=scale)
    wells = option.wells(option.start(ENERGIES, ratio), None)
    assert (wells.energy_P, wells.energy_AP) == pytest.approx(ENERGIES, rel=8 * EPS)
    assert wells.c_AP / wells.c_P == pytest.approx(ratio, rel=1e-9)  # a root to 1e-15, with a slope of order 10


@pytest.mark.parametrize("name", ASYMMETRIES)
@pytest.mark.parametrize("ratio", [None, 0.05, 1.0, 50.0])
def test_a_start_is_inside_the_bounds_whatever_the_ratio(name: str, ratio: float | None) -> None:
    option = asymmetry_named(name, CosineGmr())
    wells = option.wells(option.start(ENERGIES, ratio), None)
    assert min(wells.c_P, wells.c_AP) > 0.0
    assert min(wells.energy_P, wells.energy_AP) > 0.0


def test_a_uniaxial_start_has_both_barriers() -> None:
    option = asymmetry_named("uniaxial", CosineGmr())
    wells = option.wells(option.start(ENERGIES, 3.0), None)
    assert (wells.energy_P, wells.energy_AP) == pytest.approx(ENERGIES, rel=16 * EPS)


def test_a_uniaxial_start_takes_the_field_from_the_slopes_where_only_one_barrier_is_known() -> None:
    option = asymmetry_named("uniaxial", CosineGmr())
    wells = option.wells(option.start((ENERGIES[0], ENERGIES[0]), 3.0), None)
    assert wells.c_AP / wells.c_P == pytest.approx(3.0, rel=1e-9)


def test_a_field_moves_the_barriers_of_its_row() -> None:
    option = asymmetry_named("uniaxial", CosineGmr(), by_field=True)
    assert isinstance(option, Uniaxial)
    assert option.parameters == ("Kv", "anisotropy_field", "field_offset")
    known = {"Kv": 1.5, "anisotropy_field": 0.1, "field_offset": -0.01}
    wells = option.wells(known, np.array([-0.03, 0.01]))
    h = np.array([-0.2, 0.2])  # (μ0H − offset)/μ0H_K
    assert wells.energy_P == pytest.approx(1.5 * (1 + h) ** 2, rel=16 * EPS)
    assert wells.energy_AP == pytest.approx(1.5 * (1 - h) ** 2, rel=16 * EPS)
    assert wells.c_P == pytest.approx((np.arccos(-h) - np.sqrt(1 - h**2)) / 2, rel=16 * EPS)
    reference = option.wells(known, None)  # no applied field: the stray field alone
    assert reference.energy_P == pytest.approx(1.5 * 1.1**2, rel=16 * EPS)


def test_beyond_the_anisotropy_field_there_is_no_number_and_no_warning() -> None:
    # a walker or a long step may go there: NaN is what both know to turn back from
    option = asymmetry_named("uniaxial", CosineGmr(), by_field=True)
    wells = option.wells({"Kv": 1.5, "anisotropy_field": 0.1, "field_offset": 0.0}, np.array([0.05, 0.2]))
    assert np.isnan(wells.c_P).tolist() == [False, True]


def test_a_sweep_passes_the_anisotropy_field_beyond_which_one_state_has_no_barrier() -> None:
    option = Uniaxial(CosineGmr(), by_field=True, swept=True)
    wells = option.wells({"Kv": 1.5, "anisotropy_field": 0.1, "field_offset": 0.0}, np.array([0.05, 0.2, -0.2]))
    assert wells.energy_P == pytest.approx([1.5 * 1.5**2, 1.5 * 3.0**2, 0.0], rel=16 * EPS, abs=1e-17)
    assert wells.energy_AP == pytest.approx([1.5 * 0.5**2, 0.0, 1.5 * 3.0**2], rel=16 * EPS, abs=1e-17)
    # next to a pole, 1 − |h| = 1e-9, the angle δ from it is √(2e-9): c_AP = δ and c_P = δ³/12 there
    assert wells.c_AP[1] == pytest.approx(np.sqrt(2e-9), rel=1e-6)
    assert wells.c_P[2] == pytest.approx(np.sqrt(2e-9) ** 3 / 12, rel=1e-2, abs=1e-16)


def test_the_field_may_favour_the_other_state() -> None:
    known = {"Kv": 1.5, "anisotropy_field": 0.1, "field_offset": 0.01}
    one = Uniaxial(CosineGmr(), by_field=True)
    other = Uniaxial(CosineGmr(), by_field=True, field_sign=-1)
    mirrored = other.wells({**known, "field_offset": -0.01}, np.array([0.02, -0.03]))
    assert mirrored.energy_P == pytest.approx(one.wells(known, np.array([-0.02, 0.03])).energy_P, rel=16 * EPS)


def test_an_unknown_option_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="one of 'theta_0', 'symmetric', 'uniaxial', 'chi', 'free'; found 'theta'"):
        asymmetry_named("theta", CosineGmr())
