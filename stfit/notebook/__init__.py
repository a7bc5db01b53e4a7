"""For notebooks: guess the parameters by hand, see the curves move, fit from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stfit.errors import InputError, Problem

if TYPE_CHECKING:
    from stfit.analysis import Analysis
    from stfit.measurement import Observation
    from stfit.notebook.widget import Explorer
    from stfit.results import FitResult

__all__ = ["explore"]


def explore(
    source: str | Path | Analysis | FitResult | Observation | Sequence[Observation],
    **sections: Mapping[str, Any] | str,
) -> Explorer:
    """A widget with a slider for each parameter that varies, data with live curves, and buttons to fit and to reset.

    source: an analysis (or its file), measurements in memory with `sections` as for stfit.fit, or a result of this
    process, whose fit the sliders then start from. InputError where ipywidgets is missing, or the input is wrong.
    """
    try:
        import ipywidgets  # noqa: F401 - asked for before anything is computed
    except ImportError as error:
        expected = "ipywidgets, which the extra [notebook] brings: pip install 'stfit[notebook]'"
        raise InputError(Problem("stfit.explore", expected, "no such package")) from error

    from stfit.notebook.exploring import exploration_of
    from stfit.notebook.widget import Explorer

    return Explorer(exploration_of(source, sections))
