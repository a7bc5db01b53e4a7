"""From the files that describe a device and an experiment to the files that a laboratory would have."""

from __future__ import annotations

from pathlib import Path

from stfit import laboratory
from stfit.analysis import read_device


def simulate(device: str | Path, experiment: str | Path | None = None, *, seed: int, out: str | Path) -> list[Path]:
    """Measure a virtual device: the files a laboratory would have, and truth.json, in the folder `out`.

    device: a file (TOML) with the true parameters. experiment: another with what is measured and how closely the device
    is followed; None where the device file itself says so. The files written. Same seed, same files. InputError says
    what is wrong with the files, and nothing is written then.
    """
    return laboratory.simulate(
        read_device(Path(device), None if experiment is None else Path(experiment)), Path(out), seed
    )
