"""Where the command line runs changes no number, no figure and no message of it."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from contextlib import chdir
from pathlib import Path
from typing import Final

from stfit.errors import InputError, Problem

# Matrices are small here: more threads of linear algebra would only wait for each other, and round sums differently.
_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def settle() -> None:
    """Make this process and its workers independent of settings that were made for other programs.

    Linear algebra runs on one thread, matplotlib reads no settings of the user's, libraries write nothing to stderr
    (unless Python is asked for warnings, by -W), and what is opened never takes the place of a closed stdout.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            closed = Path(os.devnull).open("r+", encoding="utf-8")  # noqa: SIM115 - until the process ends
            setattr(sys, name, closed)
    os.environ |= dict.fromkeys(_THREADS, "1") | {"MPLBACKEND": "agg", "MATPLOTLIBRC": os.devnull}
    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    if os.path.exists("matplotlibrc"):  # noqa: PTH110 - which a file of that name precedes; False where nobody may look
        with chdir(Path(__file__).parent):
            import stfit.figures.style  # noqa: F401 - loaded here rather than by the command that draws


def require_working_folder() -> None:
    """Refuse to work in a folder that there is no more.

    Raises
    ------
    InputError
        If the working folder was deleted, or cannot be entered.
    """
    try:
        Path.cwd()
    except OSError as error:
        found = "one that was deleted" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
        raise InputError(Problem("working folder", "a folder that exists", found)) from error
