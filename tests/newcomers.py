"""The files of five newcomers, as their instruments and scripts write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def pulses_of_three_devices(folder: Path) -> None:
    """pulses.csv: both directions, 200 pulses a row, of the devices A1, A2 and B1."""
    rng = np.random.default_rng(20261201)
    rows = ["device_id,direction,I_pulse (mA),t_pulse (ns),shots,hits"]
    for device, excess in (("A1", 0.0), ("A2", 0.1), ("B1", -0.1)):
        for direction, sign, critical in (("P2AP", -1, 1.5 + excess), ("AP2P", 1, 1.0 + excess)):
            for share in np.linspace(0.65, 0.95, 9):
                tau = 1e-9 * np.exp(20 * (1 - share))
                hits = rng.binomial(200, 1 - np.exp(-100e-9 / tau))
                rows.append(f"{device},{direction},{sign * share * critical:.4f},100,200,{hits}")
    (folder / "pulses.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def oscilloscope_traces(folder: Path, traces: int = 20, samples: int = 3000) -> None:
    """scope_<current>mA.csv: a preamble of 12 lines, decimal commas, a voltage that is I·R."""
    rng = np.random.default_rng(20261201)
    currents = np.linspace(0.1, 0.48, traces)
    for number, current in enumerate(currents):
        dwells = (40 * np.exp(-1.5 * (current - 0.3)), 40 * np.exp(1.5 * (current - 0.3)))
        state = np.zeros(0, dtype=int)
        while state.size < samples:
            pairs = [np.full(int(rng.exponential(dwell)) + 1, code) for code, dwell in enumerate(dwells)]
            state = np.concatenate([state, *pairs])
        volts = current * (1.0 + 0.1 * state[:samples] + 0.01 * rng.standard_normal(samples))
        lines = ["Model;DSO-X", f"Record;{number}", "Firmware;2,41", *(f"Setting {k};{k},5" for k in range(9))]
        lines += ["Zeit (s);CH1 (mV)"]
        lines += [f"{1e-5 * k:.5f};{v:.5f}".replace(".", ",") for k, v in enumerate(volts)]
        (folder / f"scope_{current:.2f}mA.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def loops_without_a_sweep(folder: Path, cycles: int = 50) -> None:
    """loops.csv: cycles one after the other, with the clock that runs through."""
    rng = np.random.default_rng(20261201)
    up = np.linspace(-3.0, 3.0, 61)
    cycle = np.concatenate([up[30:0:-1], up, up[:30:-1]])
    rows, time, anti = ["t (s),I_bias (mA),R_dev (ohm)"], 0.0, False
    for _ in range(cycles):
        to_ap, to_p = -2.0 - 0.2 * rng.gumbel(), 1.5 + 0.15 * rng.gumbel()
        for current in cycle:
            anti = (anti or current < max(to_ap, -2.9)) and not current > min(to_p, 2.9)
            rows.append(f"{time:.2f},{current:.3f},{1.0 + 0.1 * anti + 0.002 * rng.standard_normal():.5f}")
            time += 0.02
    (folder / "loops.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def linewidths_in_oersted(folder: Path) -> None:
    """stfmr.csv: peak-to-peak linewidths of one frequency against the current."""
    rng = np.random.default_rng(20261201)
    rows = ["I_dc (mA),f (GHz),H_res (Oe),dHpp (Oe),dHpp_err (Oe)"]
    rows += [
        f"{current:.2f},9,1850,{30 * (1 - 0.08 * current) + 0.3 * rng.standard_normal():.3f},0.3"
        for current in np.linspace(-2.0, 2.0, 9)
    ]
    (folder / "stfmr.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def lock_in_sweeps(folder: Path, frequencies: Sequence[int] = (6, 9, 12, 15, 18)) -> None:
    """fmr_<frequency>GHz.dat: the derivative of an absorption line against the field, in two channels."""
    rng = np.random.default_rng(20261201)
    for frequency in frequencies:
        at = 0.5 * (-0.9 + np.sqrt(0.81 + 4 * (frequency / 28.011) ** 2))  # T, in plane, μ0M_eff = 0.9 T
        width = 0.001 + 2 * 0.008 * frequency / 28.011  # T, FWHM of α = 0.008
        field = np.linspace(at - 8 * width, at + 8 * width, 161)
        off = 2 * (field - at) / width
        channels = np.stack([-5 * off / (1 + off**2) ** 2, 0 * off]) + 0.02 * rng.standard_normal((2, field.size))
        rows = [f"{1e4 * h:.3f}\t{x:.5f}\t{y:.5f}" for h, (x, y) in zip(field, channels.T, strict=True)]
        text = "\n".join(["H (Oe)\tX (uV)\tY (uV)", *rows]) + "\n"
        (folder / f"fmr_{frequency}GHz.dat").write_text(text, encoding="utf-8")
