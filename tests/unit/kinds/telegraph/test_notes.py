"""What the checks of traces say reaches the remarks on a fit: whatever is doubtful, as a warning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.kinds.telegraph.data import TelegraphTraces, TraceRecord
from stfit.kinds.telegraph.notes import step_notes, trace_notes
from stfit.measurement import Origin
from tests import builders
from tests.saying import unnamed


def record(name: str, *verdicts: str) -> TraceRecord:
    """A trace whose checks end with these verdicts."""
    checks = tuple({"name": verdict, "verdict": verdict, "sentence": f"It is {verdict}."} for verdict in verdicts)
    pair = (1.0, 1.0)
    levels = (10.0, 10.11)
    return TraceRecord(
        file=name,
        current=1e-3,
        route="threshold",
        reason="",
        samples=1000,
        sample_interval=1e-5,
        levels=levels,
        level_unit="ohm",
        noise=0.1,
        snr=8.0,
        transitions=(100, 100),
        naive=pair,
        tau=pair,
        tau_stderr=pair,
        checks=checks,
        left_out=False,
        panels={},
    )


def notes(*records: TraceRecord) -> list[tuple[str, str]]:
    """Level and sentence of the remarks on a measurement with these traces."""
    grid = builders.grid(temperatures=(295.0,), currents=(0.0,))
    columns: dict[str, npt.NDArray[Any]] = {
        "state": grid.state,
        "current": grid.current,
        "temperature": grid.temperature,
        "field": np.full(2, np.nan),
        "sampled": np.ones(2, dtype=bool),
        "sample_interval": np.full(2, 1e-5),
        "n": np.full(2, 500.0),
        "n_changed": np.full(2, 100.0),
        "log_tau": np.full(2, -10.0),
        "root": np.full(2, 0.1),
        "cross": np.zeros(2),
        "naive": np.full(2, 5e-5),
    }
    traces = TelegraphTraces.from_columns(columns, origin=Origin("traces.csv"))
    objective = builders.objective(replace(traces, records=records))
    found = [*trace_notes(objective), *step_notes(objective)]
    return [(note.level, note.sentence) for note in found if note.name != "routes of the traces"]


def test_what_is_doubtful_is_a_warning_after_what_failed() -> None:
    assert notes(record("a.npy", "passed", "doubtful"), record("b.npy", "failed", "not-tested")) == [
        ("warning", "b.npy fails a check: It is failed."),
        ("warning", "a.npy is doubtful: It is doubtful."),
    ]


def test_traces_that_pass_are_not_remarked_on() -> None:
    assert notes(record("a.npy", "passed"), record("b.npy", "not-tested")) == []


def test_of_many_remarks_the_rest_is_counted() -> None:
    found = notes(*(record(f"{number}.npy", "doubtful") for number in range(11)))
    assert len(found) == 9
    assert found[-1] == ("warning", "3 more remarks on traces are in the table of the traces.")


@pytest.mark.parametrize(
    ("levels", "unit", "voltage", "contradict"),
    [
        ((9.89, 10.0), "ohm", None, False),  # ΔR is 0.110 ± 0.004 ohm
        ((9.0, 10.0), "ohm", None, True),
        ((9.0, 10.0), "", None, False),
        ((0.1 / 1.0, 0.1 / 1.11), "A", 0.1, False),
        ((0.1 / 1.0, 0.1 / 2.0), "A", 0.1, True),
    ],
)
def test_levels_are_compared_with_the_given_step(
    levels: tuple[float, float], unit: str, voltage: float | None, contradict: bool
) -> None:
    current = 1e-3 if voltage is None else None
    trace = replace(record("a.npy", "passed"), levels=levels, level_unit=unit, voltage=voltage, current=current)
    found = notes(trace)
    assert bool(found) == contradict
    if contradict:
        assert not unnamed(found[0][1], "traces.csv", "110 mΩ", "delta_R")
