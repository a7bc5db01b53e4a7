"""From the files that describe a device and an experiment to the files that a laboratory would have."""

from __future__ import annotations

from pathlib import Path

from stfit.analysis.virtual import read_device
from stfit.laboratory import measuring


def simulate(device: str | Path, experiment: str | Path | None = None, *, seed: int, out: str | Path) -> list[Path]:
    """Measure a virtual device: write the files that a laboratory would have, and truth.json.

    Parameters
    ----------
    device : str or Path
        A file (TOML) with the true parameters.
    experiment : str or Path, optional
        A file with what is measured and how closely the device is followed; None where the device file says so.
    seed : int
        The same seed gives the same files.
    out : str or Path
        The folder, made if need be.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        A file cannot be used; then nothing is written.
    """
    return measuring.simulate(
        read_device(Path(device), None if experiment is None else Path(experiment)), Path(out), seed
    )
