"""The whole table of what each kind of data can identify: ranks, what is identified, and the null directions.

Nine parameters, λ, c_P, c_AP, τ0, E_P, E_AP, β, ΔR, T, all free (asymmetry "free"). A known constant adds one row to
the Jacobian, a known r(θ) the row of c_P + c_AP. Null directions are stated in the logarithms of what is measured:
each line says which parameters can move together, and by how much, with nothing seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
import pytest

from stfit.analysis import analysis_of
from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.derivatives import Jet
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Observation, Origin
from stfit.models.choices import Choices
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import Objective
from stfit.objective.information import RANK_TOLERANCE, Directions, directions
from stfit.objective.problem import FitProblem
from stfit.pipeline.assembly import assemble

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]
Direction = Mapping[str, float]

NINE: Final = ("l_over_L", "c_P", "c_AP", "tau_0", "E_P", "E_AP", "beta", "delta_R", "temperature")
TRUTH: Final[Mapping[str, float]] = {
    "l_over_L": 12.0,
    "c_P": 0.33,
    "c_AP": 1.24,
    "tau_0": 1e-9,
    "E_P": 0.60 * ELEMENTARY_CHARGE,
    "E_AP": 0.55 * ELEMENTARY_CHARGE,
    "beta": 0.4,
    "delta_R": 0.25,
    "temperature": 300.0,
}
LINES: Final[Mapping[str, float]] = {"power_P": 2.0, "power_AP": 1.5, "linewidth_P": 9e7, "linewidth_AP": 1.2e8}
LAW: Final = SpinTransferLaw.of(Choices(asymmetry="free"))
KNOWN_WEIGHT: Final = 100.0  # of a known constant: known to 1 %

GMR: Final = "r(θ)"
CONSTANTS: Final = ("delta_R", "beta", "temperature")

# --- the data -----------------------------------------------------------------------------------------------------


def grid(*axes: Any) -> list[Array]:
    return [axis.ravel().astype(float) for axis in np.meshgrid(*axes, indexing="ij")]


def dwells(*temperatures: float, states: tuple[int, ...] = (0, 1)) -> Observation:
    state, temperature, current = grid(states, temperatures, np.linspace(-1e-3, 1e-3, 5))
    eta = np.asarray(LAW.log_dwell_time(TRUTH, state=state, current=current, temperature=temperature, field=None))
    columns = {"state": state, "current": current, "temperature": temperature, "n": np.full(state.size, 500.0)}
    columns["total_time"] = 500.0 * np.exp(eta)
    return DwellTimes.from_columns(columns, origin=Origin())


def ramps(step: float | None) -> Observation:
    """20 events at each of two transitions and three rates, spread as Gompertz's law has them."""
    state, rate, chance = grid([0, 1], [0.1, 1.0, 10.0], (np.arange(20) + 0.5) / 20)
    slope = np.asarray(LAW.slopes(TRUTH, state, 300.0, None))
    dwell = TRUTH["tau_0"] * np.exp(np.where(state == 0, TRUTH["E_P"], TRUTH["E_AP"]) / (BOLTZMANN * 300.0))
    rise = np.log1p(-np.log1p(-chance) * np.abs(slope) * rate * dwell) / np.abs(slope)
    current = -np.sign(slope) * (rise if step is None else np.ceil(rise / step) * step)
    columns: dict[str, Any] = {"transition": state, "switching_current": current, "ramp_rate": rate}
    return RampEvents.from_columns(columns, origin=Origin(), current_step=step)


def lines() -> Observation:
    state, current = grid([0, 1], np.linspace(-1.2e-3, 1.2e-3, 9))
    columns = {"state": state, "current": current, "power": np.full(18, 1.7), "power_stderr": np.full(18, 0.03)}
    columns |= {"linewidth": np.full(18, 1e8), "linewidth_stderr": np.full(18, 2e6)}
    return FmrLines.from_columns(columns, origin=Origin(), linewidth="fwhm", power="integrated")


def critical_currents() -> Observation:
    """Against ΔR of ten spin valves of the device's barriers."""
    state, delta_R = grid([0, 1], np.linspace(0.05, 0.5, 5))
    current = 1.0 / np.asarray(LAW.inverse_critical_current(TRUTH, state=state, delta_R=delta_R))
    columns = {"transition": state, "critical_current": current, "critical_current_stderr": 0.03 * np.abs(current)}
    return CriticalCurrents.from_columns(columns | {"delta_R": delta_R}, origin=Origin())


