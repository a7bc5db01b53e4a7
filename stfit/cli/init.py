"""`stfit init`: an analysis file from the data at hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stfit.cli.app import app
from stfit.cli.completion import constants, keys, kinds
from stfit.cli.saying import ask, say
from stfit.cli.values import keys_of
from stfit.errors import InputError, Problem
from stfit.outputs import require_writable, write_file

if TYPE_CHECKING:
    from stfit.pipeline.given import Question


@app.command(
    help="Write a first analysis file for data: kinds and settings from the columns, and places to fill in.",
    epilog="Example: stfit init dwell.csv pulses.csv --device 'beta=0.35 ± 0.03' --out analysis.toml",
)
def init(
    data: Annotated[list[Path], typer.Argument(metavar="DATA...", readable=False, help="Files with tables.")],
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            autocompletion=kinds,
            help="Kind of measurement: one for all files, or one for each file in order.",
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="NAME=VALUE",
            autocompletion=keys,
            help="A key of [[measurement]]: linewidth=hwhm; repeatable.",
        ),
    ] = None,
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            metavar="NAME=VALUE",
            autocompletion=constants,
            help="A constant: 'delta_R=0.11 ± 0.004 ohm'; repeatable.",
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE.toml", readable=False, help="The analysis file; its paths are relative to its folder."
        ),
    ] = Path("analysis.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Do what `stfit init --help` says."""
    _refuse(out, force)
    require_writable(out.absolute().parent, (out.name,))

    from stfit.pipeline.drafted import drafted
    from stfit.pipeline.given import Given

    asking = _asked if sys.stdin.isatty() and sys.stderr.isatty() else None
    given = Given(kind or (), keys_of(key or []), _texts(keys_of(device or [], "--device")), asking)
    text, found = drafted(data, out, given)
    write_file(out, text)
    for entry in found.entries:
        say(f"{entry.file}: {entry.kind}, {entry.source.kind.remark}")
    for file in found.left_out:
        say(f"{file}: a file that the index lists")
    for assumption in found.assumptions:
        say(f"stfit: {assumption}", err=True)
    first = "" if found.is_whole else "mend its lines marked CHECK, then "
    say(f"Analysis: {out}  (next: {first}stfit fit {out})")


def _refuse(out: Path, force: bool) -> None:
    if out.suffix != ".toml":
        raise InputError(Problem("option '--out'", "a file name that ends in .toml", repr(str(out))))
    if out.exists() and not force:
        raise InputError(Problem(str(out), "no file of that name (--force replaces it, --out takes another)", "one"))


def _texts(constants: dict[str, object]) -> dict[str, object]:
    """Constants as the analysis file takes them: a bare number is a text there too."""
    return {name: value if isinstance(value, str) else str(value) for name, value in constants.items()}


def _asked(question: Question) -> str:
    """The answer of whoever sits at the terminal; asked again until it is one of the choices."""
    choices = f" [{', '.join(question.choices)}]" if question.choices else ""
    while True:
        answer = ask(f"{question.about}: {question.words}{choices}", question.default or None)
        if not question.choices or answer in question.choices:
            return answer
        say(f"stfit: one of {', '.join(question.choices)}", err=True)
