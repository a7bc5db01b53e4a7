"""Models and results that lmfit's save_model and save_modelresult wrote, read with the likelihood they had."""

from __future__ import annotations

from collections.abc import Callable
from json import JSONDecodeError
from pathlib import Path
from typing import Final, TypeVar

import lmfit

from stfit.errors import InputError, Problem
from stfit.files import judged_size, reason
from stfit.models.critical import CriticalCurrentModel
from stfit.models.dwell import DwellTimeModel
from stfit.models.fluctuation import FluctuationModel
from stfit.models.lmfit_result import LikelihoodResult
from stfit.models.stored_state import Functions

_Found = TypeVar("_Found")

_MODEL = DwellTimeModel  # any of the laws reads them all
_READ = (CriticalCurrentModel, FluctuationModel)  # what a file may hold besides: known once imported
_LARGEST: Final = 100_000_000  # bytes
_NO_STATE: Final = (LookupError, TypeError, AttributeError, JSONDecodeError, UnicodeDecodeError, RecursionError)


def load_model(fname: str | Path, funcdefs: Functions | None = None) -> lmfit.Model:
    """Read a model that lmfit.model.save_model wrote. No function in the file is executed; asteval reads expressions.

    Parameters
    ----------
    fname : str or Path
        The file.
    funcdefs : mapping of str to callable, optional
        The functions of plain lmfit Models of a composite, and the one that joins it, by name. The laws need none.

    Returns
    -------
    lmfit.Model
        DwellTimeModel, CriticalCurrentModel, FluctuationModel, or a composite with its likelihood.

    Raises
    ------
    InputError
        If there is no such file, or it holds no model.
    ValueError
        If a function is not among `funcdefs`.
    """
    return _read(fname, "a model that lmfit's save_model wrote", lambda text: _MODEL().loads(text, funcdefs))


def load_modelresult(fname: str | Path, funcdefs: Functions | None = None) -> LikelihoodResult:
    """Read a result that lmfit.model.save_modelresult wrote.

    No function in the file is executed; expressions between parameters are computed by asteval, as lmfit does.

    Parameters
    ----------
    fname : str or Path
        The file.
    funcdefs : mapping of str to callable, optional
        The functions of plain lmfit Models of a composite, the one that joins it, and those of expressions, by name.
        The laws need none.

    Returns
    -------
    LikelihoodResult
        The result with its model, data, parameters and errors.

    Raises
    ------
    InputError
        If there is no such file, or it holds no result of one of our models.
    ValueError
        If a function is not among `funcdefs`.
    """
    empty = LikelihoodResult(_MODEL(), lmfit.Parameters())
    return _read(fname, "a result that lmfit's save_modelresult wrote", lambda text: empty.loads(text, funcdefs))


def _read(fname: str | Path, expected: str, loads: Callable[[str], _Found]) -> _Found:
    """What a file holds; InputError where it is not what is expected."""
    path = Path(fname)
    judged_size(path, _LARGEST, expected=expected)
    try:
        return loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(Problem(str(path), expected, reason(error))) from error
    except _NO_STATE as error:
        raise InputError(Problem(str(path), expected, f"another content ({error})")) from error
