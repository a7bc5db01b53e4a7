"""Hostile files given to the command line, and what a right answer is.

Answered well is: exit status 2 and one message, or 0 where the file may be read; no traceback; within 5 s of a
processor; nothing of another file; nothing that a terminal obeys; no screen full of words.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from stfit.cli import main
from stfit.loaders.gate import one_reader
from tests.hostile.case import CANARY, Hostile, Right

_SECONDS: Final = 5.0
_WALL: Final = 60.0  # seconds, of a machine that does much else
_LINES: Final = 22  # of twenty problems and how many more there are
_LETTERS: Final = 40_000
_OBEYED: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_STATUS: Final = {Right.REFUSED: (2,), Right.READ: (0,), Right.EITHER: (0, 2)}


@final
@dataclass(frozen=True)
class Tried:
    """How a file was answered. faults: what was wrong with the answer, empty where it was a good one."""

    case: Hostile
    faults: tuple[str, ...]
    seconds: float


def tried(case: Hostile, folder: Path) -> Tried:
    """Make a file in a folder of its own and give it to stfit."""
    path = folder / case.name
    case.write(path)
    out, err, begun, cpu = io.StringIO(), io.StringIO(), time.perf_counter(), time.process_time()
    sys.argv = ["stfit", *case.command, str(path), *case.options]
    status, trace = 1, ""
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        except BaseException:  # noqa: BLE001 - whatever it is, it is a fault of the answer
            trace = traceback.format_exc(limit=-3)
    wall, seconds = time.perf_counter() - begun, time.process_time() - cpu
    said, message = out.getvalue() + err.getvalue(), err.getvalue()
    faults = {
        f"exit status {status}": status not in _STATUS[case.right],
        trace: bool(trace),
        "no message": status == 2 and not message.strip(),
        f"{seconds:.1f} s, {wall:.1f} s by the clock": seconds > _SECONDS or wall > _WALL,
        "another file": CANARY in said,
        "what a terminal obeys": bool(_OBEYED.search(said)),
        "a message too long": message.count("\n") > _LINES or len(message) > _LETTERS,
        f"does not say {case.said}": not all(words in said for words in case.said),
    }
    wrong = tuple(words for words, found in faults.items() if found)
    return Tried(case, (*wrong, said[:600]) if wrong else (), seconds)


def tried_all(cases: Iterable[Hostile], folder: Path) -> list[Tried]:
    """Every case in a folder of its own, which is the working folder meanwhile; one process reads the binary files."""
    outcomes, before = [], (Path.cwd(), sys.argv)
    os.chdir(folder)
    try:
        with one_reader():
            for number, case in enumerate(cases):
                own = folder / str(number)
                own.mkdir()
                outcomes.append(tried(case, own))
                shutil.rmtree(own)
    finally:
        os.chdir(before[0])
        sys.argv = before[1]
    return outcomes


def faults(outcomes: Iterable[Tried]) -> str:
    """What was wrong with the answers, a line for each."""
    return "\n".join(f"{o.case.kind}, {o.case.name}: {'; '.join(o.faults)}" for o in outcomes if o.faults)


def table(outcomes: Iterable[Tried]) -> str:
    """How many files of each kind were tried, answered well, and not."""
    every, bad, longest = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        kind = outcome.case.kind
        every[kind] += 1
        bad[kind] += bool(outcome.faults)
        longest[kind] = max(longest[kind], round(1000 * outcome.seconds))
    rows = [f"{kind:20} {every[kind]:6} {every[kind] - bad[kind]:9} {bad[kind]:7} {longest[kind]:9}" for kind in every]
    head = f"{'kind':20} {'tried':>6} {'answered':>9} {'failed':>7} {'ms at most':>10}"
    return "\n".join([head, *rows, f"{'all':20} {every.total():6} {every.total() - bad.total():9} {bad.total():7}"])
