"""Bars with the time that is left, on a terminal; nothing where the output is a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from stfit.backends.budget import Progress as Sampled


@contextmanager
def sampling_bar(console: Console | None = None, *, quiet: bool = False) -> Iterator[Callable[[Sampled], None] | None]:
    """A bar on stderr with steps, share and remaining time; what is yielded takes the progress of the sampler."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True) if console is None else console
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("Sampling"), BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def show(now: Sampled) -> None:
            left = "" if now.remaining is None else f", {remaining_time(now.remaining)} left"
            bar.update(task, completed=now.fraction, description=f"step {now.steps}{left}")

        yield show


def remaining_time(seconds: float) -> str:
    """A duration as one reads it: "42 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@contextmanager
def progress_bar(
    console: Console | None = None, *, quiet: bool = False
) -> Iterator[Callable[[str, int, int], None] | None]:
    """A function to call with what is going on, how much is done, of how much; None where nobody would see it."""
    if quiet or (console is None and not sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    console = Console(stderr=True) if console is None else console
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(words: str, done: int, of: int) -> None:
            if words in tasks and bar.tasks[tasks[words]].completed >= done:
                bar.remove_task(tasks.pop(words))  # the same work begins again, on other terms
            if words not in tasks:
                tasks[words] = bar.add_task(escape(words), total=of)
            bar.update(tasks[words], completed=done, total=of)

        yield show


@contextmanager
def watched_work(*, quiet: bool = False) -> Iterator[None]:
    """While this lasts, a bar shows the shared-out work of a fit or a plan, on a terminal."""
    from stfit.backends.parallel import watched

    with progress_bar(quiet=quiet) as show, watched(show):
        yield
