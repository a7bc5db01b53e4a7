"""The program itself: what all commands share before any of them runs."""

from __future__ import annotations

import errno
import gc
import io
import sys
from typing import Annotated, Any, Final

import typer

from stfit.cli.environment import require_working_folder
from stfit.cli.saying import BAD_INPUT, require_said, say
from stfit.errors import Problem, StfitError, in_one_line
from stfit.files import reason
from stfit.version import __version__

_COLLECTED_AFTER: Final = 200_000  # objects: 700, the default, spends a tenth of a fit with its figures on collecting

app: Final = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help needs no import of rich
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_NOT_OURS: Final = (  # a disk that is full, limits of a process, a path that the system takes for none
    *("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN"),
    *("ENAMETOOLONG", "ELOOP", "EACCES", "EPERM"),
)

_UsageError: Final[Any] = typer.BadParameter.__mro__[1]  # which typer offers under no name


def run() -> None:
    """Run the command line and end the process with its exit status."""
    gc.set_threshold(_COLLECTED_AFTER)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters is no reason to fail
    try:
        status = app(prog_name="stfit", standalone_mode=False)
        require_said()
    except StfitError as error:
        say("\nstfit: ".join([f"stfit: {error}", *getattr(error, "__notes__", ())]), err=True)
        sys.exit(BAD_INPUT)
    except (OSError, MemoryError) as error:
        if not (refused := _refusal(error)):
            raise
        say(f"stfit: {refused}", err=True)
        sys.exit(BAD_INPUT)
    except _UsageError as error:
        error.message = in_one_line(error.message)
        error.show()
        sys.exit(error.exit_code)
    except typer.Abort:
        say("Aborted!", err=True)
        sys.exit(1)
    sys.exit(status)


def _refusal(error: OSError | MemoryError) -> str:
    """What the system refuses, in words; "" for what is a fault of ours."""
    if isinstance(error, MemoryError):
        return str(Problem("memory", "enough for these data", "none left"))
    if errno.errorcode.get(error.errno or 0) not in _NOT_OURS:
        return ""
    return str(Problem(str(error.filename or "system"), "a disk, a memory and a path that take it", reason(error)))


def _print_version(asked: bool) -> None:
    if asked:
        say(f"stfit {__version__}")
        raise typer.Exit


@app.callback(
    help="From dwell times, switching, critical currents and FMR lines to l/L_θθ, the asymmetry c_i and τ0.",
    epilog="Example: stfit fit datasets/nanopillar/analysis.toml\n\n"
    "With data of your own: stfit init dwell.csv, then stfit fit analysis.toml\n\n"
    "The Tab key completes commands and options after: stfit --install-completion",
)
def stfit(  # what each command is for stands in `help`: `python -OO` leaves no docstring
    *,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Do what all commands begin with."""
    require_working_folder()
