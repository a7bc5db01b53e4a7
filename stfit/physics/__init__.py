"""The theory as pure functions of arrays, one file per part of it; each is imported when it is first used."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("_") or name not in __dir__():
        raise AttributeError(f"module 'stfit.physics' has no attribute {name!r}; there are {', '.join(__dir__())}")
    return import_module(f"stfit.physics.{name}")


def __dir__() -> list[str]:
    return sorted(module.name for module in iter_modules(__path__))
