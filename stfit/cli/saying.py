"""What commands have in common: what they say, how they end."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from stfit.errors import InputError, Problem, in_one_line, printable
from stfit.files import reason

if TYPE_CHECKING:
    from stfit.results.result import FitResult

BAD_INPUT: Final = 2
NOT_ANSWERED: Final = 3

_WIDEST: Final = 4000  # characters of a line: twenty problems are lines of less than 3000


def require_analysis(path: Path) -> None:
    """InputError, with the remedy, where a file cannot be an analysis: none of that name, or one with data."""
    expected = "an analysis file (.toml); stfit init DATA begins one from data"
    if path.suffix.lower() != ".toml" and path.is_file():
        raise InputError(
            Problem(str(path), expected, f"a file that ends in {path.suffix!r}" if path.suffix else "another")
        )
    if not path.is_dir() and not os.path.lexists(path):
        raise InputError(Problem(str(path), expected, "no such file"))


def command() -> str:
    """The command as the user gave it."""
    return shlex.join(["stfit", *sys.argv[1:]])


def say(text: str, *, err: bool = False) -> None:
    """Lines on stdout or stderr: nothing in them moves the cursor or hides, none is longer than 4000 characters.

    Parameters
    ----------
    text : str
        One line or several; what is foreign in it (a title, the name of a file or a column) may hold anything.
    err : bool
        Whether it goes to stderr.
    """
    _show("\n".join(in_one_line(line, _WIDEST) for line in text.split("\n")), err)


def say_document(text: str) -> None:
    """A JSON document on stdout: it stays one, of the same content, whatever its texts hold.

    Parameters
    ----------
    text : str
        The document.
    """
    _show(printable(text), err=False)


def ask(words: str, default: str | None) -> str:
    """What whoever sits at the terminal answers.

    Parameters
    ----------
    words : str
        What is asked.
    default : str or None
        The answer of an empty line; None asks again.

    Returns
    -------
    str
        The answer.
    """
    return str(typer.prompt(in_one_line(words, _WIDEST), default=default, err=True))


_UNSAID: Final[list[str]] = []  # why stdout could not be written


def require_said() -> None:
    """Refuse to end as if all had been said.

    Raises
    ------
    InputError
        If something could not be written to stdout, because the disk that it leads to is full, for example.
    """
    if _UNSAID:
        raise InputError(Problem("stdout", "a place that can be written", _UNSAID.pop()))


def _show(text: str, err: bool) -> None:
    """Write where nobody may be reading any more, or the disk may be full: the files that follow are worth more."""
    try:
        typer.echo(text, err=err)
    except OSError as error:
        # a reader that went has seen enough; the exit status is still about the fit
        if not err and not isinstance(error, BrokenPipeError):
            _UNSAID[:] = [reason(error)]
        os.dup2(os.open(os.devnull, os.O_WRONLY), (sys.stderr if err else sys.stdout).fileno())


def end(result: FitResult, unidentified: Sequence[str]) -> None:
    """End with status 3, and say why, where the fit gave no answer to what was asked."""
    from stfit.reports.sentences import rejection
    from stfit.results.result import Status

    if warning := rejection(result.goodness):
        say(f"stfit: {warning} No error quoted covers the misfit.", err=True)
    converged = result.status is Status.CONVERGED
    if not converged:
        say(f"stfit: {result.status.sentence}", err=True)
    if unidentified:
        say(f"stfit: the data do not identify {', '.join(unidentified)}, which 'fit.free' asks for", err=True)
    if unidentified or not converged:
        raise typer.Exit(NOT_ANSWERED)
