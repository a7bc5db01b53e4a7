"""What the Tab key offers as the value of an option. What it asks is loaded only then, not by every command."""

from __future__ import annotations

from collections.abc import Iterable

import typer


def backends(incomplete: str) -> list[str]:
    """The ways to fit."""
    from stfit.analysis.schema import BACKENDS

    return _beginning(BACKENDS, incomplete)


def formats(incomplete: str) -> list[str]:
    """Forms of a report, several with commas."""
    from stfit.reports.formats import FORMATS

    return _next_of_several((*FORMATS, "all"), incomplete)


def intervals(incomplete: str) -> list[str]:
    """Kinds of intervals that a calibration tests, several with commas."""
    from stfit.studies.calibrate import KINDS

    return _next_of_several(KINDS, incomplete)


def kinds(incomplete: str) -> list[str]:
    """Kinds of measurements."""
    from stfit.measurement import kinds as known

    return _beginning(known(), incomplete)


def keys(ctx: typer.Context, incomplete: str) -> list[str]:
    """Keys of [[measurement]], those of the given kind or of all, each with its equals sign."""
    from stfit.measurement import kinds as known
    from stfit.pipeline.given import COMMON_KEYS

    given = ctx.params.get("kind") or ()
    asked = [given] if isinstance(given, str) else list(given)
    chosen = [known()[name] for name in asked if name in known()] or list(known().values())
    own = {key for kind in chosen for key in kind.keys().own()}
    return _beginning((f"{key}=" for key in (*COMMON_KEYS, *sorted(own))), incomplete)


def constants(incomplete: str) -> list[str]:
    """Constants of [device], each with its equals sign."""
    from stfit.models.parameters import PARAMETERS

    return _beginning((f"{name}=" for name in PARAMETERS), incomplete)


def targets(incomplete: str) -> list[str]:
    """Quantities whose error a plan may reduce."""
    from stfit.analysis.planning import TARGETS

    return _beginning(TARGETS, incomplete)


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _next_of_several(words: Iterable[str], incomplete: str) -> list[str]:
    """Words that may follow those that are already written, with commas between them."""
    written, comma, last = incomplete.rpartition(",")
    there = set(written.split(","))
    return [f"{written}{comma}{word}" for word in _beginning(words, last) if word not in there]
