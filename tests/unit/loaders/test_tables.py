"""Tables become measurements: units, words, selection, and what is handed to the kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.analysis.sections import MeasurementSection
from stfit.errors import CellProblem, InputError, TableError
from stfit.loaders.tables import load_columns
from stfit.loaders.tables import load_table as load
from stfit.measurement import Kind
from stfit.measurement.base import Origin
from stfit.measurement.columns import CURRENT, FIELD, STATE, TEMPERATURE, TRANSITION, Column, Domain, Layout
from stfit.measurement.description import DESCRIPTION_KEYS, Description

Write = Callable[..., Path]


@dataclass(frozen=True)
class Recorded:
    """Stands for a measurement: keeps what the loader hands over, and refuses currents above 1 A."""

    columns: Mapping[str, npt.NDArray[Any]]
    origin: Origin
    given: Mapping[str, Any]

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin, **given: Any) -> Self:
        problems = [
            CellProblem(int(row), "current", "at most 1 A", f"{columns['current'][row]:g} A")
            for row in np.flatnonzero(columns["current"] > 1)
        ]
        if problems:
            raise TableError([*problems, CellProblem(None, "state", "fewer", "more")])
        return cls(columns, origin, given)


class RecordedKeys(MeasurementSection):
    sign: str = ""
    scale: str = ""


LAYOUT: Final = Layout(
    (STATE, CURRENT),
    optional=(TRANSITION, TEMPERATURE, FIELD, Column("probability", "", Domain.PROBABILITY)),
)
RECORDED: Final = Kind("recorded", lambda: LAYOUT, lambda: RecordedKeys, lambda: Recorded.from_columns)


def load_table(path: Path, **options: Any) -> Recorded:
    described = {key: options.pop(key) for key in tuple(options) if key in DESCRIPTION_KEYS}
    found: Any = load(path, RECORDED, description=Description.of(described), **options)
    assert isinstance(found, Recorded)
    return found


def test_columns_come_in_si_and_words_as_codes(write: Write) -> None:
    content = (
        "state,current (mA),transition,temperature (degC),field (Oe),probability (%)\n"
        "P,-1.5,P->AP,21.85,10,25\n ap ,2,AP \N{RIGHTWARDS ARROW} p,22.85,-20,100\n"
    )
    found = load_table(write(content)).columns
    assert found["state"].tolist() == [0, 1]
    assert found["transition"].tolist() == [0, 1]
    assert found["state"].dtype == found["transition"].dtype == np.int8
    # One product and one sum, each rounded: 2.2e-16 of the larger term.
    np.testing.assert_allclose(found["current"], [-1.5e-3, 2e-3], rtol=3e-16)
    np.testing.assert_allclose(found["temperature"], [295.0, 296.0], rtol=3e-16)
    np.testing.assert_allclose(found["probability"], [0.25, 1.0], rtol=3e-16)
    # 1 Oe is 1e-4 T but for mu_0/(4π·1e-7) − 1 = −1.3e-10 in CODATA 2022.
    np.testing.assert_allclose(found["field"], [1e-3, -2e-3], rtol=2e-10)


def test_the_origin_tells_the_file_its_digest_its_rows_and_what_was_left_out(write: Write) -> None:
    path = write("state,current (mA),comment,x\nP,1,good,3\nAP,2,bad,4\n")
    origin = load_table(path, where={"x": 4}).origin
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert origin == Origin(str(path), digest, 1, ("column 'comment' is not used",), " [x = 4]", "recorded")


def test_polarity_and_keys_go_to_the_kind(write: Write) -> None:
    found = load_table(write("state,current (mA)\nP,1\n"), polarity=-1, keys={"sign": "magnitude"})
    assert (found.origin.polarity, found.given) == (-1, {"sign": "magnitude"})


DEVICES = "device,run,state,current (mA)\nA,1,P,1\nB,2,P,oops\nA,3,AP,4\n"


@pytest.mark.parametrize(
    ("where", "currents"),
    [
        ({"device": "A"}, [1e-3, 4e-3]),
        ({"Device": " A "}, [1e-3, 4e-3]),
        ({"run": 3}, [4e-3]),
        ({"run": 3.0}, [4e-3]),
        ({"run": "3"}, [4e-3]),
        ({"device": "A", "run": 1}, [1e-3]),
    ],
)
def test_where_takes_rows_and_the_others_are_not_looked_at(
    write: Write, where: dict[str, str | float], currents: list[float]
) -> None:
    # currents in A: a product of a whole number and the factor 1e-3 is rounded once, as the literal is.
    np.testing.assert_allclose(load_table(write(DEVICES), where=where).columns["current"], currents, rtol=3e-16)


def test_where_compares_numbers_in_a_column_with_words(write: Write) -> None:
    content = "x,state,current (mA)\n1.0,P,1\nnone,P,2\n"
    assert load_table(write(content), where={"x": 1}).origin.rows == 1


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"device": "C"}, "key 'where.device': expected rows with 'C' in 'device'; found none, but 'A', 'B'"),
        ({"run": 9}, "key 'where.run': expected rows with '9' in 'run'; found none, but '1', '2', '3'"),
        ({"run": "x"}, "key 'where.run': expected rows with 'x' in 'run'; found none, but '1', '2', '3'"),
        ({"devce": "A"}, "key 'where.devce': expected a column of the file; the nearest is 'device'; found 'devce'"),
    ],
)
def test_where_without_an_answer_is_refused(write: Write, where: dict[str, str | float], message: str) -> None:
    with pytest.raises(InputError, match=rf"^table\.csv, {message}"):
        load_table(write(DEVICES), where=where)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"sgn": 1},
            "'sgn': expected one of the keys scale, sign; the nearest is 'sign'; found 'sgn', which recorded .*",
        ),
        ({"zzz": 1}, "'zzz': expected one of the keys scale, sign; found 'zzz', which recorded does not know"),
    ],
)
def test_an_unknown_key_is_refused(write: Write, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=rf"^table\.csv, key {message}$"):
        load_table(write("state,current (mA)\nP,1\n"), keys=keys)


def test_what_the_kind_refuses_is_found_in_the_file(write: Write) -> None:
    content = "# first\nx,state,I (A)\nA,P,1\n\nB,P,5\nA,P,7\n"
    with pytest.raises(InputError, match="expected") as caught:
        load_table(write(content), where={"x": "A"})
    assert str(caught.value).splitlines() == [
        "table.csv, line 2, column 'state': expected fewer; found more",
        "table.csv, line 6, column 'I (A)': expected at most 1 A; found 7 A",
    ]


def test_a_table_that_is_no_measurement(write: Write) -> None:
    columns = load_columns(write("theta (deg);r\n0;0\n180;1\n"), Layout((Column("theta", "rad"), Column("r", ""))))
    # 180 times the rounded π/180: two roundings of 1.1e-16.
    np.testing.assert_allclose(columns["theta"], [0.0, np.pi], rtol=3e-16)
    assert columns["r"].tolist() == [0.0, 1.0]


@settings(max_examples=50, deadline=None)  # each example writes and reads two files
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
def test_a_change_of_unit_in_the_file_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, currents: list[float]
) -> None:
    folder = tmp_path_factory.mktemp("units")
    found = []
    for unit, scale in (("mA", 1.0), ("uA", 1e3)):
        path = folder / f"{unit}.csv"
        rows = "".join(f"P,{current * scale!r}\n" for current in currents)
        path.write_text(f"state,current ({unit})\n{rows}", encoding="utf-8")
        found.append(load_table(path).columns["current"])
    # Each side takes two roundings of 1.1e-16 and the rounded factors 1e-3 and 1e-6, as much again.
    np.testing.assert_allclose(found[0], found[1], rtol=1e-15, atol=1e-300)
