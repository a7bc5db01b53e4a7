"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stfit.cli.completion import formats

AnalysisFile = Annotated[
    Path, typer.Argument(metavar="ANALYSIS", readable=False, help="The analysis file (TOML); stfit init begins one.")
]
Seed = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Seed of all random numbers, in place of the one in the file.")
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
