"""An analysis file begun from the data at hand: kinds, settings and hints are found, what is missing is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from stfit.analysis import analysis_of
from stfit.errors import InputError, Problem
from stfit.loaders.gate import limited, one_reader
from stfit.measurement import Observation, kinds
from stfit.pipeline.advice import Setting, advice_of
from stfit.pipeline.followed import Keys, followed
from stfit.pipeline.given import COMMON_KEYS, Ask, Given, Question, check
from stfit.pipeline.hints import polarity_of, written_without_sign
from stfit.pipeline.loading import declared_limit, measurements_of
from stfit.pipeline.source_settings import settings_of, with_proposed
from stfit.pipeline.sources import CALLER, Source, sources_of
from stfit.pipeline.toml_text import toml_value
from stfit.pipeline.unchecked import ASSUMED

_ALL_GROUPS: Final = Setting("group", "*", "all groups of the file, which tell its rows apart", assumed=True)
_WITHOUT_GUESS: Final = {
    "resistance": ("the resistance that turns the voltages into currents", "776 ohm"),
    "anisotropy_field": ("the anisotropy field, as rows differ in field", "120 mT"),
}
FREE_ELECTRON: Final = "1.76e11 rad/s/T"  # e/m_e = 1.7588e11 C/kg, g = 2.00


@final
@dataclass(frozen=True)
class Entry:
    """One [[measurement]] of the draft, with what it makes: nothing where something is to be filled in or refused.

    refusal: what `stfit fit` will say of the file as it stands.
    """

    source: Source
    settings: tuple[Setting, ...]
    measurements: tuple[Observation, ...]
    refusal: str = ""

    @property
    def kind(self) -> str:
        """The kind of measurement."""
        return str(self.source.kind.value)

    @property
    def file(self) -> str:
        """What messages call its data."""
        name = self.source.files[0].name
        return f"{name} and {len(self.source.files) - 1} more" if len(self.source.files) > 1 else name


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
    def measurements(self) -> list[Observation]:
        """All measurements that could be made."""
        return [measurement for entry in self.entries for measurement in entry.measurements]

    @property
    def is_whole(self) -> bool:
        """Whether it can be fitted as it is."""
        settings = [*self.device, *(setting for entry in self.entries for setting in entry.settings)]
        return not any(setting.fill for setting in settings) and all(entry.measurements for entry in self.entries)

    @property
    def assumptions(self) -> list[str]:
        """The values that nobody gave, for the user to look at or to fill in."""
        sections = [("device", self.device), ("model", self.model)]
        sections += [(entry.file, (entry.source.kind, *entry.settings)) for entry in self.entries]
        said = [_sentence(where, setting) for where, settings in sections for setting in settings]
        return [*filter(None, said), *(f"{ASSUMED}: {entry.refusal}" for entry in self.entries if entry.refusal)]


def _sentence(where: str, setting: Setting) -> str:
    if setting.fill:
        return f"{where}: {setting.name} must be filled in; {setting.remark}"
    written = f"{setting.name} = {toml_value(setting.value)}"
    return f"{where}: {written} is assumed; {setting.remark}" if setting.assumed else ""


def draft(files: Sequence[Path], given: Given) -> Draft:
    """Begin an analysis of files. InputError says which cannot be read, or what is given and cannot be meant.

    given.ask: where there is somebody to ask; without it what cannot be found is assumed, or left to be filled in.
    """
    check(files, given)
    with one_reader(), limited(declared_limit(given.keys, CALLER)):
        sources, left_out = sources_of(files, given)
        _refuse_idle_keys(sources, given)
        entries = _with_common_polarity([_entry(source, at, given) for at, source in enumerate(sources)])
    measurements = [measurement for entry in entries for measurement in entry.measurements]
    device = _device(measurements, given)
    title = files[0].absolute().parent.name or "analysis"
    return Draft(title, tuple(entries), device, _model(measurements), tuple(left_out))


def _refuse_idle_keys(sources: Sequence[Source], given: Given) -> None:
    """A key that no kind among the files takes would be lost."""
    names = list(dict.fromkeys(source.kind.value for source in sources))
    taken = {*COMMON_KEYS, *(key for name in names for key in kinds()[name].keys().own())}
    problems = [
        Problem("option '--key'", f"a key of {', '.join(names)}: {', '.join(sorted(taken))}", repr(key))
        for key in given.keys
        if key not in taken
    ]
    if problems:
        raise InputError(problems)


def _entry(source: Source, place: int, given: Given) -> Entry:
    settings = _without_idle(settings_of(source, given), _Reader(source, place))
    lacks = any(setting.fill for setting in settings)
    loaded, proposed = followed(_Reader(source, place), _in_force(settings))
    settings = with_proposed(settings, proposed)
    refusal = _first(loaded) if isinstance(loaded, InputError) and not lacks else ""
    measurements = () if isinstance(loaded, InputError) or lacks else tuple(loaded)
    given_keys = {setting.name for setting in settings}
    signed = "sign" in kinds()[source.kind.value].keys().own() - given_keys
    if measurements and signed and written_without_sign(measurements[0]):
        settings.append(Setting("sign", "magnitude", "all values are positive: P->AP is then taken as negative"))
        measurements = tuple(_Reader(source, place)(_in_force(settings)))
    if "polarity" not in given_keys:
        settings.insert(0, _polarity(measurements, settings))
    return Entry(source, tuple(settings), measurements, refusal)


def _without_idle(settings: list[Setting], read: _Reader) -> list[Setting]:
    """The keys without constants that a kind assumes, where the file is read without them: groups may count sweeps."""
    assumed = advice_of(kinds()[read.source.kind.value]).assumes
    rest = [setting for setting in settings if setting not in assumed]
    if len(rest) == len(settings) or any(setting.fill for setting in rest):
        return settings
    for more in ([], [_ALL_GROUPS]):
        try:
            read(_in_force([*rest, *more]))
        except InputError:
            continue  # what is wrong is said where the file is read with all its keys
        return [*rest, *more]
    return settings


def _first(refusal: InputError) -> str:
    more = len(refusal.problems) - 1
    return f"{refusal.problems[0]}" + (f" (and {more} more)" if more else "")


@final
@dataclass(frozen=True)
class _Reader:
    """Reads the measurements of a source with keys of [[measurement]], as the one at a place of the analysis."""

    source: Source
    place: int

    def __call__(self, keys: Keys) -> list[Observation]:
        folder = self.source.files[0].parent
        content = {"kind": self.source.kind.value, **self.source.location(folder), **keys}
        return measurements_of(analysis_of({"measurement": [content]}, folder, CALLER).measurement[0], self.place)


def _in_force(settings: Sequence[Setting]) -> dict[str, Any]:
    """The keys by which a source is read; examples hold the place of constants, so that its cells are read too."""
    return {setting.name: setting.value for setting in settings if not (setting.fill and setting.name == "columns")}


def _polarity(measurements: Sequence[Observation], settings: Sequence[Setting]) -> Setting:
    if any(setting.name == "sign" and setting.value == "magnitude" for setting in settings):
        return Setting("polarity", 1, "no signs were written; −1 where +I favours AP")
    found = polarity_of(measurements[0]) if measurements else None
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
    scale_unknown = _several_fields(measurements) and not any(m.settings.swept == "field" for m in measurements)
    needed += ["anisotropy_field"] if scale_unknown else []
    for name in needed:
        if name in given.device:
            continue
        if name in _WITHOUT_GUESS:
            settings.append(_answer(name, given.ask))
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


def _answer(name: str, ask: Ask | None) -> Setting:
    """A constant that nothing in the data tells, as it is answered, else to be filled in."""
    expected, example = _WITHOUT_GUESS[name]
    if ask is not None:
        return Setting(name, ask(Question("[device]", f'{name}: {expected}, for example "{example}"')))
    return Setting(name, example, expected, fill=True)


def _several_fields(measurements: Sequence[Observation]) -> bool:
    fields = np.concatenate([m.settings.field for m in measurements] or [np.zeros(0)])
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
