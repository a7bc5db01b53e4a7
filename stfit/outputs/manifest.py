"""The list of the files that stfit wrote into a folder: by which command, from which inputs, with which content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final, final

from stfit.errors import InputError
from stfit.files import judged_size
from stfit.version import __version__

MANIFEST: Final = "stfit-manifest.json"
SCHEMA: Final = "stfit-manifest/1"
Owner = tuple[str, tuple[str, ...]]  # a command, and what it worked on
_LARGEST: Final = 10_000_000  # bytes


@final
@dataclass(frozen=True)
class Entry:
    """A file that stfit wrote.

    command, of: what it was made by and from; a file of `of` is relative to the folder. sha256: None of a file that
    grows and carries its own checksum.
    """

    command: str
    of: tuple[str, ...]
    sha256: str | None

    @property
    def owner(self) -> Owner:
        """What a later run must share for the file to be its own."""
        return self.command, self.of


Entries = Mapping[str, Entry]  # by the path of the file below the folder, with /


def read_manifest(path: Path) -> Entries | None:
    """The files that a manifest lists; none where there is no manifest.

    Parameters
    ----------
    path : Path
        The manifest.

    Returns
    -------
    mapping of str to Entry, or None
        None where the file is no manifest of this version.
    """
    if not path.is_symlink() and not path.exists():
        return {}
    try:
        judged_size(path, _LARGEST)
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = {name: _entry(entry) for name, entry in content["files"].items()}
    except (InputError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # what it is matters to nobody: it is not replaced
    return entries if content.get("schema") == SCHEMA and all(map(_is_below, entries)) else None


def manifest_text(entries: Entries) -> str:
    """What a manifest holds.

    Parameters
    ----------
    entries : mapping of str to Entry
        The files.

    Returns
    -------
    str
        A JSON document.
    """
    files = {name: {"command": e.command, "of": list(e.of), "sha256": e.sha256} for name, e in sorted(entries.items())}
    content = {"schema": SCHEMA, "stfit_version": __version__, "files": files}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def as_bytes(content: str | bytes) -> bytes:
    """The content of a file, text as UTF-8; half of a surrogate pair, which UTF-8 has not, is escaped.

    Parameters
    ----------
    content : str or bytes
        The content.

    Returns
    -------
    bytes
        What is written.
    """
    return content if isinstance(content, bytes) else content.encode("utf-8", errors="backslashreplace")


def checksum(content: str | bytes) -> str:
    """SHA-256 of a file of that content, in hexadecimal digits.

    Parameters
    ----------
    content : str or bytes
        The content, as `as_bytes` takes it.

    Returns
    -------
    str
        64 digits.
    """
    return sha256(as_bytes(content)).hexdigest()


def is_unchanged(path: Path, entry: Entry) -> bool:
    """Whether a file still is what was written.

    Parameters
    ----------
    path : Path
        The file.
    entry : Entry
        What the manifest says of it.

    Returns
    -------
    bool
        False also for what is no regular file.
    """
    if not path.is_file():
        return False
    if entry.sha256 is None:
        return True
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest() == entry.sha256
    except OSError:
        return False  # somebody took the right to read it away


def _entry(content: Mapping[str, Any]) -> Entry:
    command, of, checksum = content["command"], content["of"], content["sha256"]
    texts = isinstance(command, str) and isinstance(of, list) and all(isinstance(part, str) for part in of)
    if not texts or not isinstance(checksum, str | None):
        raise TypeError("an entry of another kind")
    return Entry(command, tuple(of), checksum)


def _is_below(name: str) -> bool:
    """Whether a name stays inside the folder; one that does not would let a manifest name the files of others."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and not set(name) & {"\\", ":", "\0"}
