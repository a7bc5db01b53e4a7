"""From a stored result to the figures of its profiles and contours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stfit.figures.profiles import ProfilePanel, Region, contours_figure, profiles_figure
from stfit.figures.style import Figure, escape
from stfit.reports.drawn_measurements import layout_of
from stfit.results.result import FitResult
from stfit.results.symbols import symbol
from stfit.units import choose_prefix


def stored_profiles_figure(result: FitResult, *, width: str = "page") -> Figure | None:
    """Profiles of the headline numbers beside the parabolas of the covariance; None where none is stored."""
    profiles = result.intervals.get("profiles", {})
    panels = [_panel(name, entry) for name, entry in profiles.items()]
    return profiles_figure(panels, layout_of(width)) if panels else None


def stored_contours_figure(result: FitResult) -> Figure | None:
    """Joint regions of a pair of numbers; None where none is stored."""
    stored = result.intervals.get("contours", [])
    if not stored:
        return None
    first = stored[0]
    outer = first["regions"][-1]
    (across, x_label), (up, y_label) = (
        _shown(first[axis], outer[axis], unit) for axis, unit in zip("xy", first["units"], strict=True)
    )
    regions = [
        Region(entry["level"], np.array(entry["x"]) * across, np.array(entry["y"]) * up, np.array(entry["open"]))
        for entry in first["regions"]
    ]
    best = first["best"]
    return contours_figure((x_label, y_label), (best[0] * across, best[1] * up), regions)


def _panel(name: str, entry: Mapping[str, Any]) -> ProfilePanel:
    factor, label = _shown(name, entry["values"], entry["unit"])
    values, best = np.array(entry["values"]) * factor, entry["best"] * factor
    return ProfilePanel(label, best, values, np.array(entry["rise"]), np.array(entry["parabola"]))


def _shown(name: str, values: list[float], unit: str) -> tuple[float, str]:
    """The factor into the unit that is shown, and the label of the axis, mathtext."""
    factor, shown = choose_prefix(values, unit)
    letters = symbol(name).math if symbol(name).known else escape(name)
    return factor, f"{letters} ({escape(shown)})" if shown else letters
