"""Stored results that somebody edited, and what a right answer of `report` and `compare` is.

Answered well is: one InputError whose message names the file and a key, or a report and a comparison, figures included.
"""

from __future__ import annotations

import copy
import json
import time
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from stfit.errors import InputError
from stfit.reports.comparing import compare
from stfit.reports.comparison_page import page
from stfit.reports.comparison_text import as_dict, table_csv
from stfit.reports.comparison_text import summary as in_words
from stfit.reports.document import document
from stfit.reports.html import page_of
from stfit.reports.latex import answer_table, latex
from stfit.reports.markdown import markdown
from stfit.reports.summary import summary
from stfit.results import read

Place = tuple[str | int, ...]

_SECONDS: Final = 20.0
_SOUGHT: Final = 20  # places looked at
HUGE: Final = 10**400
VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    7,
    0.5,
    HUGE,
    -(10**30),
    1e308,
    -1e308,
    5e-324,
    float("inf"),  # is written as 1e999
    "",
    "x",
    "\u202e\x1b[2J",
    "9" * 5000,
    [],
    [None],
    [1.0, None, "x"],
    [[1.0]],
    {},
    {"x": None},
    {"x": {"x": [{}]}},
)


@final
@dataclass(frozen=True)
class Mutant:
    """A document with one to three changes. words: what was done, for whoever mends what fails."""

    document: Any
    words: str


def mutant(document: Any, rng: np.random.Generator) -> Mutant:
    """A document changed at places drawn key by key from the outside in, so that long lists do not hide short ones."""
    changed = copy.deepcopy(document)
    words = [_changed(changed, rng) for _ in range(int(rng.choice([1, 1, 1, 2, 3])))]
    return Mutant(changed, "; ".join(words))


def _changed(document: Any, rng: np.random.Generator) -> str:
    above, key, place = _drawn(document, rng)
    name = ".".join(map(str, place))
    value = above[key]
    done = rng.integers(9)
    if done == 0:
        del above[key]
        return f"{name} removed"
    if done == 1 and isinstance(above, dict):
        above[f"{key}_"] = above.pop(key)
        return f"{name} renamed"
    if done == 1:
        above.insert(key, copy.deepcopy(value))
        return f"{name} twice"
    if done == 2 and isinstance(value, list) and value:
        above[key] = value[: int(rng.integers(len(value)))]
        return f"{name} cut short"
    if done == 3 and isinstance(value, list) and value:
        above[key] = value[::-1]
        return f"{name} backwards"
    if done == 4 and isinstance(value, float | int) and not isinstance(value, bool):
        within = max(min(value, 10**300), -(10**300))  # an earlier change may have made it endless
        above[key] = float(rng.choice([-1.0, 1e-200, 1e200, 1e12])) * within
        return f"{name} scaled to {above[key]:.3g}"
    if done in (5, 6):
        for _ in range(_SOUGHT if done == 5 else 1):  # a value of the same type, or of any
            other_above, other_key, other = _drawn(document, rng)
            if type(other_above[other_key]) is type(value):
                break
        above[key] = copy.deepcopy(other_above[other_key])
        return f"{name} as {'.'.join(map(str, other))}"
    above[key] = copy.deepcopy(VALUES[int(rng.integers(len(VALUES)))])
    return f"{name} := {str(above[key])[:40]!r}"


def _drawn(document: Any, rng: np.random.Generator) -> tuple[Any, Any, Place]:
    """A place: what holds it, its key, and the way to it."""
    above = document
    place: Place = ()
    while True:
        keys = list(above) if isinstance(above, dict) else range(len(above))
        key = keys[int(rng.integers(len(keys)))]
        place = (*place, key)
        below = above[key]
        if not isinstance(below, dict | list) or not below or rng.random() < 0.15:
            return above, key, place
        above = below


def text_of(document: Any) -> str:
    """The JSON of a document; what is infinite is written as a number too large for a double."""
    return json.dumps(document).replace("Infinity", "1e999")


def faults(changed: Mutant, sound: Path, folder: Path, *, drawn: bool = True) -> str:
    """What is wrong with the answer to a mutant; empty where it is a good one.

    sound: a result to compare it with. drawn: whether the figures are drawn, which take the time.
    """
    path = folder / "result.json"
    path.write_text(text_of(changed.document), encoding="utf-8")
    begun = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answered(path, sound, drawn=drawn)
    except InputError as refusal:
        message = str(refusal)
        if "result.json" not in message or ": expected " not in message or len(message) > 20_000:
            return f"message: {message[:300]}"
    except BaseException:  # noqa: BLE001 - whatever it is, it is a fault of the answer
        return traceback.format_exc(limit=-4)
    seconds = time.process_time() - begun
    return f"{seconds:.0f} s" if seconds > _SECONDS else ""


def answered(path: Path, sound: Path, *, drawn: bool) -> Mapping[str, Any]:
    """What `report` and `compare` make of a stored result; other forms than the page have the same text and figures."""
    result = read(path)
    shown, compared = document(result), compare([sound, path])
    texts = {"md": markdown(shown), "latex": latex(shown), "table": answer_table(shown), "summary": summary(result)}
    comparison = {"text": in_words(compared), "csv": table_csv(compared), "json": as_dict(compared)}
    return texts | comparison | ({"html": page_of(shown), "page": page(compared)} if drawn else {})
