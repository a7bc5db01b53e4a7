"""The analysis file and the tables it must agree with: kinds of measurement, parameters, asymmetries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stfit.analysis import analysis_of
from stfit.errors import InputError
from stfit.measurement import kinds
from stfit.models.asymmetry import asymmetry_named
from stfit.models.choices import ASYMMETRIES, BARRIERS, DEFAULT_BARRIER, asymmetries_with
from stfit.models.law import LAWS, Law
from stfit.models.parameters import PARAMETERS
from stfit.physics.transport import CosineGmr

EXAMPLES: dict[str, Any] = {  # a value for every key that a kind may add
    "sign": "magnitude",
    "linewidth": "hwhm",
    "power": "peak",
    "inhomogeneous_linewidth": "3 MHz",
    "start_current": "2 A",
    "current_step": "1 A",
    "dead_time": "4 s",
    "critical_current": "measured",
    "measurement_time": "2 s",
}
READ = EXAMPLES | {"start_current": 2.0, "current_step": 1.0, "dead_time": 4.0, "measurement_time": 2.0}
ASYMMETRIES_WITH = asymmetries_with(DEFAULT_BARRIER)


@pytest.mark.parametrize("kind", [name for name, kind in kinds().items() if kind.keys().own() <= EXAMPLES.keys()])
def test_every_kind_is_accepted_with_its_keys(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data.csv").touch()
    own = {key: EXAMPLES[key] for key in kinds()[kind].keys().own()}
    read = analysis_of({"measurement": [{"kind": kind, "file": "data.csv"} | own]}, tmp_path, "test")
    entry = read.measurement[0]
    assert entry.kind == kind
    assert {key: READ[key] for key in own}.items() <= dict(entry.keys).items()


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_takes_the_uncertainty_of_its_readings(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data.csv").touch()
    keys = {"temperature_uncertainty": "0.5 degC", "field_uncertainty": "0.1 mT"}
    entry = analysis_of({"measurement": [{"kind": kind, "file": "data.csv"} | keys]}, tmp_path, "test").measurement[0]
    # differences: half a degree is half a kelvin; 0.1 and the factor 1e-3 are rounded once each, and their product
    assert entry.temperature_uncertainty == 0.5
    assert entry.field_uncertainty == pytest.approx(1e-4, rel=3.4e-16)


def test_every_law_has_its_choice() -> None:
    assert LAWS.keys() == BARRIERS.keys()


@pytest.mark.parametrize(("barrier", "law"), LAWS.items())
def test_an_asymmetry_has_its_parameters_and_no_other(barrier: str, law: Law) -> None:
    chosen = BARRIERS[barrier].asymmetries
    assert law.words.asymmetries.keys() == chosen.keys() <= set(ASYMMETRIES)
    for name, parameters in chosen.items():
        assert asymmetry_named(name, CosineGmr(), one_axis=law.one_axis).parameters == parameters
        belongs = {parameter for parameter, owners in asymmetries_with(barrier).items() if name in owners}
        assert belongs == set(parameters)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_can_be_asked_for(name: str) -> None:
    asymmetry = min(ASYMMETRIES_WITH.get(name, {"theta_0"}))
    barrier = next((barrier for barrier, law in BARRIERS.items() if name in law.parameters), DEFAULT_BARRIER)
    model = {"asymmetry": asymmetry, "barrier": barrier}
    read = analysis_of({"model": model, "fit": {"free": [name]}}, Path(), "test")
    assert read.fit.free == (name,)


@pytest.mark.parametrize("name", [name for name, p in PARAMETERS.items() if p.domain[0] == 0])
def test_the_edge_of_a_domain_is_outside(name: str) -> None:
    unit = PARAMETERS[name].unit
    with pytest.raises(InputError, match=rf"key 'device\.{name}': expected a value (above|between) 0"):
        analysis_of({"device": {name: f"0 {unit}"}}, Path(), "test")
