"""The files of an analysis that is begun: each read as a table, and put together where they are records of one kind."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, final

from stfit.errors import InputError, Problem
from stfit.loaders.bare_array import bare_array
from stfit.loaders.containers import Table
from stfit.loaders.file_names import Listing
from stfit.loaders.named_settings import pattern_of
from stfit.measurement import kinds
from stfit.measurement.columns import FILE
from stfit.measurement.description import DESCRIPTION_KEYS, DIALECT_KEYS, Description
from stfit.pipeline.advice import ARRAYS, Setting
from stfit.pipeline.followed import followed
from stfit.pipeline.given import Given, Question
from stfit.pipeline.loading import any_table, entry_of
from stfit.pipeline.recognising import by_columns, candidates
from stfit.pipeline.understood import Understood, lacking, named_apart, ranked, understood

CALLER: Final = "stfit init"
_FIELD: Final = re.compile(r"\{(\w+)")


@final
@dataclass(frozen=True)
class Source:
    """One [[measurement]] to be: its files, and what they are.

    kind: the line that names it. reading: of the first file; None where it is one array without names. pattern: of the
    names of several files, "" where these hold no settings. dialect: keys without which its text cannot be read.
    """

    files: tuple[Path, ...]
    kind: Setting
    reading: Understood | None
    pattern: str = ""
    dialect: Mapping[str, Any] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether the key `files` names them: also of one array, which is no table."""
        return len(self.files) > 1 or self.reading is None

    @property
    def there(self) -> set[str]:
        """Names of the columns that the table or the pattern shows."""
        found = set() if self.reading is None else self.reading.settings
        return found | set(_FIELD.findall(self.pattern))

    @property
    def device(self) -> str:
        """The device that the name of the first file gives, where the pattern has one."""
        table = Listing(self.files[0].parent, self.files[:1], self.pattern).table(self.files[0])
        return str(table.columns[table.header.index("device")][0])

    def location(self, folder: Path) -> dict[str, Any]:
        """The keys that say where the data are, from a folder; InputError for a name that UTF-8 cannot write."""
        if not self.several:
            return {"file": _relative(self.files[0], folder)}
        parent, suffix = self.files[0].parent, self.files[0].suffix
        together = set(parent.glob(f"*{suffix}")) == set(self.files) and len(self.files) > 1
        names = [glob.escape(_relative(file, folder)) for file in self.files]
        files = f"{glob.escape(_relative(parent, folder))}/*{suffix}".removeprefix("./") if together else names
        location = {"files": files if together or len(names) > 1 else names[0]}
        return location | ({"pattern": self.pattern} if self.pattern else {})


def sources_of(files: Sequence[Path], given: Given) -> tuple[list[Source], list[str]]:
    """What the files are, and which of them an index among them lists; InputError: a file that cannot be read."""
    declared = list(given.kinds) * (len(files) if len(given.kinds) == 1 else 1) or [""] * len(files)
    found = [(file, _source(_placed(file), kind, given)) for file, kind in zip(files, declared, strict=True)]
    listed = {name for _, source in found for name in _listed(source)}
    left_out = [str(file) for file, source in found if source.files[0] in listed]
    return _together([source for _, source in found if source.files[0] not in listed]), left_out


def _source(file: Path, declared: str, given: Given) -> Source:
    if not declared and file.suffix.lower() in ARRAYS and (array := bare_array(file)) is not None and array.ndim == 1:
        kind = next(name for name, kind in kinds().items() if kind.array_facts is not None)
        return Source((file,), Setting("kind", kind, "one array of samples"), None)
    said = {key: value for key, value in given.keys.items() if key in DIALECT_KEYS}
    table, dialect = followed(lambda keys: any_table(file, dict(keys)), said)
    if isinstance(table, InputError):
        raise table
    reading, kind_line = _reading(table, declared, given)
    return Source((file,), kind_line, _with_files(reading, said), "", dialect)


