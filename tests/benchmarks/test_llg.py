"""Time for one step of one macrospin with noise beside cmtj, whose C++ does the same problem.

    pytest tests/benchmarks/test_llg.py --benchmark-only -p no:randomly

Both run in turn in one process on one core, on one uniaxial macrospin at 300 K with the same step, cmtj with its
stochastic Heun scheme, also of two field evaluations a step. cmtj is not needed otherwise: pip install cmtj.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any, Final

import numpy as np
import pytest

from stfit.constants import BOLTZMANN, VACUUM_PERMEABILITY
from stfit.physics.llg import Stepping, trajectories
from stfit.physics.macrospin import Macrospin
from stfit.physics.transport import CosineGmr

ALPHA, TEMPERATURE, SIGMA = 0.1, 300.0, 20.0
MAGNETISATION, THICKNESS, AREA = 1e6, 2e-9, 1e-15  # A/m, m, m²
TIME_STEP: Final = 1e-12  # s
STEPS: Final = 20_000
REPLICAS: Final = 64
ROUNDS: Final = 7


def seconds(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def ours(steps: int) -> Callable[[], Any]:
    spin = Macrospin(
        anisotropy_energy=SIGMA * BOLTZMANN * TEMPERATURE,
        h=0.0,
        temperature=TEMPERATURE,
        alpha=ALPHA,
        gyromagnetic_ratio=1.76e11,
        saturation_magnetisation=MAGNETISATION,
        volume=THICKNESS * AREA,
        coupling=0.1 * SIGMA * BOLTZMANN * TEMPERATURE,
        gmr=CosineGmr(),
    )
    currents = np.linspace(-1.0, 1.0, REPLICAS)
    return lambda: trajectories(spin, currents, Stepping(TIME_STEP, seed=1), samples=1, every=steps, start=1.0)


def theirs(steps: int) -> Callable[[], Any]:
    cmtj = pytest.importorskip("cmtj", reason="cmtj, the peer, is not installed")
    axis = cmtj.CVector(0.0, 0.0, 1.0)
    layer = cmtj.Layer(
        "free",
        axis,
        axis,
        VACUUM_PERMEABILITY * MAGNETISATION,
        THICKNESS,
        AREA,
        [cmtj.CVector(0.0, 0.0, 0.0)] * 3,
        ALPHA,
    )
    junction = cmtj.Junction([layer])
    energy = SIGMA * BOLTZMANN * TEMPERATURE / (THICKNESS * AREA)
    junction.setLayerAnisotropyDriver("free", cmtj.ScalarDriver.getConstantDriver(energy))
    junction.setLayerTemperatureDriver("free", cmtj.ScalarDriver.getConstantDriver(TEMPERATURE))
    time = steps * TIME_STEP
    return lambda: junction.runSimulation(time, TIME_STEP, time, False, False, cmtj.SolverMode.Heun)


def test_a_step_takes_no_longer_than_in_compiled_code_of_others(benchmark: Any) -> None:
    peer, own = theirs(STEPS), ours(STEPS)
    ours(1)()  # compiled or loaded
    times = [(seconds(own) / REPLICAS, seconds(peer)) for _ in range(ROUNDS)]
    ratio = median(other / mine for mine, other in times)
    benchmark.extra_info |= {
        "ns a step and replica": 1e9 * median(mine for mine, _ in times) / STEPS,
        "ns a step of cmtj": 1e9 * median(other for _, other in times) / STEPS,
        "speed over cmtj": ratio,
    }
    benchmark.pedantic(own, rounds=1)
    assert ratio >= 1.0, benchmark.extra_info
