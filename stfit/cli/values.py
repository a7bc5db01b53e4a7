"""NAME=VALUE on the command line, as an analysis file would hold it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any, Final

from stfit.errors import InputError, Problem

_NO_KEYS: Final = {"kind": "the option '--kind' gives", "file": "the arguments give"}


def keys_of(pairs: Sequence[str], option: str = "--key") -> dict[str, Any]:
    """NAME=VALUE pairs as an analysis file would hold them: TOML where the value is some, else text."""
    keys: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InputError(Problem(f"option '{option}'", "NAME=VALUE", repr(pair)))
        if name.strip() in _NO_KEYS:
            expected = f"a key of [[measurement]] other than {name.strip()}, which {_NO_KEYS[name.strip()]}"
            raise InputError(Problem(f"option '{option}'", expected, repr(pair)))
        keys[name.strip()] = _value_of(value, f"option '{option}', {name.strip()}")
    return keys


def _value_of(text: str, where: str) -> Any:
    try:
        found = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text.strip()
    except RecursionError as error:
        raise InputError(Problem(where, "a value", "brackets in brackets without end")) from error
    except ValueError as error:  # of Python, which converts no longer ones
        raise InputError(Problem(where, "a number of at most 4300 digits", f"{len(text)} characters")) from error
    return found["value"] if len(found) == 1 else text.strip()
