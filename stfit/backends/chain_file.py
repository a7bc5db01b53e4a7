"""A Markov chain on disk (HDF5, never pickled): its draws, and all that it takes to go on with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, final

import h5py
import numpy as np
import numpy.typing as npt

from stfit.backends.chain import Chain, Ended, Walk
from stfit.errors import InputError, Problem

FORMAT: Final = "stfit-chain/1"
_EXPECTED: Final = "a complete chain file that stfit wrote (HDF5)"
_NAMES: Final = {
    "fingerprint": "the same measurements, model, constraints, priors and bounds",
    "seed": "the same seed",
    "ensembles": "the same number of ensembles",
    "walkers": "the same number of walkers",
    "stfit": "the same version of stfit",
    "emcee": "the same version of emcee",
}


@final
@dataclass(frozen=True)
class Stored:
    """A chain on disk. identity: of what it is a chain, and of which seed; what a resumed run must share."""

    walk: Walk
    identity: Mapping[str, str | int]
    names: tuple[str, ...]
    burn_in: int
    time: float
    ended: Ended

    @property
    def chain(self) -> Chain:
        """What is left after the burn-in."""
        return self.walk.chain(self.names, int(self.identity["seed"]), self.burn_in, self.time, self.ended)


def write(stored: Stored, path: Path) -> None:
    """Write a chain to a new file, then give it its name: whoever reads sees the old chain or the whole new one.

    InputError where the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.part")  # one name: what a killed run leaves is written over
    try:
        _write(stored, part)
        part.replace(path)
    except (OSError, RuntimeError) as error:  # h5py raises either where the disk is full
        found = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(str(path), "a file that can be written", found)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _write(stored: Stored, path: Path) -> None:
    attributes = dict(stored.identity) | {
        "format": FORMAT,
        "names": "\n".join(stored.names),
        "burn_in": stored.burn_in,
        "autocorrelation_time": stored.time,
        "ended": stored.ended.name,
    }
    with h5py.File(path, "w") as file:
        for name, values in _arrays(stored.walk).items():
            file.create_dataset(name, data=values)
        file.attrs.update(attributes)
        file.attrs["sha256"] = _checksum(stored.walk, attributes)
    with path.open("rb") as written:
        os.fsync(written.fileno())


def read(path: Path) -> Stored:
    """All of a chain on disk. InputError: no such file, not a chain, or a damaged one."""
    if not path.is_file():
        raise InputError(Problem(str(path), _EXPECTED, "no such file"))
    try:
        with h5py.File(path, "r") as file:
            attributes = {name: _plain(value) for name, value in file.attrs.items()}
            arrays = {name: file[name][()] for name in Walk.__dataclass_fields__}
        walk = Walk(**arrays)
        claimed = attributes.pop("sha256")
        whole = attributes["format"] == FORMAT and claimed == _checksum(walk, attributes)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise InputError(Problem(str(path), _EXPECTED, f"a damaged or foreign file ({error})")) from error
    if not whole:
        raise InputError(Problem(str(path), _EXPECTED, "a damaged one: its content does not match its checksum"))
    return Stored(
        walk,
        {name: attributes[name] for name in _NAMES},
        tuple(attributes["names"].split("\n")),
        attributes["burn_in"],
        attributes["autocorrelation_time"],
        Ended[attributes["ended"]],
    )


def resumed(path: Path, identity: Mapping[str, str | int]) -> Walk:
    """What has been walked of this very chain. InputError: damaged, or the chain of anything else."""
    stored = read(path)
    problems = [
        Problem(f"{path}, which is to be resumed", f"{_NAMES[name]} as now{_shown(value)}", f"another{_shown(found)}")
        for name, value in identity.items()
        if (found := stored.identity[name]) != value
    ]
    if problems:
        raise InputError(problems[0])
    return stored.walk


@contextmanager
def leaving(file: Path | None) -> Iterator[None]:
    """An interruption says where the chain is that it leaves, if it has come so far."""
    before = None if file is None or not file.exists() else file.stat().st_mtime_ns
    try:
        yield
    except BaseException as error:
        if file is not None and file.exists() and file.stat().st_mtime_ns != before:
            error.add_note(
                f"the chain so far is in {file}; the same work with --resume (resume=True) goes on from there"
            )
        raise


def _shown(value: str | int) -> str:
    """A value worth showing; a fingerprint is not."""
    return "" if isinstance(value, str) and len(value) == 64 else f" ({value})"


def _arrays(walk: Walk) -> dict[str, npt.NDArray[Any]]:
    return {name: getattr(walk, name) for name in Walk.__dataclass_fields__}


def _checksum(walk: Walk, attributes: Mapping[str, Any]) -> str:
    """Of all that a file holds."""
    digest = sha256(repr(sorted(attributes.items())).encode())
    for name, values in _arrays(walk).items():
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """An attribute as Python has it."""
    return value.item() if isinstance(value, np.generic) else value
