"""What an analysis file says, as frozen objects; every quantity is in SI units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, final

from stfit.measurement.description import Description
from stfit.models.choices import WITHOUT_HEATING, Choices
from stfit.studies.conditions import Conditions

PlanEntry = Conditions  # the [plan] section


@final
@dataclass(frozen=True)
class Constant:
    """What is known of a parameter: fixed at its value, or constrained by value ± uncertainty (one sigma)."""

    value: float
    uncertainty: float | None = None


@final
@dataclass(frozen=True)
class Prior:
    """A prior on one parameter.

    first, second: low and high (uniform), mean and standard deviation (normal, truncated), median and factor
    (log-normal). The factor is a pure number above 1: two thirds of the prior lie between median/factor and
    median·factor. limits: low and high of a truncated normal.
    """

    family: Literal["uniform", "normal", "lognormal", "truncated"]
    first: float
    second: float
    limits: tuple[float, float] | None = None


@final
@dataclass(frozen=True)
class GmrChi:
    """r(θ) = (1−cosθ)/(2+χ(1+cosθ)) with a known χ > −1."""

    chi: float


@final
@dataclass(frozen=True)
class GmrTable:
    """r(θ) as measured: a table in a file."""

    file: Path


@final
@dataclass(frozen=True)
class MeasurementEntry:
    """One [[measurement]]: a file, or several (files, with the pattern of their names), what it holds, how it is read.

    file: where there are several, what messages call them.

    polarity: +1 or −1, the sign that turns the lab's current into the one that stabilises P.
    temperature: K, for rows without their own. temperature_uncertainty (K), field_uncertainty (T): the standard
    deviation of one reading in the column, None where nobody says. description: what is said of the file, its columns
    and words. size_limit: bytes that the file, or one it lists, may have; None leaves the general limit. keys: the
    further keys of the kind, in SI units.
    """

    kind: str
    file: Path
    polarity: Literal[1, -1] = 1
    temperature: float | None = None
    temperature_uncertainty: float | None = None
    field_uncertainty: float | None = None
    description: Description = field(default_factory=Description)
    size_limit: int | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    pattern: str = ""


@final
@dataclass(frozen=True)
class ModelEntry(Choices):
    """The [model] section: the law by the names of its parts, the GMR curve, and how the current heats the magnet.

    heating: a name of models.heating. mapping concerns FMR measurements alone.
    """

    gmr: Literal["cosine"] | GmrChi | GmrTable = "cosine"
    heating: str = WITHOUT_HEATING


@final
@dataclass(frozen=True)
class FitEntry:
    """The [fit] section.

    free: names of parameters that the user asks for. per_measurement: names of parameters that every measurement has
    for itself. fix: name → value. bounds: name → (low, high).
    reference_temperature: K, None leaves it to the device or the rows. seed: of every random number of the fit.
    intervals: where they come from; "auto": the covariance where the likelihood is quadratic, else the profile.
    compare: whether rival descriptions are fitted to the same data. evidence: whether they are weighed by nested
    sampling too. goodness: "bootstrap" simulates the tests of fit whatever the counts, "automatic" where they are few.
    """

    backend: Literal["least-squares", "mcmc"] = "least-squares"
    free: tuple[str, ...] = ()
    per_measurement: tuple[str, ...] = ()
    fix: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    reference_temperature: float | None = None
    seed: int = 0
    intervals: Literal["auto", "covariance", "profile", "bootstrap"] = "auto"
    compare: bool = True
    evidence: bool = False
    goodness: Literal["automatic", "bootstrap"] = "automatic"


@final
@dataclass(frozen=True)
class SamplerEntry:
    """The [sampler] section: how long a chain is run.

    ensembles: independent ones. walkers: of each; None leaves it to the number of parameters. steps: at most, of every
    walker. target: effective draws at which it ends, once its autocorrelation time is resolved.
    """

    ensembles: int = 4
    walkers: int | None = None
    steps: int = 3000
    target: int = 10_000


@final
@dataclass(frozen=True)
class Analysis:
    """A whole analysis: the sample, its measurements, the model, how it is fitted, how the next one is planned.

    sample: the device by name, "" where none is given. source: what messages call the file. text: the file as it
    stands; of an analysis made in Python what a file would hold. sha256: of the file, "" without one.
    """

    title: str
    measurement: tuple[MeasurementEntry, ...] = ()
    device: Mapping[str, Constant] = field(default_factory=dict)
    model: ModelEntry = field(default_factory=ModelEntry)
    fit: FitEntry = field(default_factory=FitEntry)
    priors: Mapping[str, Prior] = field(default_factory=dict)
    sampler: SamplerEntry = field(default_factory=SamplerEntry)
    plan: PlanEntry = field(default_factory=Conditions)
    sample: str = ""
    source: str = ""
    text: str = ""
    sha256: str = ""
