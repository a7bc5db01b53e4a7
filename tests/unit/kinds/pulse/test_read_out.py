"""Pulses whose read-out errs: shares that stop short of 1 and of 0."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.derivatives import seed
from stfit.diagnostics.estimates import estimates
from stfit.errors import InputError
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.pulse.saturation import read_out_notes
from stfit.measurement import Origin
from stfit.objective import Objective
from stfit.physics.switching import log_dwell_time_as_read, switching_probability
from stfit.pipeline.assembly import assemble

SLOPES = {"slope_P": 3e3, "slope_AP": -6e3}
WIDTH = 1e-6


def pulses(
    seed: int, *, visibility: float = 1.0, floor: float = 0.0, read_out: tuple[str, ...] = ()
) -> SwitchingPulses:
    """500 pulses at each of 14 currents and both transitions, from hardly any to nearly all of which switch."""
    state, log_exposure = (c.reshape(-1) for c in np.meshgrid([0, 1], np.linspace(-4.0, 2.0, 14), indexing="ij"))
    slope = np.where(state == 0, SLOPES["slope_P"], SLOPES["slope_AP"])
    log_zero = np.where(state == 0, 1.0, 3.0)
    current = (np.log(WIDTH) - log_exposure - log_zero) / slope
    columns = {"transition": state, "current": current, "pulse_width": np.full(state.size, WIDTH)}
    columns |= {"n": np.full(state.size, 500.0), "n_switched": np.zeros(state.size)}
    table = SwitchingPulses.from_columns(columns, origin=Origin(file="pulses.csv"), read_out=read_out)
    switched = floor + (visibility - floor) * (1.0 - np.exp(-np.exp(log_exposure)))
    drawn = np.random.default_rng(seed).binomial(500, switched).astype(float)
    columns["n_switched"] = drawn
    assert table.n.size == drawn.size
    return SwitchingPulses.from_columns(columns, origin=Origin(file="pulses.csv"), read_out=read_out)


def objective(measurement: SwitchingPulses, **content: Any) -> Objective:
    known = {"device": {"temperature": "295 K"}, "model": {"asymmetry": "free"}}
    return assemble(analysis_of(known | content, Path(), "lab.toml"), [measurement])


def test_the_share_as_read_is_that_of_an_effective_dwell_time() -> None:
    eta = np.linspace(-30.0, 5.0, 40)
    for visibility, floor in ((0.9, 0.0), (0.95, 0.03), (1.0 - 1e-9, 0.0)):
        read = log_dwell_time_as_read(WIDTH, eta, visibility, floor)
        share = floor + (visibility - floor) * switching_probability(WIDTH, eta)
        assert switching_probability(WIDTH, read) == pytest.approx(share, rel=1e-8, abs=1e-300)


def test_its_derivatives_are_those_of_differences() -> None:
    x = np.array([-14.0, 0.93, 0.02])
    jet = log_dwell_time_as_read(WIDTH, *seed(x, 2))
    step = 1e-5
    for place in range(3):
        moved = [x.copy() for _ in range(2)]
        moved[0][place] -= step
        moved[1][place] += step
        low, high = (float(log_dwell_time_as_read(WIDTH, *at)) for at in moved)
        assert jet.gradient[place] == pytest.approx((high - low) / (2 * step), rel=1e-6)


def test_slopes_are_right_where_the_read_out_is_fitted() -> None:
    """Pulls of 12 devices: the mean within 4 of its errors, and none far away; a perfect read-out fails both."""
    pulls: dict[tuple[str, ...], list[float]] = {("visibility", "floor"): [], (): []}
    for read_out, found in pulls.items():
        for device in range(12):
            problem = objective(pulses(device, visibility=0.92, floor=0.02, read_out=read_out))
            estimate = estimates(problem, minimise(problem))
            for name, truth in SLOPES.items():
                value, error = estimate[name].value, estimate[name].stderr
                assert value is not None
                assert error is not None
                found.append((value - truth) / error)
    fitted, perfect = (np.array(found) for found in pulls.values())
    assert abs(fitted[0::2].mean()) < 4.0 / np.sqrt(12)
    assert np.max(np.abs(fitted)) < 4.0
    assert np.max(np.abs(perfect)) > 5.0  # the negative control


def test_a_known_visibility_is_held_and_an_unknown_one_has_an_interval() -> None:
    measured = pulses(1, visibility=0.92, read_out=("visibility",))
    found = estimates(problem := objective(measured), minimise(problem))["visibility"]
    assert found.value == pytest.approx(0.92, abs=4.0 * (found.stderr or 0.0))
    held = objective(measured, fit={"fix": {"visibility": 0.92}})
    assert "visibility" not in held.names


def test_a_read_out_that_errs_is_proposed_and_a_perfect_one_is_not() -> None:
    for share, proposed in ((0.9, "visibility"), (1.0, None)):
        problem = objective(pulses(2, visibility=share))
        notes = read_out_notes(problem, minimise(problem))
        assert [proposed is not None] == [bool(notes)]
        if proposed is not None:
            assert f'read_out = ["{proposed}"]' in notes[0].sentence
    problem = objective(pulses(3, floor=0.06))
    assert 'read_out = ["floor"]' in read_out_notes(problem, minimise(problem))[0].sentence


def test_a_read_out_beside_one_that_is_fitted_is_judged_by_itself() -> None:
    known = {"device": {"temperature": "295 K"}, "model": {"asymmetry": "free"}}
    other = pulses(2, visibility=0.7, read_out=("visibility",))
    problem = assemble(analysis_of(known, Path(), "lab.toml"), [other, pulses(4, visibility=0.9)])
    (note,) = read_out_notes(problem, minimise(problem))
    assert "stops at 0.89" in note.sentence  # drawn at 0.9, its error is 0.01


def test_equal_shares_give_a_start() -> None:
    measured = pulses(1, read_out=("visibility", "floor"))
    flat = replace(measured, n_switched=np.full_like(measured.n, 250.0))
    start = flat.start()
    assert start.dwell_times is not None
    assert np.all(np.isfinite(start.dwell_times.log_dwell))


def test_the_key_takes_both_names_and_no_other() -> None:
    entry = {"kind": "switching-pulse", "file": __file__, "read_out": ["floor", "visibility"]}
    analysis = analysis_of({"measurement": [entry]}, Path(), "lab.toml")
    assert analysis.measurement[0].keys["read_out"] == ("visibility", "floor")
    with pytest.raises(InputError, match="read_out'"):
        analysis_of({"measurement": [entry | {"read_out": ["contrast"]}]}, Path(), "lab.toml")
