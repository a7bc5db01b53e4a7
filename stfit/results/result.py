"""What a fit gives back: estimates with verdicts, and all that a report is made from."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any, Self, final

from stfit.results.estimate import (
    Estimate,
    Interval,
    Verdict,
    contains,
    estimate_of,
    through_infinity,
    with_intervals,
)

__all__ = [
    "OWN_FINDING",
    "SCHEMA",
    "Combination",
    "Curve",
    "Estimate",
    "FitResult",
    "Goodness",
    "GoodnessTest",
    "InputFile",
    "Interval",
    "MeasurementSummary",
    "Note",
    "OwnResult",
    "Status",
    "Verdict",
    "contains",
    "estimate_of",
    "through_infinity",
]

SCHEMA = "stfit-result/1"
OWN_FINDING = "finding"  # the name of notes on what a measurement says by itself


class Status(Enum):
    """How a fit ended: the key stored in result.json and the sentence the report prints."""

    CONVERGED = ("converged", "The fit converged.")
    NO_CONVERGENCE = (
        "not-converged",
        "The fit did not converge: do not trust the numbers below. Check the polarity, the units and the start.",
    )
    NOT_A_MAXIMUM = (
        "not-a-maximum",
        "The fit stopped where the likelihood has no maximum: the curvature there is not that of a best fit.",
    )
    UNUSABLE_CHAIN = (
        "unusable-chain",
        "The chain is unusable: no number is taken from it. Give it more steps, or find out why its ensembles differ.",
    )

    def __init__(self, key: str, sentence: str) -> None:
        self.key = key
        self.sentence = sentence

    @classmethod
    def from_key(cls, key: str) -> Status:
        """The status stored as `key`; ValueError if there is none."""
        for status in cls:
            if status.key == key:
                return status
        raise ValueError(f"no status is called {key!r}")


@final
@dataclass(frozen=True)
class Combination:
    """A product or a sum of parameters that is identified where its parts are not. value None: a limit alone is."""

    expression: str
    value: float | None
    stderr: float | None
    ci68: Interval | None
    ci95: Interval | None
    unit: str


@final
@dataclass(frozen=True)
class Curve:
    """A fitted curve with its 68 % and 95 % bands. units: of "x" and "y"; labels: what they are."""

    measurement: str
    series: str
    x: list[float]
    y: list[float | None]
    lo68: list[float | None]
    hi68: list[float | None]
    lo95: list[float | None]
    hi95: list[float | None]
    units: dict[str, str]
    labels: dict[str, str]


@final
@dataclass(frozen=True)
class GoodnessTest:
    """One test of fit. p_value is None where it could not be tested; else the simulated one, where there is one.

    verdict: on the p-value after Holm's correction; on its own of tests outside that correction.
    """

    name: str
    measurement: str
    statistic: float | None
    p_value: float | None
    verdict: str
    asymptotic_p_value: float | None = None
    bootstrap_p_value: float | None = None


@final
@dataclass(frozen=True)
class Goodness:
    """The tests of fit together; p_value is the smallest after Holm's correction."""

    verdict: str  # "acceptable", "doubtful", "rejected" or "not-testable"
    p_value: float | None
    deviance: float
    dof: int
    method: str  # where the deviance's p-value comes from: "asymptotic" or "parametric bootstrap"
    tests: list[GoodnessTest] = field(default_factory=list)
    dispersion: list[dict[str, Any]] = field(default_factory=list)  # "measurement", "factor", "stderr", "sentence"


@final
@dataclass(frozen=True)
class Note:
    """A remark of the program: on validity, on the data. level is "info", "warning" or "failure"."""

    name: str
    level: str
    sentence: str


@final
@dataclass(frozen=True)
class InputFile:
    """A file the result rests on. recognised: what was recognised of it and nobody declared, in sentences."""

    file: str
    sha256: str
    kind: str
    rows: int
    polarity: int
    recognised: list[str] = field(default_factory=list)


@final
@dataclass(frozen=True)
class OwnResult:
    """What a measurement says by itself, before any law of spin transfer: the constants of a film, for instance.

    series: which of its rows, "" for all. headline: the finding in a sentence, or why there is none and what helps.
    level: of the headline, as of a Note. estimates: by name, SI units; none where the data reject what they follow
    from. tests, dof: of its fit, and their degrees of freedom together. rows: what it rests on, a dict a row, SI units.
    curve: of the fit, a list for each quantity.
    """

    series: str
    headline: str
    level: str
    estimates: dict[str, Estimate] = field(default_factory=dict)
    tests: list[GoodnessTest] = field(default_factory=list)
    dof: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    curve: dict[str, list[float]] = field(default_factory=dict)


