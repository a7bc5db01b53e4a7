"""NAME=VALUE on the command line, as an analysis file would hold it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from stfit.errors import InputError, Problem


def keys_of(pairs: Sequence[str], option: str = "--key") -> dict[str, Any]:
    """NAME=VALUE pairs as an analysis file would hold them: TOML where the value is some, else text."""
    keys: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InputError(Problem(f"option '{option}'", "NAME=VALUE", repr(pair)))
        try:
            keys[name.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            keys[name.strip()] = value.strip()
    return keys
