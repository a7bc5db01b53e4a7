"""The gate that every file passes: its type and size are judged first, and binary containers are read elsewhere.

A reader of a binary format is a program that its input programs: it may loop, ask for all memory or write where it
should not. It therefore runs in a process of its own, with limits of time and (on Linux) of memory, and what comes back
are plain buffers. A file that ends its reader is one message, like any other that cannot be read.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Timer
from typing import Any, Final, final

from stfit.errors import InputError, Problem
from stfit.files import SIZE_LIMIT, in_bytes, judged_size, reason
from stfit.loaders.contents import REMEDY, Contents
from stfit.loaders.groups import ONLY, Choice
from stfit.loaders.wire import OUT_OF_MEMORY, READY, BrokenReaderError, receive

_MEMORY: Final = (1_000_000_000, 2)  # bytes, and times the size limit, that a file may take in its reader
_SECONDS: Final = (4, 2e-6)  # and for each byte, that a file may take in its reader
_START: Final = 60  # seconds, within which a reader is imported, from a slow disk too
_LAST: Final = 1.0  # second, that a process which broke off has for its end
_OUT_OF_TIME: Final = getattr(signal, "SIGXCPU", 0)
_BEGIN: Final = "import sys; sys.path[:] = sys.argv[1:]; from stfit.loaders.reader import main; main()"
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}

_LIMIT: ContextVar[int] = ContextVar("size_limit", default=SIZE_LIMIT)


@final
@dataclass(frozen=True)
class Container:
    """A format that is read outside this process.

    module: of this package, with its reader. words: "an HDF5 file". grouped: whether such files have groups.
    """

    module: str
    words: str
    grouped: bool = False


def size_limit() -> int:
    """How large a file may be that is read now, in bytes.

    Returns
    -------
    int
        The limit of the innermost `limited` around the caller, else 1 GB.
    """
    return _LIMIT.get()


@contextmanager
def limited(size: int | None) -> Iterator[None]:
    """While this lasts, files are read up to another size.

    Parameters
    ----------
    size : int or None
        Bytes; None leaves the limit as it is.
    """
    token = _LIMIT.set(size_limit() if size is None else size)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def admitted(path: Path) -> int:
    """The size of a file that may be read: a regular one within the limit.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    int
        Its size, bytes.

    Raises
    ------
    InputError
        As `stfit.files.judged_size`; the message of a file that is too large names the key that raises the limit.
    """
    return judged_size(path, size_limit(), REMEDY)


@contextmanager
def one_reader() -> Iterator[None]:
    """While this lasts, all binary containers are read by one process, which the first of them starts."""
    if _reader() is None and _READER.get() is not None:  # a worker that was forked keeps one until it ends
        _READER.set(_Reader())
    if _reader() is not None:
        yield
        return
    reader = _Reader()
    token = _READER.set(reader)
    try:
        yield
    finally:
        _READER.reset(token)
        reader.close()


def contents(path: Path, container: Container, choice: Choice = ONLY) -> Contents:
    """The columns in a binary container, read in a process of its own.

    Parameters
    ----------
    path : Path
        The file.
    container : Container
        Its format.
    choice : Choice
        Which group is read, where such files have groups.

    Returns
    -------
    Contents
        Its columns, as plain arrays and text.

    Raises
    ------
    InputError
        As `admitted`; what the reader of the format refuses; a file that takes too much time or memory, or ends it.
    """
    size = admitted(path)
    with one_reader():
        reader = _reader()
        assert reader is not None  # noqa: S101
        return reader.read(path, container, choice, size)


class _Reader:
    """The process, from the first file on; one that did not read a file is not asked for the next."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path, container: Container, choice: Choice, size: int) -> Contents:
        process, self._process = self._process or _started(path), None
        seconds, memory = int(_SECONDS[0] + _SECONDS[1] * size), _MEMORY[0] + _MEMORY[1] * size_limit()
        request = {
            "path": str(path.absolute()),
            "module": container.module,
            "container": container.words,
            "choice": asdict(choice) if container.grouped else None,
            "size_limit": size_limit(),
            "memory": memory,
            "seconds": seconds,
        }
        late = Event()
        try:
            found = _answer(process, request, late)
        except InputError:
            self._process = process
            raise
        except (BrokenReaderError, OSError) as error:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LAST)  # for the status with which it ends by itself
            raise InputError(_last_words(path, request, process.poll(), late=late.is_set())) from error
        else:
            self._process = process
        finally:
            if self._process is None:
                _end(process)
        return found

    def close(self) -> None:
        if self._process is not None:
            _end(self._process)


_READER: ContextVar[_Reader | None] = ContextVar("reader", default=None)


def _reader() -> _Reader | None:
    """The reader there is; None too where it belongs to the process that this one was forked from."""
    reader = _READER.get()
    return reader if reader is not None and reader.owner == os.getpid() else None


def _started(path: Path) -> subprocess.Popen[bytes]:
    """A process begun afresh, not forked: it has no lock, no memory and no open file of this one."""
    try:
        return subprocess.Popen(  # noqa: S603 - the interpreter that runs, and a program of ours
            [sys.executable, "-P", "-W", "ignore", "-c", _BEGIN, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | _ONE_THREAD,
        )
    except OSError as error:
        raise InputError(Problem(str(path), "a process of its own in which it is read", reason(error))) from error


def _answer(process: subprocess.Popen[bytes], request: Mapping[str, Any], late: Event) -> Contents:
    asked, answers = process.stdin, process.stdout
    assert asked is not None and answers is not None  # noqa: S101, PT018
    with _killed_after(_START, process, late):
        asked.write(json.dumps(request).encode("ascii") + b"\n")
        asked.flush()
        if answers.read(len(READY)) != READY:
            raise BrokenReaderError
    with _killed_after(request["seconds"], process, late):
        return receive(answers, request["memory"])


@contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[bytes], late: Event) -> Iterator[None]:
    def kill() -> None:
        late.set()
        process.kill()

    timer = Timer(seconds, kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with suppress(OSError):  # what was not sent need not be
        process.communicate()


def _last_words(path: Path, request: Mapping[str, Any], code: int | None, *, late: bool) -> Problem:
    """What is said of a file that ended its reader, or had it ended because it was late."""
    words = request["container"]
    if late or (code is not None and -code == _OUT_OF_TIME):
        expected = f"{words} that is read within {request['seconds']} s; saved as .csv it has no such limit"
        return Problem(path.name, expected, "one that takes longer")
    if code == OUT_OF_MEMORY:
        expected = f"{words} that takes at most {in_bytes(request['memory'])} of memory{REMEDY}"
        return Problem(path.name, expected, "one that needs more")
    how = f"status {code}" if code is None or code >= 0 else _name_of(-code)
    return Problem(path.name, words, f"a file that made its reader stop ({how}); save it again, or as .csv")


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
