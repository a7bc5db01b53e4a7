"""Logs of Labber (.hdf5): one array of points, channels and sweeps, with the names of its channels beside it.

Labber writes `Data/Data`, of shape (points, channels, sweeps), `Data/Channel names`, rows of name and part ("Real" or
"Imaginary" for complex numbers), and `Channels`, rows with the name and the unit ("unitPhys") of each channel. A sweep
that was broken off is filled up with NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import h5py
import numpy as np

from stfit.loaders.contents import text_of, with_unit
from stfit.loaders.groups import Group

_DATA: Final = "Data/Data"
_NAMES: Final = "Data/Channel names"
_CHANNELS: Final = "Channels"
_VECTORS: Final = "Traces/"
_BESIDE: Final = ("_N", "_t0dt", "Time stamp")  # what stands beside the vectors of a channel
_SWEEP: Final = "sweep"


def log_of(datasets: Mapping[str, h5py.Dataset]) -> Group | None:
    """The table in a log of Labber.

    Parameters
    ----------
    datasets : mapping of str to h5py.Dataset
        All datasets of the file, by their paths.

    Returns
    -------
    Group or None
        A column for each channel, and one that counts the sweeps; None where the file is no log of Labber.
    """
    data, names = datasets.get(_DATA), datasets.get(_NAMES)
    if data is None or names is None or data.ndim != 3 or names.shape != (data.shape[1],) or not names.dtype.names:
        return None
    units = _units(datasets.get(_CHANNELS))
    written = [tuple(map(text_of, row))[:2] for row in names[()].tolist()]
    headers = [with_unit(f"{name} {part}".strip(), units.get(name, "")) for name, part in written]
    vectors = [name.removeprefix(_VECTORS) for name in datasets if name.startswith(_VECTORS)]
    left_out = [name for name in vectors if not name.endswith(_BESIDE)]
    notices = [f"vectors of the channels {', '.join(left_out)} are left out"] if left_out else []

    def columns() -> list[tuple[str, Any]]:
        values = np.asarray(data[()], dtype=np.float64)
        points, channels, sweeps = values.shape
        rows = values.transpose(2, 0, 1).reshape(points * sweeps, channels)
        sweep = np.repeat(np.arange(float(sweeps)), points)
        there = ~np.isnan(rows).all(axis=1)
        named = [(header, rows[there, place]) for place, header in enumerate(headers)]
        return [*named, (_SWEEP, sweep[there])] if _SWEEP not in headers else named

    told = headers if _SWEEP in headers else [*headers, _SWEEP]
    return Group("Data", tuple(told), data.size * 8, columns, {}, tuple(notices))


def _units(channels: h5py.Dataset | None) -> dict[str, str]:
    """The unit of each channel, as the quantity has it and not as the instrument shows it."""
    fields = () if channels is None else channels.dtype.names or ()
    if channels is None or not {"name", "unitPhys"} <= set(fields):
        return {}
    rows = channels[()]
    return {text_of(name): text_of(unit) for name, unit in zip(rows["name"], rows["unitPhys"], strict=True)}
