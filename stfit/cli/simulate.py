"""`stfit simulate`: a synthetic measurement of a device whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stfit.cli.app import app
from stfit.cli.saying import require_writable, say


@app.command(epilog="Example: stfit simulate --device device.toml --seed 1 --out sim/")
def simulate(
    *,
    device: Annotated[
        Path, typer.Option(metavar="DEVICE.toml", readable=False, help="The device and the design of its measurement.")
    ],
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed: the same one gives the same files.")],
    out: Annotated[Path, typer.Option(metavar="DIR", readable=False, help="Where the files go.")],
) -> None:
    """Write a synthetic measurement of a device whose truth is known."""
    require_writable(out)

    from stfit.pipeline import simulate_device

    for path in simulate_device(device, out, seed):
        say(f"Wrote: {path}")
