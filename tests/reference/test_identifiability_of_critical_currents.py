"""What critical currents identify: rows of the table of ranks.

Its nine parameters are λ, c_P, c_AP, τ0, E_P, E_AP, β, ΔR, T.

A known constant adds one row to the Jacobian, a known r(θ) adds the row of c_P + c_AP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.analysis import analysis_of
from stfit.constants import ELEMENTARY_CHARGE
from stfit.derivatives import Jet
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Observation, Origin
from stfit.models.choices import Choices
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]

NINE = {"l_over_L", "c_P", "c_AP", "tau_0", "E_P", "E_AP", "beta", "delta_R", "temperature"}
TRUTH = {
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
SMALL = 1e-7  # of the largest singular value: a direction is null (architecture.md, section 4)


@dataclass(frozen=True)
class Stack:
    """The scaled Jacobian of data and of what is known, at the truth."""

    objective: Objective
    known: tuple[Callable[[Quantities], Any], ...] = ()

    @property
    def x(self) -> Array:
        return self.objective.space.coordinates(TRUTH)

    @property
    def scales(self) -> Array:
        return self.objective.scales(self.x, self.objective.sensitivity(self.x))

    def gradient(self, quantity: Callable[[Quantities], Any]) -> Array:
        """Of the logarithm of a quantity, in scaled coordinates."""
        jet = np.log(quantity(self.objective.space.jets(self.x, order=1)))
        assert isinstance(jet, Jet)
        return jet.gradient[:, 0] * self.scales

    def null_space(self) -> Array:
        rows = [self.objective.sensitivity(self.x) * self.scales]
        _, singular, transposed = np.linalg.svd(np.vstack([*rows, *(100 * self.gradient(q) for q in self.known)]))
        rank = int(np.count_nonzero(singular > SMALL * singular[0]))
        return np.asarray(transposed[rank:].T)

    @property
    def rank(self) -> int:
        return len(self.objective.names) - int(self.null_space().shape[1])

    def identifies(self, quantity: Callable[[Quantities], Any]) -> bool:
        gradient = self.gradient(quantity)
        return bool(np.linalg.norm(gradient @ self.null_space()) < 1e-6 * np.linalg.norm(gradient))


def objective_of(*measurements: Observation) -> Objective:
    """Nine free parameters: ΔR is named by bounds, or it would not take part."""
    tables = {"model": {"asymmetry": "free"}, "fit": {"bounds": {"delta_R": ["1 mohm", "10 ohm"]}}}
    objective = assemble(analysis_of(tables, Path(), "test"), list(measurements))
    assert set(objective.names) == NINE
    return objective


def critical_currents(*, own_delta_R: bool = True) -> CriticalCurrents:
    state, delta_R = np.repeat([0.0, 1.0], 4), np.tile([0.05, 0.1, 0.25, 0.5], 2)
    seen = delta_R if own_delta_R else None
    law = SpinTransferLaw.of(Choices(asymmetry="free"))
    current = 1.0 / law.inverse_critical_current(TRUTH, state=state, delta_R=seen)
    columns = {"transition": state, "critical_current": current, "critical_current_stderr": 0.03 * np.abs(current)}
    if own_delta_R:
        columns["delta_R"] = delta_R
    return CriticalCurrents.from_columns(columns, origin=Origin())


def dwell_times() -> Observation:
    state, current = np.repeat([0.0, 1.0], 5), np.tile(np.linspace(-1e-3, 1e-3, 5), 2)
    law = SpinTransferLaw.of(Choices(asymmetry="free"))
    eta = law.log_dwell_time(TRUTH, state=state, current=current, temperature=300.0, field=None)
    columns = {"state": state, "current": current, "n": np.full(10, 500.0), "total_time": 500.0 * np.exp(eta)}
    return DwellTimes.from_columns(columns, origin=Origin())


def singly(name: str) -> Callable[[Quantities], Any]:
    return lambda q: q[name]


def both_factors(q: Quantities) -> Any:
    return q["c_P"] + q["c_AP"]


def over_barrier(state: str) -> Callable[[Quantities], Any]:
    return lambda q: q["l_over_L"] * q[f"c_{state}"] / (q["beta"] * q[f"E_{state}"])


def test_critical_currents_against_delta_R_have_rank_2() -> None:
    alone = Stack(objective_of(critical_currents()))
    assert alone.rank == 2
    assert all(alone.identifies(over_barrier(state)) for state in ("P", "AP"))
    assert not any(alone.identifies(singly(name)) for name in NINE)
    assert not alone.identifies(lambda q: q["c_AP"] / q["c_P"])


def test_equal_barriers_give_the_ratio_of_the_factors() -> None:
    equal = Stack(objective_of(critical_currents()), (lambda q: q["E_AP"] / q["E_P"],))
    assert equal.rank == 3
    assert equal.identifies(lambda q: q["c_AP"] / q["c_P"])


def test_with_delta_R_beta_the_gmr_curve_and_barriers_the_rank_is_7() -> None:
    known = (*(singly(name) for name in ("delta_R", "beta", "E_P", "E_AP")), both_factors)
    stack = Stack(objective_of(critical_currents()), known)
    assert stack.rank == 7
    found = {name for name in NINE if stack.identifies(singly(name))}
    assert found == NINE - {"tau_0", "temperature"}


def test_dwell_times_of_one_temperature_have_rank_4_and_8_with_the_constants() -> None:
    known = (*(singly(name) for name in ("delta_R", "beta", "temperature")), both_factors)
    assert Stack(objective_of(dwell_times())).rank == 4
    stack = Stack(objective_of(dwell_times()), known)
    assert stack.rank == 8
    assert stack.identifies(singly("l_over_L"))
    assert not stack.identifies(singly("tau_0"))


def test_dwell_times_and_independent_critical_currents_identify_everything() -> None:
    known = (*(singly(name) for name in ("delta_R", "beta", "temperature")), both_factors)
    for own in (True, False):
        stack = Stack(objective_of(dwell_times(), critical_currents(own_delta_R=own)), known)
        assert stack.rank == 9
        assert all(stack.identifies(singly(name)) for name in NINE)
