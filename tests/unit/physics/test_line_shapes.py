"""Line shapes against each other, against averages by quadrature, and their derivatives against differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from stfit.physics.fluctuations import LINE_SHAPES
from stfit.physics.line_shapes import SHAPES, LineShape

Array = npt.NDArray[np.float64]
OFFSET: Array = np.linspace(-3.0, 3.0, 61)
EVERY = {**SHAPES, "modulated": LineShape(2, derivative=True, modulation=0.8)}


@pytest.mark.parametrize("name", LINE_SHAPES)
def test_real_and_imaginary_part_are_the_shapes_of_the_laboratory(name: str) -> None:
    value = SHAPES[name].response(OFFSET - 0.3, 0.7).value
    for part, own in zip(LINE_SHAPES[name](OFFSET, 0.3, 0.7), (value.real, value.imag), strict=False):
        assert own == pytest.approx(part, abs=1e-14)


@pytest.mark.parametrize("shape", EVERY.values(), ids=EVERY)
def test_derivatives_are_those_of_differences(shape: LineShape) -> None:
    step, start = 1e-5, np.array([0.2, np.log(0.7), np.log(0.5)])

    def value(x: Array) -> npt.NDArray[np.complex128]:
        return shape.response(OFFSET - x[0], float(np.exp(x[1])), float(np.exp(x[2]))).value

    for place, slope in enumerate(shape.response(OFFSET - 0.2, 0.7, 0.5).slopes):
        aside = step * np.eye(3)[place]
        # of third derivatives times step², 1e-8, and rounding over step, 1e-10
        assert slope == pytest.approx((value(start + aside) - value(start - aside)) / (2.0 * step), abs=1e-7)


@pytest.mark.parametrize("amplitude", [1e-4, 0.3, 2.0])
def test_a_modulated_line_is_the_first_harmonic(amplitude: float) -> None:
    angle = 2.0 * np.pi * np.arange(400) / 400
    turned = SHAPES["symmetric+antisymmetric"].response(OFFSET[:, None] + amplitude * np.cos(angle), 0.7).value
    harmonic = 2.0 * np.mean(turned * np.cos(angle), axis=1)
    # the trapezoidal rule of a periodic function is exact but for rounding over the amplitude
    seen = LineShape(2, derivative=True, modulation=amplitude).response(OFFSET, 0.7).value
    assert seen == pytest.approx(harmonic * 0.7 / amplitude, abs=1e-11)


@pytest.mark.parametrize("name", ["voigt", "voigt-derivative"])
def test_a_voigt_profile_is_the_mean_over_a_gaussian(name: str) -> None:
    node, weight = np.polynomial.hermite.hermgauss(80)
    sigma = 0.2
    plain = replace(SHAPES[name], gaussian=False).response(OFFSET[:, None] - np.sqrt(2.0) * sigma * node, 0.7).value
    mean = plain @ weight / np.sqrt(np.pi)
    found = SHAPES[name].response(OFFSET, 0.7, sigma * 2.0 * float(np.sqrt(2.0 * np.log(2.0)))).value
    assert found == pytest.approx(mean, abs=1e-9)
