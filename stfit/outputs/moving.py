"""Several files take the place of those of an earlier run: all of them or none, whenever the process ends.

They are written into a hidden folder beside their places. Its change of name to `READY` is the moment from which the
new run counts: what is left is to move the files, which the next run does where this one is killed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import Final

from stfit.errors import InputError, Problem
from stfit.files import reason
from stfit.outputs.manifest import (
    MANIFEST,
    Entries,
    Entry,
    Owner,
    as_bytes,
    checksum,
    is_unchanged,
    manifest_text,
    read_manifest,
)

fcntl = import_module("fcntl") if find_spec("fcntl") else None  # Windows has none

Contents = Mapping[str, str | bytes | None]  # by the path of the file below the folder, with /; see `put`

READY: Final = ".stfit-ready"
_PART, _KEEPING, _MERGED = ".stfit-part-", ".stfit-keeping", ".stfit-merged"


def put(folder: Path, contents: Contents, owner: Owner, allow: Callable[[], None], *, keeping: bool) -> tuple[str, ...]:
    """Write files into a folder, made if need be, and list them in its manifest.

    Parameters
    ----------
    folder : Path
        The folder.
    contents : mapping of str to str, bytes or None
        The files: text is written as UTF-8; None lists a file without writing it. Files of the same name are replaced.
    owner : Owner
        What they are made by and from.
    allow : callable
        Called before anything is replaced, while no other run can write here; what it raises is passed on.
    keeping : bool
        Whether other files of the runs that are replaced stay; otherwise those that nobody changed are removed.

    Returns
    -------
    tuple of str
        The files removed.

    Raises
    ------
    InputError
        If the folder or a file cannot be written; what was there then is as it was.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            _settled(folder)
            allow()
            _make_ready(folder, contents, owner, keeping=keeping)
            return _settled(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        for place in made:
            with suppress(OSError):  # it holds something, or was never made
                place.rmdir()


def settle(folder: Path) -> None:
    """Finish what an earlier run had begun to move into a folder, and clear away what it left unfinished.

    Parameters
    ----------
    folder : Path
        The folder; there may be none.

    Raises
    ------
    InputError
        If the folder cannot be read, or what is left there cannot be moved.
    """
    try:
        if folder.is_dir():
            with _alone(folder):
                _settled(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder; the system lets them in when this process ends, however it does.

    Where it knows no such lock (Windows, some network drives) one of two runs at the same moment may fail, with what
    was there as it was.
    """
    if fcntl is None:
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(Problem(f"output folder {folder}", "a folder that can be written", reason(error)))


def _settled(folder: Path) -> tuple[str, ...]:
    """The files removed, of runs that are replaced."""
    ready = folder / READY
    removed = _moved_in(folder, ready) if (ready / MANIFEST).is_file() else ()
    for place in folder.iterdir():
        if place.name == READY or place.name.startswith(_PART):
            shutil.rmtree(place, ignore_errors=True)
    return removed


def _make_ready(folder: Path, contents: Contents, owner: Owner, *, keeping: bool) -> None:
    part = folder / f"{_PART}{token_hex(8)}"
    try:
        part.mkdir()
        entries = {name: _written(part / name, content, owner) for name, content in contents.items()}
        if keeping:
            (part / _KEEPING).touch()
        (part / MANIFEST).write_text(manifest_text(entries), encoding="utf-8")
        part.rename(folder / READY)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _written(path: Path, content: str | bytes | None, owner: Owner) -> Entry:
    if content is None:
        return Entry(*owner, None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_bytes(content))
    return Entry(*owner, checksum(content))


def _moved_in(folder: Path, ready: Path) -> tuple[str, ...]:
    """Move in what is ready, of which a part may have been moved before; the files removed."""
    new, old = read_manifest(ready / MANIFEST), read_manifest(folder / MANIFEST) or {}
    if new is None:
        raise InputError(Problem(str(ready), "what an earlier run left to be moved", "something else: remove it"))
    stale = {} if (ready / _KEEPING).exists() else _stale(old, new)
    merged = ready / _MERGED
    listed = {name: entry for name, entry in old.items() if name not in stale} | dict(new)
    merged.write_text(manifest_text(listed), encoding="utf-8")  # before anything moves: the disk may be full
    removed = tuple(name for name, entry in stale.items() if is_unchanged(folder / name, entry))
    for name in removed:
        (folder / name).unlink()
        with suppress(OSError):  # it holds other files
            (folder / name).parent.rmdir()
    for name in new:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # it was moved before, or is only listed
            (ready / name).replace(folder / name)
    merged.replace(folder / MANIFEST)
    (ready / MANIFEST).unlink()
    return removed


def _stale(old: Entries, new: Entries) -> Entries:
    """What runs that are replaced wrote beside the files replaced."""
    replaced = {entry.owner for entry in new.values()} | {old[name].owner for name in new if name in old}
    return {
        name: entry
        for name, entry in old.items()
        if name not in new and entry.owner in replaced and entry.sha256 is not None  # hours may be in a file that grows
    }