@final
@dataclass(frozen=True)
class MeasurementSummary:
    """A measurement as the fit saw it.

    reduced: one dict a row, SI units: the kind's columns, and "series", "observed", "observed_lo", "observed_hi",
    "fitted", "residual" (signed-root deviance), which is all a figure needs.
    """

    file: str
    kind: str
    rows: int
    reduced: list[dict[str, Any]]
    notices: list[str]
    traces: list[dict[str, Any]] = field(default_factory=list)  # how each of its traces was reduced, where it has any
    sweeps: dict[str, list[float]] = field(default_factory=dict)  # some of the raw sweeps; stored where any
    own: list[OwnResult] = field(default_factory=list)  # what it says by itself; stored where any


@dataclass(frozen=True)
class FitResult:
    """The whole outcome of a fit, as stored in result.json (SI units throughout)."""

    title: str
    stfit_version: str
    created: str
    command: str
    seed: int
    status: Status
    backend: str
    convention: str
    inputs: list[InputFile]
    analysis_sha256: str | None
    analysis: str
    parameters: dict[str, Estimate]
    combinations: list[Combination]
    reference_temperature: float | None
    covariance: dict[str, Any]
    correlations: dict[str, dict[str, float]]
    curves: list[Curve]
    goodness: Goodness
    identifiability: dict[str, Any]
    validity: list[Note]
    assumptions: list[str]
    measurements: list[MeasurementSummary]
    priors: dict[str, str]
    diagnostics: dict[str, Any]
    versions: dict[str, str]
    budget: dict[str, dict[str, float]] = field(default_factory=dict)
    comparison: list[dict[str, Any]] = field(default_factory=list)
    joint: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # "contributions", "tensions", "alone"
    intervals: dict[str, Any] = field(default_factory=dict)  # "profiles", "contours", "bootstrap"
    sampling: dict[str, Any] = field(default_factory=dict)  # of MCMC: "verdict", "reasons", what each number is worth
    evidence: list[dict[str, Any]] = field(default_factory=list)  # of nested sampling, one entry a description
    calibration: dict[str, Any] = field(default_factory=dict)  # of `stfit calibrate`
    truth: dict[str, Any] = field(default_factory=dict)  # of simulated data: "parameters" with value and unit (SI)
    schema: str = SCHEMA
    source: object = field(default=None, repr=False, compare=False)  # what it was fitted from, never stored

    def __getitem__(self, name: str) -> Estimate:
        """The estimate called `name`; KeyError lists the names there are."""
        if name not in self.parameters:
            raise KeyError(f"no parameter is called {name!r}; there are {', '.join(self.parameters)}")
        return self.parameters[name]

    def __contains__(self, name: object) -> bool:
        return name in self.parameters

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    def keys(self) -> KeysView[str]:
        """The names of the estimates: dict(result) holds each of them."""
        return self.parameters.keys()

    def as_dict(self) -> dict[str, Any]:
        """The content of result.json.

        Returns
        -------
        dict
            Plain data, as the JSON schema describes them.
        """
        content = {"schema": self.schema} | asdict(replace(self, source=None))
        del content["source"]
        content["status"] = self.status.key
        for entry in content["measurements"]:
            for part in ("sweeps", "own"):
                if not entry[part]:
                    del entry[part]
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The result stored as `content` (already validated against the schema)."""
        known = dict(content)
        known["status"] = Status.from_key(known["status"])
        known["inputs"] = [InputFile(**entry) for entry in known["inputs"]]
        known["parameters"] = {name: estimate_of(entry) for name, entry in known["parameters"].items()}
        known["combinations"] = [Combination(**with_intervals(entry)) for entry in known["combinations"]]
        known["curves"] = [Curve(**entry) for entry in known["curves"]]
        tests = [GoodnessTest(**entry) for entry in known["goodness"]["tests"]]
        known["goodness"] = Goodness(**(known["goodness"] | {"tests": tests}))
        known["validity"] = [Note(**entry) for entry in known["validity"]]
        known["measurements"] = [_summary(entry) for entry in known["measurements"]]
        return cls(**known)


def _summary(entry: Mapping[str, Any]) -> MeasurementSummary:
    return MeasurementSummary(**(dict(entry) | {"own": [_own(own) for own in entry.get("own", ())]}))


def _own(entry: Mapping[str, Any]) -> OwnResult:
    estimates = {name: estimate_of(estimate) for name, estimate in entry["estimates"].items()}
    tests = [GoodnessTest(**test) for test in entry["tests"]]
    return OwnResult(**(dict(entry) | {"estimates": estimates, "tests": tests}))
