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
    int | None, typer.Option(metavar="N", min=0, help="Seed of every random number, in place of the file's own.")
]
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="NAMES",
        autocompletion=formats,
        help="Forms of the report: html, pdf (needs stfit[pdf]), md, latex, several with commas, or all.",
    ),
]
ReportFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", readable=False, help="Where the report goes.  [default: reports/<name of the analysis>]"
    ),
]
