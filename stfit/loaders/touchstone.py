"""Touchstone files (.s1p, .s2p, …): network parameters against frequency, as network analysers write them.

IBIS Open Forum, "Touchstone File Format Specification", versions 1.1 and 2.0: an option line such as "# GHz S MA R 50",
then numbers; remarks stand behind "!". Whatever pairs of numbers are stored, a parameter becomes three columns: real
part, imaginary part and magnitude. Parameters other than S keep the normalisation of the file.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled
from stfit.loaders.containers import Table, parse_numbers
from stfit.loaders.contents import Contents, require_columns
from stfit.loaders.encodings import encoding_of
from stfit.loaders.preamble import setting_in, settings_of
from stfit.loaders.proposals import listed
from stfit.loaders.records import split_lines
from stfit.units import quoted

_SUFFIX: Final = re.compile(r"\.s([1-9][0-9]?)p")
_FREQUENCIES: Final = {"HZ": "Hz", "KHZ": "kHz", "MHZ": "MHz", "GHZ": "GHz"}
_PARAMETERS: Final = ("S", "Y", "Z", "G", "H")
_PAIRS: Final = {"RI": "real and imaginary part", "MA": "magnitude and angle", "DB": "decibels and angle"}
_MATRICES: Final = ("FULL", "LOWER", "UPPER")
_NOISE: Final = 5  # numbers in a line of the noise parameters that may follow those of two ports
_TWO_PORTS: Final = 9  # numbers of a frequency with the parameters of two ports

Complex = npt.NDArray[np.complex128]


@final
@dataclass
class _Text:
    """The parts of a file. rows: (line, words) of numbers; keywords: of version 2, in capitals, with their words."""

    path: Path
    options: list[str] | None = None
    keywords: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def is_touchstone(suffix: str) -> bool:
    """Whether a suffix, in lower case, is that of a Touchstone file."""
    return _SUFFIX.fullmatch(suffix) is not None


def read(path: Path) -> Table:
    """The table in a Touchstone file: the frequency, and three columns for each parameter.

    Parameters
    ----------
    path : Path
        The file; its suffix says how many ports there are, where its text does not.

    Returns
    -------
    Table
        Columns "frequency (GHz)", "S11 re", "S11 im", "S11 magnitude", "S21 re", …, in the unit of the file. Noise
        parameters are left out.

    Raises
    ------
    InputError
        If an option or a keyword is unknown, a row is not complete, or a word is no number.
    """
    text = _parts(path)
    unit, kind, pair, reference = _options(text)
    ports = _ports(text)
    places = _places(text, ports)
    require_columns(path, 1 + 3 * ports**2)
    rows, noise = _without_noise(text, ports)
    numbers, lines = _numbers(path, rows, 1 + 2 * len(places))
    values = _complex(numbers[:, 1::2], numbers[:, 2::2], pair)
    columns: list[tuple[str, Any]] = [(f"frequency ({unit})", numbers[:, 0])]
    mark = "_" if ports > 9 else ""
    stored = {place: values[:, at] for at, place in enumerate(places)}
    for row in range(1, ports + 1):
        for column in range(1, ports + 1):
            value = stored.get((row, column), stored.get((column, row)))
            assert value is not None  # noqa: S101 - a triangle holds every pair in one of its orders
            name = f"{kind}{row}{mark}{column}"
            columns += [(f"{name} re", value.real), (f"{name} im", value.imag), (f"{name} magnitude", np.abs(value))]
    said = [f"{kind}-parameters of {ports} port{'s' if ports > 1 else ''} (reference {reference}), from {_PAIRS[pair]}"]
    said += ["noise parameters at the end are left out"] if noise else []
    settings = settings_of(found for remark in text.remarks if (found := setting_in(remark)) is not None)
    return assembled(path, Contents(tuple(columns), lines, tuple(said), settings))


def _parts(path: Path) -> _Text:
    content = path.read_bytes()
    encoding = encoding_of(content)
    if encoding is None:
        raise InputError(Problem(path.name, "a Touchstone file, which is text", "a binary file"))
    text = _Text(path)
    named = ""
    for number, line in enumerate(split_lines(content.decode(encoding, "replace")), start=1):
        words, _, remark = line.removeprefix("\N{BYTE ORDER MARK}").partition("!")
        if remark.strip() and not text.rows:
            text.remarks.append(remark.strip())
        words = words.strip()
        if words.startswith("#"):
            text.options = text.options or words[1:].upper().split()
        elif words.startswith("["):
            named, _, value = words[1:].partition("]")
            named = named.strip().upper()
            text.keywords[named] = value.strip()
        elif words and (not text.keywords or named == "NETWORK DATA"):
            text.rows.append((number, words.split()))
    if not text.rows:
        raise InputError(Problem(path.name, "an option line such as '# GHz S MA R 50' and rows of numbers", "no rows"))
    return text


def _options(text: _Text) -> tuple[str, str, str, str]:
    """Unit of the frequency, kind of parameters, form of the pairs, and the reference in words."""
    unit, kind, pair, reference = "GHz", "S", "MA", "50 ohm"
    words = deque(text.options or ())
    while words:
        word = words.popleft()
        if word in _FREQUENCIES:
            unit = _FREQUENCIES[word]
        elif word in _PARAMETERS:
            kind = word
        elif word in _PAIRS:
            pair = word
        elif word == "R":
            numbers = list(takewhile(_is_number, words))
            reference = f"{listed(numbers)} ohm"
            words = deque(list(words)[len(numbers) :])
        else:
            expected = "options such as '# GHz S MA R 50'"
            raise InputError(Problem(f"{text.path.name}, its option line", expected, quoted(word)))
    return unit, kind, pair, reference


def _is_number(word: str) -> bool:
    return bool(np.isfinite(parse_numbers([word], decimal_comma=False)[0]))


def _ports(text: _Text) -> int:
    said = text.keywords.get("NUMBER OF PORTS")
    if said is None:
        match = _SUFFIX.fullmatch(text.path.suffix.lower())
        return int(match[1]) if match else 1
    if not (said.isascii() and said.isdigit() and 1 <= len(said) <= 2 and int(said)):
        raise InputError(Problem(f"{text.path.name}, [Number of Ports]", "a number from 1 to 99", quoted(said)))
    return int(said)


def _places(text: _Text, ports: int) -> list[tuple[int, int]]:
    """Which parameter each pair of a row is, (row, column) from 1."""
    keywords = text.keywords
    if "MIXED-MODE ORDER" in keywords:
        raise InputError(Problem(text.path.name, "parameters of single ports", "[Mixed-Mode Order]"))
    form = _keyword(text, "MATRIX FORMAT", _MATRICES, "FULL")
    order = _keyword(text, "TWO-PORT DATA ORDER", ("21_12", "12_21"), "21_12")
    every = [(row, column) for row in range(1, ports + 1) for column in range(1, ports + 1)]
    if form == "LOWER":
        return [(row, column) for row, column in every if row >= column]
    if form == "UPPER":
        return [(row, column) for row, column in every if row <= column]
    return [(1, 1), (2, 1), (1, 2), (2, 2)] if ports == 2 and order == "21_12" else every


def _keyword(text: _Text, name: str, choices: Sequence[str], default: str) -> str:
    value = text.keywords.get(name, default).upper()
    if value not in choices:
        raise InputError(Problem(f"{text.path.name}, [{name.title()}]", f"one of {', '.join(choices)}", quoted(value)))
    return value


def _without_noise(text: _Text, ports: int) -> tuple[list[tuple[int, list[str]]], bool]:
    """The rows without the noise parameters of two ports: lines of five numbers at the end, from a lower frequency on.

    Rows of two ports may be cut after five numbers too: noise begins where a row is complete.
    """
    rows = text.rows
    if ports != 2 or text.keywords:
        return rows, False
    others = [at for at, (_, words) in enumerate(rows, start=1) if len(words) != _NOISE]
    ends = np.cumsum([len(words) for _, words in rows])
    first = next((at for at in range(max(others, default=0), len(rows)) if at and ends[at - 1] % _TWO_PORTS == 0), 0)
    if first == 0:
        return rows, False
    network = [word for _, words in rows[:first] for word in words]
    last, noise = parse_numbers([network[-_TWO_PORTS], rows[first][1][0]], decimal_comma=False)
    return (rows[:first], True) if noise <= last else (rows, False)


def _numbers(
    path: Path, rows: Sequence[tuple[int, list[str]]], width: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The numbers, shape (frequencies, width), and the line of each; a row may go over several lines."""
    ends = np.cumsum([len(words) for _, words in rows])
    count = -(-int(ends[-1]) // width)
    boundaries = width * np.arange(1, count + 1)
    broken = np.flatnonzero(~np.isin(boundaries, ends))
    starts = np.searchsorted(ends, boundaries - width, side="right")
    if broken.size:
        line, words = rows[int(starts[broken[0]])]
        expected = f"{width} numbers for each frequency, {(width - 1) // 2} pairs behind it"
        raise InputError(Problem(f"{path.name}, line {line}", expected, f"{len(words)} in this line"))
    flat = [word for _, words in rows for word in words]
    numbers = parse_numbers(flat, decimal_comma=False)
    wrong = np.flatnonzero(np.isnan(numbers))
    if wrong.size:
        line = rows[int(np.searchsorted(ends, wrong[0], side="right"))][0]
        raise InputError(Problem(f"{path.name}, line {line}", "numbers", quoted(flat[int(wrong[0])])))
    return numbers.reshape(count, width), np.array([rows[at][0] for at in starts.tolist()])


def _complex(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], pair: str) -> Complex:
    """Complex values from their pairs; angles are in degrees."""
    if pair == "RI":
        return np.asarray(first + 1j * second)
    with np.errstate(over="ignore"):  # what is infinite is refused where it is used
        size = first if pair == "MA" else 10.0 ** (first / 20.0)
    return np.asarray(size * np.exp(1j * np.deg2rad(second)))
