"""Loops of R(I) become the switching events they show: which, where, and that nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stfit
from stfit.analysis import analysis_of
from stfit.errors import InputError, TableError
from stfit.figures.drawn_values import drawn_values
from stfit.kinds.ramp.branches import two_branches
from stfit.kinds.ramp.contrast import contrast_notes
from stfit.kinds.ramp.loops import censored_life_table, switching_events
from stfit.kinds.ramp.report import section
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import Origin
from stfit.pipeline.assembly import assemble
from stfit.reports.content import Gallery

Array = npt.NDArray[np.float64]
Columns = dict[str, Array]

TOP = 5e-3  # A
STEP = 1e-4
UP = np.linspace(-TOP, TOP, 101)
LOOP = np.concatenate([UP, UP[::-1][1:]])  # from −5 mA to 5 mA and back


def resistance(state: Array, current: Array, delta_R: float = 0.1) -> Array:
    """Both branches bend with the bias, AP more so."""
    return np.asarray(10.0 + 3.0 * (current / TOP) ** 2 * 0.02 + state * delta_R * (1.0 - 0.3 * (current / TOP) ** 2))


def loops(switches: list[tuple[float | None, float | None]], *, noise: float = 0.002, rate: float = 0.1) -> Columns:
    """Sweeps that start in AP, leave it at the first current on the way up, and P at the second on the way back."""
    rng = np.random.default_rng(8)
    parts: list[Columns] = []
    for number, (to_P, to_AP) in enumerate(switches):
        state = np.ones(LOOP.size)
        if to_P is not None:
            state[: UP.size][to_P - 1e-9 <= UP] = 0
            state[UP.size :] = 0
        if to_AP is not None:
            state[UP.size :][LOOP[UP.size :] <= to_AP + 1e-9] = 1
        parts.append(
            {
                "sweep": np.full(LOOP.size, float(number)),
                "current": LOOP,
                "resistance": resistance(state, LOOP) + noise * rng.standard_normal(LOOP.size),
                "time": np.asarray(np.arange(LOOP.size) * STEP / rate, dtype=float),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def reduced(columns: Columns, **keys: Any) -> SteppedRamps:
    return switching_events(columns, origin=Origin(file="loops.csv"), **keys)


def events(found: SteppedRamps, state: int) -> list[tuple[float, float, float]]:
    """(lower, upper, number) of the events out of a state, as currents in mA."""
    rows = (found.n_switched > 0) & (found.ramps.state[found.setting] == state)
    ends = [found.ramps.reached(rise, found.setting)[rows] * 1e3 for rise in (found.lower, found.upper)]
    return [(round(a, 6), round(b, 6), k) for a, b, k in zip(*ends, found.n_switched[rows], strict=True)]


def test_events_lie_between_the_samples_on_either_branch() -> None:
    found = reduced(loops([(2.0e-3, -1.0e-3), (2.0e-3, -3.0e-3)]))
    assert events(found, 1) == [(1.9, 2.0, 2.0)]
    assert events(found, 0) == [(-0.9, -1.0, 1.0), (-2.9, -3.0, 1.0)]
    assert found.ramps.start.tolist() == pytest.approx([TOP, -TOP])
    assert found.ramps.ramp_rate == pytest.approx(0.1)
    assert found.origin.kind == "switching-ramp"


def test_a_sweep_that_never_switched_is_censored_not_dropped() -> None:
    found = reduced(loops([(2.0e-3, -1.0e-3), (2.0e-3, None), (None, None)]))
    of = found.ramps.state[found.setting]
    first = found.first_rows
    assert dict(zip(found.ramps.state.tolist(), found.n[first].tolist(), strict=True)) == {0: 2.0, 1: 3.0}
    for state, survivors in ((0, 1.0), (1, 1.0)):
        rows = np.flatnonzero(of == state)
        assert found.n[rows[-1]] - found.n_switched[rows[-1]] == survivors
        assert found.upper[rows[-1]] == pytest.approx(2 * TOP)  # they were watched to the end of the ramp


def test_a_voltage_is_divided_by_its_current_where_there_is_one() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 3)
    columns["voltage"] = columns["resistance"] * columns["current"]
    del columns["resistance"]
    assert events(reduced(columns), 1) == [(1.9, 2.0, 3.0)]


def test_ap_may_be_the_low_branch() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 2)
    columns["resistance"] = 20.0 - columns["resistance"]
    assert events(reduced(columns, ap_level="low"), 1) == [(1.9, 2.0, 2.0)]


def test_rates_that_differ_by_the_clock_are_one() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 4)
    ramp = (np.arange(columns["time"].size) + 1) // 100
    paces = 1.0 + 0.01 * np.random.default_rng(4).standard_normal(ramp.max() + 1)  # as a clock gives them
    columns["time"] = np.cumsum(1e-3 * paces[ramp])
    found = reduced(columns)
    assert found.ramps.size == 2
    assert found.ramps.ramp_rate == pytest.approx(0.1, rel=0.02)


def test_two_rates_are_two_settings() -> None:
    slow, fast = loops([(2.0e-3, -1.0e-3)]), loops([(2.5e-3, -1.5e-3)], rate=1.0)
    fast["sweep"] = fast["sweep"] + 1
    found = reduced({name: np.concatenate([slow[name], fast[name]]) for name in slow})
    assert sorted(found.ramps.ramp_rate.tolist()) == pytest.approx([0.1, 0.1, 1.0, 1.0])


def test_a_trembling_reading_is_no_turn() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 5)
    columns["current"] = columns["current"] + 0.3 * STEP * np.random.default_rng(2).standard_normal(5 * LOOP.size)
    found = reduced(columns)
    assert sum(found.n_switched) == 10
    assert set(found.ramps.state.tolist()) == {0, 1}


def test_a_state_that_comes_back_is_said() -> None:
    # on its way up, and (as it then stands in AP at the top and in P right after) on its way down
    columns = loops([(2.0e-3, -1.0e-3)] * 2)
    back = (columns["sweep"] == 0) & (np.arange(columns["sweep"].size) % LOOP.size > 90)
    up = back & (np.arange(columns["sweep"].size) % LOOP.size < UP.size)
    columns["resistance"][up] = resistance(np.ones(up.sum()), columns["current"][up])
    found = reduced(columns)
    assert "on 2 ramps the state changed back: only the first change counts" in found.origin.notices


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c | {"resistance": np.full_like(c["current"], 10.0)}, "expected two branches .* found one branch"),
        (
            lambda c: c | {"resistance": c["resistance"] + 0.05 * np.random.default_rng(1).standard_normal(LOOP.size)},
            r"found branches \d\.?\d* widths apart",
        ),
        (lambda c: c | {"time": np.zeros_like(c["time"])}, "row 0, column 'time': expected a clock that moves"),
        (lambda c: c | {"time": c["time"][::-1].copy()}, "row 1, column 'time': expected a time after that"),
        (lambda c: c | {"resistance": resistance((c["sweep"] > 0) * 1.0, c["current"])}, "found one branch"),
    ],
)
def test_what_shows_no_switching_is_refused(change: Callable[[Columns], Columns], message: str) -> None:
    with pytest.raises(TableError, match=message):
        reduced(change(loops([(2.0e-3, -1.0e-3)])))


def test_one_wrong_reading_is_no_switch_and_is_counted() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 4)
    clean = reduced(columns)
    columns["resistance"][[90, 500]] = resistance(np.ones(1), columns["current"][[90]])  # 4 mA, where AP never is
    columns["resistance"][300] = 1e3  # a reading beyond all
    found = reduced(columns)
    assert (events(found, 0), events(found, 1)) == (events(clean, 0), events(clean, 1))
    far = "3 samples lie far from both branches (sample 91, 301, 501): such a sample is no state of its own"
    assert far in found.origin.notices
    between = columns["resistance"].copy()
    between[[110]] = resistance(np.ones(1), columns["current"][[110]])  # 4 mA on the way back
    between[111:150] = resistance(np.ones(39), columns["current"][111:150])
    assert events(reduced(columns | {"resistance": between}), 0) != events(clean, 0)


def test_an_excursion_within_the_hysteresis_is_named_by_its_sample() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 4)
    columns["resistance"][[40]] = resistance(np.zeros(1), columns["current"][[40]])  # −1 mA, 3 mA short of the switch
    notice = "1 excursion of one sample to the other branch was not taken for a switch (sample 41)"
    found = reduced(columns)
    assert notice in found.origin.notices
    assert events(found, 1) == [(1.9, 2.0, 4.0)]
    assert events(reduced(columns, hold=1), 1) != events(found, 1)


def test_a_level_half_way_is_left_where_its_branch_is_left_and_counted() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 10)
    clean = reduced(columns)
    for sweep in (1, 4, 5, 8):  # rest half way for 8 samples after the switch
        late = np.arange(70, 78) + sweep * LOOP.size
        columns["resistance"][late] += 0.5 * 0.1
    found = reduced(columns)
    assert events(found, 1) == events(clean, 1)
    assert found.between == pytest.approx(32 / columns["current"].size)
    assert clean.between == 0.0


def test_branches_that_meet_where_one_has_no_samples_are_two() -> None:
    """ΔR of a junction falls to a third at the highest bias, to which AP is never driven."""
    columns = loops([(2.0e-3 + 1e-4 * k, -1.0e-3 - 1e-4 * k) for k in range(6)])
    state = (columns["resistance"] > 10.06).astype(float)
    bias = columns["current"] / TOP
    columns["resistance"] = 100.0 + state * 100.0 / (1.0 + 4.0 * bias**2) + 0.5 * columns["resistance"]
    assert sum(reduced(columns).n_switched) == 12


@pytest.mark.parametrize("given", ["voltage", "resistance"])
def test_where_a_voltage_is_swept_the_current_of_the_state_that_is_left_counts(given: str) -> None:
    """R_P = 1 kΩ, R_AP = 2 kΩ: at the change the current jumps by a factor of 2."""
    volts, rng = 1e3 * LOOP, np.random.default_rng(5)
    state, sweeps = np.ones(LOOP.size), []
    for number in range(8):
        state[:] = 1.0
        state[60 + number : 140 + number] = 0.0  # AP is left from 1 V on, P from 1 V on the way back
        measured = volts / (1e3 * (1.0 + state)) * (1.0 + 1e-3 * rng.standard_normal(LOOP.size))
        sweeps.append((np.full(LOOP.size, float(number)), measured, volts, np.arange(LOOP.size) * 0.01))
    sweep, current, voltage, time = (np.concatenate(part) for part in zip(*sweeps, strict=True))
    columns = {"sweep": sweep, "current": current, "time": time}
    columns |= (
        {"voltage": voltage}
        if given == "voltage"
        else {"resistance": voltage / np.where(current == 0, np.inf, current)}
    )
    found = reduced(columns)
    from_ap = [upper for _, upper, _ in events(found, 1)]
    assert from_ap == pytest.approx([0.5 + 0.05 * k for k in range(8)], abs=0.03)  # mA: half of V/R_P
    from_p = [upper for _, upper, _ in events(found, 0)]
    assert from_p == pytest.approx([1.0 - 0.1 * k for k in range(8)], abs=0.03)
    rates = dict(zip(found.ramps.state.tolist(), found.ramps.ramp_rate.tolist(), strict=True))
    assert rates == pytest.approx({0: 1e-2, 1: 5e-3}, rel=0.05)  # A/s: 10 V/s over either resistance
    assert any("a voltage was swept" in notice for notice in found.origin.notices)


def test_a_coarse_clock_and_a_wait_at_the_turn_leave_the_rate() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 4)
    coarse = columns | {"time": np.floor(columns["time"] * 40.0) / 40.0}  # 25 samples share a reading, 4 a ramp
    assert reduced(coarse).ramps.ramp_rate == pytest.approx(0.1, rel=0.05)
    at = np.arange(columns["time"].size)
    waiting = columns | {"time": columns["time"] + 0.05 * ((at + 1) // 100)}  # half a ramp long, at both ends
    assert reduced(waiting).ramps.ramp_rate == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("series", [300.0, 1000.0])
def test_a_resistance_in_series_with_the_swept_voltage_is_read_off_the_switches(series: float) -> None:
    rng, parts = np.random.default_rng(3), []
    for number in range(12):
        state = np.ones(LOOP.size)
        state[65 + number : 150 + number] = 0.0
        source = 1e3 * LOOP
        current = source / (1e3 * (1.0 + state) + series) * (1.0 + 1e-3 * rng.standard_normal(LOOP.size))
        parts.append(
            (np.full(LOOP.size, float(number)), current, source - series * current, np.arange(LOOP.size) * 0.01)
        )
    sweep, current, voltage, time = (np.concatenate(part) for part in zip(*parts, strict=True))
    found = reduced({"sweep": sweep, "current": current, "voltage": voltage, "time": time})
    rates = dict(zip(found.ramps.state.tolist(), found.ramps.ramp_rate.tolist(), strict=True))
    assert rates == pytest.approx({0: 10.0 / (1e3 + series), 1: 10.0 / (2e3 + series)}, rel=0.05)  # 10 V/s
    assert sum(found.n_switched) == 23 or sum(found.n_switched) == 24
    assert any("behind a resistance of" in notice for notice in found.origin.notices)


def test_a_sweep_that_stops_at_its_switch_has_one() -> None:
    """The instrument goes back to the start as soon as the resistance jumps."""
    columns = loops([(2.0e-3 + 1e-4 * k, None) for k in range(10)])
    up = np.arange(columns["sweep"].size) % LOOP.size
    kept = up <= 70 + columns["sweep"] + 3 * (columns["sweep"] % 2)  # up to the first sample in P, or the fourth
    found = reduced({name: values[kept] for name, values in columns.items()})
    assert sum(found.n_switched) == 10
    assert events(found, 1)[0][:2] == (1.9, 2.0)


def test_a_sample_is_named_by_its_row_of_the_file() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 4)
    columns["resistance"][[40]] = resistance(np.zeros(1), columns["current"][[40]])
    columns["voltage"] = columns["resistance"] * columns["current"]
    columns["resistance"][:20], columns["current"][:20], columns["voltage"][:20] = 0.0, 0.0, 0.0
    del columns["resistance"]
    assert any("(sample 41)" in notice for notice in reduced(columns).origin.notices)


def test_branches_may_bend() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 20)
    found = two_branches(columns["current"], columns["resistance"])
    # both states occur from −1 to 2 mA, where ΔR is least at the end, 0.095 ohm, 47 widths of the noise
    assert found.separation == pytest.approx(47.0, rel=0.1)
    assert found.noise == pytest.approx(0.002, rel=0.1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6), st.booleans()), min_size=1, max_size=25))
def test_the_life_table_is_that_of_every_ramp_by_itself(ramps: list[tuple[int, int, bool]]) -> None:
    names, setting = np.unique([ramp[0] for ramp in ramps], return_inverse=True)
    index, switched = np.array([ramp[1] for ramp in ramps]), np.array([ramp[2] for ramp in ramps])
    table = censored_life_table(setting, index, switched, np.full(names.size, 0.5))
    for one in range(names.size):
        rows = np.flatnonzero(table.setting == one)
        assert table.lower[rows[0]] == 0.0
        assert table.lower[rows[1:]] == pytest.approx(table.upper[rows[:-1]])
        for row in rows:
            low, high = round(table.lower[row] / 0.5), round(table.upper[row] / 0.5)
            mine = setting == one
            assert table.n[row] == np.count_nonzero(mine & (index >= high))
            assert table.n_switched[row] == np.count_nonzero(mine & switched & (index == high))
            assert not np.any(mine & (index > low) & (index < high))


def test_loops_are_a_kind_of_their_own_in_an_analysis(tmp_path: Path) -> None:
    columns = loops([(2.0e-3 + 1e-4 * (k % 9), -1.0e-3 - 1e-4 * (k % 7)) for k in range(10)])
    rows = zip(*(columns[name].tolist() for name in ("sweep", "current", "resistance", "time")), strict=True)
    lines = ["sweep,current (A),resistance (ohm),time (s)", *(",".join(map(repr, row)) for row in rows)]
    (tmp_path / "loops.csv").write_text("\n".join(lines), encoding="utf-8")
    text = '[device]\ndelta_R = "0.1 ohm"\nbeta = "0.35"\ntemperature = "295 K"\n'
    text += '[[measurement]]\nkind = "hysteresis-loop"\nfile = "loops.csv"\n[fit]\ncompare = false\n'
    (tmp_path / "analysis.toml").write_text(text, encoding="utf-8")
    found = stfit.fit(tmp_path / "analysis.toml")
    assert found["slope_P"].value is not None
    assert found["slope_P"].value > 0
    (summary,) = found.measurements
    assert any("20 switching events on 20 ramps" in notice for notice in summary.notices)
    # the report draws the first three sweeps as they stand in the file
    shown = columns["sweep"] < 3
    for name in ("sweep", "current", "resistance"):
        assert summary.sweeps[name] == columns[name][shown].tolist()
    (gallery,) = section(summary, 1)
    assert isinstance(gallery, Gallery)
    (drawing,) = gallery.drawings
    (panel,) = drawn_values(drawing.figure("column"))
    assert (panel["x"], panel["y"]) == ("current (mA)", "resistance (Ω)")
    drawn = {entry["n"]: entry for entry in panel["series"]}
    assert list(drawn) == ["P", "leaves P", "AP", "leaves AP", "mean, upward", "mean, downward"]
    assert len(drawn["P"]["y"]) + len(drawn["AP"]["y"]) == np.count_nonzero(shown)
    assert [len(drawn[name]["x"]) for name in ("leaves P", "leaves AP")] == [10, 10]  # of all sweeps
    assert sorted(drawn["leaves AP"]["x"]) == pytest.approx(sorted(1.95 + 0.1 * (k % 9) for k in range(10)))


def test_the_mean_loop_is_that_of_the_whole_sweeps_and_minor_ones_are_kept_apart() -> None:
    columns = loops([(2.0e-3, -1.0e-3), (2.6e-3, -1.0e-3)], noise=0.0)
    minor = loops([(2.0e-3, None)])
    inner = np.abs(minor["current"]) <= 3e-3
    minor = {name: values[inner] for name, values in minor.items()} | {"sweep": np.full(np.count_nonzero(inner), 2.0)}
    kept = reduced({name: np.concatenate([columns[name], minor[name]]) for name in columns}).sweeps
    assert np.unique(kept["sweep"][kept["minor"] == 1]).tolist() == [2.0]
    assert kept["mean_sweeps"].tolist() == [2.0]
    up = kept["mean_direction"] > 0
    between = up & (kept["mean"] > 2.05e-3) & (kept["mean"] < 2.55e-3)  # one sweep has switched there, the other not
    half = resistance(np.full(LOOP.size, 0.5), LOOP)
    expected = np.interp(kept["mean"][between], LOOP[: UP.size], half[: UP.size])
    assert np.count_nonzero(between) == 5
    assert kept["mean_resistance"][between] == pytest.approx(expected, abs=1e-6)


def test_a_wrong_row_is_named(tmp_path: Path) -> None:
    text = "sweep,current (mA),resistance (ohm),time (s)\n0,1,10,1\n0,2,10,0\n"
    (tmp_path / "loops.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"loops\.csv, line 3, column 'time \(s\)': expected a time after that of the"):
        stfit.load(tmp_path / "loops.csv", "hysteresis-loop")


@pytest.mark.parametrize(
    ("given", "said"), [("0.1 ohm", 0), ("0.11 ± 0.02 ohm", 0), ("0.2 ohm", 1), ("1 ± 0.1 ohm", 1)]
)
def test_branches_that_contradict_the_device_are_said(given: str, said: int) -> None:
    measured = reduced(loops([(2.0e-3, -1.0e-3), (2.4e-3, -1.2e-3)] * 8))
    content = {"device": {"temperature": "295 K", "beta": 0.35, "delta_R": given}, "model": {"asymmetry": "symmetric"}}
    found = contrast_notes(assemble(analysis_of(content, Path(), "lab.toml"), [measured]))
    assert len(found) == said
    assert all("lie 99" in note.sentence or "lie 100" in note.sentence for note in found)


def test_so_many_bad_readings_that_two_may_follow_each_other_are_said() -> None:
    columns = loops([(2.0e-3, -1.0e-3)] * 10)
    assert not any("hold =" in notice for notice in reduced(columns).origin.notices)
    # within ±0.75 mA both branches have samples; never two in a row
    bad = np.flatnonzero(np.abs(columns["current"]) < 0.75e-3)[::8]
    columns["resistance"][bad] += np.where(columns["resistance"][bad] > 10.05, -0.1, 0.1)
    found = reduced(columns)
    assert sum(found.n_switched) == 20
    (said,) = [notice for notice in found.origin.notices if "hold =" in notice]
    assert bad.size == 38  # of 2010: 2010 (38/2010)² = 0.7, with a third 0.014
    assert "some 0.7 times 2 of them" in said
    assert "hold = 3 in the measurement" in said


def test_a_bad_resistance_just_behind_a_change_does_not_move_the_switching_current() -> None:
    """R_P = 1 kΩ, R_AP = 2 kΩ under a voltage: the current that has doubled already is none at which AP was left."""
    volts, rng, parts = 1e3 * LOOP, np.random.default_rng(5), []
    for number in range(8):
        state = np.ones(LOOP.size)
        state[60 + number : 140 + number] = 0.0
        measured = volts / (1e3 * (1.0 + state)) * (1.0 + 1e-3 * rng.standard_normal(LOOP.size))
        parts.append((np.full(LOOP.size, float(number)), measured, 1e3 * (1.0 + state), np.arange(LOOP.size) * 0.01))
    sweep, current, ohm, time = (np.concatenate(part) for part in zip(*parts, strict=True))
    columns = {"sweep": sweep, "current": current, "resistance": ohm, "time": time}
    clean = np.array(events(reduced(columns), 1))
    bad = {**columns, "resistance": ohm.copy()}
    bad["resistance"][[63 + 3 * LOOP.size, 65 + 4 * LOOP.size]] = 2e3  # the first sample in P; the second
    found = np.array(events(reduced(bad), 1))
    assert found == pytest.approx(clean, abs=0.06)  # one step of 0.05 mA
