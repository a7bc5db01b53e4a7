"""What a fit gives back: estimates with verdicts, and all that a report is made from."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum, StrEnum
from typing import Any, Self, final

SCHEMA = "stfit-result/1"


class Verdict(StrEnum):
    """What the data say of a parameter."""

    IDENTIFIED = "identified"
    ONE_SIDED = "one-sided"
    AT_BOUND = "at-bound"
    NOT_IDENTIFIED = "not-identified"
    FIXED = "fixed"
    CONSTRAINED = "constrained"


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


Interval = tuple[float | None, float | None]  # None: open on that side; the first above the second: through infinity


def through_infinity(interval: Interval | None) -> bool:
    """Whether an interval holds all but what lies between its ends: that of a ratio whose denominator may be 0."""
    return interval is not None and interval[0] is not None and interval[1] is not None and interval[0] > interval[1]


def contains(interval: Interval, value: float) -> bool:
    """Whether a value lies in an interval, ends included."""
    low, high = interval
    if through_infinity(interval):
        return value >= low or value <= high  # type: ignore[operator]
    return (low is None or value >= low) and (high is None or value <= high)


@final
@dataclass(frozen=True)
class Estimate:
    """A quantity with its uncertainty, in SI units. value is None where the data do not identify it.

    Parameters
    ----------
    value, stderr : float or None
        The estimate and its standard error.
    ci68, ci95 : (float or None, float or None) or None
        Ends of the 68.27 % and of the 95 % interval, None where it is open.
    unit : str
        The SI unit; "e" for l/L_θθ, "" for a pure number.
    verdict : Verdict
        Whether the data determine it.
    interval : str
        Where the intervals come from: "covariance", "profile", "bootstrap" or "posterior"; "" for none.
    """

    value: float | None
    stderr: float | None
    ci68: Interval | None
    ci95: Interval | None
    unit: str
    verdict: Verdict
    interval: str = ""


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
    sweeps: dict[str, list[float]] = field(default_factory=dict)  # of loops, the first as measured; stored where any


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
            if not entry["sweeps"]:
                del entry["sweeps"]
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The result stored as `content` (already validated against the schema)."""
        known = dict(content)
        known["status"] = Status.from_key(known["status"])
        known["inputs"] = [InputFile(**entry) for entry in known["inputs"]]
        known["parameters"] = {name: estimate_of(entry) for name, entry in known["parameters"].items()}
        known["combinations"] = [Combination(**_with_intervals(entry)) for entry in known["combinations"]]
        known["curves"] = [Curve(**entry) for entry in known["curves"]]
        tests = [GoodnessTest(**entry) for entry in known["goodness"]["tests"]]
        known["goodness"] = Goodness(**(known["goodness"] | {"tests": tests}))
        known["validity"] = [Note(**entry) for entry in known["validity"]]
        known["measurements"] = [MeasurementSummary(**entry) for entry in known["measurements"]]
        return cls(**known)


def _with_intervals(entry: Mapping[str, Any]) -> dict[str, Any]:
    intervals = {key: None if entry[key] is None else tuple(entry[key]) for key in ("ci68", "ci95")}
    return dict(entry) | intervals


def estimate_of(entry: Mapping[str, Any]) -> Estimate:
    """The estimate that JSON holds as `entry`."""
    return Estimate(**(_with_intervals(entry) | {"verdict": Verdict(entry["verdict"])}))
