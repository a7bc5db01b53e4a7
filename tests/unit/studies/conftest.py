from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stfit


@pytest.fixture
def schema_of() -> Callable[[str], Any]:
    """The schema of one key of result.json, with the definitions it refers to."""
    whole = json.loads((Path(stfit.__file__).parent / "results" / "schema.json").read_text(encoding="utf-8"))
    return lambda key: whole["properties"][key] | {"$defs": whole["$defs"]}
