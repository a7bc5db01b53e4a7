"""Bars on a terminal, from the first second until the work ends; nothing where the output is a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from stfit.backends.budget import Progress as Sampled


@contextmanager
def watched_work(
    words: str, console: Console | None = None, *, quiet: bool = False
) -> Iterator[Callable[[Sampled], None] | None]:
    """Show on a terminal that work goes on, and how much of each part of it is done.

    Parameters
    ----------
    words : str
        What goes on as a whole: its bar moves all the time, and disappears with the others at the end.
    console : Console, optional
        Where to show it; stderr by default.
    quiet : bool
        Show nothing, as where nobody would see it.

    Yields
    ------
    callable or None
        What takes the progress of a sampler; None where nothing is shown. The work that `stfit.backends.parallel`
        shares out is shown by itself.
    """
    if quiet or not (sys.stderr.isatty() if console is None else console.is_terminal):
        yield None
        return
    # what no pipe needs
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from stfit.backends.parallel import watched

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[amount]}"))
    with Progress(*columns, console=console or Console(stderr=True), transient=True) as shown:
        shown.add_task(words, total=None, amount="")
        bars = _Bars(shown)
        with watched(bars.counted):
            yield bars.sampled


@final
class _Bars:
    """A bar for each part of the work that is under way; it is removed when the part is done."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}

    def counted(self, words: str, done: int, of: int) -> None:
        """So many tasks of a part are done."""
        if done == 0 or words not in self._began:
            self._began[words] = monotonic()
        remaining = (monotonic() - self._began[words]) * (of - done) / done if done else None
        self._show(words, done / of if of else 1.0, f"{done}/{of}", remaining)

    def sampled(self, now: Sampled) -> None:
        """A sampler has come so far."""
        self._show("sampling", now.fraction, f"{now.fraction:.0%}, step {now.steps}", now.remaining)

    def _show(self, words: str, fraction: float, amount: str, remaining: float | None) -> None:
        if fraction >= 1.0:
            if words in self._tasks:
                self._shown.remove_task(self._tasks.pop(words))
            return
        amount += "" if remaining is None else f", {remaining_time(remaining)} left"
        if words in self._tasks:
            self._shown.update(self._tasks[words], completed=fraction, amount=amount)
        else:
            self._tasks[words] = self._shown.add_task(words, total=1.0, amount=amount)


def remaining_time(seconds: float) -> str:
    """A duration as one reads it: "42 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
