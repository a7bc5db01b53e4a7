"""What heating and the laws of temperature ask of an analysis, and what its report says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.errors import InputError
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import Origin
from stfit.models.eq_27 import EQ_27
from stfit.models.heating import NO_HEATING, JouleHeating
from stfit.objective import Objective
from stfit.pipeline.thermal import heating_left_out, temperature_sentences
from tests import builders

BLOCH = {"magnetisation": "bloch", "anisotropy_law": "callen-callen"}
CURIE = {**builders.KNOWN, "curie_temperature": "1100 ± 40 K"}
DWELLS = builders.dwell_times(builders.grid())


def parameters(objective: Objective) -> dict[str, Any]:
    return {p.name: p for p in objective.space.parameters}


def test_by_default_there_is_neither() -> None:
    objective = builders.objective(DWELLS)
    assert objective.law.rates is EQ_27
    assert objective.law.heating is NO_HEATING
    assert objective.law.device.constant
    assert not {"heating", "curie_temperature"} & parameters(objective).keys()


def test_the_curie_temperature_is_a_constant_of_the_device() -> None:
    p = parameters(builders.objective(DWELLS, device=CURIE, model=BLOCH))["curie_temperature"]
    assert p.start == 1100.0
    assert p.constraint is not None
    assert p.constraint.centre == 1100.0
    assert p.lower == pytest.approx(1.001 * 320.0, rel=1e-12)  # the hottest row


@pytest.mark.parametrize(
    "sections",
    [
        {"fit": {"fix": {"curie_temperature": "900 K"}}},
        {"priors": {"curie_temperature": {"normal": ["900 K", "50 K"]}}},
        {"priors": {"curie_temperature": {"uniform": ["400 K", "2000 K"]}}},
        {"fit": {"bounds": {"curie_temperature": ["400 K", "2000 K"]}}},
    ],
)
def test_it_may_be_given_otherwise(sections: dict[str, Any]) -> None:
    p = parameters(builders.objective(DWELLS, model=BLOCH, **sections))["curie_temperature"]
    assert p.lower <= p.start <= p.upper


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ({"device": {**builders.KNOWN, "curie_temperature": "320 K"}}, "device"),
        ({"fit": {"fix": {"curie_temperature": "200 K"}}}, "fit.fix"),
        ({"fit": {"bounds": {"curie_temperature": ["100 K", "300 K"]}}}, "fit.bounds"),
        ({"priors": {"curie_temperature": {"normal": ["300 K", "50 K"]}}}, "priors"),
    ],
)
def test_it_lies_above_every_row(sections: dict[str, Any], place: str) -> None:
    message = rf"key '{place}\.curie_temperature': expected a temperature well above .*320 K at most; found \d+ K"
    with pytest.raises(InputError, match=message):
        builders.objective(DWELLS, model=BLOCH, **sections)


def test_a_given_heating_counts() -> None:
    hot = {**CURIE, "heating": "1e10 K^2/A^2", "curie_temperature": "1000 K"}  # √(320² + 1e10·0.01²) = 1050 K
    with pytest.raises(InputError, match=r"1050 K at most; found 1000 K"):
        builders.objective(DWELLS, device=hot, model={**BLOCH, "heating": "joule"})


def test_heating_is_a_parameter_in_units_of_the_data() -> None:
    p = parameters(builders.objective(DWELLS, model={"heating": "joule"}))["heating"]
    assert p.parameter.scale == pytest.approx((295.0 / 10e-3) ** 2, rel=1e-12)
    assert not p.held
    assert p.lower < p.start < p.upper


@pytest.mark.parametrize(("written", "held"), [("1e7 K^2/A^2", True), ("(1.0 ± 0.2)e7 K^2/A^2", False)])
def test_heating_may_be_known(written: str, held: bool) -> None:
    device = {**builders.KNOWN, "heating": written}
    objective = builders.objective(DWELLS, device=device, model={"heating": "joule"})
    p = parameters(objective)["heating"]
    assert p.held is held
    assert float(np.squeeze(p.parameter.quantity(p.start))) == pytest.approx(1e7, rel=1e-14)
    assert isinstance(objective.law.heating, JouleHeating)


def test_the_current_behind_a_voltage_is_the_one_that_heats() -> None:
    pulses = builders.pulses(builders.grid())
    volts = type(pulses).from_columns(
        {
            "transition": pulses.settings.state,
            "voltage": 50.0 * pulses.settings.drive,
            "pulse_width": pulses.pulse_width,
            "n": pulses.n,
            "n_switched": pulses.n_switched,
            "temperature": pulses.settings.temperature,
        },
        origin=Origin(),
    )
    device = {**builders.KNOWN, "resistance": "50 ohm"}
    p = parameters(builders.objective(volts, device=device, model={"heating": "joule"}))["heating"]
    assert p.parameter.scale == pytest.approx((295.0 / 10e-3) ** 2, rel=1e-12)


def test_ramps_take_heating_single_events_counted_in_cells() -> None:
    model = {"heating": "joule"}
    for ramps in (builders.ramps(step=1e-4), builders.ramps()):
        found = builders.objective(ramps, model=model)
        assert "heating" in parameters(found)
        assert isinstance(found.terms[0].measurement, SteppedRamps)


def critical(**keys: Any) -> CriticalCurrents:
    columns = {
        "transition": np.array([0, 1]),
        "critical_current": np.array([-0.1, 0.05]),
        "critical_current_stderr": np.array([1e-3, 1e-3]),
        "delta_R": np.array([0.11, 0.11]),
        "temperature": np.array([295.0, 295.0]),
    }
    return CriticalCurrents.from_columns(columns, origin=Origin(file="ic.csv"), **keys)


def test_measured_critical_currents_do_not_take_heating() -> None:
    measured = critical(critical_current="measured", measurement_time=1.0)
    with pytest.raises(InputError, match=r"found ic\.csv, critical currents as \"measured\""):
        builders.objective([DWELLS, measured], model={"heating": "joule"})
    assert "heating" in parameters(builders.objective([DWELLS, critical()], model={"heating": "joule"}))


def test_without_a_current_nothing_is_heated() -> None:
    still = builders.dwell_times(builders.grid(currents=(0.0,)))
    with pytest.raises(InputError, match=r"key 'model\.heating': expected a row .* at a current"):
        builders.objective(still, model={"heating": "joule"})


def test_what_the_report_assumes() -> None:
    assert temperature_sentences(builders.objective(DWELLS)) == []
    told = " ".join(
        temperature_sentences(builders.objective(DWELLS, device=CURIE, model={**BLOCH, "heating": "joule"}))
    )
    for words in (
        "M_s(T) by Bloch's law",
        "goes with M_s³",
        "Barriers are quoted at 295 K; at T they are K(T)/K(295 K)",
        "T² = T0² + κI²",
    ):
        assert words in told


@pytest.mark.parametrize(("written", "told"), [("1e8 K^2/A^2", False), ("3e8 K^2/A^2", True)])
def test_a_heating_that_the_model_leaves_out_is_told_where_it_matters(written: str, told: bool) -> None:
    # √(295² + κ·0.01²) is 311 K, 5 % more, and 342 K, 16 % more
    content = {"device": {**builders.KNOWN, "heating": written}}
    notes = heating_left_out(analysis_of(content, Path(), "test"), builders.objective(DWELLS, **content))
    assert len(notes) == int(told)
    if told:
        assert notes[0].level == "warning"
        assert notes[0].sentence.startswith("The heating in [device] would raise the magnet from 295 K by 47 K")


def test_the_report_says_all_that() -> None:
    device = {**CURIE, "heating": "3e8 K^2/A^2"}
    result = stfit.fit(DWELLS, device=device, model=BLOCH, fit={"compare": False, "intervals": "covariance"})
    assert any(sentence.startswith("M_s(T) by Bloch's law") for sentence in result.assumptions)
    assert "heating is given in [device] but plays no part here." in result.assumptions
    assert "heating" in {note.name for note in result.validity}
    assert result.parameters["curie_temperature"].unit == "K"


def test_a_row_without_two_states_is_refused() -> None:
    # the field of 60 mT lies inside μ0H_K of 100 mT at 295 K, not inside that of 320 K, 100 mT · (m(320)/m(295))²
    where = builders.grid()
    table = DwellTimes.from_columns(
        where.columns() | {"n": np.full(56, 100.0), "total_time": np.full(56, 1e-3), "field": np.full(56, 60e-3)},
        origin=Origin(file="dwell.csv"),
    )
    device = {**builders.KNOWN, "anisotropy_field": "100 mT", "curie_temperature": "345 K"}
    model = {**BLOCH, "asymmetry": "uniaxial"}
    with pytest.raises(InputError, match=r"expected two states at every row: .*found a row with one state, or none"):
        stfit.fit(table, device=device, model=model)
