"""Where a command writes, and what it says of files that it left alone or took away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from stfit.cli.saying import say
from stfit.outputs import Output, Work, Written, free_output

Force = Annotated[
    bool, typer.Option("--force", help="Replace existing files, also those that stfit did not write for this work.")
]


def default_folder(analysis: Path) -> Path:
    """reports/<name>: the name of the folder for a file called analysis.toml, that of the file for any other."""
    name = analysis.resolve().parent.name if analysis.name == "analysis.toml" else analysis.stem
    return Path("reports") / (name or "analysis")


def analysis_output(analysis: Path, command: str, out: Path | None, names: Sequence[str], *, force: bool) -> Output:
    """Where the output of a command on an analysis file goes, before anything is computed.

    Parameters
    ----------
    analysis : Path
        The analysis file.
    command : str
        What works on it.
    out : Path or None
        The folder that the user names. Without one it is that of the analysis in reports/, or where that holds
        anything of another work the first of -2, -3 … that does not.
    names : sequence of str
        What is to be written, as `Output.require` takes it.
    force : bool
        Whether files of anybody may be replaced.

    Returns
    -------
    Output
        The place, in which nothing would be lost.

    Raises
    ------
    InputError
        If files would be lost in the folder that the user names, or it cannot be written.
    """
    folder = out or default_folder(analysis)
    if out is None and command == "calibrate":  # its hours are not for the next fit to replace
        folder = folder.with_name(f"{folder.name}-calibration")
    output = Output(folder, Work(command, (analysis,)), force)
    if out is None and (output := free_output(output, names)).folder != folder:
        say(f"stfit: {folder} holds other files, which stay (--force replaces them): see {output.folder}", err=True)
    output.require(names)
    return output


def say_removed(written: Written) -> None:
    """A line on stderr where files of the run that is replaced are no more there."""
    if written.removed:
        below = Counter(name.rpartition("/")[0] for name in written.removed)
        names = [name for name in written.removed if "/" not in name]
        names += [f"{number} files of {folder}/" for folder, number in below.items() if folder]
        say(f"stfit: removed, of the earlier run: {', '.join(names)}", err=True)
