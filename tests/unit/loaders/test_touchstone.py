"""Touchstone files of both versions (IBIS Open Forum, Touchstone File Format Specification 1.1 and 2.0)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.loaders.reading import container_of, read_table
from tests.saying import unnamed

S: complex = 0.6 + 0.8j  # of size 1, at 53.13°
ANGLE = 53.13010235415598
PAIRS = {"RI": "0.6 0.8", "MA": f"1 {ANGLE}", "DB": f"0 {ANGLE}"}


def columns(path: Path) -> dict[str, list[float]]:
    table = read_table(path)
    return {name: cells.tolist() for name, cells in zip(table.header, table.columns, strict=True)}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("unit", ["Hz", "kHz", "MHz", "GHz"])
def test_every_pair_becomes_real_and_imaginary_part(write: Callable[..., Path], pair: str, unit: str) -> None:
    option = f"# {unit.upper()} s {pair.lower()} r 50"
    path = write(f"! field 50 mT\n{option}\n1 {PAIRS[pair]} ! first\n2 {PAIRS[pair]}\n", "a.S1P")
    found = columns(path)
    assert found[f"frequency ({unit})"] == [1.0, 2.0]
    for name, value in {"S11 re": S.real, "S11 im": S.imag, "S11 magnitude": 1.0}.items():
        np.testing.assert_allclose(found[name], 2 * [value], rtol=1e-14)  # an angle of 16 digits
    assert read_table(path).settings == (("field (mT)", 50.0),)
    assert container_of(path) == "a Touchstone file"


def test_two_ports_stand_in_their_own_order_and_noise_is_left_out(write: Callable[..., Path]) -> None:
    text = "# GHz S RI R 50\n1 11 0 21 0 12 0 22 0\n2 11 0 21 0 12 0 22 0\n1 3 0.5 90 0.2\n2 3 0.5 90 0.2\n"
    path = write(text, "a.s2p")
    found = columns(path)
    assert {name: found[f"{name} re"] for name in ("S11", "S12", "S21", "S22")} == {
        "S11": [11.0, 11.0],
        "S12": [12.0, 12.0],
        "S21": [21.0, 21.0],
        "S22": [22.0, 22.0],
    }
    assert "noise parameters" in " ".join(read_table(path).recognised)


@pytest.mark.parametrize("cut", ["\n12 0", " 12\n0", ""], ids=["5 and 4", "6 and 3", "whole"])
@pytest.mark.parametrize("noise", ["", "1 3 0.5 90 0.2\n2 3 0.5 90 0.2\n"], ids=["alone", "with noise"])
def test_rows_of_two_ports_may_go_over_several_lines(write: Callable[..., Path], cut: str, noise: str) -> None:
    """S12 is larger than every frequency: it is none, wherever its line begins."""
    row = f"{{}} 11 0 21 0{cut or ' 12 0'} 22 0\n"
    path = write("# GHz S RI R 50\n" + "".join(row.format(at) for at in (1, 2, 3)) + noise, "a.s2p")
    found = columns(path)
    assert (found["frequency (GHz)"], found["S12 re"], found["S22 re"]) == ([1, 2, 3], [12.0] * 3, [22.0] * 3)
    assert ("noise parameters" in " ".join(read_table(path).recognised)) is bool(noise)


def test_three_ports_go_over_several_lines(write: Callable[..., Path]) -> None:
    row = "{} 11 0 12 0 13 0\n21 0 22 0 23 0\n31 0 32 0 33 0\n"
    path = write("# MHz S RI R 50\n" + row.format(100) + row.format(200), "a.s3p")
    found = columns(path)
    assert found["S23 re"] == [23.0, 23.0]
    assert read_table(path).lines().tolist() == [2, 5]


def test_without_an_option_line_it_is_gigahertz_and_magnitude_and_angle(write: Callable[..., Path]) -> None:
    found = columns(write("1 2 0\n", "a.s1p"))
    assert found == {"frequency (GHz)": [1.0], "S11 re": [2.0], "S11 im": [0.0], "S11 magnitude": [2.0]}


@pytest.mark.parametrize(
    ("keywords", "row", "s12"),
    [
        ("[Two-Port Data Order] 12_21\n", "1 11 0 12 0 21 0 22 0", 12.0),
        ("[Two-Port Data Order] 21_12\n", "1 11 0 21 0 12 0 22 0", 12.0),
        ("[Two-Port Data Order] 12_21\n[Matrix Format] Lower\n", "1 11 0\n21 0 22 0", 21.0),
        ("[Two-Port Data Order] 12_21\n[Matrix Format] Upper\n", "1 11 0 12 0\n22 0", 12.0),
    ],
)
def test_version_two(write: Callable[..., Path], keywords: str, row: str, s12: float) -> None:
    head = "[Version] 2.0\n# GHz S RI\n[Number of Ports] 2\n[Number of Frequencies] 1\n[Reference]\n50 75\n"
    information = "[Begin Information]\n1 2 3\n[End Information]\n"
    path = write(f"{head}{information}{keywords}[Network Data]\n{row}\n[Noise Data]\n1 2 3 4 5\n[End]\n", "a.s2p")
    assert columns(path)["S12 re"] == [s12]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# GHz S RI R 50\n1 2\n", ("line 2", 3, 2)),
        ("# GHz S RI R 50\n1 2 3\n2 2 3 4\n3 2 3\n", ("line 3", 3, 4)),
        ("# GHz S RI R 50\n1 2 x\n", ("line 2", "'x'")),
        ("# GHz S XY R 50\n1 2 3\n", ("option line", "'XY'")),
        ("! nothing\n", ("no rows",)),
        ("[Version] 2.0\n# GHz S RI\n[Number of Ports] -1\n[Network Data]\n1 2 3\n", ("[Number of Ports]", "'-1'")),
        ("[Version] 2.0\n# GHz S RI\n[Matrix Format] odd\n[Network Data]\n1 2 3\n", ("[Matrix Format]", "'ODD'")),
        (b"\0\1\2", ("a binary file",)),
    ],
)
def test_what_is_wrong_is_said_with_its_line(write: Callable[..., Path], text: str | bytes, said: tuple[str]) -> None:
    with pytest.raises(InputError) as refused:
        read_table(write(text, "a.s1p"))
    assert not unnamed(str(refused.value), "a.s1p", *said)
    assert "\n" not in str(refused.value)