def _reading(table: Table, declared: str, given: Given) -> tuple[Understood, Setting]:
    """The kind of a table and its columns: as it is given or answered, else the one that is nearest."""
    said = {key: value for key, value in given.keys.items() if key in DESCRIPTION_KEYS}

    def description(kind: str) -> Description:
        return entry_of(table.path, kind, said, CALLER).description if said else Description()

    if declared:
        return understood(table, declared, description(declared)), Setting("kind", declared, "as it was given")
    found = candidates(table)
    if len(found) == 1:
        ((kind, headers),) = found.items()
        return understood(table, kind, description(kind)), Setting("kind", kind, by_columns(headers))
    names = tuple(found or kinds())
    best, *others = ranked(table, names, description(names[0]) if found else Description())
    if given.ask is not None:
        words = f"The columns {', '.join(table.header)} fit {'several kinds' if found else 'no kind'}. Which one is it?"
        kind = given.ask(Question(str(table.path), words, names, best.kind))
        return understood(table, kind, description(kind)), Setting("kind", kind, "as it was answered")
    remark = f'{by_columns([header for header, _ in best.columns().values()])}; or "{others[0].kind}"'
    return best, Setting("kind", best.kind, remark, assumed=True)


def _with_files(reading: Understood, dialect: Mapping[str, Any]) -> Understood:
    """An index with the columns of the first file that it lists, where that is a table."""
    names = _names_in(reading)
    if not names or Path(names[0]).suffix.lower() in ARRAYS:
        return reading
    path = reading.table.path.parent / names[0]
    samples, _ = followed(lambda keys: any_table(path, dict(keys)), dialect)
    return reading if isinstance(samples, InputError) else reading.with_first_file(samples)


def _names_in(reading: Understood | None) -> list[str]:
    """The files that an index lists."""
    if reading is None or kinds()[reading.kind].listed is None or FILE.name not in reading.columns():
        return []
    return [str(name) for name in reading.columns()[FILE.name][1]]


def _listed(source: Source) -> list[Path]:
    return [_placed(source.files[0].parent / name) for name in _names_in(source.reading)]


def names_in(source: Source) -> tuple[str, ...]:
    """The files in which its samples stand, where these are no table: those that an index lists, or its own arrays."""
    if source.reading is None:
        return tuple(file.name for file in source.files)
    return tuple(_names_in(source.reading))


def _together(sources: Sequence[Source]) -> list[Source]:
    """The sources, of which records of one kind with the same columns in one folder are one."""
    groups: dict[Any, list[Source]] = {}
    for source in sources:
        groups.setdefault(_likeness(source), []).append(source)
    merged = []
    for group in groups.values():
        whole = _merged(group)
        merged += [whole] if whole is not None else group
    order = {source.files[0]: place for place, source in enumerate(sources)}
    return sorted(merged, key=lambda source: order[source.files[0]])


def _likeness(source: Source) -> tuple[Any, ...]:
    header = () if source.reading is None else source.reading.table.header
    return source.kind.value, source.files[0].parent, source.files[0].suffix, header


def _merged(group: Sequence[Source]) -> Source | None:
    """One source of several files; None where each is a measurement of its own."""
    first, kind = group[0], kinds()[group[0].kind.value]
    files = tuple(source.files[0] for source in group)
    pattern = pattern_of([file.stem for file in files], named_apart(kind, first.there)) if len(files) > 1 else ""
    if first.reading is None or first.reading.one_record or (pattern and lacking(kind, first.there)):
        return replace(first, files=files, pattern=pattern)
    return None


def _placed(file: Path) -> Path:
    """Where a file lies, whatever links lead there; its own name stays."""
    return file.parent.resolve() / file.name


def _relative(path: Path, folder: Path) -> str:
    """The path from the analysis file to the data; InputError for a name that UTF-8 cannot write."""
    relative = Path(os.path.relpath(path, folder.resolve())).as_posix()
    try:
        relative.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            Problem(ascii(relative), "a file name in UTF-8, which TOML can hold", "another one")
        ) from error
    return relative
