"""Advice that is followed: what a message proposes is declared, until the file is read or nothing helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from stfit.errors import InputError
from stfit.loaders.proposals import proposed_keys
from stfit.measurement.description import DESCRIPTION_KEYS

_ROUNDS: Final = 5
_Read = TypeVar("_Read")
Keys = Mapping[str, Any]


def followed(read: Callable[[Keys], _Read], keys: Keys) -> tuple[_Read | InputError, dict[str, Any]]:
    """What is read with the keys and those that messages propose.

    Parameters
    ----------
    read : callable
        Reads with keys of [[measurement]]; InputError says what is wrong.
    keys : mapping
        Those that are known; they go before any proposal.

    Returns
    -------
    tuple
        What was read, or the last refusal; and the keys that were proposed, those alone that led further.
    """
    proposed: dict[str, Any] = {}
    for _ in range(_ROUNDS):
        try:
            return read(merged(keys, proposed)), proposed
        except InputError as error:
            refusal = error
        more = merged(proposed, _proposed(refusal))
        if merged(keys, more) == merged(keys, proposed):
            break
        proposed = more
    return refusal, proposed


def _proposed(refusal: InputError) -> dict[str, Any]:
    """The keys that a refusal proposes, for all its problems."""
    found: dict[str, Any] = {}
    for problem in refusal.problems:
        for words in (problem.expected, problem.found):
            found = merged(found, proposed_keys(words, DESCRIPTION_KEYS))
    return found


def merged(first: Keys, second: Keys) -> dict[str, Any]:
    """Both, those of the first where both have one; tables are merged."""
    both = {**second, **first}
    for key in first.keys() & second.keys():
        if isinstance(first[key], Mapping) and isinstance(second[key], Mapping):
            both[key] = merged(first[key], second[key])
    return both
