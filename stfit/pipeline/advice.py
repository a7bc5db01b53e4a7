"""What a kind of measurement asks, assumes and offers when an analysis file is begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

from stfit.measurement import Kind
from stfit.pipeline.given import Ask, Question

ARRAYS: Final = frozenset({".npy", ".npz"})


@final
@dataclass(frozen=True)
class Setting:
    """A line `name = value  # remark`. assumed: nobody gave the value, so that it must be looked at."""

    name: str
    value: Any
    remark: str = ""
    assumed: bool = False


@final
@dataclass(frozen=True)
class Asked:
    """A file of the kind, and what is known of it.

    columns: names in its header, without units. files: those that it lists, where it is an index. given: keys of
    [[measurement]] that the user gave. ask: None where there is nobody to ask.
    """

    file: Path
    columns: tuple[str, ...]
    files: tuple[str, ...]
    given: Mapping[str, Any]
    ask: Ask | None

    def usual(self, key: str, usual: str, *others: str) -> Setting:
        """What the column of the same name holds: as it is answered, else the usual choice, to be looked at."""
        if self.ask is None:
            remark = f"or {', '.join(map(repr, others))}: what the column holds"
            return Setting(key, usual, remark, assumed=True)
        words = f"What does its column '{key}' hold?"
        return Setting(key, self.ask(Question(str(self.file), words, (usual, *others), usual)))


@dataclass(frozen=True)
class Advice:
    """What the user may be told of a kind; offers: keys that may be used, each with an example and what it means."""

    offers: tuple[tuple[str, str, str], ...] = ()

    def needed(self, asked: Asked) -> list[Setting]:  # noqa: ARG002 - for kinds that need something
        """What the kind must be told and was not: asked for, else the usual choice, marked."""
        return []


_NONE: Final = Advice()


def advice_of(kind: Kind) -> Advice:
    """What a kind asks, assumes and offers."""
    advice: Advice = _NONE if kind.advice is None else kind.advice()
    return advice
