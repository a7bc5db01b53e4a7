"""Long work that a signal or a full disk breaks off is gone on with by the same command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stfit.cli.saying import say

UNFINISHED: Final = "unfinished.jsonl"  # in the output folder, until the report is there


@contextmanager
def kept_until_written(folder: Path) -> Iterator[None]:
    """Keep what is done in the output folder while this lasts; the end of it is the report.

    Parameters
    ----------
    folder : Path
        The output folder.
    """
    from stfit.backends.keeping import kept_in

    with kept_in(folder / UNFINISHED, lambda sentence: say(f"stfit: {sentence}", err=True)):
        yield
