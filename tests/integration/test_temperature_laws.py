"""Devices whose barriers follow temperature and whose current heats: simulated, fitted, fitted by the wrong law."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import kstest

import stfit
from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Origin
from stfit.pipeline.simulating import simulate
from stfit.results import Estimate, FitResult, Status
from tests import builders
from tests.builders import K_B, TRUTH, E

Array = npt.NDArray[np.float64]

T_REF, CURIE, KAPPA = 295.0, 1100.0, 1e7
EQUAL = dict(TRUTH) | {"E_P": 0.45 * E, "E_AP": 0.45 * E}
LAWS = {"magnetisation": "bloch", "anisotropy_law": "callen-callen"}
SEED = 1905  # chosen before the first run with it


def stiffness(temperature: Any) -> Any:
    """K(T)/K(295 K) by hand: the cube of Bloch's law."""
    return ((1.0 - (temperature / CURIE) ** 1.5) / (1.0 - (T_REF / CURIE) ** 1.5)) ** 3


def log_dwell_time(truth: Any, state: Any, current: Any, temperature: Any) -> Array:
    """Eq. 27 by hand, with E_i K(T)/K(T_ref) for E_i: what it lacks is added."""
    energy = np.where(state == 0, truth["E_P"], truth["E_AP"])
    more = energy * (stiffness(temperature) - 1.0) / (K_B * temperature)
    return np.asarray(builders.log_dwell_time(truth, state, current, temperature) + more)


@cache
def narrow() -> DwellTimes:
    """A device with equal barriers over 20 K, 1000 dwells a row."""
    where = builders.grid(temperatures=(285.0, 290.0, 295.0, 300.0, 305.0))
    eta = log_dwell_time(EQUAL, where.state, where.current, where.temperature)
    n = np.full(eta.size, 1000.0)
    columns = where.columns() | {"n": n, "total_time": n * np.exp(eta)}
    table = DwellTimes.from_columns(columns, origin=Origin(file="dwell.csv"))
    assert isinstance(table, DwellTimes)
    return table.draw(eta, np.random.default_rng(SEED))


def fit(model: dict[str, str], **device: str) -> FitResult:
    known = {**builders.KNOWN, **device}
    return stfit.fit(narrow(), device=known, model=model, fit=dict(builders.QUICK))


def distance(estimate: Estimate, truth: float) -> float:
    """In standard errors; of the logarithm, for τ0."""
    assert estimate.value is not None
    assert estimate.stderr is not None
    if estimate.unit == "s":
        return float(np.log(estimate.value / truth) / (estimate.stderr / estimate.value))
    return (estimate.value - truth) / estimate.stderr


def test_the_law_that_made_the_data_gives_the_truth() -> None:
    result = fit(LAWS, curie_temperature="1100 ± 30 K")
    assert result.goodness.verdict == "acceptable"
    for name in ("l_over_L", "tau_0", "E_P", "E_AP", "theta_0"):
        assert abs(distance(result.parameters[name], EQUAL[name])) < 4.5, name


def test_constant_barriers_fit_as_well_and_give_another_attempt_time() -> None:
    # E(T) = E + E'(T − T_ref): what is taken for E is E − T_ref E', and for ln τ0 is ln τ0 + E'/k_B (an entropy, the
    # compensation of Meyer and Neldel). d ln K/dT = −3 · 3/2 t^(3/2)/(1 − t^(3/2))/T at t = T_ref/T_C
    result = fit({})
    assert result.goodness.verdict == "acceptable"
    power = (T_REF / CURIE) ** 1.5
    slope = -4.5 * power / (1.0 - power) / T_REF
    shift = EQUAL["E_P"] * slope / K_B
    assert shift == pytest.approx(-12.9, abs=0.1)
    tau_0 = result.parameters["tau_0"]
    assert abs(distance(tau_0, EQUAL["tau_0"])) > 20.0
    # curvature, E''/2 (T − T_ref)²/k_BT with E''/E = −0.4·10⁻⁵/K² or so, moves ln τ by 4e-3 at the ends, and ln τ0 by
    # less than that over the relative range of T, 0.03
    assert tau_0.value is not None
    assert tau_0.stderr is not None
    room = 4.5 * tau_0.stderr / tau_0.value + 4e-3 / 0.03
    assert np.log(tau_0.value / EQUAL["tau_0"]) == pytest.approx(shift, abs=room)
    for name in ("E_P", "E_AP"):
        assert distance(result.parameters[name], EQUAL[name]) > 20.0
    for name in ("l_over_L", "theta_0"):  # slopes know nothing of it
        assert abs(distance(result.parameters[name], EQUAL[name])) < 4.5, name


# --- files -------------------------------------------------------------------------------------------------------

DEVICE = """
[device]
l_over_L = 3.0
tau_0 = "1 ns"
E_P = "0.50 eV"
E_AP = "0.45 eV"
theta_0 = "1.7 rad"
beta = 0.35
delta_R = "0.11 ohm"
temperature = "295 K"
curie_temperature = "1100 K"
heating = "1e7 K^2/A^2"
[model]
magnetisation = "bloch"
anisotropy_law = "callen-callen"
heating = "joule"
[[measurement]]
kind = "dwell-times"
file = "dwell.csv"
currents = ["-20 mA", "20 mA"]
points = 7
temperatures = ["250 K", "295 K", "320 K"]
transitions = [800, 1200]
[[measurement]]
kind = "switching-ramp"
file = "ramp.csv"
ramp_rates = ["0.1 A/s"]
temperatures = ["295 K"]
events = 300
current_step = "0.2 mA"
"""


