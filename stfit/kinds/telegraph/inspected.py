"""What `stfit inspect` says of traces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.data import TraceRecord
from stfit.kinds.telegraph.levels import find_levels

Array = npt.NDArray[np.float64]


def level_facts(part: Array) -> list[tuple[str, str]]:
    """The two levels of samples and how far they are apart."""
    if not np.all(np.isfinite(part)) or np.ptp(part) == 0.0:
        return [("levels", "none: the samples are all alike, or some are no numbers")]
    levels = find_levels(part)
    apart = f"{levels.low:.6g} and {levels.high:.6g}, {levels.snr:.2f} widths of the noise apart"
    return [("levels", apart), ("noise", f"{levels.noise:.3g}")]


def trace_facts(measurement: Any) -> list[tuple[str, str]]:
    """How each trace was understood."""
    return [(Path(record.file).name, _in_one_line(record)) for record in measurement.records]


def _in_one_line(record: TraceRecord) -> str:
    """Route, samples, levels, signal over noise, transitions, dwell times and the worst verdict of a trace."""
    levels = f"levels {_pair(record.levels)} {record.level_unit}, SNR {_number(record.snr)}"
    counted = f"transitions {record.transitions[0]} and {record.transitions[1]}, τ {_pair(record.tau)} s"
    return f"{record.route}, {record.samples} samples, {levels}, {counted}, {_worst(record)}"


def _worst(record: TraceRecord) -> str:
    verdicts = [check["verdict"] for check in record.checks]
    return next((verdict for verdict in ("failed", "doubtful") if verdict in verdicts), "checks passed")


def _pair(values: tuple[float | None, float | None]) -> str:
    return " and ".join(_number(value) for value in values)


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.4g}"
