"""Where the tables of exact rates are kept: the cosine's in the package, that of another r(θ) once it is built."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast
from zipfile import BadZipFile

import numpy as np

from stfit.physics.rate_table import RateTable
from stfit.physics.transport import CosineGmr, Gmr

_EDITION: Final = "1"  # of the box and the series: other tables are not read
_PARTS: Final = ("coefficients", "vanishing", "overdriven")
COSINE_FILE: Final = Path(__file__).with_name("cosine_rates.npz")


def rate_table(gmr: Gmr) -> RateTable:
    """The table of a GMR curve: that of the cosine at once, another after some ten seconds the first time.

    Kept as $XDG_CACHE_HOME/stfit/rates-….npz (~/.cache by default) where that can be written.

    Parameters
    ----------
    gmr : Gmr
        The curve r(θ).

    Returns
    -------
    RateTable
        The exact rates as a series.

    Raises
    ------
    OutsideValidityError
        If no series follows the rates of this r(θ).
    """
    return _table_of(cast("Hashable", gmr))


@lru_cache(maxsize=8)
def _table_of(gmr: Any) -> RateTable:
    if isinstance(gmr, CosineGmr):
        return read(COSINE_FILE)
    path = _kept_at(gmr)
    if path.is_file():
        try:
            return read(path)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):
            path.unlink(missing_ok=True)  # cut short or of another make: it is built again
    table = RateTable.of(gmr)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(table, path)
    except OSError:
        return table  # a computer on which nothing can be kept builds it again
    return table


def read(path: Path) -> RateTable:
    """A table from its file. Nothing in it is unpickled."""
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
        parts = [np.asarray(content[name], dtype=float) for name in _PARTS]
    return RateTable(*parts)


def write(table: RateTable, path: Path) -> None:
    """The file of a table, whole or not at all."""
    unfinished = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(unfinished, **{name: getattr(table, name) for name in _PARTS})
    unfinished.replace(path)


def _kept_at(gmr: Gmr) -> Path:
    curve = gmr.resistance(np.linspace(0.0, np.pi, 721))
    key = hashlib.sha256(_EDITION.encode() + np.asarray(curve, dtype="<f8").tobytes()).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "stfit" / f"rates-{key}.npz"
