"""Machine code by numba, which takes a second to import: only kernels import this module."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(*allowed: str, error_model: Literal["python", "numpy"] = "python") -> Callable[[Kernel], Kernel]:
    """A decorator: machine code when first called, kept on disk where a folder for it can be written.

    allowed: what the compiler may do to sums and products beside what the standard of arithmetic says: "contract" (one
    fused multiply–add), "reassoc" (another order), "nsz" (no sign of zero). error_model: "numpy" where 1/0 is no
    exception.
    """
    jit = partial(numba.njit, fastmath=set(allowed), nogil=True, error_model=error_model)

    def decorate(kernel: Kernel) -> Kernel:
        try:
            return cast("Kernel", jit(cache=True)(kernel))
        except RuntimeError:  # no folder for it can be written, neither beside this file nor in the user's home
            return cast("Kernel", jit()(kernel))

    return decorate
