"""Files of every container with bytes changed, cut off, doubled or put in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from tests.containers import WRITERS
from tests.hostile.case import Hostile, Right
from tests.instrument_files import INSTRUMENTS

_SOUND: Final = {**WRITERS, **INSTRUMENTS}


def damaged(each: int) -> Iterator[Hostile]:
    """Files of every container with bytes changed, cut off, doubled or put in, `each` of each kind of damage."""
    for name in _SOUND:
        for change in ("bytes", "start", "cut", "doubled", "inserted"):
            for seed in range(each):
                yield Hostile(
                    "damaged file", f"{seed}-{change}-{name}", partial(_damage, name, change, seed), Right.EITHER
                )


def _damage(name: str, change: str, seed: int, path: Path) -> None:
    _SOUND[name](path)
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng([seed, *name.encode(), *change.encode()])
    places = rng.integers(0, min(len(content), 400 if change == "start" else len(content)), 1 + seed % 8)
    at = int(places[0])
    if change in ("bytes", "start"):
        for place in places:
            content[place] = rng.integers(256)
    elif change == "cut":
        del content[at:]
    elif change == "doubled":
        content[at:at] = content[at : at + 64]
    else:
        content[at:at] = rng.bytes(1 + seed % 8)
    path.write_bytes(content)
