"""HDF5 files whose bytes lie in another file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from tests.hostile.case import CANARY, Hostile, Right


def leaks() -> Iterator[Hostile]:
    """HDF5 files whose bytes lie in another file."""
    for suffix in (".h5", ".hdf5", ".mat"):
        for layout in (_external, _virtual, _external_in_group, virtual_of_itself, _external_fifo, _external_fields):
            yield Hostile("leak", f"{layout.__name__.strip('_')}{suffix}", layout)
        for link in (_external_link, _soft_link):
            yield Hostile("leak", f"{link.__name__.strip('_')}{suffix}", link, Right.REFUSED)


def _secret(path: Path) -> Path:
    secret = path.with_name("secret.txt")
    secret.write_text(CANARY * 40)
    return secret


def _external(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("a", (100,), "S8", external=[(_secret(path), 0, 800)])


def _external_in_group(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["g/n"] = np.arange(100.0)
        file["g"].create_dataset("current", (100,), "f8", external=[(_secret(path), 0, 800)])


def _external_fields(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("a", (50,), [("x", "S8"), ("y", "S8")], external=[(_secret(path), 0, 800)])


def _external_fifo(path: Path) -> None:
    pipe = path.with_name("pipe")
    if not pipe.exists():
        os.mkfifo(pipe)
    with h5py.File(path, "w") as file:
        file.create_dataset("a", (100,), "S8", external=[(pipe, 0, 800)])


def _virtual(path: Path) -> None:
    source = path.with_name("source.h5")
    with h5py.File(source, "w") as file:
        file["a"] = np.array([CANARY] * 3, dtype="S32")
    layout = h5py.VirtualLayout(shape=(3,), dtype="S32")
    layout[:] = h5py.VirtualSource(source, "a", shape=(3,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("a", layout)


def virtual_of_itself(path: Path) -> None:
    layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
    layout[:] = h5py.VirtualSource(".", "a", shape=(3,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("a", layout)


def _external_link(path: Path) -> None:
    source = path.with_name("source.h5")
    with h5py.File(source, "w") as file:
        file["a"] = np.array([CANARY] * 3, dtype="S32")
    with h5py.File(path, "w") as file:
        file["a"] = h5py.ExternalLink(source, "a")


def _soft_link(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["a"] = h5py.SoftLink("/a")
