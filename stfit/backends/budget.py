"""How long a chain is sampled, where it is kept, and who watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import final

from stfit.outputs import Output

_FEWEST, _MOST, _PER_COORDINATE = 64, 256, 16  # walkers: the covariance of half of them must be that of all


@final
@dataclass(frozen=True)
class Budget:
    """How long to sample.

    Parameters
    ----------
    ensembles : int
        How many independent ensembles of walkers.
    walkers : int, optional
        Of one ensemble; default 16 a coordinate, at least 64 and at most 256.
    steps : int
        At most, of every walker, burn-in included.
    target : int
        Effective draws of the slowest coordinate, all ensembles together, at which sampling ends once the chain is 50
        autocorrelation times long.
    """

    ensembles: int = 4
    walkers: int | None = None
    steps: int = 3000
    target: int = 10_000

    def walkers_for(self, dimension: int) -> int:
        """Walkers of one ensemble."""
        return self.walkers or min(max(_FEWEST, _PER_COORDINATE * dimension), _MOST)


@final
@dataclass(frozen=True)
class Progress:
    """How far sampling is. fraction: of what is expected to be needed. remaining: s, None while nothing is known."""

    steps: int
    fraction: float
    remaining: float | None


@final
@dataclass(frozen=True)
class Run:
    """How a chain is run. file: where it is stored (HDF5). resume: continue the one that is stored there.

    processes: how many share the ensembles. progress: called as sampling goes on. output: whose folder the file goes
    into, where a folder is kept; it lists the file before a new chain begins.
    """

    file: Path | None = None
    resume: bool = False
    processes: int = 1
    progress: Callable[[Progress], None] | None = None
    output: Output | None = None
