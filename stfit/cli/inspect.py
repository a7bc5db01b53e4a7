"""`stfit inspect`: what is understood of a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from stfit.cli.app import app
from stfit.cli.completion import keys, kinds
from stfit.cli.saying import say, say_document
from stfit.cli.values import keys_of
from stfit.errors import InputError, Problem, in_one_line
from stfit.outputs import require_writable, write_file

if TYPE_CHECKING:
    from stfit.pipeline.inspected_points import Points


_LABEL: Final = 40  # characters beside an axis in the terminal


@app.command(
    help="Show how stfit reads a file: container, columns, units, rows, remarks, and a plot.",
    epilog="Example: stfit inspect dwell.csv --json",
)
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A file with a table.")],
    *,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", autocompletion=kinds, help="Read the file as this kind of measurement."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="NAME=VALUE",
            autocompletion=keys,
            help="A key of [[measurement]]: dead_time=25us; repeatable.",
        ),
    ] = None,
    png: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", readable=False, help="Draw the plot into this file, not in the terminal."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file (--png).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document in place of the text.")] = False,
) -> None:
    """Do what `stfit inspect --help` says."""
    if png is not None:
        if png.suffix.lower() != ".png":
            raise InputError(Problem("option '--png'", "a file name that ends in .png", repr(str(png))))
        if os.path.lexists(png) and not force:
            raise InputError(Problem(str(png), "no file of that name (--force replaces it)", "one"))
        require_writable(png.absolute().parent, (png.name,))

    from stfit.pipeline.inspection import as_json_text, in_words
    from stfit.pipeline.inspection import inspect as inspected

    found = inspected(file, kind, **keys_of(key or []))
    if as_json:
        say_document(as_json_text(found))
    else:
        say(in_words(found))
    if png is not None and found.points is not None:
        _draw(found.points, png)
        say(f"Plot: {png}", err=as_json)
    elif found.points is not None and not as_json:
        from stfit.cli.terminal_plot import drawn

        labels = (in_one_line(label, _LABEL) for label in (found.points.x_label, found.points.y_label))
        say("\n" + drawn(found.points.x, found.points.y, *labels))


def _draw(points: Points, png: Path) -> None:
    from stfit.figures.points_figure import points_figure
    from stfit.figures.style import png_file

    write_file(png, png_file(points_figure(points.x, points.y, points.x_label, points.y_label)))
