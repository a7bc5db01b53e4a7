"""Models and results that lmfit's save_model and save_modelresult wrote, read with the likelihood they had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import lmfit

from stfit.models.critical import CriticalCurrentModel
from stfit.models.dwell import DwellTimeModel
from stfit.models.fluctuation import FluctuationModel
from stfit.models.lmfit_result import LikelihoodResult

_MODEL = DwellTimeModel  # any of the laws reads them all
_READ = (CriticalCurrentModel, FluctuationModel)  # what a file may hold besides: known once imported


def load_model(fname: str | Path, funcdefs: Mapping[str, Callable[..., Any]] | None = None) -> lmfit.Model:
    """Read a model that lmfit.model.save_model wrote.

    Parameters
    ----------
    fname : str or Path
        The file.
    funcdefs : mapping of str to callable, optional
        The functions of plain lmfit Models of a composite, by name. The laws need none.

    Returns
    -------
    lmfit.Model
        DwellTimeModel, CriticalCurrentModel, FluctuationModel, or a composite with its likelihood.
    """
    return _MODEL().loads(Path(fname).read_text(encoding="utf-8"), funcdefs)


def load_modelresult(fname: str | Path, funcdefs: Mapping[str, Callable[..., Any]] | None = None) -> LikelihoodResult:
    """Read a result that lmfit.model.save_modelresult wrote.

    Parameters
    ----------
    fname : str or Path
        The file.
    funcdefs : mapping of str to callable, optional
        The functions of plain lmfit Models of a composite, by name. The laws need none.

    Returns
    -------
    LikelihoodResult
        The result with its model, data, parameters and errors.
    """
    empty = LikelihoodResult(_MODEL(), lmfit.Parameters())
    return empty.loads(Path(fname).read_text(encoding="utf-8"), funcdefs)
