"""Traces and tables of numbers that no signal has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from tests.hostile.case import DWELLS, Hostile, Right, holding


def traces() -> Iterator[Hostile]:
    """Traces and spectra of numbers that no signal has."""
    rng = np.random.default_rng(3)
    signal = np.where(rng.random(4000) < 0.5, 100.0, 101.0) + rng.normal(0, 0.05, 4000)
    arrays = {
        "empty": signal[:0],
        "one": signal[:1],
        "huge": signal * 1e306,
        "large": signal * 1e40,
        "denormal": signal * 1e-322,
        "tiny": signal * 1e-60,
        "nan": np.where(np.arange(4000) == 7, np.nan, signal),
        "infinite": np.where(np.arange(4000) == 7, np.inf, signal),
        "float32": np.full(4000, 3e38, np.float32),
        "square": signal.reshape(40, 100),
        "flags": signal > 100.5,
        "words": np.array(["a"] * 40),
        "int64": np.full(4000, 2**63 - 1),
    }
    for label, values in arrays.items():
        yield _trace(
            label,
            partial(np.save, arr=values),
            "unit=ohm",
            Right.EITHER if label in ("int64", "one", "nan", "infinite") else Right.REFUSED,
        )
    for unit in ("0 ohm", "0 mohm", "1e300 ohm", "1e-300 ohm", "-1e300 ohm", "1e999 ohm", "nan ohm", "", "ohm/0"):
        yield _trace(f"unit {unit.replace('/', ' ')}", partial(np.save, arr=signal), f"unit={unit}")
    for cell in ("1e308", "-1e308", "1e-320", "1e999", "nan", "9" * 400):
        for name, word in (("current (mA)", "1"), ("total_time (s)", "0.1"), ("n", "5")):
            row = {"state": "P", "current (mA)": "1", "n": "5", "total_time (s)": "0.1"} | {name: cell}
            table = DWELLS.replace("P,1,5,0.1", ",".join(row.values()), 1)
            right = Right.EITHER if (cell, word) == ("1e-320", "1") else Right.REFUSED
            yield Hostile("numbers", f"{name} {cell[:9]}.csv", holding(table), right, options=("--kind", "dwell-times"))


def _trace(label: str, save: partial[None], unit: str, right: Right = Right.REFUSED) -> Hostile:
    options = ("--kind", "telegraph-trace", "--key", "sample_interval=10 us", "--key", unit)
    return Hostile("numbers", f"trace {label}.csv", partial(_listed_trace, save), right, options=options)


def _listed_trace(save: partial[None], path: Path) -> None:
    save(path.with_name("trace.npy"))
    path.write_text("file,current (mA)\ntrace.npy,1\n")
