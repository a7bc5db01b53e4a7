"""Five newcomers and their files: `stfit init` and `stfit fit`, without a refusal before the first fit."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from stfit.analysis import read_analysis
from stfit.measurement import Observation
from stfit.pipeline.loading import load_measurements
from tests.newcomers import (
    linewidths_in_oersted,
    lock_in_sweeps,
    loops_without_a_sweep,
    oscilloscope_traces,
    pulses_of_three_devices,
)

Run = Callable[..., int]
PAGES: Final = Path(__file__).parents[2] / "docs" / "how-to"
QUICK: Final = '\nseed = 0 \ncompare = false\nintervals = "covariance"\n'
JOURNEYS: Final = {
    "pulses-of-several-devices": pulses_of_three_devices,
    "oscilloscope-traces": oscilloscope_traces,
    "hysteresis-loops": loops_without_a_sweep,
    "st-fmr-linewidths": linewidths_in_oersted,
    "lock-in-spectra": lock_in_sweeps,
}


def commands(page: str) -> list[list[str]]:
    """The commands of a how-to guide as they are typed, patterns of files as a shell opens them."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    lines = [line.strip() for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("stfit")]


def opened(words: list[str]) -> list[str]:
    return [name for word in words for name in (map(str, sorted(Path().glob(word))) if "*" in word else [word])]


def begun(run: Run, page: str, **fewer: Any) -> tuple[dict[str, Any], Observation]:
    """The [[measurement]] that the guide's `stfit init` writes, and what `stfit fit` reads by it."""
    JOURNEYS[page](Path(), **fewer)
    command = next(words for words in commands(page) if words[0] == "init")
    assert run(*opened(command)) == 0
    (entry,) = tomllib.loads(Path("analysis.toml").read_text(encoding="utf-8"))["measurement"]
    (measurement,) = load_measurements(read_analysis(Path("analysis.toml")))
    return entry, measurement


def test_pulses_of_one_of_several_devices(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    entry, pulses = begun(run, "pulses-of-several-devices")
    assert entry["kind"] == "switching-pulse"
    assert entry["columns"] == {"pulse_width": "t_pulse (ns)", "current": "I_pulse (mA)"}
    assert entry["values"] == {"transition": {"P2AP": "P->AP", "AP2P": "AP->P"}}
    assert entry["where"] == {"device_id": "A1"}
    assert "or 'A2', 'B1'" in capsys.readouterr().err
    assert pulses.origin.rows == 18


def test_traces_of_an_oscilloscope(run: Run) -> None:
    entry, traces = begun(run, "oscilloscope-traces", traces=2)
    assert (entry["files"], entry["pattern"]) == ("*.csv", "scope_{current:mA}")
    assert sorted(set(abs(traces.settings.drive))) == pytest.approx([1e-4, 4.8e-4])


def test_cycles_without_a_column_that_counts_them(run: Run) -> None:
    entry, loops = begun(run, "hysteresis-loops", cycles=5)
    assert entry["sweep"] == 1
    assert any("10 switching events on 11 ramps" in notice for notice in loops.origin.notices)


def test_linewidths_in_oersted_peak_to_peak(run: Run) -> None:
    entry, lines = begun(run, "st-fmr-linewidths")
    assert entry["linewidth"] == "peak-to-peak"
    assert entry["columns"] == {"linewidth": "dHpp (Oe)", "linewidth_stderr": "dHpp_err (Oe)"}
    # FWHM of a Lorentzian from its derivative: √3 · 30 Oe, in T; nine rows with errors of √3 · 0.3 Oe
    assert np.mean(lines.view().observed.value) == pytest.approx(np.sqrt(3) * 3e-3, abs=4 * np.sqrt(3) * 3e-5 / 3)


def test_derivatives_from_a_lock_in(run: Run) -> None:
    entry, lines = begun(run, "lock-in-spectra", frequencies=(6, 9))
    assert (entry["line_shape"], entry["pattern"]) == ("derivative", "fmr_{frequency:GHz}")
    assert entry["columns"] == {"signal": "X (uV)"}
    assert lines.settings.frequency is not None
    assert sorted(lines.settings.frequency) == [6e9, 9e9]


@pytest.mark.slow
@pytest.mark.parametrize("page", JOURNEYS)
def test_every_command_of_a_guide_is_taken(run: Run, page: str) -> None:
    JOURNEYS[page](Path())
    for words in commands(page):
        assert run(*opened(words)) == 0
        for analysis in Path().glob("*.toml") if words[0] == "init" else ():
            text = analysis.read_text(encoding="utf-8")
            analysis.write_text(text.replace("\nseed = 0\n", QUICK), encoding="utf-8")
