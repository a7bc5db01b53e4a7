"""The two seams: what an observation offers the fit, and what a kind of measurement offers the rest of stfit."""

from stfit.measurement.base import Origin, Settings
from stfit.measurement.kind import Kind, Lazy
from stfit.measurement.observation import Observation, name_of
from stfit.measurement.registry import kind_of, kinds

__all__ = ["Kind", "Lazy", "Observation", "Origin", "Settings", "kind_of", "kinds", "name_of"]
