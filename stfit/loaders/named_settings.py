"""Settings that somebody wrote into the names of files, found without being told where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

from stfit.loaders.names import fits, plain_name
from stfit.measurement.columns import Column, Domain
from stfit.units import is_unit

_BETWEEN: Final = re.compile(r"([_\s,;=()]+)")
# "n100", "-0.2mA", "I-0.2mA", "pulse-10ns": what stands before the number, the number, its unit
_QUANTITY: Final = re.compile(
    r"((?:[^\W\d_]{2,}-)?[^\W\d_]*)([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) ?([^\W\d_°%]{0,5})"
)
_DEVICE: Final = "device"


@final
@dataclass(frozen=True)
class _Part:
    """One part of a name: what stands before a number, the number, its unit; number "" where there is none."""

    text: str
    label: str = ""
    number: str = ""
    unit: str = ""

    @classmethod
    def of(cls, text: str) -> _Part:
        found = _QUANTITY.fullmatch(text)
        if found is None or (found[3] and not is_unit(found[3])):
            return cls(text)
        return cls(text, *found.groups())

    def belongs_to(self, column: Column, before: str) -> bool:
        """Whether the part is a value of the column; before: the part before it, its name where = stands between."""
        if not self.number:
            return bool(column.choices) and _folded(self.text) in {_folded(word) for word in _spellings(column)}
        if column.choices or column.text or column.any_unit:
            return False
        if column.unit:
            # "Idc-0.2mA": a dash, or a sign
            sign = self.label.endswith("-") if column.domain is Domain.FINITE else self.number.startswith("-")
            return bool(self.unit) and fits(self.unit, column) and not sign
        called = plain_name(self.label.removesuffix("-") or before)
        if column.domain not in (Domain.COUNT, Domain.POSITIVE_COUNT) or not self.number.isdigit():
            return False
        return not self.unit and called in {plain_name(name) for name in (column.name, *column.aliases)}


def constants_in(name: str, columns: Iterable[Column]) -> dict[str, str]:
    """Values of columns that the name of a file holds.

    Parameters
    ----------
    name : str
        Without folder and suffix.
    columns : iterable of Column
        Those whose values are looked for.

    Returns
    -------
    dict
        Name of a column → its value, as a constant of [[measurement]] is written: "10 ns", "100", "AP->P".
    """
    parts = _split(name)
    found: dict[str, str] = {}
    for column in columns:
        values = [_value(parts[at], column) for at in _places(parts, column)]
        if len(values) == 1:
            found[column.name] = values[0]
    return found


def pattern_of(names: Sequence[str], columns: Iterable[Column]) -> str:
    """The pattern of the names of files, in which settings stand.

    Parameters
    ----------
    names : sequence of str
        Without folders and suffixes.
    columns : iterable of Column
        Those whose values are looked for.

    Returns
    -------
    str
        As the key `pattern` takes it; "" where the names are built in several ways, or hold none of the columns.
    """
    every = [_split(name) for name in names]
    if len({len(parts) for parts in every}) != 1 or any("{" in name or "}" in name for name in names):
        return ""
    fields: dict[int, str] = {}
    for column in columns:
        places = set.intersection(*(set(_places(parts, column)) for parts in every)) - fields.keys()
        for at in sorted(places)[:1]:
            if len({(parts[at].label, parts[at].unit) for parts in every}) == 1:
                unit = f":{every[0][at].unit}" if column.unit else ""
                fields[at] = f"{every[0][at].label}{{{column.name}{unit}}}"
    if not fields:
        return ""
    written = [fields.get(at) or _other([parts[at].text for parts in every]) for at in range(len(every[0]))]
    devices = [at for at, text in enumerate(written) if text == f"{{{_DEVICE}}}"]
    return "".join("{}" if at in devices[1:] else text for at, text in enumerate(written))


def _other(texts: Sequence[str]) -> str:
    """A part of names that is no setting: as it is, a device where several files share it, else any text."""
    times = Counter(texts)
    if len(times) == 1:
        return texts[0]
    return f"{{{_DEVICE}}}" if min(times.values()) > 1 else "{}"


def _split(name: str) -> list[_Part]:
    """The parts of a name, and what stands between them, in turn."""
    texts = _BETWEEN.split(name)
    for at in range(len(texts) - 3, -1, -2):  # "8 GHz" is one part
        if texts[at + 1] == " " and texts[at][-1:].isdigit() and is_unit(texts[at + 2]):
            texts[at : at + 3] = [" ".join((texts[at], texts[at + 2]))]
    return [_Part.of(text) if at % 2 == 0 else _Part(text) for at, text in enumerate(texts)]


def _places(parts: Sequence[_Part], column: Column) -> list[int]:
    return [at for at in range(0, len(parts), 2) if parts[at].belongs_to(column, parts[at - 2].text if at else "")]


def _value(part: _Part, column: Column) -> str:
    if column.choices:
        return next(word for word in column.choices if _folded(part.text) in map(_folded, _spelt(word)))
    return f"{part.number} {part.unit}".strip()


def _spellings(column: Column) -> list[str]:
    return [spelling for word in column.choices for spelling in _spelt(word)]


def _spelt(word: str) -> list[str]:
    """How a word of a column is written where no arrow can be."""
    return [word, *(word.replace("->", mark) for mark in ("2", "to", "-to-", "-", ">"))] if "->" in word else [word]


def _folded(text: str) -> str:
    return text.casefold()
