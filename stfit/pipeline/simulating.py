"""Measure a virtual device: the files a laboratory would have."""

from __future__ import annotations

from pathlib import Path

from stfit.analysis.virtual import read_device
from stfit.laboratory import measuring


def simulate(device: str | Path, experiment: str | Path | None = None, *, seed: int, out: str | Path) -> list[Path]:
    """Measure a virtual device: the files a laboratory would have, and truth.json, in the folder `out`.

    device: a file (TOML) with the true parameters. experiment: another with what is measured and how closely the device
    is followed; None where the device file itself says so. The files written. Same seed, same files. InputError says
    what is wrong with the files, and nothing is written then.
    """
    return measuring.simulate(
        read_device(Path(device), None if experiment is None else Path(experiment)), Path(out), seed
    )
