"""Long work keeps what it has done in a file as it comes: the same command goes on where it was broken off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, final

import numpy as np

from stfit.backends.fingerprint import fingerprint
from stfit.backends.parallel import mapped, told
from stfit.errors import InputError, Problem
from stfit.files import judged_size, reason
from stfit.version import __version__

_BEGINNING: Final = '\n{"work": "'
Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


@final
@dataclass(frozen=True)
class Kept(Generic[Outcome]):
    """Work whose outcomes can be kept.

    doing: what it is, for messages and bars. of: everything that an outcome follows from, beside the number of its
    task. plain: an outcome as JSON has it. whole: the outcome again, the same to the last digit.
    """

    doing: str
    of: Any
    plain: Callable[[Outcome], Any]
    whole: Callable[[Any], Outcome]


@contextmanager
def kept_in(file: Path, remark: Callable[[str], None]) -> Iterator[None]:
    """While this lasts, `kept` work stores its outcomes in a file; what the file holds already is not done again.

    The file is gone where all ends well. An exception that ends it gets a note of what is kept.

    Parameters
    ----------
    file : Path
        Made, with its folder, when the first outcome is there. Outcomes of other work in it stay until this one ends.
    remark : callable
        Takes the sentence that says how much was kept from before.

    Raises
    ------
    InputError
        If the file cannot be read or written, or is somebody's own.
    """
    keeper = _Keeper(file, remark)
    token = _KEEPER.set(keeper)
    try:
        yield
    except BaseException as error:
        if keeper.last:
            error.add_note(f"kept in {file}: {keeper.last}; the same command goes on from there")
        raise
    finally:
        _KEEPER.reset(token)
    if keeper.used:
        file.unlink(missing_ok=True)


def kept(
    work: Kept[Outcome], function: Callable[[Task], Outcome], tasks: Sequence[Task], processes: int = 1
) -> Iterator[Outcome]:
    """What `mapped` gives, where nothing is kept or nothing was done before; else only the rest is computed.

    Parameters
    ----------
    work : Kept
        What is done, and how an outcome is stored.
    function, tasks, processes
        As for `stfit.backends.parallel.mapped`. Outcome i must follow from `work.of` and i alone, whatever the number
        of tasks is.

    Yields
    ------
    Outcome
        In the order of the tasks.
    """
    keeper = _KEEPER.get()
    if keeper is None:
        yield from mapped(function, tasks, processes, doing=work.doing)
        return
    key = fingerprint((__version__, np.__version__, work.doing, work.of))
    done = keeper.done(key, work, len(tasks))
    rest = _by_themselves(mapped(function, [task for i, task in enumerate(tasks) if i not in done], processes))

    def outcomes() -> Iterator[Outcome]:
        for i in range(len(tasks)):
            if i not in done:
                done[i] = next(rest)
                keeper.keep(key, i, work.plain(done[i]))
                keeper.last = f"{i + 1} of {len(tasks)} {work.doing}"
            yield done[i]

    yield from told(outcomes(), work.doing, len(tasks))


@dataclass
class _Keeper:
    """The file, and what it says. last: how much of the work under way is kept, in words."""

    file: Path
    remark: Callable[[str], None]
    last: str = ""
    _lines: list[dict[str, Any]] | None = field(default=None, init=False)

    @property
    def used(self) -> bool:
        """Whether any work was kept in the file, or could have been."""
        return self._lines is not None

    def done(self, key: str, work: Kept[Outcome], of: int) -> dict[int, Outcome]:
        """The outcomes that are there of one work, by number."""
        if self._lines is None:
            self._lines = list(_complete_lines(self.file))
        mine = {line["task"]: work.whole(line["outcome"]) for line in self._lines if line["work"] == key}
        found = {number: outcome for number, outcome in mine.items() if number < of}
        if found:
            self.remark(f"goes on after {len(found)} of {of} {work.doing}, which an earlier run kept in {self.file}")
        return found

    def keep(self, key: str, number: int, outcome: Any) -> None:
        """Add one outcome: a line that is there whole, or is none."""
        line = json.dumps({"work": key, "task": number, "outcome": outcome})
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(f"\n{line}\n")  # begun anew, as the last one may have been cut off
        except OSError as error:
            raise InputError(Problem(str(self.file), "a file that can be written", reason(error))) from error


_KEEPER: ContextVar[_Keeper | None] = ContextVar("keeper", default=None)


def _complete_lines(file: Path) -> Iterator[dict[str, Any]]:
    """What was kept. The line that a killed process was writing is no JSON: its task is done again."""
    if not file.exists():
        return
    judged_size(file)
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(Problem(str(file), "a file that can be read", reason(error))) from error
    if text and not text.startswith(_BEGINNING):
        raise InputError(Problem(str(file), "what an earlier run kept, or no such file", "a file of somebody else"))
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and found.keys() == {"work", "task", "outcome"}:
            yield found


def _by_themselves(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """The same: what is done within one of them is not kept."""
    while True:
        token = _KEEPER.set(None)
        try:
            outcome = next(outcomes)
        except StopIteration:
            return
        finally:
            _KEEPER.reset(token)
        yield outcome
