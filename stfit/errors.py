"""The errors a user can meet. Everything stfit raises on purpose derives from StfitError."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 20


class StfitError(Exception):
    """Root of all errors that stfit raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: where it stands, what was expected, what was found."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}; found {self.found}"


class InputError(StfitError):
    """Bad input: a file, a key or a value. Holds every problem; its message shows the first 20."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self._message())

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
        return f"{row}column '{self.column}': expected {self.expected}; found {self.found}"


class TableError(StfitError):
    """A table whose columns are readable but whose content is not a valid measurement."""

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems[:_SHOWN]))


class OutsideValidityError(StfitError):
    """A physical function was asked outside the range in which its equation holds."""


class NoResidualsError(StfitError):
    """A likelihood that is no sum of squares: only its logarithm can be maximised."""
