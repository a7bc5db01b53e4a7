"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from stfit.cli.completion import formats

AnalysisFile = Annotated[
    Path, typer.Argument(metavar="ANALYSIS", readable=False, help="The analysis file (TOML); stfit init begins one.")
]
MOST: Final = 1_000_000  # of what a command is asked to simulate
MOST_PROCESSES: Final = 1024
LARGEST_SEED: Final = 2**63 - 1  # that a chain file and most readers of JSON hold

Seed = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=0, max=LARGEST_SEED, help="Seed of all random numbers, in place of the one in the file."
    ),
]
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="NAMES",
        autocompletion=formats,
        help="Formats of the report, with commas between: html, pdf (needs stfit[pdf]), md, latex; or all.",
    ),
]
ReportFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", readable=False, help="Where the report goes.  [default: reports/<name of the analysis>]"
    ),
]
