"""stfit: from dwell times, switching and FMR lines to l/L_θθ, the asymmetry c_i and τ0, with honest uncertainties.

analysis = stfit.load("analysis.toml")
result = stfit.fit(analysis)
print(result.summary())
stfit.report(result, "out/")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from stfit.version import __version__

if TYPE_CHECKING:
    from stfit.backends.budget import Budget
    from stfit.models.critical import CriticalCurrentModel
    from stfit.models.dwell import DwellTimeModel
    from stfit.models.fluctuation import FluctuationModel
    from stfit.models.stored import load_model, load_modelresult
    from stfit.notebook.interface import (
        calibrate,
        compare,
        explore,
        fit,
        load,
        plan,
        read_result,
        released_calibration,
        report,
        sample,
        simulate,
        to_arviz,
    )
    from stfit.reports.sentences import format_combination
    from stfit.results.numbers import format_estimate, format_p, format_value
    from stfit.results.result import Estimate
    from stfit.results.symbols import symbol

__all__ = [
    "Budget",
    "CriticalCurrentModel",
    "DwellTimeModel",
    "Estimate",
    "FluctuationModel",
    "__version__",
    "calibrate",
    "compare",
    "explore",
    "fit",
    "format_combination",
    "format_estimate",
    "format_p",
    "format_value",
    "load",
    "load_model",
    "load_modelresult",
    "plan",
    "read_result",
    "released_calibration",
    "report",
    "sample",
    "simulate",
    "symbol",
    "to_arviz",
]

# What is offered here is imported when it is first used: `import stfit` costs next to nothing.
_HOMES: Final = {
    "Budget": "stfit.backends.budget",
    "Estimate": "stfit.results.result",
    "format_combination": "stfit.reports.sentences",
    "format_estimate": "stfit.results.numbers",
    "format_p": "stfit.results.numbers",
    "format_value": "stfit.results.numbers",
    "symbol": "stfit.results.symbols",
    "CriticalCurrentModel": "stfit.models.critical",
    "DwellTimeModel": "stfit.models.dwell",
    "FluctuationModel": "stfit.models.fluctuation",
    "load_model": "stfit.models.stored",
    "load_modelresult": "stfit.models.stored",
    "calibrate": "stfit.notebook.interface",
    "compare": "stfit.notebook.interface",
    "explore": "stfit.notebook.interface",
    "fit": "stfit.notebook.interface",
    "load": "stfit.notebook.interface",
    "plan": "stfit.notebook.interface",
    "read_result": "stfit.notebook.interface",
    "released_calibration": "stfit.notebook.interface",
    "report": "stfit.notebook.interface",
    "sample": "stfit.notebook.interface",
    "simulate": "stfit.notebook.interface",
    "to_arviz": "stfit.notebook.interface",
}
_PARTS: Final = frozenset({"constants", "errors", "physics"})  # modules that are public too


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return import_module(f"stfit.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'stfit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*__all__, *_PARTS})
