"""What a hostile file is: how it is made, how it is given to stfit, and what a right answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Final, final

CANARY: Final = "what another file holds"  # which no answer may show


DWELLS: Final = "state,current (mA),n,total_time (s)\nP,1,5,0.1\nAP,2,6,0.2\nP,3,7,0.1\n"
MEASUREMENT: Final = '[[measurement]]\nkind = "dwell-times"\nfile = "dwell.csv"\n'


class Right(Enum):
    """How a file is answered well."""

    REFUSED = "refused"
    READ = "read"
    EITHER = "either"


@final
@dataclass(frozen=True)
class Hostile:
    """A file that may do harm.

    kind: what it tries. name: of the file. write: makes it, and what it needs beside it. right: how it is answered
    well. said: words that the answer must hold. command: before the file; options: behind it.
    """

    kind: str
    name: str
    write: Callable[[Path], None]
    right: Right = Right.REFUSED
    said: tuple[str, ...] = ()
    command: tuple[str, ...] = ("inspect",)
    options: tuple[str, ...] = ()


def holding(content: str | bytes) -> Callable[[Path], None]:
    """A writer of a file with this content."""

    def write(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))

    return write


def analysis(kind: str, label: str, text: str, encoding: str = "utf-8") -> Hostile:
    return Hostile(kind, f"{label}.toml", partial(_toml, text.encode(encoding, "surrogatepass")), command=("fit",))


def _toml(content: bytes, path: Path) -> None:
    path.with_name("dwell.csv").write_text(DWELLS)
    path.write_bytes(content)
