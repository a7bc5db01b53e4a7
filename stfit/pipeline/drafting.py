"""An analysis file begun from the data at hand: kinds, settings and hints are found, what is missing is marked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.bare_array import bare_array
from stfit.loaders.containers import Table
from stfit.loaders.gate import limited, one_reader
from stfit.measurement import Kind, Observation, kinds
from stfit.measurement.description import DIALECT_KEYS
from stfit.pipeline.advice import ARRAYS, Asked, Setting, advice_of
from stfit.pipeline.given import COMMON_KEYS, Ask, Given, Question, check
from stfit.pipeline.hints import polarity_of, written_without_sign
from stfit.pipeline.loading import any_table, columns_of, declared_limit, entry_of, measurement_of
from stfit.pipeline.recognising import candidates, recognised

ASSUMED: Final = "CHECK"  # what marks a value that nobody gave
_CALLER: Final = "stfit init"
_WITHOUT_GUESS: Final = {
    "resistance": ('the resistance that turns the voltages into currents, for example "776 ohm"', "776 ohm"),
    "anisotropy_field": ('the anisotropy field, as rows differ in field, for example "120 mT"', "120 mT"),
}
FREE_ELECTRON: Final = "1.76e11 rad/s/T"  # e/m_e = 1.7588e11 C/kg, g = 2.00


@final
@dataclass(frozen=True)
class Entry:
    """One [[measurement]] of the draft, with the measurement it makes. file: as the analysis file calls `path`."""

    kind: str
    why: str
    file: str
    path: Path
    settings: tuple[Setting, ...]
    measurement: Observation


@final
@dataclass(frozen=True)
class Draft:
    """What is found: measurements, what is known of the device, what the model needs, files that go with others."""

    title: str
    entries: tuple[Entry, ...]
    device: tuple[Setting, ...]
    model: tuple[Setting, ...]
    left_out: tuple[str, ...] = ()

    @property
    def assumptions(self) -> list[str]:
        """The values that nobody gave, for the user to look at."""
        sections = [("device", self.device), ("model", self.model), *((e.file, e.settings) for e in self.entries)]
        return [
            f"{where}: {setting.name} = {setting.value!r} is assumed; {setting.remark}"
            for where, settings in sections
            for setting in settings
            if setting.assumed
        ]


def draft(files: Sequence[Path], folder: Path, given: Given) -> Draft:
    """Begin an analysis of `files`, their paths relative to `folder`. InputError says what is wrong, or must be given.

    given.ask: where there is somebody to ask; without it what cannot be guessed is an error with the option to give.
    """
    check(files, given)
    with one_reader(), limited(declared_limit(given.keys, _CALLER)):
        return _drafted(files, folder, given)


def _drafted(files: Sequence[Path], folder: Path, given: Given) -> Draft:
    declared = list(given.kinds) * (len(files) if len(given.kinds) == 1 else 1) or [""] * len(files)
    entries: list[Entry] = []
    single: list[Path] = []
    for file, kind in zip(files, declared, strict=True):
        if not kind and file.suffix.lower() in ARRAYS and _is_one_array(file):
            single.append(file)
        else:
            entries.append(_entry(file, kind, folder, given))
    _refuse_idle_keys(entries, given)
    listed = _listed(entries)
    _refuse_arrays([file for file in single if _placed(file) not in listed])
    found = _with_common_polarity(entries)
    measurements = [entry.measurement for entry in found]
    device = _device(measurements, given)
    title = files[0].absolute().parent.name or "analysis"
    return Draft(title, tuple(found), device, _model(measurements), tuple(str(file) for file in single))


def _refuse_idle_keys(entries: Sequence[Entry], given: Given) -> None:
    """A key that no kind among the files takes would be lost."""
    taken = {*COMMON_KEYS, *(key for entry in entries for key in kinds()[entry.kind].keys().own())}
    named = ", ".join(dict.fromkeys(entry.kind for entry in entries))
    problems = [
        Problem("option '--key'", f"a key of {named}: {', '.join(sorted(taken))}", repr(key))
        for key in given.keys
        if key not in taken
    ]
    if problems:
        raise InputError(problems)


def _is_one_array(file: Path) -> bool:
    """Whether a file is one array without names, a trace; what cannot be read is the business of the reader."""
    array = bare_array(file)
    return array is not None and array.ndim == 1


def _entry(file: Path, kind: str, folder: Path, given: Given) -> Entry:
    table = any_table(file, {key: value for key, value in given.keys.items() if key in DIALECT_KEYS})
    kind, why = (kind, "as it was given") if kind else _kind(table, file, given.ask)
    declared = kinds()[kind]
    known = declared.keys().own()
    own = {key: value for key, value in given.keys.items() if key in COMMON_KEYS or key in known}
    settings = [Setting(key, value) for key, value in own.items()]
    settings += _needed(table, declared, file, own, given.ask)
    path = _placed(file)
    entry = entry_of(path, kind, {setting.name: setting.value for setting in settings}, _CALLER)
    if "sign" in known - own.keys() and written_without_sign(columns_of(entry)):
        settings.append(Setting("sign", "magnitude", "all values are positive: P->AP is then taken as negative"))
        entry = replace(entry, keys={**entry.keys, "sign": "magnitude"})
    measurement = measurement_of(entry)
    if "polarity" not in own:
        settings.insert(0, _polarity(measurement, settings))
    return Entry(kind, why, _relative(path, folder), path, tuple(settings), measurement)


def _kind(table: Table, file: Path, ask: Ask | None) -> tuple[str, str]:
    found = candidates(table)
    if len(found) == 1 or ask is None:
        return recognised(table, file)
    words = f"The columns {', '.join(table.header)} fit {'several kinds' if found else 'no kind'}. Which one is it?"
    return ask(Question(str(file), words, tuple(found or kinds()))), "as it was answered"


def _needed(table: Table, kind: Kind, file: Path, own: Mapping[str, Any], ask: Ask | None) -> list[Setting]:
    """What a kind must be told and was not."""
    columns = tuple(_plain(header) for header in table.header)
    return advice_of(kind).needed(Asked(file, columns, tuple(_names_in(table)), own, ask))


def _plain(header: str) -> str:
    return header.partition("(")[0].partition("[")[0].strip().lower()


def _names_in(table: Table) -> list[str]:
    """The files that an index lists."""
    place = next(
        (place for place, header in enumerate(table.header) if _plain(header) in ("file", "filename", "path")), None
    )
    return [] if place is None else [str(name) for name in table.columns[place]]


def _polarity(measurement: Observation, settings: Sequence[Setting]) -> Setting:
    if any(setting.name == "sign" and setting.value == "magnitude" for setting in settings):
        return Setting("polarity", 1, "no signs were written; −1 where +I favours AP")
    found = polarity_of(measurement)
    if found is None:
        return Setting("polarity", 1, "not known from these data; −1 where +I favours AP", assumed=True)
    return Setting("polarity", found[0], f"{found[1]}, as far as the data tell")


def _with_common_polarity(entries: Sequence[Entry]) -> list[Entry]:
    """Measurements that do not tell their polarity take that of the others, where those agree."""
    told = {s.value for e in entries for s in e.settings if s.name == "polarity" and not s.assumed}
    if len(told) != 1:
        return list(entries)
    (common,) = told
    changed = Setting("polarity", common, "as in the other files; not known from these data")
    return [
        replace(e, settings=tuple(changed if s.name == "polarity" and s.assumed else s for s in e.settings))
        for e in entries
    ]


def _device(measurements: Sequence[Observation], given: Given) -> tuple[Setting, ...]:
    """What is given of the device, and what the measurements cannot do without."""
    settings = [Setting(name, value) for name, value in given.device.items()]
    needed = list(dict.fromkeys(name for measurement in measurements for name in measurement.traits.needs))
    needed += ["anisotropy_field"] if _several_fields(measurements) else []
    for name in needed:
        if name in given.device:
            continue
        if name in _WITHOUT_GUESS:
            settings.append(Setting(name, _answer(name, given.ask)))
        elif name == "gyromagnetic_ratio":
            settings.append(
                Setting(
                    name,
                    FREE_ELECTRON,
                    "value of free electrons, g = 2.00; replace it by that of your magnet",
                    assumed=True,
                )
            )
    if "temperature" not in given.device and (reading := _typical_temperature(measurements)) is not None:
        remark = "some rows have no temperature: this is the mean of those that have one"
        settings.append(Setting("temperature", f"{reading:.4g} K", remark, assumed=True))
    return tuple(settings)


def _answer(name: str, ask: Ask | None) -> str:
    expected, example = _WITHOUT_GUESS[name]
    if ask is not None:
        return ask(Question("[device]", f"{name}: {expected}"))
    raise InputError(Problem(f"option '--device {name}=…'", expected, f"nothing: give --device '{name}={example}'"))


def _several_fields(measurements: Sequence[Observation]) -> bool:
    fields = np.concatenate([m.settings.field for m in measurements])
    return np.unique(fields[np.isfinite(fields)]).size + int(np.any(np.isnan(fields))) > 1


def _typical_temperature(measurements: Sequence[Observation]) -> float | None:
    """The mean temperature, where some rows that need one have none; else None."""
    thermal = [m.settings.temperature for m in measurements if not m.settings.athermal]
    every = np.concatenate(thermal) if thermal else np.zeros(0)
    known = np.isfinite(every)
    return float(np.mean(every[known])) if np.any(known) and not np.all(known) else None


def _model(measurements: Sequence[Observation]) -> tuple[Setting, ...]:
    if _several_fields(measurements):
        return (Setting("asymmetry", "uniaxial", "the only one that takes several fields"),)
    return (Setting("asymmetry", "theta_0", 'or "symmetric", "uniaxial", "chi", "free"'),)


def _listed(entries: Sequence[Entry]) -> set[Path]:
    """The files that the index tables among the entries name."""
    return {
        _placed(entry.path.parent / name)
        for entry in entries
        if kinds()[entry.kind].listed is not None
        for name in _names_in(any_table(entry.path, {}))
    }


def _placed(file: Path) -> Path:
    """Where a file lies, whatever links lead there; its own name stays."""
    return file.parent.resolve() / file.name


def _refuse_arrays(files: Sequence[Path]) -> None:
    problems = [
        Problem(
            str(file), "an index table that lists it, with the columns file,current (mA)", "a bare array of samples"
        )
        for file in files
    ]
    if problems:
        raise InputError(problems)


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
