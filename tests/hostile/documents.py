"""Analysis files and results that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from tests.fuzz.seeds import stored_results
from tests.hostile.case import MEASUREMENT, Hostile, Right, analysis, holding
from tests.hostile.stored import mutant, text_of


def analyses() -> Iterator[Hostile]:
    """Analysis files that are no analysis."""
    for label, text in {
        "lists": "a = " + "[" * 10_000 + "]" * 10_000,
        "tables": "a = " + "{b = " * 5_000 + "1" + "}" * 5_000,
        "digits": f"a = {'9' * 10_000}\n",
        "exponent": f"[device]\nbeta = 1e999999\n{MEASUREMENT}",
        "years": f"title = 9999-99-99\n{MEASUREMENT}",
        "zero": "title = '\0'\n",
        "latin": "title = 'é'\n",
        "letters": "a" * 450_000,
        "brackets": "[" * 450_000,
        "quotes": '"' * 450_000,
        "commas": f"a = [{'1,' * 200_000}]\n{MEASUREMENT}",
        "spaces": " " * 450_000,
        "dots": "." * 450_000,
        "equals": "a=" * 200_000,
    }.items():
        yield analysis("analysis", label, text, encoding="latin-1")


def results() -> Iterator[Hostile]:
    """Results that are none."""
    for label, text in {
        "empty": "",
        "nested": "[" * 100_000,
        "objects": '{"a":' * 50_000,
        "number": f'{{"schema": {"9" * 10_000}}}',
        "nan": '{"schema": NaN}',
        "long": json.dumps({"schema": "x" * 10**6}),
        "obeyed": json.dumps({"schema": "\x1b[2J\u202e"}, ensure_ascii=False),
        "keys": json.dumps({"schema": "stfit-result/1", **{f"k{n}\x1b": 1 for n in range(1000)}}),
        "binary": "\0\x01",
    }.items():
        for command in ("report", "compare"):
            yield Hostile("result", f"{command} {label}.json", holding(text), command=(command,))


def edited(count: int) -> Iterator[Hostile]:
    """Stored results of every data set with one to three values changed, doubled or gone, `count` in all."""
    sound = list(stored_results())
    for seed in range(count):
        changed = mutant(json.loads(sound[seed % len(sound)]), np.random.default_rng([271, seed]))
        write = holding(text_of(changed.document))
        yield Hostile("stored result", f"edited {seed}.json", write, Right.EITHER, command=("compare",))
