"""`stfit simulate`: a synthetic measurement of a device whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stfit.cli.app import app
from stfit.cli.options import LARGEST_SEED
from stfit.cli.output import Force, say_removed
from stfit.cli.saying import say
from stfit.outputs import Output, require_writable


@app.command(
    help="Write a synthetic measurement of a device whose true parameters are known.",
    epilog="Example: stfit simulate --device device.toml --experiment experiment.toml --seed 1 --out sim/",
)
def simulate(
    *,
    device: Annotated[
        Path, typer.Option(metavar="DEVICE.toml", readable=False, help="The true parameters of the device (TOML).")
    ],
    experiment: Annotated[
        Path | None,
        typer.Option(
            metavar="EXPERIMENT.toml",
            readable=False,
            help="The measurements to simulate and the level of the simulation.  [default: as the device file says]",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, max=LARGEST_SEED, help="Seed: the same one gives the same files.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", readable=False, help="Folder of the files.")],
    force: Force = False,
) -> None:
    """Do what `stfit simulate --help` says."""
    require_writable(out)

    from stfit.pipeline.simulating import simulated, work_of

    files = [file for file in (device, experiment) if file is not None]
    written = simulated(files, seed=seed, output=Output(out, work_of(files), force))
    say_removed(written)
    for path in written.paths:
        say(f"Wrote: {path}")
