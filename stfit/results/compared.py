"""Results beside each other, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from stfit.results.pooling import Common
from stfit.results.result import Estimate, FitResult


@final
@dataclass(frozen=True)
class ComparedQuantity:
    """One quantity in every result, None where a result has none; its common value, or why there is none."""

    name: str
    estimates: tuple[Estimate | None, ...]
    common: Common | None
    reason: str


@dataclass(frozen=True)
class Compared:
    """Results beside each other, all in one convention.

    settings: what the analyses chose (convention, barrier, mapping, …), one word for each result. separate: why no
    common value is formed of anything, "" where one may be.
    """

    names: tuple[str, ...]
    results: tuple[FitResult, ...]
    convention: str
    quantities: tuple[ComparedQuantity, ...]
    settings: Mapping[str, tuple[str, ...]]
    separate: str
    remarks: tuple[str, ...]

    def __getitem__(self, name: str) -> ComparedQuantity:
        """The quantity called `name`; KeyError lists the names there are."""
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity
        raise KeyError(f"no quantity is called {name!r}; there are {', '.join(q.name for q in self.quantities)}")

    @property
    def differences(self) -> dict[str, tuple[str, ...]]:
        """The settings in which the analyses differ."""
        return {key: words for key, words in self.settings.items() if len(set(words)) > 1}
