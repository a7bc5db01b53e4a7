"""The command line: one command for each thing a laboratory wants to know, one module for each command.

Exit status: 0 done; 2 bad input or usage; 3 the fit did not converge, the chain is unusable, or the data do not
identify a parameter that was asked for; 1 is a bug. Heavy imports stand inside the commands, so that `stfit --help`
answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from stfit.cli.app import app, run

COMMANDS: Final = (  # as the help lists them
    "init",
    "inspect",
    "fit",
    "report",
    "compare",
    "calibrate",
    "plan",
    "simulate",
)

for _name in COMMANDS:
    import_module(f"stfit.cli.{_name}")  # each adds itself to the app

__all__ = ["COMMANDS", "app", "main"]


def main() -> None:
    """Run the command line and end the process with its exit status."""
    run()
