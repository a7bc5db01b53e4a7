"""Lines of an analysis file that `stfit init` marked, and nobody has confirmed."""

from __future__ import annotations

import re
from typing import Final

from stfit.analysis import Analysis
from stfit.results import Note

ASSUMED: Final = "CHECK"  # what marks a value that nobody gave
_MARKED: Final = re.compile(rf"^(\w+) = .*# {ASSUMED}: ", re.MULTILINE)


def unchecked(analysis: Analysis) -> list[Note]:
    """A warning that names the keys whose lines are still marked.

    Parameters
    ----------
    analysis : Analysis
        With the text of its file.

    Returns
    -------
    list of Note
        One, or none where no line is marked.
    """
    keys = list(dict.fromkeys(_MARKED.findall(analysis.text)))
    if not keys:
        return []
    named = ", ".join(keys)
    sentence = f"Lines of the analysis file are still marked {ASSUMED} ({named}): the result holds if they are right."
    return [Note("unchecked lines", "warning", sentence)]
