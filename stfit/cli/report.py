"""`stfit report`: the report of a stored result again, in any form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stfit.cli.app import app
from stfit.cli.options import Formats
from stfit.cli.output import Force
from stfit.cli.saying import say
from stfit.outputs import output_beside


@app.command(
    help="Write the report of a stored result again, in any format, without a new fit.",
    epilog="Example: stfit report out/result.json --format pdf",
)
def report(
    result: Annotated[Path, typer.Argument(metavar="RESULT.json", readable=False, help="Stored result of a fit.")],
    *,
    formats: Formats = "html",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help="Folder of the report.  [default: the folder of the result]"),
    ] = None,
    force: Force = False,
) -> None:
    """Do what `stfit report --help` says."""
    from stfit.reports.formats import RESULT, chosen_formats, files_of, places_of

    chosen = chosen_formats(formats)
    output = output_beside(result, result.parent if out is None else out, "report", force=force)
    output.require([name for name in places_of(chosen) if name != RESULT])

    from stfit.reports.bundle import write_report
    from stfit.results.storage import read

    write_report(read(result), output, chosen, with_result=False)
    for name in files_of(chosen, result=False):
        say(f"Report: {output.folder / name}")
