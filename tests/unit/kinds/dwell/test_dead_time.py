"""Tables and events with a dead time."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.derivatives import concatenate, seed
from stfit.errors import TableError
from stfit.kinds.dwell.apparent import ApparentDwellTimes, dwell_table
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Observation, Origin
from stfit.physics.missed_events import EXACT, log_density, log_survival, tail
from stfit.physics.telegraph import apparent_mean_dwell, draw_apparent_dwells

Array = npt.NDArray[np.float64]

TAU = np.array([1e-3, 2e-3, 3e-3, 1e-3])
OTHER = TAU[[1, 0, 3, 2]]
STATE = np.array([0, 1, 0, 1])
CURRENT = np.array([1.0, 1.0, 2.0, 2.0]) * 1e-3
DEAD = 3e-4
ETA = np.log(TAU)
REPLICAS = 400


def built(cls: Any, **keys: Any) -> Any:
    columns = {name: values for name, values in keys.items() if name != "key"}
    build = dwell_table if cls is DwellTimes else cls.from_columns
    return build(columns, origin=Origin(), **keys.get("key", {}))


def table(n: Any, dead: float = DEAD, **more: Any) -> Any:
    mean = apparent_mean_dwell(TAU, OTHER, dead)
    given = {"n": np.broadcast_to(n, 4), "total_time": n * mean} | more
    return built(DwellTimes, state=STATE, current=CURRENT, dead_time=np.full(4, dead), **given)


def events(n: int, *, censored: bool = False, seed_: int = 1) -> Any:
    rng = np.random.default_rng(seed_)
    row = np.repeat(np.arange(4), n)
    duration = draw_apparent_dwells(TAU[row], OTHER[row], np.full(row.size, DEAD), rng)
    flag = np.zeros(row.size)
    if censored:
        flag[n - 1 :: n] = 1.0
    return built(
        DwellEvents, state=STATE[row], current=CURRENT[row], duration=duration, censored=flag, key={"dead_time": DEAD}
    )


KINDS: dict[str, Any] = {
    "counts": table(50.0),
    "watched": table(np.arange(4.0), total_time=np.full(4, 5e-3)),
    "means": built(
        DwellTimes,
        state=STATE,
        current=CURRENT,
        dead_time=np.full(4, DEAD),
        mean_dwell=apparent_mean_dwell(TAU, OTHER, DEAD),
        mean_dwell_stderr=0.1 * TAU,
    ),
    "events": events(40),
    "timed events": events(40, censored=True),
}


def test_a_dead_time_makes_apparent_dwells() -> None:
    assert all(isinstance(KINDS[name], ApparentDwellTimes) for name in ("counts", "watched", "means"))
    assert isinstance(KINDS["events"], MissedDwellEvents)
    assert isinstance(table(5.0, 0.0), DwellTimes)
    assert all(isinstance(kind, Observation) for kind in KINDS.values())


def test_residuals_vanish_at_the_dwell_times_behind_the_means_and_not_at_the_naive_ones() -> None:
    for name in ("counts", "means"):
        assert KINDS[name].residuals(ETA) == pytest.approx(np.zeros(4), abs=1e-7)
        naive = np.log(apparent_mean_dwell(TAU, OTHER, DEAD))
        assert np.all(np.abs(KINDS[name].residuals(naive)) > 1.0)


def test_a_vanishing_dead_time_gives_the_exponential_likelihood() -> None:
    plain, nearly = table(30.0, 0.0), table(30.0, 1e-12)
    for shift in (-0.3, 0.0, 0.5):
        # the mean moves by 2ξ/τ ~ 2e-9 of itself, √n of that
        assert nearly.residuals(ETA + shift) == pytest.approx(plain.residuals(ETA + shift), abs=1e-7)


def test_events_without_dead_time_are_the_limit_of_those_with_it() -> None:
    found = events(40)
    columns = {"state": STATE[found.setting], "current": CURRENT[found.setting], "duration": found.duration}
    plain = built(DwellEvents, **columns)
    nearly = built(DwellEvents, **columns, key={"dead_time": 1e-10})
    differences = [m.log_likelihood(ETA + 0.4) - m.log_likelihood(ETA) for m in (plain, nearly)]
    assert differences[0] == pytest.approx(differences[1], abs=1e-4)  # 160 events, ξ/τ = 1e-7 each


@pytest.mark.parametrize("name", ["events", "timed events"])
def test_the_likelihood_of_events_is_the_sum_over_them(name: str) -> None:
    kind = KINDS[name]
    expected = 0.0
    for row in range(4):
        args = (TAU[row], OTHER[row], np.array(DEAD))
        log_a, rate = tail(np.array(TAU[row]), np.array(OTHER[row]), np.array(DEAD))
        for duration, censored in zip(
            kind.duration[kind.setting == row], kind.censored[kind.setting == row], strict=True
        ):
            u = duration - DEAD * (1 + censored)
            if u > EXACT * DEAD:
                expected += float(log_a - rate * u - (np.log(rate) if censored else 0.0))
            elif u > 0 or not censored:
                expected += float((log_survival if censored else log_density)(np.array([u]), *args)[0])
    # the polynomial through 14 nodes a dead time
    assert kind.log_likelihood(ETA) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("name", KINDS)
def test_derivatives_are_those_of_the_likelihood(name: str) -> None:
    kind = KINDS[name]
    jet = kind.log_likelihood(concatenate(seed(ETA + 0.1, 2)))
    h = 1e-5  # central differences: h² and rounding over h

    def gradient(x: Array) -> Array:
        found: Array = kind.log_likelihood(concatenate(seed(x, 1))).gradient
        return found

    x = ETA + 0.1
    moves = h * np.eye(4)
    slopes = [(kind.log_likelihood(x + m) - kind.log_likelihood(x - m)) / (2 * h) for m in moves]
    assert jet.gradient == pytest.approx(np.array(slopes), abs=1e-5)
    bends = [(gradient(x + m) - gradient(x - m)) / (2 * h) for m in moves]
    assert jet.hessian == pytest.approx(np.array(bends), abs=1e-4)
    walkers = np.array([x, ETA])
    assert kind.log_likelihood(walkers) == pytest.approx([kind.log_likelihood(x), kind.log_likelihood(ETA)])


@pytest.mark.parametrize("name", ["counts", "events", "timed events"])
def test_replicas_have_the_observed_means(name: str) -> None:
    rng = np.random.default_rng(17)
    kind = KINDS[name]
    drawn = [kind.draw(ETA, rng) for _ in range(REPLICAS)]
    tables = [d.table if name == "counts" else d.reduced for d in drawn]
    n, time = (np.array([getattr(t, what) for t in tables]) for what in ("n", "total_time"))
    mean = apparent_mean_dwell(TAU, OTHER, DEAD)
    excess = time - n * mean  # Wald: zero on average at fixed n; in a watch the censored dwell is left over
    if name == "timed events":
        excess -= np.array([d.duration[d.censored] for d in drawn])
    error = np.std(excess, axis=0) / np.sqrt(REPLICAS)
    # a dwell that did not fit into the watch is longer than average: of 39 dwells, 1 or so is missing
    allowed = 1.5 * mean if name == "timed events" else 0.0
    assert np.all(np.abs(excess.mean(axis=0)) < 4.0 * error + allowed)
    assert np.all(np.mean(time / n, axis=0) > 1.1 * TAU)  # the negative control: true dwells are shorter


@pytest.mark.parametrize("name", KINDS)
def test_replicas_follow_the_seed_and_keep_the_design(name: str) -> None:
    one, same, other = (KINDS[name].draw(ETA, np.random.default_rng(s)) for s in (1, 1, 2))
    assert one.log_likelihood(ETA) == same.log_likelihood(ETA)
    assert one.log_likelihood(ETA) != other.log_likelihood(ETA)
    assert type(one) is type(KINDS[name])


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("eta", [-1e4, 1e4])
def test_a_fit_that_failed_breaks_nothing(name: str, eta: float) -> None:
    prediction = np.full(4, eta)
    kind = KINDS[name]
    assert np.all(np.isfinite(kind.row_fit(prediction).expected_counts))
    assert np.all(np.isfinite(kind.view().displayed(prediction)))
    assert np.isfinite(kind.log_likelihood(prediction))


def test_the_naive_estimate_stands_beside_the_corrected_one() -> None:
    for name in ("counts", "means"):
        observed = KINDS[name].view().observed
        assert observed.value == pytest.approx(TAU, rel=1e-7)
        assert observed.extra["apparent_mean_dwell"] == pytest.approx(apparent_mean_dwell(TAU, OTHER, DEAD))
    assert np.all(events(400).view().observed.extra["apparent_mean_dwell"] > 1.2 * TAU)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(TableError, match=r"row 0, column 'state': expected rows of both states .*; found P only"):
        built(
            DwellTimes,
            state=STATE[::2],
            current=CURRENT[::2],
            dead_time=np.full(2, DEAD),
            n=np.ones(2),
            total_time=np.ones(2),
        )
    with pytest.raises(TableError, match="row 1, column 'duration': expected a duration of at least the dead time"):
        built(
            DwellEvents,
            state=STATE[:2],
            current=CURRENT[:2],
            duration=np.array([1.0, 0.5]) * DEAD,
            key={"dead_time": DEAD},
        )
    assert KINDS["events"].residuals(ETA) is None


def ion_channel(path: Path) -> Any:
    """Open (AP) and shut (P) dwells of an idealised record, in s; those flagged unusable (8) are left out."""
    record = np.loadtxt(path)
    usable = record[:, 3] < 8
    state = (record[usable, 2] != 0.0).astype(np.int8)
    duration = record[usable, 1] * 1e-3
    current = np.full(state.size, 1e-3)
    return built(DwellEvents, state=state, current=current, duration=duration, key={"dead_time": 25e-6})


@pytest.mark.parametrize(
    ("file", "shut", "opened"),  # ms, a record of what came out; relative errors are 0.009 to 0.012
    [("hatton1.txt", 9.394, 0.9629), ("hatton2.txt", 91.09, 1.0765), ("hatton3.txt", 29.49, 1.0996)],
)
def test_measured_dwells_that_are_not_exponential(file: str, shut: float, opened: float) -> None:
    folder = os.environ.get("STFIT_REALDATA")
    if folder is None:
        pytest.skip("measured data: STFIT_REALDATA is not set")
    events = ion_channel(Path(folder) / "ion-channel-dwell" / file)
    rows = np.argsort(events.reduced.settings.state)
    assert np.exp(events.apparent.corrected[rows]) * 1e3 == pytest.approx([shut, opened], rel=1e-3)
    found = exponential_shape_test(events)
    assert found.p_value is not None
    assert found.p_value < 1e-12  # several shut and open states: mixtures of exponentials
    # the negative control: two simple states with the same dwell times and dead time pass
    replica = events.draw(events.apparent.corrected, np.random.default_rng(9))
    simple = exponential_shape_test(replica)
    assert simple.p_value is not None
    assert simple.p_value > 1e-3


def test_a_dead_time_alone_is_no_mixture() -> None:
    replica = events(400).draw(ETA, np.random.default_rng(3))
    found = exponential_shape_test(replica)
    assert found.p_value is not None
    assert found.p_value > 1e-3
    plain = built(
        DwellEvents,
        state=STATE[replica.setting],
        current=CURRENT[replica.setting],
        duration=replica.duration,
    )
    ignored = exponential_shape_test(plain)
    assert ignored.p_value is not None
    assert ignored.p_value < 1e-6  # the negative control
