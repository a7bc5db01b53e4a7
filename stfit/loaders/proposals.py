"""Keys of [[measurement]] that a message proposes, written as TOML takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from stfit.measurement.columns import Column
from stfit.units import split_header

_SHOWN: Final = 6


def columns_key(sources: Iterable[tuple[Column, str | int]]) -> str:
    """`columns = {current = "I set (mA)"}`, with a unit where the column has one and the header has none."""
    return f"columns = {{{', '.join(f'{column.name} = {_source(column, at)}' for column, at in sources)}}}"


def values_key(column: Column, words: Sequence[str]) -> str:
    """`values = {state = {"low" = "P", "high" = "AP"}}`: what each word may mean, to be looked at."""
    choices = list(column.choices)
    pairs = [
        f"{json.dumps(word, ensure_ascii=False)} = {json.dumps(_likely(word, choices, place))}"
        for place, word in enumerate(words)
    ]
    return f"values = {{{column.name} = {{{', '.join(pairs)}}}}}"


def example(column: Column) -> str:
    """A value of the column, as it would be given for all rows."""
    if column.choices:
        return f'"{next(iter(column.choices))}"'
    return f'"1 {column.accepts[0]}"' if column.accepts else "1"


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


def _likely(word: str, choices: Sequence[str], place: int) -> str:
    """The choice that is written with the same letters; else they are taken in turn."""
    same = [choice for choice in choices if _letters(choice) == _letters(word)]
    return same[0] if same else choices[place % len(choices)]


def _letters(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalpha())
