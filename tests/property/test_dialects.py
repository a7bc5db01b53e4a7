"""One table, written in hundreds of dialects, is read back equal; a few dialects must be declared, and which is said.

pytest tests/property/test_dialects.py -s        # prints the share that needed a key, by reason
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from stfit import load
from stfit.errors import InputError
from stfit.loaders import csv as text_container

DIALECTS: Final = 600
SEED: Final = 20260401

Write = Callable[[Any], str]

TRANSITION: Final = ["P->AP"] * 5 + ["AP->P"] * 4
CURRENT: Final = [-4.25, -4.5, -4.75, -5.0, -5.25, 2.5, 2.75, 3.0, 3.25]  # mA; what is written is exact
WIDTH: Final = [100.5] * 9  # ns
N: Final = [100] * 9
SWITCHED: Final = [3, 12, 40, 71, 96, 5, 33, 68, 97]
TEMPERATURE: Final = [21.5] * 9  # °C

ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "shift-jis")
SEPARATORS: Final = (",", ";", "\t", "|", "   ")
ENDS: Final = ("\n", "\r\n", "\r")
PREAMBLES: Final[tuple[Sequence[str], ...]] = (
    (),
    ("",),
    ("Sample W12", "Operator: kb"),
    ("Instrument,SMU 1", "Date,2025-03-01", "Averages,16", ""),
    ("Key\tValue", "Compliance\t0.5", ""),
    ("[data]",),
)
COMMENTS: Final[tuple[Sequence[str], ...]] = ((), ("# pulses of the night",), ("# a: 1", "#", "# b, c, d"))
PLACES: Final = ("line", "comment", "none")
UNITS: Final = ("brackets", "square", "slash", "suffix", "row", "row with brackets", "none")
QUOTES: Final = ("none", "words", "all", "line feeds")
NUMBERS: Final = ("{:g}", "{:.4f}", "{:+.3E}")
REMARKS: Final = ("none", "time stamps", "notes", "Origin's row of comments")  # beside or below what is asked for
INDICES: Final = ("none", "unnamed", "as R writes it", "trailing")


@dataclass(frozen=True)
class Written:
    """How the table is written."""

    encoding: str
    separator: str
    decimal: str
    end: str
    preamble: Sequence[str]
    comments: Sequence[str]
    place: str
    units: str
    quotes: str
    index: str
    degree: str
    last_end: bool
    number: str
    remark: str

    def text(self) -> str:
        """The file."""
        names = ["transition", *self._header("current", "mA"), *self._header("pulse_width", "ns"), "n", "n_switched"]
        names += self._header("temperature", self.degree)
        rows = [list(row) for row in zip(TRANSITION, CURRENT, WIDTH, N, SWITCHED, TEMPERATURE, strict=True)]
        for number, row in enumerate(rows):
            row += self._beside(number)
        names += {"time stamps": ["time stamp"], "notes": ["note"]}.get(self.remark, [])
        lines = [*self.preamble, *self.comments]
        if self.place != "none":
            head = self._line(names, 0)
            lines.append(f"# {head}" if self.place == "comment" else head)
        if self.units.startswith("row"):
            form = "({})" if "brackets" in self.units else "{}"
            units = ["", form.format("mA"), form.format("ns"), "", "", form.format(self.degree)]
            lines.append(self._line(units + [""] * (len(names) - len(units)), 0))
            if self.remark.startswith("Origin"):
                lines.append(self._line(["", "set", "", "shots", "", "stage"], 0))
        lines += [self._line(row, number) for number, row in enumerate(rows, start=1)]
        return self.end.join(lines) + (self.end if self.last_end else "")

    def _beside(self, number: int) -> list[str]:
        """What stands in a column that nobody asks for."""
        if self.remark == "notes":
            return ['"one, two; three"', "ok", ""][number % 3 : number % 3 + 1]
        return [f"2025-03-01 10:0{number}:00"] if self.remark == "time stamps" else []

    def _header(self, name: str, unit: str) -> list[str]:
        forms = {"brackets": "{} ({})", "square": "{} [{}]", "slash": "{} / {}", "suffix": "{}_{}"}
        form = forms.get(self.units, "{}")
        if "   " in self.separator:
            form = form.replace(" ", "")
        return [form.format(name, unit)]

    def _line(self, cells: Sequence[Any], number: int) -> str:
        texts = [self._cell(cell, number) for cell in cells]
        if self.index == "unnamed" or (self.index == "as R writes it" and number):
            texts.insert(0, str(number - 1) if number else "")
        if self.index == "trailing":
            texts.append("")
        return self.separator.join(texts)

    def _cell(self, cell: Any, number: int) -> str:
        text = cell if isinstance(cell, str) else self.number.format(cell).replace(".", self.decimal)
        if text.startswith('"'):
            return text
        if self.quotes == "all" or (self.quotes == "words" and isinstance(cell, str) and number):
            return f'"{text}"'
        if self.quotes == "line feeds" and number and not isinstance(cell, str):
            return f'"{text}{self.end}"'
        return text


def drawn(rng: np.random.Generator) -> Written:
    """A dialect that can be written: marks are not taken for each other, letters are there in the encoding."""
    encoding = str(rng.choice(ENCODINGS))
    separator = str(rng.choice(SEPARATORS))
    white = separator == "   "
    decimal = "." if separator == "," else str(rng.choice([".", ","]))
    place = str(rng.choice(PLACES, p=[0.7, 0.15, 0.15]))
    units = str(rng.choice(UNITS)) if place == "line" else str(rng.choice(UNITS[:4]))
    quotes = "none" if place == "comment" else str(rng.choice(QUOTES, p=[0.5, 0.2, 0.2, 0.1]))
    index = "none" if place == "comment" else str(rng.choice(INDICES))
    if white:  # has no empty cells, and units in it no spaces
        units = "brackets" if units.startswith("row") else units
        index = "as R writes it" if index == "as R writes it" and place == "line" else "none"
        quotes = "none" if quotes == "line feeds" else quotes
    preamble = PREAMBLES[int(rng.integers(len(PREAMBLES)))] if place == "line" else ()
    remark = str(rng.choice(REMARKS, p=[0.4, 0.2, 0.2, 0.2])) if place == "line" and not white else "none"
    degree = "degC" if encoding == "shift-jis" and rng.random() < 0.5 else "°C"
    return Written(
        encoding,
        separator,
        decimal,
        str(rng.choice(ENDS, p=[0.5, 0.4, 0.1])),
        preamble,
        COMMENTS[int(rng.integers(len(COMMENTS)))],
        place,
        units,
        quotes,
        index,
        degree,
        bool(rng.random() < 0.8),
        str(rng.choice(NUMBERS)),
        remark,
    )


def declared(written: Written) -> tuple[str, dict[str, Any]]:
    """What nobody can know from the file: why, and the keys that say it."""
    if written.place == "none":
        first = 2 if written.index in ("unnamed", "as R writes it") else 1
        names = ("transition", "current", "pulse_width", "n", "n_switched", "temperature")
        units = ("", "mA", "ns", "", "", "degC")
        columns = {
            name: {"column": place, "unit": unit}
            for place, (name, unit) in enumerate(zip(names, units, strict=True), start=first)
        }
        return "no header: columns by number", {"columns": columns}
    if written.units == "none":
        headers = {"current": "current (mA)", "pulse_width": "pulse_width (ns)", "temperature": "temperature (degC)"}
        return "no units: columns with units", {"columns": headers}
    return "", {}


def read(path: Path, keys: dict[str, Any]) -> Any:
    return load(path, "switching-pulse", **keys)


@pytest.mark.parametrize("part", range(4))
def test_a_table_is_read_equal_from_every_dialect(tmp_path: Path, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if part % 2:  # as a text is read that is long enough for pandas
        monkeypatch.setattr(text_container, "_SHORT", 0)
    rng = np.random.default_rng([SEED, part])
    reasons: Counter[str] = Counter()
    path = tmp_path / "pulses.txt"
    for _ in range(DIALECTS // 4):
        written = drawn(rng)
        path.write_bytes(written.text().encode(written.encoding))
        why, keys = declared(written)
        reasons[why or "none"] += 1
        try:
            found = read(path, keys)
        except InputError as error:
            pytest.fail(f"{written}\n{written.text()}\n{error}")
        what = f"{written}\n{written.text()}\n{found.origin.recognised}"
        # A factor and a sum, each rounded: 2.2e-16 of the larger term.
        np.testing.assert_allclose(found.settings.current, np.array(CURRENT) * 1e-3, rtol=1e-15, err_msg=what)
        np.testing.assert_allclose(found.pulse_width, np.array(WIDTH) * 1e-9, rtol=1e-15, err_msg=what)
        np.testing.assert_allclose(found.settings.temperature, np.array(TEMPERATURE) + 273.15, rtol=1e-15, err_msg=what)
        assert found.settings.state.tolist() == [0] * 5 + [1] * 4, what
        assert (found.n.tolist(), found.n_switched.tolist()) == (N, SWITCHED), what
        if why:
            with pytest.raises(InputError, match="columns = "):
                read(path, {})
    shares = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    sys.stdout.write(f"\n{DIALECTS // 4} dialects; keys needed: {shares}\n")
