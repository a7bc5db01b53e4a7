"""Each key for an imperfect trace does to a simulated record what it says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest

from stfit.kinds.telegraph.experiment import TelegraphDesign, TracesSection
from stfit.kinds.telegraph.imperfections import Gaps, Glitches, Hum, Jump, ThirdLevel
from stfit.kinds.telegraph.simulated import trace_of

Array = npt.NDArray[np.float64]

SIZE: Final = 20_000
DT, TAU, STEP, RESOLUTION = 1e-4, np.array([40.0, 60.0]), 1.0, 2e-3
PLAIN: Final = TelegraphDesign(
    "t.csv", np.zeros(1), np.array([300.0]), SIZE, DT, resistance=10.0, noise=0.1, resolution=RESOLUTION
)


def ohms(seed: int = 1, **keys: Any) -> Array:
    """A record, ohm."""
    return RESOLUTION * trace_of(replace(PLAIN, **keys), STEP, TAU, np.random.default_rng(seed)).astype(float)


def added(**keys: Any) -> Array:
    """What keys add to the samples of a record without them."""
    return ohms(**keys) - ohms()


def is_of(frequency: float, amplitude: float) -> Callable[[Array], bool]:
    def judged(extra: Array) -> bool:
        power = np.abs(np.fft.rfft(extra)) * 2.0 / SIZE
        return bool(np.argmax(power) == round(frequency * SIZE * DT) and abs(power.max() / amplitude - 1.0) < 1e-2)

    return judged


@pytest.mark.parametrize(
    ("keys", "judged"),
    [
        ({"drift": 0.3}, lambda extra: np.allclose(extra, np.linspace(-0.15, 0.15, SIZE), atol=3e-3)),
        ({"jumps": (Jump(0.25, 2.0), Jump(0.75, -1.0))}, lambda extra: set(np.rint(extra[::5000])) == {0.0, 2.0, 1.0}),
        ({"hum": (Hum(50.0, 0.2),)}, is_of(50.0, 0.2)),
        (
            {"glitches": Glitches(7, 50.0, 5)},
            lambda extra: 5 < np.count_nonzero(extra) <= 35 and set(np.rint(extra)) == {0.0, 50.0},
        ),
        ({"gaps": Gaps(3, 20)}, lambda extra: 20 <= np.count_nonzero(np.isnan(extra)) <= 60),
        ({"range": (9.9, 11.05)}, lambda extra: 0.05 < np.count_nonzero(extra) / SIZE < 0.5),
        # 20 visits of 20 samples: their share scatters by √(2/20) of itself, and lies within two of that here
        (
            {"third_level": ThirdLevel(1.7, 0.02, 20 * DT)},
            lambda extra: 0.005 < np.count_nonzero(extra) / SIZE < 0.04,
        ),
        ({"digitiser_noise": 0.2}, lambda extra: abs(np.std(extra) / 0.2 - 1.0) < 4.0 / np.sqrt(2.0 * SIZE)),
        ({"noise_time": 5.0 * DT, "noise": 0.0}, lambda extra: np.std(extra) < 0.2),
    ],
)
def test_what_a_key_adds_to_the_samples(keys: dict[str, Any], judged: Callable[[Array], bool]) -> None:
    assert judged(added(**keys))
    assert np.array_equal(ohms(**keys), ohms(**keys), equal_nan=True)


def test_a_baseline_that_diffuses_ends_as_far_off_as_it_says() -> None:
    ends = [(ohms(seed, wander=2.0) - ohms(seed))[-1] for seed in range(40)]
    assert np.sqrt(np.mean(np.square(ends))) == pytest.approx(2.0, rel=4.0 / np.sqrt(2.0 * 40))


def test_coloured_noise_keeps_its_size_and_forgets_at_its_time() -> None:
    noise = (
        trace_of(replace(PLAIN, noise_time=5.0 * DT), 0.0, TAU, np.random.default_rng(3)).astype(float) * RESOLUTION
        - 10.0
    )
    # a memory of 5 samples leaves a tenth of them independent
    assert noise.std() == pytest.approx(0.1, rel=4.0 / np.sqrt(2.0 * SIZE / 10.0))
    assert np.corrcoef(noise[5:], noise[:-5])[0, 1] == pytest.approx(np.exp(-1.0), abs=4.0 / np.sqrt(SIZE / 10.0))


def test_a_converter_with_few_codes_and_no_noise_shows_two_of_them() -> None:
    codes = trace_of(replace(PLAIN, noise=0.0, resolution=1.0), STEP, TAU, np.random.default_rng(1))
    assert codes.dtype == np.int16
    assert set(codes) == {10, 11}


def test_a_frame_is_the_mean_of_its_exposure() -> None:
    fast = replace(PLAIN, samples=2000, noise=0.0, resolution=1e-3)
    fine = replace(fast, samples=2000 * 100, sample_interval=DT / 100.0)
    for bandwidth in (None, 2e3):
        instants = trace_of(replace(fine, bandwidth=bandwidth), STEP, 100.0 * TAU, np.random.default_rng(5))
        frames = trace_of(replace(fast, bandwidth=bandwidth, exposure=0.5), STEP, TAU, np.random.default_rng(5))
        # the dwells of a generator are the same in both; means of the 50 instants before each sample of the slow record
        means = instants[1:199_901].astype(float).reshape(1999, 100)[:, 50:].mean(axis=1)
        # a change in a frame is placed to one instant of 50, and few frames have more than three
        assert np.max(np.abs(frames[1:] - means)) < 0.08 / RESOLUTION
        assert np.ptp(frames[1:] - means) > 0.0


def test_bursts_are_traces_of_one_setting_and_every_key_reaches_the_design() -> None:
    keys = {
        "kind": "telegraph-trace",
        "file": "t.csv",
        "currents": ["-1 mA", "1 mA"],
        "temperatures": ["300 K"],
        "samples": 500,
        "sample_interval": "1 ms",
        "resistance": "10 ohm",
        "noise": "0 ohm",
        "resolution": "1 ohm",
        "bursts": 3,
        "exposure": 1,
        "jumps": [{"at": 0.2, "height": "-1 ohm"}],
        "range": ["9 ohm", "12 ohm"],
        "third_level": {"height": "2 ohm", "share": 0.1, "dwell": "30 ms"},
    }
    design = TracesSection.model_validate(keys).design()
    assert design.runs.tolist() == [-1e-3] * 3 + [1e-3] * 3
    assert (design.exposure, design.range) == (1.0, (9.0, 12.0))
    assert (design.jumps, design.third_level) == ((Jump(0.2, -1.0),), ThirdLevel(2.0, 0.1, 0.03))
