"""What the loader understands of a file, before anything is fitted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem, in_one_line
from stfit.loaders.assembled import sha256_of, shown_value
from stfit.loaders.bare_array import bare_array
from stfit.loaders.containers import Table
from stfit.loaders.gate import limited, one_reader
from stfit.loaders.headers import nearest
from stfit.loaders.reading import container_of
from stfit.markup import block, paragraph, table
from stfit.measurement import Kind, Observation, kind_of, kinds
from stfit.pipeline.given import Given
from stfit.pipeline.inspected_points import Points, observed_points, raw_points, record_points
from stfit.pipeline.loading import any_table, declared_limit, entry_of, measurement_of, table_of
from stfit.pipeline.recognising import fitting_kinds
from stfit.pipeline.source_settings import settings_of
from stfit.pipeline.sources import Source, sources_of
from stfit.pipeline.toml_text import toml_value
from stfit.units import split_header

Array = npt.NDArray[np.float64]

_CALLER: Final = "stfit inspect"
_COLUMNS: Final = ("column", "unit", "content")
_SHOWN_WORDS: Final = 6  # of the words in a column
_SHOWN_SETTINGS: Final = 12  # of what a file says beside its table
_LONGEST: Final = 60  # characters of a word or a name
_LOOKED_AT: Final = 1 << 20  # samples of a trace, evenly spaced
_DRAWN: Final = 4000


@final
@dataclass(frozen=True)
class ColumnSeen:
    """A column as it stands in the file. content: its range, or the words it holds."""

    name: str
    unit: str
    content: str


@final
@dataclass(frozen=True)
class Inspection:
    """A file as it was understood.

    fitting: kinds whose columns are all there. kind: the declared one, "" for none; made: the kind that it became.
    rows: of the file; used: of the measurement, 0 without a kind. recognised: of how the file is written and what its
    columns are called, in sentences. points: None where there are not two columns of
    numbers. facts: what else is seen, as (name, words): of a trace its levels, for instance.
    """

    file: str
    container: str
    sha256: str
    rows: int
    columns: tuple[ColumnSeen, ...]
    fitting: tuple[str, ...]
    kind: str
    made: str
    used: int
    recognised: tuple[str, ...]
    notices: tuple[str, ...]
    points: Points | None
    facts: tuple[tuple[str, str], ...] = ()

    def _repr_html_(self) -> str:
        facts = [(name, words) for name, words in _facts(self) if name != "sha256"]
        columns = [(column.name, column.unit or "–", column.content) for column in self.columns]
        return block(paragraph(self.file, "h4"), table(("", ""), facts), table(_COLUMNS, columns))


def inspect(path: Path, /, kind: str | None = None, **keys: Any) -> Inspection:
    """Read a file, as the declared kind if there is one; InputError with everything that is wrong.

    keys: written as in [[measurement]]; without a kind those that say how a table stands in a text, and size_limit.
    """
    with one_reader(), limited(declared_limit(keys, _CALLER)):
        return _inspected(path, kind, keys)


def _inspected(path: Path, kind: str | None, keys: dict[str, Any]) -> Inspection:
    if kind is not None and kind not in kinds():
        raise InputError(
            Problem("option '--kind'", f"one of {', '.join(kinds())}", repr(kind) + nearest(kind, kinds()))
        )
    if kind is None and (found := _bare_array(path)) is not None:
        return found
    if kind is None:
        return _unread(path, keys)
    entry = entry_of(path, kind, keys, _CALLER)
    table, measurement = table_of(entry), measurement_of(entry)
    return replace(
        _of_table(path, table),
        kind=kind,
        made=kinds()[kind].becomes or kind,
        used=int(measurement.settings.state.size),
        recognised=measurement.origin.recognised,
        notices=measurement.origin.notices,
        points=observed_points(measurement),
        facts=(*_settings_of(table), *_facts_of(measurement)),
    )


def _unread(path: Path, keys: dict[str, Any]) -> Inspection:
    """A table whose kind nobody declared: how it would be fitted, as `stfit init` begins it, and its rows."""
    (source,), _ = sources_of([path], Given(keys=keys))
    reading = source.reading
    table = any_table(path, keys) if reading is None else reading.table
    points = None if reading is None else record_points(reading)
    seen = _of_table(path, table)
    return replace(seen, points=points or seen.points, facts=(*seen.facts, *_would_be_fitted(source, keys)))


def _of_table(path: Path, table: Table) -> Inspection:
    return Inspection(
        file=str(path),
        container=container_of(path),
        sha256=table.sha256,
        rows=table.rows,
        columns=tuple(
            _seen(header, cells) for header, cells in zip(table.header, table.columns, strict=True) if header
        ),
        fitting=tuple(fitting_kinds(table)),
        kind="",
        made="",
        used=0,
        recognised=table.recognised,
        notices=(),
        points=raw_points(table),
        facts=tuple(_settings_of(table)),
    )


def _would_be_fitted(source: Source, keys: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What `stfit init` would begin with the file, in two lines: the kind, and what has to be looked at."""
    settings = [source.kind, *settings_of(source, Given(keys=keys))]
    by = f", {source.kind.remark}" if source.kind.remark else ""
    checked = [f"{s.name} = {toml_value(s.value)}" for s in settings[1:] if s.assumed]
    checked += [f"{s.name} (to be filled in)" for s in settings[1:] if s.fill]
    return [("would fit", f"{source.kind.value}{by}"), ("to check", "; ".join(checked) or "nothing")]


