"""Keys of [[measurement]] that a message proposes, written as TOML takes them."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from stfit.loaders.containers import Table, is_number
from stfit.loaders.names import fits, split_for
from stfit.measurement.columns import Column
from stfit.units import split_header

MOST: Final = 200  # headers among which one is proposed
_LOOKED_AT: Final = 20  # cells of a column, to see whether it holds numbers
_SHOWN: Final = 6
_VALUE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^"\[\]{}\s]+|\s+')
_STATES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("p", "parallel", "0", "low", "lrs"), "P"),
    **dict.fromkeys(("ap", "antiparallel", "1", "high", "hrs"), "AP"),
}
_BETWEEN: Final = re.compile(r"\b(p|ap|low|high)(?:2|to)(?=[aplh])")  # of one word, "P2AP"
_APART: Final = re.compile(r"[^a-z0-9]+to[^a-z0-9]+|[^a-z0-9]+")


def columns_key(sources: Iterable[tuple[Column, str | int]]) -> str:
    """`columns = {current = "I set (mA)"}`, with a unit where the column has one and the header has none."""
    return f"columns = {{{', '.join(f'{column.name} = {_source(column, at)}' for column, at in sources)}}}"


def values_key(column: Column, words: Sequence[str]) -> str:
    """`values = {state = {"low" = "P", "high" = "AP"}}`: what each word may mean, to be looked at."""
    meanings = zip(words, _likely(words, list(column.choices)), strict=True)
    pairs = [f"{json.dumps(word, ensure_ascii=False)} = {json.dumps(meaning)}" for word, meaning in meanings]
    return f"values = {{{column.name} = {{{', '.join(pairs)}}}}}"


def proposed_keys(message: str, known: Collection[str]) -> dict[str, Any]:
    """The keys that a message proposes, read back as an analysis file with them would have them.

    Parameters
    ----------
    message : str
        What was expected, or found.
    known : collection of str
        The keys that are looked for.

    Returns
    -------
    dict
        Key → value; the first one where a key is proposed twice.
    """
    found: dict[str, Any] = {}
    for match in re.finditer(rf"\b({'|'.join(map(re.escape, sorted(known)))}) = ", message):
        for text in _beginnings(message[match.end() :]):
            try:
                found.setdefault(match[1], tomllib.loads(f"x = {text}")["x"])
            except tomllib.TOMLDecodeError:
                continue
            break
    return found


def _beginnings(text: str) -> Iterator[str]:
    """What stands at the beginning of a text and may be a value: a text, or what brackets hold."""
    depth = end = 0
    for part in _VALUE.finditer(text):
        depth += (part[0] in "[{") - (part[0] in "]}")
        end = part.end()
        if depth <= 0:
            yield text[:end].rstrip(",;)")
            return


def example(column: Column) -> str:
    """A value of the column, as it would be given for all rows."""
    if column.choices:
        return f'"{next(iter(column.choices))}"'
    return f'"1 {column.accepts[0]}"' if column.accepts else "1"


def possible_columns(table: Table, columns: Sequence[Column]) -> list[tuple[Column, int]]:
    """For each column a header that it may be, by number from 1: of its dimension, else the next without a unit."""
    left = [place for place, header in enumerate(table.header[:MOST]) if header]
    found = {}
    for column in sorted(columns, key=lambda column: not column.unit):  # those that a unit may tell go first
        units = {place: split_for(table.header[place], column)[1] for place in left}
        able = [place for place in left if may_be(table, place, column)]
        chosen = next((p for p in able if units[p] is not None), next(iter(able), None))
        if chosen is not None:
            found[column.name] = chosen + 1
            left.remove(chosen)
    return [(column, found[column.name]) for column in columns if column.name in found]


def may_be(table: Table, place: int, column: Column) -> bool:
    """Whether taking a header for the column would not be refused: for its dimension, or words for numbers."""
    unit = split_for(table.header[place], column)[1]
    cells = table.columns[place]
    if column.choices:
        right = cells.dtype == object or np.unique(cells).size == len(column.choices)
    else:
        right = column.text or cells.dtype != object or any(map(is_number, cells[:_LOOKED_AT].tolist()))
    return right and (unit is None or fits(unit, column))


def listed(words: Sequence[str]) -> str:
    """The first few words, and how many more there are."""
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _source(column: Column, at: str | int) -> str:
    unit = column.accepts[0] if column.accepts and not column.any_unit else ""
    if isinstance(at, int):
        return f"{{column = {at}, unit = {json.dumps(unit)}}}" if unit else str(at)
    named = f"{at} ({unit})" if unit and split_header(at)[1] is None else at
    return json.dumps(named, ensure_ascii=False)


def _likely(words: Sequence[str], choices: Sequence[str]) -> list[str]:
    """The choice that each word says in another way; the others take those that are left, in turn."""
    known = [_meaning(word, choices) for word in words]
    left = [choice for choice in choices if choice not in known] or choices
    turn = itertools.cycle(left)
    return [meaning or next(turn) for meaning in known]


def _meaning(word: str, choices: Sequence[str]) -> str:
    """The choice of the same states, one or from one to the other: "0->1", "P2AP", "low to high"; "" for none."""
    plain = _BETWEEN.sub(r"\1 to ", word.casefold().replace("anti-", "anti").replace("anti ", "anti"))
    states = [_STATES.get(part, "") for part in _APART.split(plain) if part]
    meaning = "->".join(states)
    return meaning if all(states) and meaning in choices else ""
