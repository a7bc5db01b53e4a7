"""Lines in spectra that have none, and lines that are overlooked: `python -m tests.campaign.spectra [--count 1000]`.

Spectra of 201 samples with white, smoothed (ρ = 0.9) and random-walk noise; lines of 5 noise and 10 samples width, at
any phase. Printed are the shares with an exact 95 % interval (Clopper & Pearson 1934).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.line_fit import SpectrumFit, fit_spectrum
from stfit.physics.line_shapes import SHAPES, LineShape

Array = npt.NDArray[np.float64]

SAMPLES, WIDTH, HEIGHT = 201, 10, 5.0
X = np.arange(SAMPLES, dtype=float)


def white(rng: np.random.Generator) -> Array:
    return rng.standard_normal(SAMPLES)


def smoothed(rng: np.random.Generator) -> Array:
    steps = rng.standard_normal(SAMPLES + 100)
    return np.asarray(scipy.signal.lfilter([np.sqrt(1.0 - 0.9**2)], [1.0, -0.9], steps)[100:])


def walk(rng: np.random.Generator) -> Array:
    return np.cumsum(rng.standard_normal(SAMPLES))


def found_beside(fit: SpectrumFit, center: float) -> bool:
    """Whether a line is found within half of its width."""
    return any(abs(line.center - center) < 0.5 * WIDTH for line in fit.lines)


def false_lines(noise: Callable[[np.random.Generator], Array], shape: LineShape, count: int) -> int:
    return sum(bool(fit_spectrum(X, noise(np.random.default_rng(seed)), shape).lines) for seed in range(count))


def found_lines(shape: LineShape, count: int) -> int:
    found = 0
    for seed in range(count):
        rng = np.random.default_rng(seed)
        center, phase = rng.uniform(2 * WIDTH, SAMPLES - 2 * WIDTH), rng.uniform(0, np.pi)
        line = (np.exp(-1j * phase * (shape.parts > 1)) * shape.response(X - center, WIDTH).value).real
        signal = HEIGHT * line / np.ptp(line) * (1.0 if shape.parts == 1 else 2.0) + white(rng)
        found += found_beside(fit_spectrum(X, signal, shape), center)
    return found


def share(found: int, count: int) -> str:
    low = scipy.stats.beta.ppf(0.025, found, count - found + 1) if found else 0.0
    high = scipy.stats.beta.ppf(0.975, found + 1, count - found) if found < count else 1.0
    return f"{found}/{count} = {found / count:.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    count = parser.parse_args().count
    for name in ("lorentzian", "symmetric+antisymmetric", "derivative"):
        for noise in (white, smoothed, walk):
            print(
                f"{name}, {noise.__name__}: false lines {share(false_lines(noise, SHAPES[name], count), count)}",
                flush=True,
            )
        print(f"{name}: lines found {share(found_lines(SHAPES[name], count), count)}", flush=True)


if __name__ == "__main__":
    main()
