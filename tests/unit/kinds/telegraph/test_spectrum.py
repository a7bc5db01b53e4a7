"""Machlup's spectrum fitted to traces: the model with its aliases, derivatives, and where there is no corner."""

import numpy as np
import pytest
from scipy.signal import lfilter

from stfit.derivatives import seed
from stfit.errors import OutsideValidityError
from stfit.kinds.telegraph.spectrum import SpectrumEnd, _Spectrum, fit_machlup
from stfit.physics.telegraph import machlup_spectrum
from tests.traces import telegraph

INTERVAL = 1e-3  # s


def spectrum(bandwidth: float | None = None) -> _Spectrum:
    frequency = np.linspace(2.0, 480.0, 90)
    power = 1e-3 * (1.0 + 0.3 * np.sin(frequency))
    return _Spectrum(frequency, power, 12, INTERVAL, bandwidth)


@pytest.mark.parametrize("bandwidth", [None, 300.0])
def test_the_model_is_machlups_spectrum_folded_at_half_the_sampling_rate(bandwidth: float | None) -> None:
    tau_1, tau_2, step = 0.02, 0.05, 1.3
    corner = 1 / tau_1 + 1 / tau_2
    variance = step**2 * tau_1 * tau_2 / (tau_1 + tau_2) ** 2
    data = spectrum(bandwidth)
    found = data.model(np.log([[corner], [variance], [1e-9]])) - 1e-9
    orders = np.arange(-20_000, 20_001)[:, None]
    aliases = np.abs(data.frequency + orders / INTERVAL)
    gain = 1.0 if bandwidth is None else 1.0 / (1.0 + (aliases / bandwidth) ** 2)
    folded = np.sum(gain * machlup_spectrum(aliases, tau_1, tau_2, step), axis=0)
    # aliases beyond the 20,000th: Σ 1/m² ~ 5e-5 of the first one
    assert found == pytest.approx(folded, rel=5e-5)


@pytest.mark.parametrize("bandwidth", [None, 300.0])
def test_derivatives_are_those_of_the_likelihood(bandwidth: float | None) -> None:
    data = spectrum(bandwidth)
    x = np.log([80.0, 0.02, 2e-4])
    jet = data.log_likelihood(seed(x, 2))
    h = 1e-5  # central differences of numbers ~1e4: rounding 1e-12/h, h² of the third derivative
    slopes = [
        (data.log_likelihood((x + m)[:, None]) - data.log_likelihood((x - m)[:, None])) / (2 * h) for m in h * np.eye(3)
    ]
    assert jet.gradient == pytest.approx(np.array(slopes), rel=1e-6, abs=1e-5)
    bends = [
        (data.log_likelihood(seed(x + m, 1)).gradient - data.log_likelihood(seed(x - m, 1)).gradient) / (2 * h)
        for m in h * np.eye(3)
    ]
    assert jet.hessian == pytest.approx(np.array(bends), rel=1e-6, abs=1e-5)


def test_a_filtered_trace_needs_its_bandwidth() -> None:
    samples = telegraph(120_000, (30.0, 60.0), snr=5.0, seed=6, noise=(1e-9, 1e-9))
    pole = np.exp(-2 * np.pi * 30.0 * INTERVAL)  # 30 Hz, a recursive one-pole filter on the samples
    seen = lfilter([1 - pole], [1, -pole], samples)
    seen += np.random.default_rng(1).standard_normal(seen.size)
    truth = np.log([0.03, 0.06])
    with_it = fit_machlup(seen, INTERVAL, 2 / 3, bandwidth=30.0)
    without = fit_machlup(seen, INTERVAL, 2 / 3)
    errors = np.sqrt(np.diag(with_it.rates.covariance))
    assert np.all(np.abs(with_it.rates.log_tau - truth) < 3.5 * errors)
    assert np.all(without.rates.log_tau - truth > 3.5 * errors)  # the negative control


def test_a_trace_without_a_corner_says_so_and_what_cannot_be_is_refused() -> None:
    noise = np.random.default_rng(4).standard_normal(20_000)
    fit = fit_machlup(noise, INTERVAL, 0.5)
    small = fit.step < 0.3 or fit.corner_relative_error > 0.5
    assert fit.end is not SpectrumEnd.CONVERGED or small
    with pytest.raises(OutsideValidityError, match="8 segments of as many samples; found 5 of 4000"):
        fit_machlup(noise, INTERVAL, 0.5, segment=4000)
    with pytest.raises(OutsideValidityError, match="an occupation of AP between 0 and 1; found 1"):
        fit_machlup(noise, INTERVAL, 1.0)
