"""Tables in memory, and what a session does with a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

import stfit
from stfit.backends.budget import Budget
from stfit.errors import InputError
from stfit.notebook.faces import Fit
from tests import builders

DEVICE: Final = {"delta_R": "0.11 ohm", "beta": "0.35"}
OPTIONS: Final = {"compare": False, "intervals": "covariance", "fix": {"tau_0": "1 ns"}}


def columns() -> dict[str, Any]:
    """Dwell times by plain names: currents in mA, all else in SI units."""
    grid = builders.grid(temperatures=(295.0,))
    table = builders.dwell_times(grid, n=400, seed=2)
    return {
        "state": np.where(grid.state == 0, "P", "AP"),
        "current": 1e3 * grid.current,
        "temperature": grid.temperature,
        "n": np.full(grid.current.size, 400),
        "total_time": np.asarray(table.total_time),
    }


UNITS: Final = {"current": "mA", "temperature": "K", "total_time": "s"}


@pytest.fixture(scope="module")
def result() -> Fit:
    return stfit.fit(columns(), units=UNITS, device=DEVICE, fit=OPTIONS)


def test_a_frame_with_units_in_its_headers_is_the_same_measurement(result: Fit) -> None:
    frame = pd.DataFrame(columns()).rename(columns={name: f"{name} ({unit})" for name, unit in UNITS.items()})
    frame = frame.set_index(np.arange(len(frame))[::-1])  # its index says nothing
    found = stfit.fit(frame, device=DEVICE, fit=OPTIONS)
    assert found["l_over_L"].value == result["l_over_L"].value
    assert found.inputs[0].sha256 == result.inputs[0].sha256


def test_polarity_and_keys_of_a_table_in_memory(result: Fit) -> None:
    turned = {**columns(), "I": -columns()["current"]}
    del turned["current"]
    found = stfit.fit(
        turned,
        kind="dwell-times",
        units={"temperature": "K", "total_time": "s"},
        columns={"current": "I (mA)"},
        polarity=-1,
        device=DEVICE,
        fit=OPTIONS,
    )
    assert found["l_over_L"].value == pytest.approx(result["l_over_L"].value, rel=1e-12)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (5, {}, "an object of type int"),
        ([pd.Series([1.0])], {}, "an object of type Series"),
        ({"a": [1.0]}, {}, "the columns of one kind"),
        (columns(), {}, r"table in memory, column 'current': expected a unit \(A, mA, uA\)"),
        (columns(), {"units": {"I": "mA"}}, "units, 'I': expected one of the columns state"),
        (columns() | {"current (mA)": [0.0]}, {"units": {"current (mA)": "A"}}, "a header that holds none"),
        ({**columns(), "n": [*([400] * 13), None]}, {"units": UNITS}, "column 'n'"),
        ("analysis.toml", {"units": UNITS}, "a table in memory"),
        (columns(), {"units": UNITS, "measurement": [{"kind": "dwell-times"}]}, "key 'measurement'"),
    ],
)
def test_what_is_no_measurement_is_refused(source: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        stfit.fit(source, **options)


def test_a_result_is_a_mapping_of_estimates(result: Fit) -> None:
    assert "l_over_L" in result
    assert 0 not in result
    assert list(result) == list(result.params)
    assert dict(result)["l_over_L"] is result["l_over_L"]
    assert len(result) == len(result.parameters)


def test_a_result_as_a_data_frame(result: Fit) -> None:
    frame = result.to_dataframe()
    assert list(frame.index) == list(result)
    assert frame.loc["l_over_L", "value"] == result["l_over_L"].value
    assert frame.loc["tau_0", "verdict"] == "fixed"
    assert bool(frame["stderr"].isna()["tau_0"])
    residuals = result.residuals["table in memory"]
    assert np.sum(residuals**2) == pytest.approx(result.goodness.deviance, rel=1e-9)


def test_residuals_of_several_tables_are_numbered() -> None:
    frame = pd.DataFrame(columns()).rename(columns={name: f"{name} ({unit})" for name, unit in UNITS.items()})
    found = stfit.fit([frame, frame[:7]], device=DEVICE, fit=OPTIONS)
    shapes = {name: values.shape for name, values in found.residuals.items()}
    assert shapes == {"table in memory 1": (14,), "table in memory 2": (7,)}


@pytest.mark.parametrize("beside", [{"polarity": -1}, {"where": {"device": "A"}}, {"nonsense": 3}])
def test_what_stands_beside_an_analysis_file_is_refused(beside: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"stfit.load: expected an analysis alone.*; found {next(iter(beside))}"):
        stfit.load("analysis.toml", **beside)


@pytest.mark.parametrize("call", [stfit.fit, stfit.plan, stfit.explore])
def test_sections_beside_an_analysis_are_refused(call: Callable[..., Any], result: Fit) -> None:
    analysis = stfit.load(Path(__file__).parents[3] / "datasets/nanopillar/analysis.toml")
    with pytest.raises(InputError, match=r"expected an analysis alone.*; found device"):
        call(analysis, device={"beta": "0.5"})
    with pytest.raises(InputError, match=r"expected an analysis alone.*; found device"):
        stfit.explore(result, device={"beta": "0.5"})


def test_predictions_are_those_of_the_curves(result: Fit) -> None:
    curve = result.curves[0]
    found = result.predict(curve.x)
    there = found[found["series"] == curve.series]
    for name in ("x", "y", "lo68", "hi68", "lo95", "hi95"):
        assert there[name].to_numpy() == pytest.approx(np.array(getattr(curve, name), dtype=float), rel=1e-12)
    with pytest.raises(InputError, match="a number from 0 to 0"):
        result.predict([0.0], 1)


def test_a_stored_result_is_the_same_object(result: Fit, tmp_path: Path) -> None:
    stfit.report(result, tmp_path / "out")
    found = stfit.read_result(tmp_path / "out" / "result.json")
    assert isinstance(found, Fit)
    assert found == result
    with pytest.raises(InputError, match="read from a file"):
        found.predict([0.0])


def test_a_stored_result_with_its_data_is_sampled_as_the_fit_is(result: Fit, tmp_path: Path) -> None:
    stfit.report(result, tmp_path / "out")
    file, same = tmp_path / "out" / "result.json", stfit.load(columns(), units=UNITS)
    found = stfit.read_result(file, data=same)
    assert found == result
    assert found.predict([1e-3]).equals(result.predict([1e-3]))
    budget = Budget(ensembles=1, walkers=16, steps=40)
    assert stfit.sample(found, seed=1, budget=budget)["c_P"] == stfit.sample(result, seed=1, budget=budget)["c_P"]
    other = {**columns(), "n": columns()["n"] + 1}
    for data, message in (
        ([same, same], "expected the 1 measurements that were fitted; found 2"),
        (stfit.load(columns(), units=UNITS, polarity=-1), r"polarity \+1\).*polarity -1"),
        (stfit.load(other, units=UNITS), "another content"),
        (Path(__file__).parents[3] / "datasets/nanopillar/analysis.toml", "the tables or measurements"),
    ):
        with pytest.raises(InputError, match=rf"stfit\.read_result, data: .*{message}"):
            stfit.read_result(file, data=data)


def test_charges_may_be_written_as_reports_write_them() -> None:
    options = OPTIONS | {"fix": {"l_over_L": "25 e", "tau_0": "1 ns"}, "free": "theta_0"}
    found = stfit.fit(columns(), units=UNITS, device=DEVICE, fit=options)
    assert found["l_over_L"].value == 25.0


def test_physics_comes_with_the_package() -> None:
    assert "transport" in dir(stfit.physics)
    assert stfit.physics.transport.CosineGmr().total == pytest.approx(np.pi / 2)
    with pytest.raises(AttributeError, match=r"stfit\.physics"):
        stfit.physics.alchemy  # noqa: B018


def test_messages_name_the_call_and_no_option(result: Fit, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stfit\.report, formats: expected html"):
        stfit.report(result, tmp_path, "docx")
    with pytest.raises(InputError, match=r"stfit\.plan, hours: expected a finite time"):
        stfit.plan(stfit.load(columns(), units=UNITS), hours=-1.0)


def test_a_temperature_beside_a_table_is_said_where_it_belongs(tmp_path: Path) -> None:
    path = tmp_path / "dwell.csv"
    path.write_text("state,current (mA),n,total_time (ms)\nP,1,10,5\nAP,1,12,6\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"key 'temperature': expected a column, or .*; found '300 K'"):
        stfit.load(path, "dwell-times", temperature="300 K")
