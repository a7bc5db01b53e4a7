"""What a measurement keeps of its traces: two rows a trace for the fit, and a record of each for the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph import verdicts
from stfit.kinds.telegraph.data import TraceRecord
from stfit.kinds.telegraph.reduced import ReducedTrace
from stfit.kinds.telegraph.trace_panels import panels


def rows_of(trace: ReducedTrace) -> dict[str, npt.NDArray[Any]]:
    """The two rows of a trace."""
    rates, segmentation, order = trace.rates, trace.segmentation, list(trace.order)
    assert rates is not None  # noqa: S101
    steps, counts = (np.zeros(2), np.zeros(2)) if segmentation is None else segmentation.chain
    naive = np.full(2, np.nan) if segmentation is None else segmentation.naive
    factor = np.linalg.cholesky(rates.covariance)
    return {
        "sampled": np.full(2, rates.route == "threshold" and trace.task.dead_time is None),
        "sample_interval": np.full(2, trace.raw.sample_interval),
        "n": steps[order].astype(float),
        "n_changed": counts[order].astype(float),
        "log_tau": rates.log_tau,
        "root": np.diag(factor).copy(),
        "cross": np.array([0.0, factor[1, 0]]),
        "naive": naive[order] * trace.raw.sample_interval,
    }


def most_and_least_telling(reduced: Sequence[ReducedTrace]) -> set[int]:
    """The trace with the gravest verdict (then the fewest transitions) and the one with the best, to be drawn."""
    shown = [row for row, trace in enumerate(reduced) if trace.segmentation is not None or trace.usable]
    if not shown:
        return set()

    def gravity(row: int) -> tuple[Any, ...]:
        trace = reduced[row]
        counts = trace.segmentation.chain[1].sum() if trace.segmentation is not None else 0
        return (verdicts.ORDER.index(trace.verdict), trace.hmm is None, int(counts), row)

    ranked = sorted(shown, key=gravity)
    return {ranked[0], ranked[-1]}


def record_of(name: str, trace: ReducedTrace, left_out: bool, drawn: bool) -> TraceRecord:
    """What the report says of a trace."""
    order, levels, rates, segmentation = list(trace.order), trace.levels, trace.rates, trace.segmentation
    noise, snr = (np.nan, np.nan) if levels is None else (levels.noise, levels.snr)
    if trace.hmm is not None and rates is not None:
        noise, snr = float(np.sqrt(np.mean(trace.hmm.noise**2))), trace.hmm.snr
    naive = np.full(2, np.nan) if segmentation is None else segmentation.naive[order] * trace.raw.sample_interval
    counts = np.zeros(2) if rates is None or rates.counts is None else rates.counts
    tau = np.full(2, np.nan) if rates is None else np.where(counts > 0, np.exp(rates.log_tau), np.nan)
    error = np.full(2, np.nan) if rates is None else tau * np.sqrt(np.diag(rates.covariance))
    return TraceRecord(
        file=name,
        current=trace.task.current,
        voltage=trace.task.voltage,
        route="" if rates is None else rates.route,
        reason=trace.failure if rates is None else rates.reason,
        samples=trace.record.size,
        sample_interval=trace.raw.sample_interval,
        levels=(_number(trace.two[0]), _number(trace.two[1])),
        level_unit=trace.shown.unit,
        noise=_number(abs(noise * trace.scale)),
        snr=_number(snr),
        transitions=(round(float(counts[0])), round(float(counts[1]))),
        naive=(_number(naive[0]), _number(naive[1])),
        tau=(_number(tau[0]), _number(tau[1])),
        tau_stderr=(_number(error[0]), _number(error[1])),
        checks=tuple(check.as_dict() for check in trace.checks),
        left_out=left_out,
        panels=panels(trace) if drawn else {},
    )


def changes(record: TraceRecord) -> list[str]:
    """What was done to the samples of a trace before it was analysed, in sentences."""
    named = ("samples", "gaps", "lines", "bursts")
    return [
        check["sentence"]
        for check in record.checks
        if check["name"] in named and check["verdict"] != verdicts.NOT_TESTED
    ]


def _number(value: Any) -> float | None:
    """A number for JSON, which knows no NaN."""
    return float(value) if np.isfinite(value) else None
