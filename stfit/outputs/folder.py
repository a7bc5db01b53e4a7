"""Which files of a folder a command may write: those that are not there, and those that its earlier runs wrote."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final, final

from stfit.errors import InputError, Problem
from stfit.outputs.manifest import MANIFEST, Entries, Entry, Owner, is_unchanged, read_manifest
from stfit.outputs.moving import Contents, put, settle
from stfit.outputs.place import require_writable

OPTIONS: Final = "--force replaces them, --out takes another folder"
ARGUMENT: Final = "force=True replaces them"
_SHOWN: Final = 5  # files that a message names


@final
@dataclass(frozen=True)
class Work:
    """What a command worked on: the same work again replaces its output.

    sources: files, which are known by their place; or what is in memory, known by its names.
    """

    command: str
    sources: tuple[Path | str, ...]

    def owner(self, folder: Path) -> Owner:
        """How the manifest of a folder names it.

        Parameters
        ----------
        folder : Path
            The folder, from which the paths go.

        Returns
        -------
        Owner
            The command and its sources.
        """
        return self.command, tuple(_named(source, folder) for source in self.sources)


@final
@dataclass(frozen=True)
class Written:
    """What was written, and what an earlier run had written that is no more there; names below the folder."""

    paths: tuple[Path, ...]
    removed: tuple[str, ...]


@final
@dataclass(frozen=True)
class Output:
    """A folder into which one work is written.

    force: whether files of anybody may be replaced. remedy: what a refusal proposes. keeping: whether the work adds to
    what is there, so that its other files stay.
    """

    folder: Path
    work: Work
    force: bool = False
    remedy: str = OPTIONS
    keeping: bool = False

    def require(self, names: Sequence[str]) -> None:
        """Refuse, before anything is computed, what would be lost.

        Parameters
        ----------
        names : sequence of str
            The files to be written; one that ends in / is a folder that is to hold files of this work alone.

        Raises
        ------
        InputError
            If the folder cannot be written, or holds files of these names that are not of this work.
        """
        require_writable(self.folder, _files(names))
        settle(self.folder)
        self._refuse_lost(names)

    def _refuse_lost(self, names: Sequence[str]) -> None:
        lost = [] if self.force else self._lost(names)
        if lost:
            expected = f"no other files than those of earlier runs of this work ({self.remedy})"
            raise InputError(Problem(f"output folder {self.folder}", expected, "; ".join(lost)))

    def write(self, contents: Contents) -> Written:
        """Write files: all of them, or none.

        Parameters
        ----------
        contents : mapping of str to str or bytes
            By their names below the folder.

        Returns
        -------
        Written
            Their paths.

        Raises
        ------
        InputError
            As `require`, or where the disk is full.
        """
        return Written(tuple(self.folder / name for name in contents), self._put(contents, keeping=self.keeping))

    def claim(self, name: str) -> Path:
        """List a file that is about to grow, and that carries its own checksum.

        Parameters
        ----------
        name : str
            The file.

        Returns
        -------
        Path
            Where it is.

        Raises
        ------
        InputError
            As `require`.
        """
        self._put({name: None}, keeping=True)
        return self.folder / name

    def _put(self, contents: Contents, *, keeping: bool) -> tuple[str, ...]:
        names = tuple(contents)
        require_writable(self.folder, names)
        return put(
            self.folder, contents, self.work.owner(self.folder), lambda: self._refuse_lost(names), keeping=keeping
        )

    def is_free(self, names: Sequence[str]) -> bool:
        """Whether a folder that nobody asked for by name may be taken: nothing in it is of another work.

        Parameters
        ----------
        names : sequence of str
            As `require` takes them.

        Returns
        -------
        bool
            False also where the place is not a folder.
        """
        if not os.path.isdir(self.folder):  # noqa: PTH112 - which takes a name too long for one that is not there
            return not os.path.lexists(self.folder)
        settle(self.folder)
        _, sources = self.work.owner(self.folder)
        entries = read_manifest(self.folder / MANIFEST) or {}
        taken = any(entry.of != sources for entry in entries.values())
        return not taken and not self._lost(names) and not any((self.folder / name).is_dir() for name in _files(names))

    def _lost(self, names: Sequence[str]) -> list[str]:
        """What would be lost of files that are not of this work, by why they are not."""
        entries = read_manifest(self.folder / MANIFEST)
        if entries is None:
            return [f"{MANIFEST}, which is none of this version"]
        found: dict[str, list[str]] = {}
        for file in (part for name in names for part in self._inside(name)):
            if why := self._foreign(file, entries):
                found.setdefault(why, []).append(file)
        return [f"{_listed(files)}, {why}" for why, files in found.items()]

    def _inside(self, name: str) -> list[str]:
        """The file itself, or the files there are in a folder."""
        place = self.folder / name
        if not name.endswith("/"):
            return [name]
        return [f"{name}{file.name}" for file in sorted(place.iterdir())] if place.is_dir() else [name[:-1]]

    def _foreign(self, name: str, entries: Entries) -> str:
        """Why a file is not of this work; empty where it is, or where there is none."""
        path = self.folder / name
        if not os.path.lexists(path):
            return ""
        entry = entries.get(name)
        if entry is None:
            return "which stfit did not write"
        if entry.owner != self.work.owner(self.folder):
            return f"of {', '.join(entry.of)} (stfit {entry.command})"
        return "" if is_unchanged(path, entry) else "changed since stfit wrote it"


def free_output(wanted: Output, names: Sequence[str]) -> Output:
    """The same work in the first free folder: that of the name, or with -2, -3 … after it.

    Parameters
    ----------
    wanted : Output
        Where it would go.
    names : sequence of str
        As `Output.require` takes them.

    Returns
    -------
    Output
        Where it goes; as wanted if all may be replaced.
    """
    if wanted.force:
        return wanted
    places = (
        wanted.folder if number == 1 else wanted.folder.with_name(f"{wanted.folder.name}-{number}")
        for number in count(1)
    )
    return next(found for place in places if (found := replace(wanted, folder=place)).is_free(names))


def output_beside(file: Path, folder: Path, command: str, *, force: bool) -> Output:
    """Where what is made from a file goes; in the folder of the file it belongs to the work that wrote the file.

    Parameters
    ----------
    file : Path
        What it is made from.
    folder : Path
        Where it goes.
    command : str
        What makes it.
    force : bool
        Whether files of anybody may be replaced.

    Returns
    -------
    Output
        The other files of that work stay.
    """
    work = Work(command, (file,))
    if folder.resolve() == file.parent.resolve():
        entry = entry_of(folder, file.name)
        work = Work(*entry.owner) if entry else work
    return Output(folder, work, force, keeping=True)


def entry_of(folder: Path, name: str) -> Entry | None:
    """What the manifest of a folder says of a file.

    Parameters
    ----------
    folder : Path
        The folder.
    name : str
        The file, below it.

    Returns
    -------
    Entry or None
        None where it does not list the file.
    """
    return (read_manifest(folder / MANIFEST) or {}).get(name)


def _named(source: Path | str, folder: Path) -> str:
    """A file by its path from the folder, so that both may be moved together; what is no file as it is called."""
    if isinstance(source, str):
        return source
    place = source.resolve()
    try:
        return Path(os.path.relpath(place, folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return place.as_posix()


def _files(names: Sequence[str]) -> list[str]:
    return [name for name in names if not name.endswith("/")]


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join([*names[:_SHOWN], *([f"{rest} more"] if rest > 0 else [])])
