"""What the user says of the data when an analysis file is begun, and whom to ask for more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

from stfit.errors import InputError, Problem
from stfit.loaders.headers import nearest
from stfit.loaders.settings import UNCERTAINTIES
from stfit.measurement import kinds
from stfit.measurement.description import DESCRIPTION_KEYS
from stfit.models.parameters import PARAMETERS

COMMON_KEYS: Final = ("polarity", "temperature", *sorted(DESCRIPTION_KEYS), "size_limit", *UNCERTAINTIES.values())


@final
@dataclass(frozen=True)
class Question:
    """Something only the user knows. choices: empty for a free answer. default: "" for none."""

    about: str
    words: str
    choices: tuple[str, ...] = ()
    default: str = ""


Ask = Callable[[Question], str]


@final
@dataclass(frozen=True)
class Given:
    """What the user said: kinds (one for all files or for each), keys of [[measurement]], constants of [device]."""

    kinds: Sequence[str] = ()
    keys: Mapping[str, Any] = field(default_factory=dict)
    device: Mapping[str, Any] = field(default_factory=dict)
    ask: Ask | None = None


def check(files: Sequence[Path], given: Given) -> None:
    """InputError with all that cannot be meant: unknown kinds, keys and constants, a file given twice."""
    problems = _unknown("--kind", given.kinds, tuple(kinds())) + _unknown("--device", given.device, tuple(PARAMETERS))
    known = {*COMMON_KEYS, *(key for kind in kinds().values() for key in kind.keys().own())}
    problems += _unknown("--key", given.keys, tuple(sorted(known)))
    if len(given.kinds) not in (0, 1, len(files)):
        problems.append(
            Problem("option '--kind'", f"one for all files, or one for each of the {len(files)}", f"{len(given.kinds)}")
        )
    names = [file.absolute() for file in files]
    problems += [
        Problem(str(file), "every file once", "the same one again")
        for place, file in enumerate(files)
        if file.absolute() in names[:place]
    ]
    if problems:
        raise InputError(problems)


def _unknown(option: str, names: Iterable[str], known: tuple[str, ...]) -> list[Problem]:
    return [
        Problem(f"option '{option}'", f"one of {', '.join(known)}", repr(name) + nearest(name, known))
        for name in names
        if name not in known
    ]
