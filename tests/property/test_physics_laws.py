"""Laws of the physics: sum rule, symmetries, change of unit, conventions, limits, inverses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.physics import activation, switching, telegraph, transport
from stfit.physics.transport import CONSISTENT, PRINTED, ChiGmr, Convention, CosineGmr, Gmr, TabulatedGmr

law = settings(deadline=None, max_examples=60, derandomize=True)

angles = st.floats(0.0, np.pi)
tops = st.floats(0.2, np.pi - 0.2)
ln_chis = st.floats(np.log(0.05), np.log(100.0))
signed = st.floats(0.05, 50.0).flatmap(lambda size: st.sampled_from([size, -size]))
polarisations = st.floats(0.02, 0.98).flatmap(lambda size: st.sampled_from([size, -size]))
resistances = st.floats(1e-3, 1e3)
energies = st.floats(0.05, 5.0).map(lambda volts: volts * ELEMENTARY_CHARGE)
temperatures = st.floats(1.0, 500.0)
currents = st.floats(-1e-2, 1e-2)
states = st.sampled_from([0, 1])
ROUNDING = 1e-13  # relative: some twenty operations, and π lost to cancellation by up to a factor of 100


@st.composite
def tables(draw: st.DrawFn) -> TabulatedGmr:
    """A measured r(θ): up to nine rising values over even angles."""
    steps = draw(st.lists(st.floats(0.05, 1.0), min_size=3, max_size=8))
    rising = np.concatenate([[0.0], np.cumsum(steps)])
    return TabulatedGmr.from_measurement(np.linspace(0.0, np.pi, rising.size), rising)


curves = st.one_of(st.just(CosineGmr()), ln_chis.map(lambda x: ChiGmr(float(np.expm1(x)))), tables())


@law
@given(curves, angles)
def test_sum_rule(gmr: Gmr, theta_0: float) -> None:
    c_P, c_AP = transport.asymmetry_P(gmr, theta_0), transport.asymmetry_AP(gmr, theta_0)
    assert c_P + c_AP == pytest.approx(gmr.total, rel=ROUNDING)
    assert c_P >= -1e-15
    assert c_AP >= -1e-14


@law
@given(curves, angles, angles)
def test_resistance_rises_and_stays_within_zero_and_one(gmr: Gmr, one: float, other: float) -> None:
    low, high = gmr.resistance(np.sort([one, other]))
    assert -1e-15 <= low <= high + 1e-15 <= 1.0 + 1e-14


@law
@given(ln_chis, angles)
def test_mirror_of_the_two_states(ln_chi: float, theta: float) -> None:
    # Renaming P and AP turns r(θ) into 1 − r(π−θ), which is the curve of 1 + χ' = 1/(1+χ).
    gmr, mirror = ChiGmr(float(np.expm1(ln_chi))), ChiGmr(float(np.expm1(-ln_chi)))
    assert mirror.resistance(theta) == pytest.approx(1.0 - gmr.resistance(np.pi - theta), abs=1e-13)  # ε/0.05, thrice
    assert transport.asymmetry_P(mirror, theta) == pytest.approx(
        theta - transport.asymmetry_AP(gmr, np.pi - theta), abs=1e-13
    )


@law
@given(angles)
def test_mirror_of_the_cosine_is_itself(theta: float) -> None:
    gmr = CosineGmr()
    assert transport.asymmetry_P(gmr, theta) == pytest.approx(
        theta - transport.asymmetry_AP(gmr, np.pi - theta), abs=2e-15
    )


@law
@given(st.floats(-1e-6, 1e-6), angles)
def test_small_chi_is_nearly_the_cosine(chi: float, theta: float) -> None:
    # |∂ρ/∂χ| = ∫(1−c)(1+c)/(2+χ(1+c))² ≤ π/8 near χ = 0.
    assert ChiGmr(chi).integral(theta) == pytest.approx(CosineGmr().integral(theta), abs=0.4 * abs(chi) + 4e-15)


def log_dwell_times(
    current: Any, l_over_L: float, E_P: float, E_AP: float, c: tuple[float, float], temperature: float
) -> tuple[Any, Any]:
    """(ln τ_P, ln τ_AP) with τ0 = 1 s, ΔR = 1 Ω, β = 0.5."""
    coupling = transport.coupling(l_over_L, 1.0, 0.5)
    P, AP = (activation.barrier(state, current, E_P, E_AP, coupling, *c) for state in (0, 1))
    return activation.log_dwell_time(0.0, P, temperature), activation.log_dwell_time(0.0, AP, temperature)


@law
@given(currents, signed, energies, energies, st.floats(0.1, 1.0), st.floats(0.1, 2.0), temperatures)
def test_polarity_and_exchange_of_states(
    current: float, l_over_L: float, E_P: float, E_AP: float, c_P: float, c_AP: float, temperature: float
) -> None:
    P, AP = log_dwell_times(current, l_over_L, E_P, E_AP, (c_P, c_AP), temperature)
    # The other polarity with the other sign of λ is the same device, to the last bit.
    assert log_dwell_times(-current, -l_over_L, E_P, E_AP, (c_P, c_AP), temperature) == (P, AP)
    # Renaming the states reverses the current.
    assert log_dwell_times(-current, l_over_L, E_AP, E_P, (c_AP, c_P), temperature) == (AP, P)


@law
@given(states, signed, resistances, polarisations, energies, curves, tops, temperatures, currents)
def test_conventions_describe_the_same_device(
    state: int,
    l_over_L: float,
    delta_R: float,
    beta: float,
    energy: float,
    gmr: Gmr,
    theta_0: float,
    temperature: float,
    current: float,
) -> None:
    def observed(convention: Convention) -> list[float]:
        coupling = transport.coupling(
            transport.convert_l_over_L(l_over_L, CONSISTENT, convention), delta_R, beta, convention
        )
        E = transport.convert_energy(energy, CONSISTENT, convention)
        c_P = transport.convert_asymmetry(transport.asymmetry_P(gmr, theta_0), CONSISTENT, convention)
        c_AP = transport.convert_asymmetry(transport.asymmetry_AP(gmr, theta_0), CONSISTENT, convention)
        height = activation.barrier(state, current, E, E, coupling, c_P, c_AP)
        return [
            float(activation.log_dwell_time(0.0, height, temperature, convention)),
            float(activation.slope(state, coupling, c_P, c_AP, temperature, convention)),
            float(activation.critical_current(state, E, E, coupling, c_P, c_AP)),
        ]

    ours, printed = observed(CONSISTENT), observed(PRINTED)
    # ln τ is a difference of two terms: ε of the larger, E/k_BT or s I.
    spread = energy / (BOLTZMANN * temperature) + abs(ours[1] * current)
    assert printed[0] == pytest.approx(ours[0], abs=ROUNDING * spread)
    assert printed[1:] == pytest.approx(ours[1:], rel=ROUNDING)


@law
@given(signed, st.sampled_from([CONSISTENT, PRINTED]), st.sampled_from([CONSISTENT, PRINTED]))
def test_conversions_undo_themselves(value: float, source: Convention, target: Convention) -> None:
    for convert in (transport.convert_l_over_L, transport.convert_asymmetry, transport.convert_energy):
        assert convert(convert(value, source, target), target, source) == value  # powers of two: exact


@law
@given(energies, temperatures, st.floats(1e-3, 1e3))
def test_energy_unit_does_not_matter(energy: float, temperature: float, unit: float) -> None:
    plain = activation.log_dwell_time(-20.0, energy, temperature)
    scaled = activation.log_dwell_time(-20.0, energy * unit, temperature * unit)
    assert scaled == pytest.approx(plain, rel=ROUNDING, abs=ROUNDING * 20)


@law
@given(states, signed, resistances, polarisations, st.floats(1e-3, 1e3))
def test_current_unit_does_not_matter(state: int, l_over_L: float, delta_R: float, beta: float, unit: float) -> None:
    # Currents in units of `unit` A are resistances in units of 1/unit Ω: slopes scale with the one, I_c with the other.
    plain, scaled = transport.coupling(l_over_L, delta_R, beta), transport.coupling(l_over_L, delta_R * unit, beta)
    slope, slope_scaled = (activation.slope(state, G, 0.3, 1.3, 295.0) for G in (plain, scaled))
    I_c, I_c_scaled = (activation.critical_current(state, 1e-19, 1e-19, G, 0.3, 1.3) for G in (plain, scaled))
    assert slope_scaled == pytest.approx(slope * unit, rel=ROUNDING)
    assert I_c_scaled == pytest.approx(I_c / unit, rel=ROUNDING)  # 1/I_c is linear in ΔR, through the origin


@law
@given(states, signed, resistances, polarisations, energies, curves, tops, temperatures)
def test_inversions_undo_the_forward_functions(
    state: int,
    l_over_L: float,
    delta_R: float,
    beta: float,
    energy: float,
    gmr: Gmr,
    theta_0: float,
    temperature: float,
) -> None:
    coupling = transport.coupling(l_over_L, delta_R, beta)
    c = (float(transport.asymmetry_P(gmr, theta_0)), float(transport.asymmetry_AP(gmr, theta_0)))
    s_P, s_AP = (activation.slope(i, coupling, *c, temperature) for i in (0, 1))
    I_c = activation.critical_current(state, energy, energy, coupling, *c)
    slope = (s_P, s_AP)[state]
    found = [
        activation.l_over_L_from_slope(state, slope, temperature, beta, delta_R, c[state]),
        activation.l_over_L_from_critical_current(state, I_c, energy, beta, delta_R, c[state]),
        activation.l_over_L_from_slopes(s_P, s_AP, temperature, beta, delta_R, gmr.total),
    ]
    assert found == pytest.approx([l_over_L] * 3, rel=ROUNDING)
    assert slope * I_c == pytest.approx(-energy / (BOLTZMANN * temperature), rel=ROUNDING)
    assert np.sign(s_P) == np.sign(l_over_L / beta) == -np.sign(s_AP)


@law
@given(curves, tops)
def test_ratio_of_asymmetries_gives_the_top(gmr: Gmr, theta_0: float) -> None:
    ratio = float(transport.asymmetry_AP(gmr, theta_0) / transport.asymmetry_P(gmr, theta_0))
    found = activation.theta_0_from_ratio(gmr, ratio)
    # ρ is known to a few ε·π and rises by r(θ0) ≥ 1e-4 (χ = 99 at 0.2 rad, or the foot of a table) a radian.
    assert found == pytest.approx(theta_0, abs=3e-11)


@law
@given(ln_chis)
def test_ratio_of_asymmetries_gives_chi(ln_chi: float) -> None:
    chi = float(np.expm1(ln_chi))
    ratio = float(transport.chi_asymmetry_AP(chi) / transport.chi_asymmetry_P(chi))
    assert np.log1p(activation.chi_from_ratio(ratio)) == pytest.approx(ln_chi, abs=1e-12)  # slope of ln ratio > 0.2


@law
@given(energies, st.floats(1e2, 1e9))
def test_barriers_do_not_count_at_high_temperature(energy: float, temperature_over_barrier: float) -> None:
    temperature = temperature_over_barrier * energy / BOLTZMANN
    excess = activation.log_dwell_time(-20.0, energy, temperature) + 20.0
    assert excess == pytest.approx(1.0 / temperature_over_barrier, abs=8e-15)  # ε of 20


@law
@given(st.floats(-60.0, 60.0), st.floats(1e-9, 1e3))
def test_switched_or_not(log_dwell_time: float, pulse_width: float) -> None:
    switched = switching.switching_probability(pulse_width, log_dwell_time)
    log_switched = switching.log_switching_probability(pulse_width, log_dwell_time)
    stayed = switching.log_stay_probability(pulse_width, log_dwell_time)
    assert switched + np.exp(stayed) == pytest.approx(1.0, abs=4e-16)
    # ln(t_p/τ) up to 80 carries 80 ε into the exponentials.
    assert np.exp(log_switched) == pytest.approx(switched, rel=ROUNDING)


@law
@given(st.floats(1.0, 1e3), st.floats(-40.0, 0.0), st.floats(1e-3, 1e3), st.floats(0.01, 0.99))
def test_quantiles_undo_the_ramp(slope: float, ln_rate_0: float, ramp_rate: float, probability: float) -> None:
    current = switching.ramp_quantile(np.array(probability), slope, ln_rate_0, ramp_rate, 0.0)
    survival = switching.ramp_log_survival(current, slope, ln_rate_0, ramp_rate, 0.0)
    assert np.log(-np.expm1(survival)) == pytest.approx(np.log(probability), abs=1e-12)  # exponents to ~60: 60 ε, twice


@law
@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(0.0, 3.0))
def test_dead_time_lengthens_and_narrows(tau: float, tau_other: float, relative: float) -> None:
    dead_time = relative * min(tau, tau_other)
    mean = telegraph.apparent_mean_dwell(tau, tau_other, dead_time)
    variance = telegraph.apparent_dwell_variance(tau, tau_other, dead_time)
    assert mean >= tau
    assert 0.0 < variance <= mean**2 * (1.0 + ROUNDING)
    # What is observed of both states must fill the time: equal shift of the two means about their other's.
    other = telegraph.apparent_mean_dwell(tau_other, tau, dead_time)
    assert (mean + tau_other) * np.exp(-dead_time / tau_other) == pytest.approx(tau + tau_other, rel=ROUNDING)
    assert (other + tau) * np.exp(-dead_time / tau) == pytest.approx(tau + tau_other, rel=ROUNDING)