def one_temperature() -> tuple[Observation, ...]:
    return (dwells(300.0),)


def several_temperatures() -> tuple[Observation, ...]:
    return (dwells(270.0, 300.0, 330.0),)


# --- the table ----------------------------------------------------------------------------------------------------


def product(**powers: float) -> Callable[[Quantities], Any]:
    """The logarithm of a product of powers."""
    return lambda q: sum(power * np.log(q[name]) for name, power in powers.items())


def named(name: str) -> Callable[[Quantities], Any]:
    """The logarithm of one quantity."""
    return product(**{name: 1.0})


def level(state: str) -> Callable[[Quantities], Any]:
    """ln τ0 + E_i/k_BT."""
    return lambda q: np.log(q["tau_0"]) + q[f"E_{state}"] / (BOLTZMANN * q["temperature"])


def common_barrier(q: Quantities) -> Any:
    """(E_P − E_AP)/k_BT: what is left of the barriers where τ0 trades against a common part."""
    return (q["E_P"] - q["E_AP"]) / (BOLTZMANN * q["temperature"])


COUPLING: Final = {"l_over_L": 1.0, "delta_R": 1.0, "beta": -1.0}
SLOPES: Final = tuple(product(**COUPLING, **{c: 1.0}, temperature=-1.0) for c in ("c_P", "c_AP"))
PRODUCTS: Final = tuple(product(**COUPLING, **{c: 1.0}) for c in ("c_P", "c_AP"))
RATIO: Final = product(c_AP=1.0, c_P=-1.0)
OVER_BARRIERS: Final = tuple(product(l_over_L=1.0, beta=-1.0, **{f"c_{s}": 1.0, f"E_{s}": -1.0}) for s in ("P", "AP"))

# null directions, as changes of logarithms (of the barriers: of E_i in k_BT; of τ0: of ln τ0)
LAMBDA_OR_BETA: Final[Direction] = {"l_over_L": 1.0, "beta": 1.0}
LAMBDA_OR_DELTA_R: Final[Direction] = {"l_over_L": 1.0, "delta_R": -1.0}
LAMBDA_OR_SCALE: Final[Direction] = {"l_over_L": 1.0, "c_P": -1.0, "c_AP": -1.0}
TIME_OR_BARRIER: Final[Direction] = {"tau_0": 1.0, "E_P": -1.0, "E_AP": -1.0}
_U: Final = {state: TRUTH[f"E_{state}"] / (BOLTZMANN * 300.0) for state in ("P", "AP")}
# everything in units of k_BT stays as it is
THERMAL_SCALE: Final[Direction] = {"l_over_L": 1.0, "temperature": 1.0, "E_P": _U["P"], "E_AP": _U["AP"]}
# all energies of the device in proportion, seen by critical currents alone
ENERGY_SCALE: Final[Direction] = {"l_over_L": 1.0, "E_P": _U["P"], "E_AP": _U["AP"]}
BARRIER_OR_FACTOR: Final[Direction] = {"c_AP": 1.0, "E_AP": _U["AP"]}

ROW_1: Final = (TIME_OR_BARRIER, LAMBDA_OR_BETA, LAMBDA_OR_DELTA_R, LAMBDA_OR_SCALE, THERMAL_SCALE)


def alone(*names: str) -> tuple[Direction, ...]:
    """Parameters that play no part."""
    return tuple({name: 1.0} for name in names)


@dataclass(frozen=True)
class Row:
    """One row of the table. found, lost: quantities (or logarithms of products) that are identified or not."""

    data: Callable[[], tuple[Observation, ...]]
    known: tuple[str, ...]
    rank: int
    null: tuple[Direction, ...]
    found: tuple[Callable[[Quantities], Any], ...] = ()
    lost: tuple[str, ...] = ()
    own: frozenset[str] = field(default_factory=frozenset)


