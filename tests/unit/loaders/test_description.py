"""What a description says of a file is applied, or refused; what a message proposes works."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit import load
from stfit.errors import InputError

Write = Callable[..., Path]

ROWS = "P->AP,-4,100,100,3\nP->AP,-4.5,100,100,40\nAP->P,2,100,100,5\n"
HEADER = "transition,current (mA),pulse_width (ns),n,n_switched\n"
NUMBERED = {
    "transition": 1,
    "current": {"column": 2, "unit": "mA"},
    "pulse_width": {"column": 3, "unit": "ns"},
    "n": 4,
    "n_switched": 5,
}


def pulses(path: Path, **keys: Any) -> Any:
    return load(path, "switching-pulse", **keys)


def refused(path: Path, **keys: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        pulses(path, **keys)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (HEADER + ROWS, {}),
        ((HEADER + ROWS).encode("utf-16"), {"encoding": "utf-16"}),
        ("Köln\n" + HEADER + ROWS, {"skip": 1}),
        ("1,2,3,4,5\n6,7,8,9,0\n" + HEADER + ROWS, {"header": 3}),
        ("1,2,3,4,5\n6,7,8,9,0\n" + HEADER + ROWS, {"header": "n_switched"}),
        (HEADER + "a,b,c,d,e\n" + ROWS, {"first_row": 3}),
        ("transition,current,pulse_width,n,n_switched\n?,mA,ns,?,?\n" + ROWS, {"units_line": 2, "first_row": 3}),
        ("transition,current,pulse_width,n,n_switched\n-,mA,ns,counts,#\n" + ROWS, {}),
        ((HEADER + ROWS).replace(",", ":"), {"separator": ":"}),
        ((HEADER + ROWS).replace(",", "  \t ").replace(" (", "("), {"separator": "white space"}),
        ((HEADER + ROWS).replace(",", ";").replace(".", ","), {"decimal": ",", "separator": "semicolon"}),
        (ROWS, {"header": 0, "columns": NUMBERED}),
        ("a,a,a,a,a\n" + ROWS, {"columns": NUMBERED}),
        (HEADER.replace(",", ";") + ROWS.replace(",", ";").replace("100;100", "1,00E+2;100"), {}),
        (HEADER + ROWS.replace("->", "-"), {"values": {"transition": {"P-AP": "P->AP", "ap-p": "AP->P"}}}),
        (
            HEADER + ROWS.replace("AP->P", "1").replace("P->AP", "0"),
            {"values": {"transition": {"0": "P->AP", "1.0": "AP->P"}}},
        ),
        (HEADER + ROWS.replace(",100,100", ",0,many"), {"n": 100, "pulse_width": "0.1 us"}),
        (HEADER + ROWS + "P->AP,x,1,1,1\nP->AP,1\n", {"bad_rows": "leave-out"}),
        ("run," + HEADER + "1," + ROWS.replace("\n", "\n1,", 2) + "7,AP->P,3,100,9,9\n", {"where": {"run": "< 7"}}),
        (
            "run," + HEADER + "1," + ROWS.replace("\n", "\n2,", 2) + "7,AP->P,3,100,9,9\n",
            {"where": {"run": [1, "= 2"]}},
        ),
        ("run," + HEADER + "1," + ROWS.replace("\n", "\n2,", 2) + "7,AP->P,3,100,9,9\n", {"where": {"1": "!= 7"}}),
        *(
            (
                "oven (K),"
                + HEADER
                + "295.0,"
                + ROWS.replace("\n", "\n295,", 2)
                + "300,P->AP,3,100,9,9\noff,AP->P,3,9,9,9\n",
                keys,
            )
            for keys in (
                {"where": {"oven (K)": "295"}},
                {"where": {"oven (K)": ["= 295", "297"]}},
                {"where": {"oven": 295}},
            )
        ),
        (
            "oven (K)," + HEADER + "off," + ROWS.replace("\n", "\n300,", 2) + "295.0,P->AP,3,9,9,9\n",
            {"where": {"oven": "!= 295"}},
        ),
        (
            HEADER.replace("current (mA)", "V_out (V)") + ROWS,
            {"columns": {"current": {"column": "V_out (V)", "unit": "A", "gain": 1e-3}}},
        ),
        (
            HEADER + ROWS.replace("-4,", "-1,").replace("-4.5", "-1.25").replace(",2,", ",2,"),
            {"columns": {"current": {"column": 2, "gain": 2, "offset": -2}}},
        ),
    ],
)
def test_a_table_as_it_is_described(write: Write, content: str | bytes, keys: dict[str, Any]) -> None:
    found = pulses(write(content, "pulses.dat"), **keys)
    # Products and sums of a few factors, each rounded: 2.2e-16.
    np.testing.assert_allclose(found.settings.current, [-4e-3, -4.5e-3, 2e-3], rtol=1e-15)
    np.testing.assert_allclose(found.pulse_width, 1e-7, rtol=1e-15)
    assert found.settings.state.tolist() == [0, 0, 1]
    assert (found.n.tolist(), found.n_switched.tolist()) == ([100] * 3, [3, 40, 5])


def test_what_is_left_out_is_counted(write: Write) -> None:
    found = pulses(write(HEADER + "P->AP,x,1,1,1\n" + ROWS + "P->AP,1\n"), bad_rows="leave-out")
    assert found.origin.rows == 3
    assert "2 bad rows are left out: lines 2, 6" in found.origin.notices


def test_what_was_recognised_is_said(write: Write) -> None:
    content = "Köln;\n" + HEADER.replace(",", ";").replace(" (mA)", "").replace("current", "I_dc") + ";mA;ns;;\n"
    path = write((content + ROWS.replace(",", ";")).encode("cp1252"))
    assert pulses(path).origin.recognised == (
        "text in cp1252",
        "cells are separated by ';'",
        "header in line 2, below 1 line of other text",
        "units in line 3",
        "column 'I_dc (mA)' is taken for current in mA",
    )
    assert pulses(write(HEADER + ROWS)).origin.recognised == ()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"encoding": "klingon"}, "key 'encoding': expected an encoding such as"),
        ({"separator": "::"}, "key 'separator': expected one character or"),
        ({"header": "nowhere"}, "key 'header': expected a name in the header; found no line with 'nowhere'"),
        ({"header": 999}, "key 'header': expected a line of the file above its rows"),
        ({"columns": {"n": 9}}, "key 'columns.n': expected a column of the file; found number 9 of 5"),
        ({"columns": {"n": {"column": 4, "gain": 0}}}, "key 'columns': expected a header"),
        ({"columns": {"transition": {"column": 1, "gain": 2}}}, "expected no gain or offset for a column of words"),
        ({"n": 1, "columns": {"n": "n"}}, "key 'columns.n': expected a column or a constant; found both"),
        ({"n": -1}, "key 'n': expected a whole number, 1 or more; found -1"),
        ({"pulse_width": 3}, "key 'pulse_width': expected a time with its unit"),
        ({"transition": "up"}, "key 'transition': expected 'P->AP' or 'AP->P'"),
        ({"where": {"n": "> 100"}}, "key 'where.n': expected rows with '> 100' in 'n'; found none, but '100'"),
    ],
)
def test_what_a_description_cannot_say(write: Write, keys: dict[str, Any], message: str) -> None:
    assert message in refused(write(HEADER + ROWS), **keys)[0]


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROWS.replace("->", " to "),
        HEADER + ROWS.replace("AP->P", "down").replace("P->AP", "up"),
        HEADER.replace(" (mA)", "").replace(" (ns)", "") + ROWS,
        HEADER.replace("pulse_width (ns),", "") + ROWS.replace(",100,100", ",100"),
        HEADER.replace("current", "\N{CJK UNIFIED IDEOGRAPH-96FB}\N{CJK UNIFIED IDEOGRAPH-6D41}") + ROWS,
        HEADER + ROWS + "P->AP,nan,100,100,4\n",
        HEADER + ROWS + "P->AP,2.",
        (HEADER + ROWS).replace(",", ";").replace("-4;", "-4,125;").replace("-4.5", "-4,375").replace(";2;", ";2,125;"),
        HEADER.replace("current (mA)", "curent (mA)") + ROWS,
        HEADER.replace("current (mA),pulse_width (ns)", "V_set (mA),width (ns)") + ROWS,
        HEADER.replace("transition", "transitoin")
        + ROWS.replace("P->AP", "0").replace("A0", "1").replace("AP->P", "1"),
        "n," + HEADER + ROWS.replace("P->AP", "100,P->AP").replace("AP->P", "100,AP->P").replace("A100,P", "AP"),
    ],
)
def test_the_key_that_a_message_proposes_works(write: Write, content: str) -> None:
    path = write(content)
    keys: dict[str, Any] = {}
    for _ in range(4):
        try:
            found = pulses(path, **keys)
            break
        except InputError as error:
            proposed = proposal(str(error).splitlines()[0])
            merged = {key: value for key, value in proposed.items() if isinstance(value, dict) and key in keys}
            keys |= proposed | {key: {**keys[key], **value} for key, value in merged.items()}
    else:
        pytest.fail(f"the advice leads nowhere: {keys}")
    assert found.origin.rows == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("P-AP", "AP-P"),
        ("P2AP", "AP2P"),
        ("P to AP", "AP to P"),
        ("PtoAP", "APtoP"),
        ("0->1", "1->0"),
        ("low/high", "high/low"),
        ("parallel → anti-parallel", "anti parallel → parallel"),
        ("P_AP", "back"),
        ("there", "AP=>P"),
        ("up->down", "down->up"),  # which nobody knows: in the order of the rows
    ],
)
def test_words_for_transitions_are_proposed_as_they_mean(write: Write, one: str, other: str) -> None:
    path = write(
        HEADER
        + ROWS.replace("P->AP", "0").replace("AP->P", "1").replace("0,-", f"{one},-").replace("1,2,", f"{other},2,")
    )
    (message,) = refused(path)
    assert proposal(message) == {"values": {"transition": {one: "P->AP", other: "AP->P"}}}
    assert pulses(path, **proposal(message)).settings.state.tolist() == [0, 0, 1]


@pytest.mark.parametrize("content", ["a,b,c,d,e\n" + ROWS, ROWS])
def test_columns_that_nobody_knows_are_one_message_with_the_key_that_names_them(write: Write, content: str) -> None:
    (message,) = refused(write(content))
    assert set(proposal(message)["columns"]) == set(NUMBERED)


def proposal(message: str) -> dict[str, Any]:
    """The first key = value in a message, as TOML reads it."""
    for start in (found.start() for found in re.finditer(r"[a-z_]+ = [{\"0-9]", message)):
        for end in range(len(message), start, -1):
            try:
                return tomllib.loads(message[start:end])
            except tomllib.TOMLDecodeError:
                continue
    pytest.fail(f"no key is proposed: {message}")
