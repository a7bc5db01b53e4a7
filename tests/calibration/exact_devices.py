"""Devices whose dwell times are those of the Fokker–Planck equation, solved here for every row and with no table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.analysis import analysis_of
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Origin
from stfit.objective import Objective
from stfit.physics.fokker_planck import uniaxial_rates
from stfit.physics.transport import CosineGmr
from stfit.pipeline.assembly import assemble
from tests.calibration.virtual_devices import BOLTZMANN, ELEMENTARY_CHARGE

Array = npt.NDArray[np.float64]

REFERENCE: Final = 295.0
TEMPERATURES: Final = (280.0, 295.0, 310.0, 325.0)
QUOTES: Final[Mapping[str, str]] = {"delta_R": "0.110 ± 0.004 ohm", "beta": "0.35 ± 0.03", "temperature": "295 ± 1 K"}
FIELD: Final = 0.05
_DRIVEN: Final = 0.3  # of the linear-extrapolated critical current out of AP, at the largest current


def truth(sigma: float) -> dict[str, float]:
    """The parameters of a device with Kv = σ k_BT at 295 K."""
    return {
        "l_over_L": 25.0,
        "tau_0": 1e-9,
        "Kv": sigma * BOLTZMANN * REFERENCE,
        "h": FIELD,
        "beta": 0.35,
        "delta_R": 0.11,
        "temperature": REFERENCE,
    }


def table(sigma: float, transitions: float) -> DwellTimes:
    """Dwell times without noise at 11 currents and 4 temperatures, as many transitions in every row."""
    true = truth(sigma)
    coupling = 8 * ELEMENTARY_CHARGE * true["l_over_L"] * true["delta_R"] / true["beta"]  # G, J/A
    largest = _DRIVEN * true["Kv"] * (1 - FIELD) ** 2 / (coupling * (np.pi / 2 + 1) / 2)
    grid = np.meshgrid([0, 1], TEMPERATURES, np.linspace(-largest, largest, 11), indexing="ij")
    state, temperature, current = (column.ravel() for column in grid)
    thermal = BOLTZMANN * temperature
    rates = uniaxial_rates(true["Kv"] / thermal, FIELD, coupling * current / thermal, CosineGmr())
    reduced = np.where(state == 0, rates.log_dwell_P, rates.log_dwell_AP)  # ln(D0 τ), D0 ∝ T
    unit = true["tau_0"] * 2 * sigma**1.5 / np.sqrt(np.pi) * REFERENCE / temperature  # 1/D0
    n = np.full(state.size, transitions)
    columns = {"state": state.astype(int), "current": current, "temperature": temperature, "n": n}
    found = DwellTimes.from_columns(columns | {"total_time": n * unit * np.exp(reduced)}, origin=Origin())
    assert isinstance(found, DwellTimes)
    return found


def objective(sigma: float, model: Mapping[str, str], transitions: float = 1000.0) -> Objective:
    """The objective of such a table under a model."""
    content: dict[str, Any] = {
        "device": dict(QUOTES),
        "model": dict(model),
        "fit": {"reference_temperature": f"{REFERENCE} K"},
    }
    return assemble(analysis_of(content, Path(), "exact device"), [table(sigma, transitions)])