def _bare_array(path: Path) -> Inspection | None:
    """A file of one array without names, as the index of a kind may list it; None for any other."""
    listing = [kind for kind in kinds().values() if kind.array_facts is not None]
    if path.suffix.lower() != ".npy" or not listing:
        return None
    samples = bare_array(path)
    if samples is None or samples.ndim != 1 or samples.dtype.kind not in "iuf" or samples.size < 2:
        return None  # the reader of tables says what is wrong
    part = np.asarray(samples[:: max(1, samples.size // _LOOKED_AT)], dtype=float)
    every = max(1, part.size // _DRAWN)
    return Inspection(
        file=str(path),
        container=container_of(path),
        sha256=sha256_of(path),
        rows=int(samples.size),
        columns=(ColumnSeen("(no name)", "", f"{np.min(part):.6g} to {np.max(part):.6g}, {samples.dtype}"),),
        fitting=tuple(f"a trace of {kind.name}, listed in an index table" for kind in listing),
        kind="",
        made="",
        used=0,
        recognised=(),
        notices=(),
        points=Points(np.arange(part.size, dtype=float)[::every], part[::every], "sample", "value"),
        facts=tuple(fact for kind in listing for fact in _array_facts(kind, part)),
    )


def _array_facts(kind: Kind, samples: Array) -> list[tuple[str, str]]:
    return [] if kind.array_facts is None else kind.array_facts()(samples)


def _settings_of(table: Table) -> list[tuple[str, str]]:
    """What the file says of itself beside its table, in one line."""
    said = [in_one_line(f"{name} = {shown_value(value)}", _LONGEST) for name, value in table.settings]
    more = f"; and {len(said) - _SHOWN_SETTINGS} more" if len(said) > _SHOWN_SETTINGS else ""
    return [("settings", "; ".join(said[:_SHOWN_SETTINGS]) + more)] if said else []


def _facts_of(measurement: Observation) -> list[tuple[str, str]]:
    """What the kind says of a measurement beside its columns."""
    kind = kind_of(measurement)
    return [] if kind is None or kind.facts is None else kind.facts()(measurement)


def _seen(header: str, cells: npt.NDArray[Any]) -> ColumnSeen:
    name, unit = split_header(header)
    if cells.dtype == object:
        words = list(dict.fromkeys(cells.tolist()))
        more = f", … ({len(words)} different)" if len(words) > _SHOWN_WORDS else ""
        content = ", ".join(in_one_line(str(word), _LONGEST) for word in words[:_SHOWN_WORDS]) + more
    else:
        low, high = float(np.min(cells)), float(np.max(cells))
        different = np.unique(cells).size
        content = f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}, {different} different"
    return ColumnSeen(name, unit or "", content)


def in_words(found: Inspection) -> str:
    """The inspection as plain text, columns aligned."""
    names = [(in_one_line(column.name, _LONGEST), in_one_line(column.unit, _LONGEST)) for column in found.columns]
    cells = [(name, unit or "–", column.content) for (name, unit), column in zip(names, found.columns, strict=True)]
    rows = [_COLUMNS, *cells]
    return "\n".join([found.file, "", *_aligned(_facts(found)), "", *_aligned(rows)])


def _facts(found: Inspection) -> list[tuple[str, str]]:
    """What is known of a file beside its columns, as (name, words)."""
    facts = [
        ("container", found.container),
        ("sha256", found.sha256),
        ("rows", str(found.rows)),
        ("could be", ", ".join(found.fitting) or "no kind by the names of its columns alone"),
    ]
    if found.kind:
        became = "" if found.made == found.kind else f", which became {found.made}"
        facts.append(("read as", f"{found.kind}{became}: {found.used} rows for the fit"))
    facts += [("recognised", sentence) for sentence in found.recognised]
    return [*facts, *found.facts, *(("notice", notice) for notice in found.notices)]


def as_json_text(found: Inspection) -> str:
    """The inspection as one JSON document; points by column, NaN nowhere, as they are finite."""
    content = asdict(found) | {"schema": "stfit-inspection/1", "facts": dict(found.facts)}
    points = found.points
    if points is not None:
        content["points"] = {
            "x": points.x.tolist(),
            "y": points.y.tolist(),
            "x_label": points.x_label,
            "y_label": points.y_label,
        }
    return json.dumps(content, allow_nan=False, ensure_ascii=False, indent=1)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
