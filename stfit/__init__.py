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
    from stfit.models.critical import CriticalCurrentModel
    from stfit.models.dwell import DwellTimeModel
    from stfit.models.fluctuation import FluctuationModel
    from stfit.notebook import explore
    from stfit.pipeline import calibrate, fit, load, plan, report, sample, simulate, to_arviz
    from stfit.results.compared import compare

__all__ = [
    "CriticalCurrentModel",
    "DwellTimeModel",
    "FluctuationModel",
    "__version__",
    "calibrate",
    "compare",
    "explore",
    "fit",
    "load",
    "plan",
    "report",
    "sample",
    "simulate",
    "to_arviz",
]

# What is offered here is imported when it is first used: `import stfit` costs next to nothing.
_HOMES: Final = {
    "CriticalCurrentModel": "stfit.models.critical",
    "DwellTimeModel": "stfit.models.dwell",
    "FluctuationModel": "stfit.models.fluctuation",
    "calibrate": "stfit.pipeline",
    "compare": "stfit.results.compared",
    "explore": "stfit.notebook",
    "fit": "stfit.pipeline",
    "load": "stfit.pipeline",
    "plan": "stfit.pipeline",
    "report": "stfit.pipeline",
    "sample": "stfit.pipeline",
    "simulate": "stfit.pipeline",
    "to_arviz": "stfit.pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stfit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