_SEEN_AT_ONE_TEMPERATURE: Final = (*SLOPES, RATIO, level("P"), level("AP"))
_FMR_NULL: Final = (LAMBDA_OR_BETA, LAMBDA_OR_DELTA_R, LAMBDA_OR_SCALE, {"l_over_L": 1.0, "temperature": 1.0})
TABLE: Final[Mapping[str, Row]] = {
    "ln τ(I), both states, one T": Row(one_temperature, (), 4, ROW_1, _SEEN_AT_ONE_TEMPERATURE, NINE),
    "one T + ΔR, β, r(θ), T": Row(
        one_temperature,
        (*CONSTANTS, GMR),
        8,
        (TIME_OR_BARRIER,),
        (*(named(name) for name in ("l_over_L", "c_P", "c_AP")), common_barrier),
        ("tau_0", "E_P", "E_AP"),
    ),
    "several T, T known": Row(
        several_temperatures,
        ("temperature",),
        6,
        (LAMBDA_OR_BETA, LAMBDA_OR_DELTA_R, LAMBDA_OR_SCALE),
        (*PRODUCTS, *(named(name) for name in ("tau_0", "E_P", "E_AP"))),
        ("l_over_L", "beta", "delta_R", "c_P", "c_AP"),
    ),
    "several T, T known + ΔR, β": Row(
        several_temperatures,
        CONSTANTS,
        8,
        (LAMBDA_OR_SCALE,),
        (product(l_over_L=1.0, c_P=1.0), product(l_over_L=1.0, c_AP=1.0), named("tau_0")),
        ("l_over_L", "c_P", "c_AP"),
    ),
    "several T, T known + ΔR, β, r(θ)": Row(
        several_temperatures, (*CONSTANTS, GMR), 9, (), tuple(named(name) for name in NINE)
    ),
    "I_c against ΔR, two transitions": Row(
        lambda: (critical_currents(),),
        (),
        2,
        (
            LAMBDA_OR_BETA,
            LAMBDA_OR_SCALE,
            ENERGY_SCALE,
            BARRIER_OR_FACTOR,
            *alone("tau_0", "temperature", "delta_R"),
        ),
        OVER_BARRIERS,
        NINE,
    ),
    "I_c + ΔR, β, r(θ), E_i": Row(
        lambda: (critical_currents(),),
        ("delta_R", "beta", "E_P", "E_AP", GMR),
        7,
        alone("tau_0", "temperature"),
        (named("l_over_L"), RATIO),
        ("tau_0", "temperature"),
    ),
    "ramp histograms, several rates": Row(lambda: (ramps(None),), (), 4, ROW_1, _SEEN_AT_ONE_TEMPERATURE, NINE),
    "ramps in steps, several rates": Row(lambda: (ramps(1e-4),), (), 4, ROW_1, _SEEN_AT_ONE_TEMPERATURE, NINE),
    "ramps and dwells of one T": Row(
        lambda: (*one_temperature(), ramps(None)), (), 4, ROW_1, _SEEN_AT_ONE_TEMPERATURE, NINE
    ),
    "FMR, two states": Row(
        lambda: (lines(),),
        (),
        2,
        (*_FMR_NULL, *alone("tau_0", "E_P", "E_AP")),
        (*SLOPES, RATIO),
        NINE,
        frozenset(LINES),
    ),
    "FMR + ΔR, β, r(θ), T": Row(
        lambda: (lines(),),
        (*CONSTANTS, GMR),
        6,
        alone("tau_0", "E_P", "E_AP"),
        (named("l_over_L"), RATIO),
        ("tau_0", "E_P", "E_AP"),
        frozenset(LINES),
    ),
    "dwell + independent I_c + ΔR, β, r(θ), T": Row(
        lambda: (*one_temperature(), critical_currents()),
        (*CONSTANTS, GMR),
        9,
        (),
        tuple(named(name) for name in NINE),
    ),
}


# --- what the program says ----------------------------------------------------------------------------------------


def objective_of(measurements: tuple[Observation, ...], **fit: Any) -> Objective:
    """Nine free parameters: ΔR is named by bounds, or it would not always take part; T is that of a thermometer."""
    tables: dict[str, Any] = {"device": {"temperature": "300 ± 3 K"}, "model": {"asymmetry": "free"}}
    tables["fit"] = {"bounds": {"delta_R": ["1 mohm", "10 ohm"]}, **fit}
    objective = assemble(analysis_of(tables, Path(), "test"), measurements)
    return replace(objective, space=objective.space.with_constraints({"temperature": None}))


