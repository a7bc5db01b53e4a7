"""The process in which binary containers are read: what a file does to its reader, it does here and not to the fit.

It is started by `stfit.loaders.gate`, imports what one format needs and nothing of the physics, and answers each line
on stdin with the contents of a file or with what is wrong with it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

from stfit.errors import InputError, Problem
from stfit.loaders.contents import Contents
from stfit.loaders.groups import Choice
from stfit.loaders.wire import OUT_OF_MEMORY, READY, send, send_refusal

if sys.platform != "win32":
    import resource

_EXTRA: Final = "io"
_STATM: Final = Path("/proc/self/statm")  # Linux: the size of this process in pages
_Read = Callable[..., Contents]


def main() -> None:
    """Answer the requests on stdin until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is answered by the process that asks
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints would write into an answer
        for line in sys.stdin.buffer:
            answer(json.loads(line), answers)


def answer(request: dict[str, Any], answers: BinaryIO) -> None:
    """Read one file and send what it holds, or what is wrong with it.

    Parameters
    ----------
    request : dict
        "path"; "module", whose `read` takes it; "container", what such a file is called; "size_limit" and "memory",
        bytes; "seconds" of a processor; "choice", the fields of a `Choice`, where it has groups.
    answers : binary file
        Where the answer goes.
    """
    path, container = Path(request["path"]), request["container"]
    try:
        read = reader_of(request["module"], path)
    except InputError as error:
        answers.write(READY)
        send_refusal(answers, error)
        return
    answers.write(READY)
    answers.flush()
    _bound(request["memory"], request["seconds"])
    try:
        choice = request["choice"]
        more = {} if choice is None else {"choice": Choice(**choice)}
        contents = read(path, request["size_limit"], **more)
    except InputError as error:
        send_refusal(answers, error)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # at once: to take the process down in order would need memory
    except Exception as error:  # noqa: BLE001 - here third-party readers end; what is no Exception ends the process too
        send_refusal(answers, damaged(path, container, error))
    else:
        send(answers, contents)


def reader_of(module: str, path: Path) -> _Read:
    """The function that reads a container.

    Parameters
    ----------
    module : str
        A module of this package.
    path : Path
        The file, for the message.

    Returns
    -------
    callable
        Its `read(path, size_limit)`, with a third argument `choice` where such files have groups.

    Raises
    ------
    InputError
        If a package that it needs is not installed: the message names the extra that brings it.
    """
    try:
        read: _Read = import_module(f"stfit.loaders.{module}").read
    except ImportError as error:
        package = str(error.name or error).partition(".")[0].replace("_", "-")
        found = f'none installed; pip install "stfit[{_EXTRA}]" brings it'
        expected = f"the package {package}, which reads {path.suffix} files"
        raise InputError(Problem(path.name, expected, found)) from error
    return read


def damaged(path: Path, container: str, error: BaseException) -> InputError:
    """What to raise where the package that reads a container cannot make sense of a file.

    Parameters
    ----------
    path : Path
        The file.
    container : str
        What such a file is called: "an HDF5 file".
    error : BaseException
        What the package raised.

    Returns
    -------
    InputError
        One problem, with the first words of the error.
    """
    words = " ".join(str(error).replace(str(path), path.name).split()) or type(error).__name__
    return InputError(Problem(path.name, container, f"a file that cannot be read as one ({words[:120]})"))


def _bound(memory: int, seconds: int) -> None:
    """Let the system end this process where a file takes more memory or time, makes a file, or leaves a core."""
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + seconds + 1)
    if _STATM.exists():  # macOS has the limit and does not keep it
        used = int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, used + memory)


def _lower(limit: int, value: int) -> None:
    """Set a limit, as far as the one that this process was born with lets it."""
    _, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
