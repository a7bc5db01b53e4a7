"""From the files that describe a device and an experiment to the files that a laboratory would have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stfit.analysis.virtual import read_device
from stfit.laboratory import measuring
from stfit.outputs import ARGUMENT, Output, Work, Written


def simulate(
    device: str | Path, experiment: str | Path | None = None, *, out: str | Path, seed: int = 0, force: bool = False
) -> list[Path]:
    """Measure a virtual device: write the files that a laboratory would have, and truth.json.

    Parameters
    ----------
    device : str or Path
        A file (TOML) with the true parameters.
    experiment : str or Path, optional
        A file with what is measured and how closely the device is followed; None where the device file says so.
    out : str or Path
        The folder, made if need be.
    seed : int
        The same seed gives the same files.
    force : bool
        Whether files of the same names that stfit did not make of this device are replaced.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        A file cannot be used, or one would be lost; then nothing is written.
    """
    files = [Path(file) for file in (device, experiment) if file is not None]
    return list(simulated(files, seed=seed, output=Output(Path(out), work_of(files), force, ARGUMENT)).paths)


def work_of(files: Sequence[Path]) -> Work:
    """What is simulated: the device file, and the experiment file where there is one."""
    return Work("simulate", tuple(files))


def simulated(files: Sequence[Path], *, seed: int, output: Output) -> Written:
    """The same of a device file, with or without an experiment file, into the place of the output."""
    return measuring.simulate(read_device(*files), output, seed)
