"""The virtual laboratory: files a lab would have, from a device whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from stfit.derivatives import value_of
from stfit.errors import InputError, Problem
from stfit.laboratory.designs import DYNAMICS, RATE_LAW, Design, VirtualDevice
from stfit.measurement import kinds
from stfit.models.derived import DERIVED_UNITS, TRANSPORT_UNITS
from stfit.models.parameters import PARAMETERS
from stfit.outputs import Output, Written, checksum
from stfit.results.storage import TRUTH
from stfit.version import __version__


def simulate(device: VirtualDevice, output: Output, seed: int) -> Written:
    """Measure the device: a CSV file for each design, traces beside their index, truth.json. Same seed, same files.

    InputError where a dwell time is out of all measure, or the folder cannot be written or holds other files of these
    names.
    """
    output.require([*(design.file for design in device.designs), TRUTH])
    if device.level == DYNAMICS:
        _dynamics().refuse_long(device)
    generators = np.random.default_rng(seed).spawn(len(device.designs))
    tables: list[tuple[str, pd.DataFrame]] = []
    beside: list[tuple[str, bytes]] = []
    for design, rng in zip(device.designs, generators, strict=True):
        table, files = _measured(device, design, rng)
        tables.append((design.file, table))
        beside += files.items()
    _refuse_same([TRUTH, *(name for name, _ in tables), *(name for name, _ in beside)])
    contents: dict[str, str | bytes] = {file: table.to_csv(index=False, lineterminator="\n") for file, table in tables}
    contents |= dict(beside)
    known = truth(device, seed) | {"files": {Path(name).name: checksum(text) for name, text in contents.items()}}
    return output.write(contents | {TRUTH: json.dumps(known, indent=2, ensure_ascii=False, allow_nan=False) + "\n"})


def _measured(
    device: VirtualDevice, design: Design, rng: np.random.Generator
) -> tuple[pd.DataFrame, Mapping[str, bytes]]:
    """The table of a design, and the files beside it by name."""
    if device.level == DYNAMICS:
        followed: tuple[pd.DataFrame, Mapping[str, bytes]] = _dynamics().followed(device, design, rng)
        return followed
    simulate = kinds()[design.kind].simulate
    if simulate is None:
        raise TypeError(f"a measurement of kind {design.kind!r} cannot be simulated")
    return simulate()(device, design, rng)


def _dynamics() -> ModuleType:
    """The equation of motion."""
    from stfit.laboratory import dynamics  # needs numba, whose import takes longer than most simulations

    return dynamics


def _refuse_same(names: Sequence[str]) -> None:
    """InputError where two files would have one name."""
    for place, name in enumerate(names):
        if name in names[:place]:
            raise InputError(Problem("the output folder", "files of different names", f"'{name}' twice"))


def truth(device: VirtualDevice, seed: int) -> dict[str, Any]:
    """What the files were made from: parameters and what follows from them at the reference temperature, SI units."""
    derived = device.law.derived(device.truth, device.temperature)
    values = {name: (value, PARAMETERS[name].unit) for name, value in device.truth.items()}
    values |= {name: (value, PARAMETERS[name.partition("[")[0]].unit) for name, value in _own(device).items()}
    derived.pop("tau_0_predicted", None)  # the attempt time is one of the truths: what Brown would predict is none
    units = {**DERIVED_UNITS, **TRANSPORT_UNITS}
    values |= {name: (float(value_of(value)), units[name]) for name, value in derived.items()}
    return {
        "title": device.title,
        "seed": seed,
        "stfit_version": __version__,
        "numpy_version": np.__version__,
        "convention": device.law.device.convention.name,
        "asymmetry": device.law.device.asymmetry.name,
        **({} if device.level == RATE_LAW else {"level": device.level}),
        "reference_temperature": device.temperature,
        "parameters": {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()},
    }


def _own(device: VirtualDevice) -> dict[str, float]:
    """The parameters of single measurements, under the names that a fit of all files in this order gives them."""
    own: dict[str, float] = {}
    for index, design in enumerate(device.designs):
        own |= {f"{n}[{index + 1}]" if n in own else n: value for n, value in design.own_parameters.items()}
    return own
