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
    from stfit.pipeline.calibrating import calibrate
    from stfit.pipeline.fitting import fit
    from stfit.pipeline.loading import load
    from stfit.pipeline.planning import plan
    from stfit.pipeline.reporting import report
    from stfit.pipeline.sampling import sample, to_arviz
    from stfit.pipeline.simulating import simulate
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
    "calibrate": "stfit.pipeline.calibrating",
    "compare": "stfit.results.compared",
    "explore": "stfit.notebook",
    "fit": "stfit.pipeline.fitting",
    "load": "stfit.pipeline.loading",
    "plan": "stfit.pipeline.planning",
    "report": "stfit.pipeline.reporting",
    "sample": "stfit.pipeline.sampling",
    "simulate": "stfit.pipeline.simulating",
    "to_arviz": "stfit.pipeline.sampling",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stfit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
