"""The errors a user can meet. Everything stfit raises on purpose derives from StfitError."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OPTION: Final = "option '--{}'"  # where the command line is wrong; a call in Python names itself instead

_SHOWN: Final = 20
_LONGEST: Final = 300  # characters of a foreign text in a message
_LONGEST_EXPECTED: Final = 2000  # of what was expected: our own words, which may list all keys there are
# What a terminal obeys or hides instead of showing it: controls of C0 and C1 but the line feed, soft hyphen, marks of
# direction and of zero width, line and paragraph separators, halves of surrogates, language tags.
_OBEYED: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    r"""A text as a terminal may show it: what it would obey instead is escaped as in JSON (\u001b); line feeds stay.

    Parameters
    ----------
    text : str
        Any text, of any number of lines.

    Returns
    -------
    str
        The same text where nothing was to be escaped. A JSON document stays one, of the same content.
    """
    return _OBEYED.sub(_escaped, text)


def in_one_line(text: str, longest: int = _LONGEST) -> str:
    """A foreign text (a name, a title, what a library says) as it may stand inside a line of ours.

    Parameters
    ----------
    text : str
        Any text.
    longest : int
        How many characters of it are shown; a longer one loses its middle.

    Returns
    -------
    str
        The text, escaped as by `printable`, its line feeds too.
    """
    if len(text) > longest:
        kept = longest - 1
        text = f"{text[: kept - kept // 3]}…{text[-(kept // 3) :]}"
    return printable(text).replace("\n", "\\n")


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class StfitError(Exception):
    """Root of all errors that stfit raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: where it stands, what was expected, what was found."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        expected = in_one_line(self.expected, _LONGEST_EXPECTED)
        return f"{in_one_line(self.where)}: expected {expected}; found {in_one_line(self.found)}"


class InputError(StfitError):
    """Bad input: a file, a key or a value. Holds every problem; its message shows the first 20."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self._message())

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """What a worker process sends of it: the problems, not the message that they make."""
        return type(self), (self.problems,)

    def _message(self) -> str:
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        hidden = len(self.problems) - _SHOWN
        if hidden > 0:
            lines.append(f"… and {hidden} more")
        return "\n".join(lines)


@dataclass(frozen=True)
class CellProblem:
    """One thing wrong with a table, before its place in the file is known.

    row counts the rows of data from 0, None means the column as a whole.
    """

    row: int | None
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        row = "" if self.row is None else f"row {self.row}, "
        return f"{row}column '{in_one_line(self.column)}': expected {self.expected}; found {in_one_line(self.found)}"


class TableError(StfitError):
    """A table whose columns are readable but whose content is not a valid measurement."""

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems[:_SHOWN]))

    def __reduce__(self) -> tuple[type[TableError], tuple[tuple[CellProblem, ...]]]:
        """What a worker process sends of it: the problems, not the message that they make."""
        return type(self), (self.problems,)


class OutsideValidityError(StfitError):
    """A physical function was asked outside the range in which its equation holds."""


class NoResidualsError(StfitError):
    """A likelihood that is no sum of squares: only its logarithm can be maximised."""
