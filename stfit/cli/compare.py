"""`stfit compare`: results of several devices or analyses beside each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from stfit.cli.app import app
from stfit.cli.output import Force, say_removed
from stfit.cli.saying import say, say_document
from stfit.outputs import Output, Work

if TYPE_CHECKING:
    from stfit.outputs import Written
    from stfit.results.compared import Compared

_FILES: Final = ("comparison.html", "comparison.csv", "comparison.json")


@app.command(
    help="Show l/L_θθ, c_i, τ0, E and I_c of several results side by side and test whether they agree.",
    epilog="Example: stfit compare reports/device-1/result.json reports/device-2/result.json --out both/",
)
def compare(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT...", readable=False, help="Files result.json, or the folders of the reports."),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help=f"Write {', '.join(_FILES)} there."),
    ] = None,
    same_device: Annotated[
        bool, typer.Option("--same-device", help="All results are of one device: report differences as tension.")
    ] = False,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document in place of the tables.")] = False,
) -> None:
    """Do what `stfit compare --help` says."""
    paths = [path / "result.json" if path.is_dir() else path for path in results]
    output = None if out is None else Output(out, Work("compare", tuple(sorted(paths))), force)
    if output is not None:
        output.require(_FILES)

    from stfit.reports.comparing import compare as compared
    from stfit.reports.comparison_text import summary

    found = compared(paths, same_device=same_device)
    if as_json:
        say_document(_json(found))
    else:
        say(summary(found).rstrip())
    if output is not None:
        written = _written(found, output)
        say_removed(written)
        say(f"Comparison: {written.paths[0]}", err=as_json)


def _json(found: Compared) -> str:
    from stfit.reports.comparison_text import as_dict

    return json.dumps(as_dict(found), allow_nan=False, ensure_ascii=False, indent=1)


def _written(found: Compared, output: Output) -> Written:
    """Page, table and document, all or none."""
    from stfit.reports.comparison_page import page
    from stfit.reports.comparison_text import table_csv

    texts = (page(found), table_csv(found), _json(found) + "\n")
    return output.write(dict(zip(_FILES, texts, strict=True)))
