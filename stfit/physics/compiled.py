"""Machine code by numba, which takes a second to import: only kernels import this module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(*allowed: str, error_model: Literal["python", "numpy"] = "python") -> Callable[[Kernel], Kernel]:
    """A decorator: machine code when first called, kept on disk.

    allowed: what the compiler may do to sums and products beside what the standard of arithmetic says: "contract" (one
    fused multiply–add), "reassoc" (another order), "nsz" (no sign of zero). error_model: "numpy" where 1/0 is no
    exception.
    """
    jit = numba.njit(cache=True, fastmath=set(allowed), nogil=True, error_model=error_model)

    def decorate(kernel: Kernel) -> Kernel:
        return cast("Kernel", jit(kernel))

    return decorate
