"""What a kind of measurement asks, assumes and offers when an analysis file is begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.measurement import Kind
from stfit.pipeline.given import Ask, Question

ARRAYS: Final = frozenset({".npy", ".npz"})


@final
@dataclass(frozen=True)
class Setting:
    """A line `name = value  # remark`.

    assumed: nobody gave the value, so that it must be looked at. fill: the value is an example in a line that is not in
    force; without one there is no fit.
    """

    name: str
    value: Any
    remark: str = ""
    assumed: bool = False
    fill: bool = False


@final
@dataclass(frozen=True)
class Asked:
    """A file of the kind, and what is known of it.

    columns: name of a column of the kind → its header, "" where a constant or the name of the file gives it. numbers:
    name of a column of numbers → its cells, in the unit of the file; of the first record, where it is an index. files:
    those that it lists. given: keys of [[measurement]] that the user gave. ask: None where there is nobody to ask.
    """

    file: Path
    columns: Mapping[str, str]
    numbers: Mapping[str, npt.NDArray[np.float64]]
    files: tuple[str, ...]
    given: Mapping[str, Any]
    ask: Ask | None

    def usual(self, key: str, usual: str, *others: str, of: str = "what the column holds") -> Setting:
        """One of several choices: as it is answered, else the usual one, to be looked at. of: what it says."""
        if self.ask is None:
            return Setting(key, usual, f"or {', '.join(map(repr, others))}: {of}", assumed=True)
        return Setting(key, self.ask(Question(str(self.file), f"Which {key} ({of})?", (usual, *others), usual)))


@dataclass(frozen=True)
class Advice:
    """What the user may be told of a kind.

    offers: keys that may be used, each with an example and what it means. assumes: columns that all rows may have in
    common where a table does not have them.
    """

    offers: tuple[tuple[str, str, str], ...] = ()
    assumes: tuple[Setting, ...] = ()

    def needed(self, asked: Asked) -> list[Setting]:  # noqa: ARG002 - for kinds that need something
        """What the kind must be told and was not: asked for, else the usual choice, marked."""
        return []

    def suits(self, numbers: Mapping[str, npt.NDArray[np.float64]]) -> bool:  # noqa: ARG002 - for kinds that can tell
        """Whether columns of numbers, by name, look like the kind: this decides between kinds that fit alike."""
        return False


_NONE: Final = Advice()


def advice_of(kind: Kind) -> Advice:
    """What a kind asks, assumes and offers."""
    advice: Advice = _NONE if kind.advice is None else kind.advice()
    return advice
