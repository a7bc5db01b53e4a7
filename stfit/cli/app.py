"""The program itself: what all commands share before any of them runs."""

from __future__ import annotations

import gc
import io
import sys
from typing import Annotated, Any, Final

import typer

from stfit.cli.saying import BAD_INPUT, say
from stfit.errors import StfitError, in_one_line
from stfit.version import __version__

_COLLECTED_AFTER: Final = 200_000  # objects: 700, the default, spends a tenth of a fit with its figures on collecting

app: Final = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help needs no import of rich
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
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
    except StfitError as error:
        say(f"stfit: {error}", err=True)
        sys.exit(BAD_INPUT)
    except _UsageError as error:
        error.message = in_one_line(error.message)
        error.show()
        sys.exit(error.exit_code)
    except typer.Abort:
        say("Aborted!", err=True)
        sys.exit(1)
    sys.exit(status)


def _print_version(asked: bool) -> None:
    if asked:
        say(f"stfit {__version__}")
        raise typer.Exit


@app.callback(
    epilog="Example: stfit fit datasets/nanopillar/analysis.toml\n\n"
    "With data of your own: stfit init dwell.csv, then stfit fit analysis.toml\n\n"
    "The Tab key completes commands and options after: stfit --install-completion"
)
def stfit(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """From dwell times, switching, critical currents and FMR lines to l/L_θθ, the asymmetry c_i and τ0."""
