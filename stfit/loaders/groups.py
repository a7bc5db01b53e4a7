"""Containers that hold several tables: which group is meant, and all of them joined or listed.

A group is what the format calls so, or what takes its place: a group of HDF5 or TDMS, a sheet, a struct, a run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, final

import numpy as np

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, Single, contents_of, plain_settings
from stfit.loaders.names import in_unit_of, plain_name
from stfit.units import quoted

EVERY: Final = "*"  # stands for any text in the name of a group
GROUP: Final = "group"  # what the column is called that holds names of groups
_SHOWN: Final = 8  # groups that a message names


@final
@dataclass(frozen=True)
class Group:
    """A table within a container, not yet read.

    name: by which it is asked for. columns: the headers of its columns. size: bytes that they take, once read. read:
    gives header and values of each column. settings: single values beside them. lines: what rows are called. rows: of
    its longest column, None where only reading tells.
    """

    name: str
    columns: tuple[str, ...]
    size: int
    read: Callable[[], Sequence[tuple[str, Any]]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    lines: Sequence[int] | None = None
    rows: int | None = None


Several = Literal["error", "first", "listed"]


@final
@dataclass(frozen=True)
class Choice:
    """Which group of a container is read.

    group: its name, in which * stands for any text; "" for the only one. several: what becomes of several where none is
    named: an error, or "first", the first of them is taken; where a star means them: they are joined to one table, or
    with "listed" listed, one row each.
    """

    group: str = ""
    several: Several = "error"

    @property
    def is_pattern(self) -> bool:
        """Whether it may mean more than one group."""
        return EVERY in self.group


ONLY: Final = Choice()


def chosen(path: Path, groups: Sequence[Group], choice: Choice, size_limit: int) -> Contents:
    """What a container holds in the group that is meant.

    Parameters
    ----------
    path : Path
        The file.
    groups : sequence of Group
        All that there are.
    choice : Choice
        Which is meant.
    size_limit : int
        Bytes that it may have, once read.

    Returns
    -------
    Contents
        The columns of the group; of several groups the columns of all, below each other, with a column `group` and the
        settings in which they differ; or a list of the groups: columns `file`, `group`, and the settings they share.

    Raises
    ------
    InputError
        If there is no such group, if several may be meant and none is named, if groups to be joined have other columns
        than the first, or if what is read is larger than it may be.
    """
    groups = _without_single_values(groups)
    taken = _named(path, groups, choice)
    exact = len(taken) == 1 and taken[0].name == choice.group
    if choice.several == "listed" and choice.is_pattern and not exact:
        return _listed(path, taken)
    require_size(f"{path.name}, unpacked", sum(group.size for group in taken), size_limit, REMEDY)
    if exact or not choice.is_pattern:
        (group,) = taken
        there = [] if choice.group or len(groups) == 1 else [_which(groups)]
        notices, settings = (*there, *group.notices), tuple(group.settings.items())
        return contents_of(path, group.read(), lines=group.lines, notices=notices, settings=settings)
    return _joined(path, taken)


def _without_single_values(groups: Sequence[Group]) -> Sequence[Group]:
    """The groups that hold tables; one of single values alone, beside longer ones, is settings of them all."""
    single = [group for group in groups if group.rows == 1]
    if not single or all(group.rows in (0, 1) for group in groups):
        return groups
    beside = {name: value for group in single for name, value in (*group.settings.items(), *group.read())}
    tables = (group for group in groups if group.rows != 1)
    return [replace(group, settings={**beside, **group.settings}) for group in tables]


def _named(path: Path, groups: Sequence[Group], choice: Choice) -> list[Group]:
    """The groups that are meant, one at least."""
    if not groups:
        raise InputError(Problem(path.name, "a group, a sheet or arrays with columns", "none"))
    names = [group.name for group in groups]
    if not choice.group:
        if len(groups) == 1:
            return [groups[0]]
        if choice.several == "first":
            return [groups[0]]
        expected = f"one group, by the key {_keys(groups)} (in an index of files, a column `group`)"
        raise InputError(Problem(path.name, expected, f"{len(names)}: {_listing(names)}"))
    wanted = choice.group
    for same in (str, _bare, str.casefold):
        if found := [group for group in groups if same(group.name) == same(wanted)]:
            return found[:1]
    found = [group for group in groups if choice.is_pattern and fits(group.name, wanted)]
    if not found:
        expected = f"one of the groups {_listing(names)}"
        raise InputError(Problem(f"{path.name}, key 'group'", expected, quoted(wanted)))
    return found


def _keys(groups: Sequence[Group]) -> str:
    """The keys that take the first of several groups, or all of them where they have the same columns."""
    first = f"group = {json.dumps(groups[0].name, ensure_ascii=False)}"
    alike = len({group.columns for group in groups}) == 1
    return f'{first}, or group = "{EVERY}" for all of them' if alike else first


def _which(groups: Sequence[Group]) -> str:
    """Which of several groups is read where none was named, in a sentence."""
    return f"{len(groups)} groups, {_listing([each.name for each in groups])}; the first is shown: {_keys(groups)}"


def _bare(name: str) -> str:
    return name.strip().strip("/")


def fits(name: str, pattern: str) -> bool:
    """Whether a name is a pattern, in which a star stands for any text.

    Parameters
    ----------
    name, pattern : str
        The name of a group, and what is asked for.

    Returns
    -------
    bool
        Whether they fit; found in a time that is linear in the name for each star.
    """
    first, *pieces = pattern.split(EVERY)
    if not pieces or not name.startswith(first):
        return name == pattern
    place = len(first)
    for piece in pieces[:-1]:
        place = name.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return len(name) - place >= len(pieces[-1]) and name.endswith(pieces[-1])


def _listing(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(quoted(name) for name in names[:_SHOWN]) + more


def _joined(path: Path, groups: Sequence[Group]) -> Contents:
    """All groups as one table, in their order."""
    headers = groups[0].columns
    other = next((group for group in groups if group.columns != headers), None)
    if other is not None:
        expected = f"groups with the same columns, {_listing(headers)} as in {quoted(groups[0].name)}"
        raise InputError(Problem(f"{path.name}, group {quoted(other.name)}", expected, _listing(other.columns)))
    parts = [contents_of(path, group.read()) for group in groups]
    rows = [_rows(path, group, part) for group, part in zip(groups, parts, strict=True)]
    varying, shared, lacking = _settings(groups)
    columns = [(name, _below_each_other([dict(part.columns)[name] for part in parts])) for name, _ in parts[0].columns]
    beside: list[tuple[str, Any]] = [(GROUP, _repeated([group.name for group in groups], rows))]
    beside += [(name, _repeated(values, rows)) for name, values in varying.items()]
    words = f"{len(groups)} groups below each other, {_listing([group.name for group in groups])}"
    notices = dict.fromkeys(notice for group in groups for notice in group.notices)
    return contents_of(path, [*beside, *columns], notices=(words, *notices, *lacking), settings=tuple(shared.items()))


def _rows(path: Path, group: Group, part: Contents) -> int:
    """How many rows a group has."""
    sizes = {len(values) if isinstance(values, list) else values.size for _, values in part.columns}
    if len(sizes) != 1:
        found = f"columns of {' and '.join(map(str, sorted(sizes)))} rows"
        raise InputError(Problem(f"{path.name}, group {quoted(group.name)}", "columns of one length", found))
    return sizes.pop()


def _below_each_other(parts: Sequence[Any]) -> Any:
    if any(isinstance(part, list) for part in parts):
        return [str(cell) for part in parts for cell in (part if isinstance(part, list) else part.reshape(-1).tolist())]
    return np.concatenate([part.reshape(-1) for part in parts])


def _repeated(values: Sequence[Single], rows: Sequence[int]) -> Any:
    """The value of each group in all of its rows."""
    if any(isinstance(value, str) for value in values):
        return [cell for value, count in zip(values, rows, strict=True) for cell in [str(value)] * count]
    return np.repeat(np.array(values, dtype=np.float64), rows)


def _settings(groups: Sequence[Group]) -> tuple[dict[str, list[Single]], dict[str, Single], list[str]]:
    """The settings in which groups differ, those that are the same in all, and which ones are left out, in sentences.

    A setting goes by the name and in the unit of the first group that has it; left out is one that not all groups have.
    """
    values: dict[str, dict[int, Single]] = {}
    alike: dict[str, list[str]] = {}
    for at, group in enumerate(groups):
        for name, value in plain_settings(group.settings.items()).items():
            known = alike.setdefault(plain_name(name), [])
            there = ((other, said) for other in known if (said := in_unit_of(other, name, value)) is not None)
            first, converted = next(there, (name, value))
            if first not in values:
                known.append(first)
            values.setdefault(first, {})[at] = converted
    whole = {name: [said[at] for at in range(len(groups))] for name, said in values.items() if len(said) == len(groups)}
    varying = {name: said for name, said in whole.items() if len(set(said)) > 1}
    shared = {name: said[0] for name, said in whole.items() if name not in varying}
    return varying, shared, _lacking(groups, {name: said for name, said in values.items() if name not in whole})


def _lacking(groups: Sequence[Group], values: Mapping[str, Mapping[int, Single]]) -> list[str]:
    """Which settings are left out, and which groups have none."""
    names: dict[tuple[int, ...], list[str]] = {}
    for name, said in values.items():
        names.setdefault(tuple(said), []).append(name)
    sentences = []
    for there, left_out in names.items():
        having = set(there)
        without = [group.name for at, group in enumerate(groups) if at not in having]
        verb = "setting {} is" if len(left_out) == 1 else "settings {} are"
        have = "group {} has none" if len(without) == 1 else f"{len(without)} groups have none, {{}}"
        sentences.append(f"{verb.format(_listing(left_out))} left out: {have.format(_listing(without))}")
    return sentences


def _listed(path: Path, groups: Sequence[Group]) -> Contents:
    """A list of the groups: the file, the name of each, and its settings."""
    varying, shared, lacking = _settings(groups)
    names = [group.name for group in groups]
    columns: list[tuple[str, Any]] = [("file", [path.name] * len(groups)), (GROUP, names)]
    columns += [(name, _repeated(values, [1] * len(groups))) for name, values in varying.items()]
    columns += [(name, _repeated([value] * len(groups), [1] * len(groups))) for name, value in shared.items()]
    words = f"{len(groups)} groups, each a record: {_listing(names)}"
    return contents_of(path, columns, notices=[words, *lacking])
