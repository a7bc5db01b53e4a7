"""Kernels where machine code cannot be kept."""

from __future__ import annotations

from typing import Any

import numba
import pytest

from stfit.physics.compiled import compiled


def test_a_kernel_is_compiled_where_nothing_can_be_kept() -> None:
    place: dict[str, Any] = {}
    exec(compile("def twice(x): return 2 * x", "no file", "exec"), place)  # noqa: S102 - a function that has no file
    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(place["twice"])
    kernel = compiled()(place["twice"])
    assert kernel(4) == 8
