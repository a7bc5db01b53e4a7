"""Series of spectra of a film, fitted as `stfit` does and by a plain script with lmfit: pulls, coverage, faults, time.

`python -m tests.campaign.films [SERIES [SITUATION …]]` prints a table; a series is five spectra. The plain script fits
every spectrum by a symmetric and antisymmetric Lorentzian on a straight background (lmfit, errors by its default), and
Kittel's relation to the centres and a straight line to the widths.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.film_lines import FilmLines
from stfit.kinds.resonance.film_result import own_results
from stfit.kinds.resonance.found import FoundLines
from stfit.kinds.resonance.instrument import Instrument
from stfit.kinds.resonance.measured import LineSearch, MeasuredSpectrum
from stfit.kinds.resonance.spectra import fit_spectra
from stfit.physics.fluctuations import field_linewidth
from stfit.physics.resonance import resonance_field_in_plane

Array = npt.NDArray[np.float64]
Truth = dict[str, float]
Numbers = dict[str, tuple[float, float]]  # value and standard error, by name

FREQUENCIES: Final = np.array([6.0, 9.0, 12.0, 15.0, 18.0]) * 1e9
TRUTH: Final = {
    "gyromagnetic_ratio": 1.80e11,
    "effective_magnetisation": 0.9,
    "alpha": 0.008,
    "inhomogeneous_linewidth": 1e-3,
}
SAMPLES: Final = 161
WIDE: Final = 7.0  # widths on either side of a line
WRONG: Final = (5.0, 0.10)  # standard errors and relative error, both of which a wrong number exceeds
SHAPE: Final = "symmetric+antisymmetric"


@dataclass(frozen=True)
class Situation:
    """What disturbs a series.

    turned: whether the phase is drawn between 0 and 90°; lines: at most; smoothed_lines: what is declared of them.
    """

    name: str
    instrument: Instrument
    turned: bool = False
    lines: int = 1
    orders: tuple[int, ...] = (0, 1, 2)
    smoothed_lines: bool | None = None


PLAIN: Final = Instrument(SHAPE, 0.02, (1.0, 0.4), background=(0.1, 0.05))
SITUATIONS: Final = (
    Situation("white noise", PLAIN),
    Situation("smoothed noise", replace(PLAIN, time_constant=4.0)),
    Situation("the same, declared", replace(PLAIN, time_constant=4.0), smoothed_lines=False),
    Situation("noise that grows", replace(PLAIN, noise=0.005, relative_noise=0.05)),
    Situation("phase 0 to 90°", PLAIN, turned=True),
    Situation("ripple", replace(PLAIN, noise=0.01, ripple=(0.03, 3.0))),
    Situation("two lines at 0.6 widths", replace(PLAIN, noise=0.005, satellites=((0.6, 0.6),)), lines=2),
)


def series(situation: Situation, rng: np.random.Generator) -> tuple[list[MeasuredSpectrum], Array, Array]:
    """Spectra with the places and widths of their lines, T."""
    instrument = situation.instrument
    if situation.turned:
        phase = 0.5 * np.pi * rng.random()
        instrument = replace(instrument, parts=(float(np.cos(phase)), float(np.sin(phase))))
    place = np.asarray(resonance_field_in_plane(FREQUENCIES, 1.80e11, 0.9))
    width = np.asarray(field_linewidth(FREQUENCIES, TRUTH["alpha"], 1.80e11, TRUTH["inhomogeneous_linewidth"]))
    spectra = []
    for number, (center, fwhm) in enumerate(zip(place.tolist(), width.tolist(), strict=True)):
        x = center + fwhm * np.linspace(-WIDE, WIDE, SAMPLES)
        signal = instrument.record(x, (center, fwhm, 1.0), rng)
        spectra.append(MeasuredSpectrum(f"{number}.csv", x, signal))
    return spectra, place, width


def by_stfit(spectra: list[MeasuredSpectrum], situation: Situation) -> tuple[Array, Numbers, bool]:
    """Places and widths with errors, shape (lines, 4); constants; whether any test or notice raises an alarm."""
    found = fit_spectra(
        spectra, LineSearch(SHAPE, situation.lines, situation.orders, smoothed=situation.smoothed_lines)
    )
    lines = [max(fit.lines, key=lambda line: line.size) if fit.lines else None for fit in found.fits]
    if any(line is None for line in lines):
        return np.full((len(lines), 4), np.nan), {}, True
    seen = FilmLines.of(FREQUENCIES, [line for line in lines if line is not None])
    names = tuple(spectrum.file for spectrum in spectra)
    whole = FoundLines(seen, "field", seen, {"frequency": FREQUENCIES}, names, "in-plane", (), {})
    (own,) = own_results(whole, None, "series")
    numbers = {
        name: (entry.value, entry.stderr)
        for name, entry in own.estimates.items()
        if entry.value is not None and entry.stderr is not None and name in TRUTH
    }
    alarm = own.level != "info" or any(p < 0.01 for _, _, p in found.tests)
    table = np.stack([seen.center, seen.center_stderr, seen.fwhm, seen.fwhm_stderr], axis=1)
    return table, numbers, alarm


def _line(x: Array, center: float, fwhm: float, s: float, a: float, level: float, slope: float) -> Array:
    detuning = 2.0 * (x - center) / fwhm
    return np.asarray((s + a * detuning) / (1.0 + detuning**2) + level + slope * (x - x[0]))


def by_script(spectra: list[MeasuredSpectrum], situation: Situation) -> tuple[Array, Numbers, bool]:
    """The same by a plain script; it has no alarm."""
    table = []
    for spectrum in spectra:
        x, y = spectrum.x, spectrum.signal.real
        start = {"center": float(x[np.argmax(np.abs(y - np.median(y)))]), "fwhm": float(np.ptp(x) / 10)}
        model = lmfit.Model(_line)
        fit = model.fit(y, x=x, **start, s=float(np.ptp(y)), a=0.0, level=float(np.median(y)), slope=0.0)
        errors = [fit.params[name].stderr or np.inf for name in ("center", "fwhm")]
        table.append((fit.params["center"].value, errors[0], abs(fit.params["fwhm"].value), errors[1]))
    found = np.array(table)
    kittel = lmfit.Model(lambda f, gamma, magnetisation: resonance_field_in_plane(f, 1e11 * gamma, magnetisation))
    fit = kittel.fit(found[:, 0], f=FREQUENCIES, gamma=1.76, magnetisation=0.8, weights=1.0 / found[:, 1])
    coefficients, covariance = np.polyfit(FREQUENCIES, found[:, 2], 1, w=1.0 / found[:, 3], cov="unscaled")
    gamma = 1e11 * fit.params["gamma"].value
    scale = gamma / (4.0 * np.pi)
    numbers = {
        "gyromagnetic_ratio": (gamma, 1e11 * (fit.params["gamma"].stderr or np.inf)),
        "effective_magnetisation": (fit.params["magnetisation"].value, fit.params["magnetisation"].stderr or np.inf),
        "alpha": (scale * coefficients[0], scale * float(np.sqrt(covariance[0, 0]))),
        "inhomogeneous_linewidth": (coefficients[1], float(np.sqrt(covariance[1, 1]))),
    }
    return found, numbers, False


Method = Callable[[list[MeasuredSpectrum], Situation], tuple[Array, Numbers, bool]]


def study(situation: Situation, method: Method, count: int) -> dict[str, Any]:
    """Pulls by name, shares of alarms, of refusals, and of wrong numbers without an alarm; time of a series, s."""
    pulls: dict[str, list[float]] = {name: [] for name in ("H_res", "ΔH", *TRUTH)}
    alarms = refused = silent = 0
    spent = 0.0
    for seed in range(count):
        spectra, place, width = series(situation, np.random.default_rng([17, seed]))
        begin = time.process_time()
        table, numbers, alarm = method(spectra, situation)
        spent += time.process_time() - begin
        pulls["H_res"] += ((table[:, 0] - place) / table[:, 1]).tolist()
        pulls["ΔH"] += ((table[:, 2] - width) / table[:, 3]).tolist()
        wrong = False
        for name, (value, stderr) in numbers.items():
            off = abs(value - TRUTH[name])
            pulls[name].append((value - TRUTH[name]) / stderr)
            wrong |= off > max(WRONG[0] * stderr, WRONG[1] * TRUTH[name])
        alarms += alarm
        refused += "alpha" not in numbers
        silent += wrong and not alarm
    return {"pulls": pulls, "alarms": alarms, "refused": refused, "silent": silent, "time": spent / count}


def main(count: int, wanted: Sequence[str]) -> None:
    """Print the table of the situations, of all where none is named, and methods."""
    print(f"{count} series of {FREQUENCIES.size} spectra of {SAMPLES} samples")
    print(
        f"{'situation':<24} {'method':<7} {'alarm':>6} {'none':>5} {'silent':>6} {'s':>6}  mean ± std of pulls (95 %)"
    )
    for situation in (one for one in SITUATIONS if not wanted or one.name in wanted):
        for name, method in (("stfit", by_stfit), ("script", by_script)):
            found = study(situation, method, count)
            cells = []
            for quantity, values in found["pulls"].items():
                pulls = np.array([value for value in values if np.isfinite(value)])
                if pulls.size:
                    inside = np.mean(np.abs(pulls) < 1.96)
                    cells.append(f"{quantity} {pulls.mean():+.2f} ± {pulls.std():.2f} ({inside:.0%})")
            counts = f"{found['alarms']:>6} {found['refused']:>5} {found['silent']:>6} {found['time']:>6.2f}"
            print(f"{situation.name:<24} {name:<7} {counts}  {'; '.join(cells)}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, sys.argv[2:])
