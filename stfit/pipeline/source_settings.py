"""The keys of a [[measurement]] that is begun: what was given, what is guessed, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from stfit.measurement import kinds
from stfit.pipeline.advice import Asked, Setting, advice_of
from stfit.pipeline.followed import Keys, merged
from stfit.pipeline.given import COMMON_KEYS, Given
from stfit.pipeline.sources import Source, names_in
from stfit.pipeline.understood import (
    absent_settings,
    columns_setting,
    device_setting,
    lacking,
    settings_in_name,
)

_DEVICE_FIELD: Final = "{device}"


def settings_of(source: Source, given: Given) -> list[Setting]:
    """The keys of a source beside its kind and its files, as far as they are known without reading it as its kind."""
    kind = kinds()[source.kind.value]
    own = {key: value for key, value in given.keys.items() if key in COMMON_KEYS or key in kind.keys().own()}
    settings = [Setting(key, value) for key, value in own.items() if key != "columns"]
    settings += _of_text(source.dialect)
    settings += _columns(source, own.get("columns", {}))
    settings += _apart(source, own)
    there = {*source.there, *own}
    if not source.several:
        settings += settings_in_name(source.files[0].stem, kind, there)
        there |= {setting.name for setting in settings}
    lost = () if source.reading is None else source.reading.lost
    absent = absent_settings((*lacking(kind, there), *lost), kind, several=len(source.files) > 1)
    needed = advice_of(kind).needed(_asked(source, settings, given))
    known = {setting.name for setting in needed}
    return settings + [setting for setting in absent if not (setting.fill and setting.name in known)] + needed


def with_proposed(settings: Sequence[Setting], proposed: Mapping[str, Any]) -> list[Setting]:
    """The keys with those that messages proposed; tables that both have become one."""
    changed = []
    for setting in settings:
        more = None if setting.fill else proposed.get(setting.name)
        whole = merged(setting.value, more) if isinstance(more, Mapping) else setting.value
        changed.append(setting if whole == setting.value else replace(setting, value=whole, assumed=True))
    there = {setting.name for setting in settings if not setting.fill}
    remark = "as the file asks for it"
    return changed + [Setting(n, value, remark, assumed=True) for n, value in proposed.items() if n not in there]


def _of_text(dialect: Keys) -> list[Setting]:
    return [Setting(key, value, "as the text asks for it", assumed=True) for key, value in dialect.items()]


def _columns(source: Source, given: Keys) -> list[Setting]:
    """The key `columns`: what was given, and what is guessed."""
    guessed = [] if source.reading is None else columns_setting(source.reading.guesses)
    if not given:
        return guessed
    return [Setting("columns", {**(guessed[0].value if guessed else {}), **given})]


def _apart(source: Source, own: Keys) -> list[Setting]:
    """One of several devices, in a table or in the names of files."""
    found: list[Setting] = []
    if source.reading is not None and not source.several:
        found += device_setting(source.reading, own.get("where", {}))
    if _DEVICE_FIELD in source.pattern and "where" not in own:
        found.append(
            Setting("where", {"device": source.device}, "one device; the others are fits of their own", assumed=True)
        )
    return found


def _asked(source: Source, settings: Sequence[Setting], given: Given) -> Asked:
    """What a kind may ask of a source."""
    columns = {} if source.reading is None else source.reading.columns()
    numbers = {name: cells for name, (_, cells) in columns.items() if cells.dtype != object}
    own = {setting.name: setting.value for setting in settings if not setting.assumed}
    headers = dict.fromkeys((*source.there, *(setting.name for setting in settings)), "")
    headers |= {name: header for name, (header, _) in columns.items()}
    return Asked(source.files[0], headers, numbers, names_in(source), own, given.ask)
