"""What the virtual laboratory measures: one class for each kind of measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.models.law import SpinTransferLaw
from stfit.physics.fluctuations import LineNumbers

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class DwellDesign:
    """Dwell times at every combination of temperatures (K), fields (T; None: none applied), states and currents (A).

    transitions: smallest and largest number at one setting, drawn evenly between them. single_dwells: write every
    dwell, the last one of a setting censored, instead of counts and total times. dead_time: s, of the instrument: a
    dwell shorter than it joins the one before.
    """

    file: str
    currents: Array
    temperatures: Array
    transitions: tuple[int, int]
    states: tuple[int, ...] = (0, 1)
    single_dwells: bool = False
    fields: Array | None = None
    dead_time: float = 0.0


@final
@dataclass(frozen=True)
class PulseDesign:
    """n pulses at every combination of transitions, current magnitudes (A), pulse widths (s) and temperatures (K).

    Every transition is driven by the sign of current that favours it: P->AP by a negative one.
    """

    file: str
    currents: Array
    pulse_widths: Array
    temperatures: Array
    n: int
    states: tuple[int, ...] = (0, 1)


@final
@dataclass(frozen=True)
class CriticalCurrentDesign:
    """One critical current at every combination of transitions, ΔR (ohm) and temperatures (K; None: the device's).

    relative_stderr: error over current. barrier_spread: relative scatter of the barriers from row to row, each of which
    is then known; None where all have the barriers of the device. measurement_time: s; None for critical currents
    extrapolated to zero temperature.
    """

    file: str
    delta_R: Array
    temperatures: Array | None
    relative_stderr: float
    barrier_spread: float | None = None
    measurement_time: float | None = None
    states: tuple[int, ...] = (0, 1)


@final
@dataclass(frozen=True)
class LineDesign:
    """Powers and linewidths (FWHM) at every combination of states, currents (A), temperatures (K), frequencies (Hz).

    lines: the true parameters of the lines (SI, by public name). known_width: the inhomogeneous width that the
    laboratory knows, in the unit of the width; None where it is one of the parameters. relative_stderr: error over
    value. frequencies: empty where none is written down.
    """

    file: str
    currents: Array
    temperatures: Array
    frequencies: Array
    lines: Mapping[str, float]
    numbers: LineNumbers
    relative_stderr: float
    states: tuple[int, ...] = (0, 1)


@final
@dataclass(frozen=True)
class RampDesign:
    """Ramps until the device switches, at every combination of transitions, ramp rates (A/s) and temperatures (K).

    Every transition is driven by the sign of current that favours it. events: at each setting. start_current: A, where
    ramps start, counted along the ramp. current_step: A, the steps in which the current rises; None where it is known
    exactly.
    """

    file: str
    ramp_rates: Array
    temperatures: Array
    events: int
    start_current: float = 0.0
    current_step: float | None = None
    states: tuple[int, ...] = (0, 1)


@final
@dataclass(frozen=True)
class TelegraphDesign:
    """Traces of resistance against time at every combination of temperatures (K), fields (T) and currents (A).

    file: their index. samples: of each trace, sample_interval (s) apart. resistance: of the P state, noise: standard
    deviation of a sample, resolution: what one count stands for, all in ohm. drift: of both levels along the record, in
    units of ΔR. bandwidth: Hz, of the single-pole low-pass through which signal and noise go before they are sampled;
    None for none.
    """

    file: str
    currents: Array
    temperatures: Array
    samples: int
    sample_interval: float
    resistance: float
    noise: float
    resolution: float
    drift: float = 0.0
    bandwidth: float | None = None
    fields: Array | None = None


@final
@dataclass(frozen=True)
class LoopDesign:
    """Sweeps of the current (A) from its first value to its last and back, at every temperature (K) and rate (A/s).

    currents: those of one way, evenly spaced, shape (points,). sweeps: at each setting, one after the other.
    resistance: of the P state, noise: standard deviation of a sample, bend: by which both branches have risen, as a
    parabola, where the current is largest; ohm.
    """

    file: str
    currents: Array
    ramp_rates: Array
    temperatures: Array
    sweeps: int
    resistance: float
    noise: float
    bend: float = 0.0


@final
@dataclass(frozen=True)
class SpectrumDesign:
    """Spectra of the lines that `lines` describes, one file each; lines.file: their index.

    sweep: frequencies (Hz) or, where widths are in tesla, fields (T), shape (samples,). centers: where the line of each
    frequency lies, or, where none is given, of each state, in the same unit; empty where a geometry (a key of
    GEOMETRIES) says it, with effective_magnetisation (T). shape: a key of LINE_SHAPES.
    antisymmetric: that part of the line over its symmetric one. noise: standard deviation of a sample, background: its
    value in the middle and its change along the sweep; in units of the signal, which is the power in a GHz or a mT, or
    where no power is given the height of the line.
    """

    lines: LineDesign
    sweep: Array
    centers: Array
    shape: str
    noise: float
    background: tuple[float, float] = (0.0, 0.0)
    antisymmetric: float = 0.0
    geometry: str = ""
    effective_magnetisation: float = 0.0

    @property
    def file(self) -> str:
        """The index."""
        return self.lines.file


Design = (
    DwellDesign
    | PulseDesign
    | CriticalCurrentDesign
    | LineDesign
    | RampDesign
    | TelegraphDesign
    | LoopDesign
    | SpectrumDesign
)

RATE_LAW, EXACT_RATES, DYNAMICS = "rate-law", "exact-rates", "dynamics"


@final
@dataclass(frozen=True)
class VirtualDevice:
    """A device with its true parameters (SI, by public name) and what is measured on it.

    level: what it does: what Eq. 27 says ("rate-law"), what the Fokker–Planck equation behind it says ("exact-rates"),
    or what the stochastic equation of motion makes of it ("dynamics").
    """

    title: str
    truth: Mapping[str, float]
    law: SpinTransferLaw
    temperature: float
    designs: tuple[Design, ...]
    level: str = RATE_LAW