@dataclass(frozen=True)
class WithKnown:
    """The data of an objective with one row more for everything that is known."""

    objective: Objective
    known: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.objective.names

    @property
    def x(self) -> Array:
        names = {name: name.partition("[")[0] for name in self.names}
        return self.objective.space.coordinates({name: {**TRUTH, **LINES}[plain] for name, plain in names.items()})

    def gradient(self, quantity: Callable[[Quantities], Any]) -> Array:
        """Per coordinate, at the truth."""
        jet = quantity(self.objective.space.jets(self.x, order=1))
        assert isinstance(jet, Jet)
        return jet.gradient[:, 0]

    def scales(self, x: Array, sensitivity: Array) -> Array:
        return self.objective.scales(x, sensitivity)

    def sensitivity(self, x: Array) -> Array:
        rows = [KNOWN_WEIGHT * self.gradient(both_factors if name == GMR else named(name)) for name in self.known]
        return np.vstack([self.objective.sensitivity(x), *rows])

    def directions(self) -> Directions:
        return directions(cast("FitProblem", self), self.x)  # names, scales and sensitivity are all it asks for


def both_factors(q: Quantities) -> Any:
    """ln(c_P + c_AP), which is that of r(θ)."""
    return np.log(q["c_P"] + q["c_AP"])


def as_vector(direction: Direction, names: tuple[str, ...]) -> Array:
    assert set(direction) <= set(names)
    return np.array([direction.get(name, 0.0) for name in names])


@pytest.mark.parametrize("name", TABLE)
def test_row(name: str) -> None:
    row = TABLE[name]
    problem = WithKnown(objective_of(row.data()), row.known)
    assert set(problem.names) == {*NINE, *row.own}
    found = problem.directions()
    assert found.rank == row.rank + len(row.own)
    assert [quantity for quantity in row.found if found.touches_null(problem.gradient(quantity))] == []
    assert {n for n in NINE if found.touches_null(problem.gradient(named(n)))} == set(row.lost)


@pytest.mark.parametrize("name", TABLE)
def test_null_directions(name: str) -> None:
    row = TABLE[name]
    problem = WithKnown(objective_of(row.data()), row.known)
    found = problem.directions()
    stated = np.array([as_vector(direction, problem.names) for direction in row.null]).reshape(-1, len(problem.names))
    assert np.linalg.matrix_rank(stated) == len(row.null) == found.null.shape[1]
    # each lies in the null space, which is known to the rounding of a matrix as badly conditioned as RANK_TOLERANCE
    left = stated - stated @ found.null @ found.null.T
    assert np.all(np.linalg.norm(left, axis=1) <= 1e-16 / RANK_TOLERANCE * np.linalg.norm(stated, axis=1))


def test_the_ramps_of_the_table_obey_their_law() -> None:
    events = ramps(None)
    assert isinstance(events, RampEvents)
    slope = np.abs(np.asarray(LAW.slopes(TRUTH, events.ramps.state, 300.0, None)))
    # physics.md, section 4: π/(a√6); 20 events in the middles of equal shares lack the tails, some 4 % of it
    np.testing.assert_allclose(events.moments[1] * slope, np.pi / np.sqrt(6), rtol=0.1)


def test_attempt_times_of_their_own_cost_one_direction_more() -> None:
    """With τ0 of P apart from τ0 of AP, either trades against its own barrier."""
    parts = (dwells(300.0, states=(0,)), dwells(300.0, states=(1,)))
    problem = WithKnown(objective_of(parts, per_measurement=["tau_0"]), ())
    found = problem.directions()
    assert set(problem.names) == {*NINE, "tau_0[2]"}
    assert found.rank == 4
    assert found.null.shape[1] == len(ROW_1) + 1
    for direction in ({"tau_0": 1.0, "E_P": -1.0}, {"tau_0[2]": 1.0, "E_AP": -1.0}):
        vector = as_vector(direction, problem.names)
        assert np.linalg.norm(vector - found.null @ (found.null.T @ vector)) < 1e-16 / RANK_TOLERANCE