def hot_log_dwell_time(state: Any, current: Any, temperature: Any, kappa: float = KAPPA) -> Array:
    """The virtual device by hand: everything at the heated temperature."""
    return log_dwell_time(TRUTH, state, current, np.sqrt(temperature**2 + kappa * current**2))


def written(folder: Path, text: str) -> Path:
    (folder / "device.toml").write_text(text)
    return folder / "device.toml"


def test_a_heated_device_from_files(tmp_path: Path) -> None:
    simulate(written(tmp_path, DEVICE), seed=SEED, out=tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text())["parameters"]
    assert truth["curie_temperature"] == {"value": 1100.0, "unit": "K"}
    assert truth["heating"] == {"value": 1e7, "unit": "K**2/A**2"}
    assert truth["E_P"]["value"] == pytest.approx(TRUTH["E_P"], rel=1e-12)
    tables = [stfit.load(tmp_path / f"{n}.csv", k) for n, k in (("dwell", "dwell-times"), ("ramp", "switching-ramp"))]
    objective = builders.objective(
        tables,
        device={**builders.KNOWN, "curie_temperature": "1100 ± 30 K"},
        model={**LAWS, "heating": "joule"},
    )
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    found = estimates(objective, optimum)
    for name in ("l_over_L", "tau_0", "E_P", "E_AP", "theta_0", "heating", "I_c_P", "I_c_AP", "slope_P", "slope_AP"):
        assert abs(distance(found[name], truth[name]["value"])) < 4.5, name


def test_dwells_of_the_virtual_device_are_those_by_hand(tmp_path: Path) -> None:
    many = DEVICE.replace("transitions = [800, 1200]", "transitions = [9999, 9999]")
    simulate(written(tmp_path, many), seed=1, out=tmp_path)
    table: Any = stfit.load(tmp_path / "dwell.csv", "dwell-times")
    pulls = np.log(table.total_time / table.n) - hot_log_dwell_time(
        table.settings.state, table.settings.drive, table.settings.temperature
    )
    # means of n dwells: a relative error of 1/√n each; the sum of their squares is χ² of as many degrees of freedom
    chi_squared = float(np.sum(np.square(pulls * np.sqrt(table.n))))
    rows = table.n.size
    assert chi_squared == pytest.approx(rows, abs=3.3 * np.sqrt(2.0 * rows))


@pytest.mark.parametrize(("transition", "state", "sign"), [("P->AP", 0, -1.0), ("AP->P", 1, 1.0)])
def test_ramps_of_a_heated_device_follow_its_rate(tmp_path: Path, transition: str, state: int, sign: float) -> None:
    hot = DEVICE.replace("1e7 K^2", "1e8 K^2").replace("events = 300", "events = 4000").replace('"0.1 A/s"', '"10 A/s"')
    simulate(written(tmp_path, hot.replace('current_step = "0.2 mA"\n', "")), seed=SEED, out=tmp_path)
    lines = (tmp_path / "ramp.csv").read_text().splitlines()
    rise = sign * 1e-3 * np.array([float(line.split(",")[1]) for line in lines if line.startswith(transition)])
    assert rise.size == 4000

    def p_value(kappa: float) -> float:
        """Of the hazard until each event being exponential, as it is at the true rate."""
        grid = np.linspace(0.0, 1.001 * rise.max(), 4001)
        rate = np.exp(-hot_log_dwell_time(state, sign * grid, T_REF, kappa)) / 10.0
        # the trapezoidal rule in steps along which ln τ falls by 0.005: 2e-6 of the hazard
        steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(grid)
        return float(kstest(np.interp(rise, grid, np.append(0.0, np.cumsum(steps))), "expon").pvalue)

    assert p_value(1e8) > 0.0005
    assert p_value(0.0) < 1e-6  # without heating it is another rate


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'curie_temperature = "1100 K"',
            "",
            r"key 'device\.curie_temperature': expected the true value; found nothing",
        ),
        ('heating = "1e7 K^2/A^2"', "", r"key 'device\.heating': expected the true value; found nothing"),
        ('"1100 K"', '"320 K"', r"curie_temperature': expected a temperature above .* 320 K at most; found 320 K"),
        ('"1100 K"', '"1100 ± 3 K"', r"curie_temperature': expected the true value, without ±"),
        ('"bloch"', '"constant"', r"key 'model\.magnetisation': expected a law of M_s\(T\)"),
        ('"bloch"', '"blohc"', r"key 'model\.magnetisation': .*\(the nearest is 'bloch'\); found 'blohc'"),
        ('heating = "joule"', "", r"key 'device\.heating': expected a parameter of this model"),
        (
            '"0.1 A/s"',
            '"1e12 A/s"',
            r"ramp\.csv: expected a device that the ramp switches; found dwell times that hardly fall along it",
        ),
        ('"1e7 K^2/A^2"', '"1e10 K^2/A^2"', r"dwell\.csv: expected a device .* below its Curie temperature"),
    ],
)
def test_devices_that_cannot_be_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate(written(tmp_path, DEVICE.replace(old, new)), seed=1, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
