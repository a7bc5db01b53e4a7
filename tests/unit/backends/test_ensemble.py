"""The sampler draws the law it is given, whatever the coordinates it moves in, and the same draws whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.backends.budget import Budget, Progress, Run
from stfit.backends.chain import Chain, Ended
from stfit.backends.chain_file import read
from stfit.backends.ensemble import sample
from stfit.backends.least_squares import minimise
from stfit.errors import InputError
from tests import builders
from tests.chains import SHORT, few_counts
from tests.targets import BentTarget, NormalTarget, optimum_at

Array = npt.NDArray[np.float64]

GRID = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))
ONE_TEMPERATURE = builders.grid(temperatures=(295.0,), currents=(-8e-3, -2e-3, 3e-3, 9e-3))
NARROW = np.array([[4.0, 1.99, 0.0], [1.99, 1.0, 0.0], [0.0, 0.0, 1e-6]])  # correlation 0.995, scales 2 to 0.001
NORMAL = NormalTarget(np.array([1.0, -2.0, 3.0]), NARROW)
WELL_KNOWN = optimum_at(NORMAL.mean, NARROW)

# 20 moments are compared below: |pull| > 4.5 has the probability 7e-6, 1.4e-4 together; the time that goes into the
# Monte-Carlo error is itself known to 10 %, which makes of 4.5 no less than 4
MOST = 4.5


def pulls(chain: Chain, values: Array, means: Any) -> Array:
    """(mean of the draws − mean of the law) in Monte-Carlo errors; values: shape (n, moments)."""
    error = np.std(values, axis=0) * np.sqrt(chain.autocorrelation_time / values.shape[0])
    return np.asarray((np.mean(values, axis=0) - means) / error)


def test_moments_of_a_normal_law() -> None:
    chain = sample(NORMAL, WELL_KNOWN, seed=1)
    assert chain.ended is Ended.RESOLVED
    assert chain.draws.shape == (chain.ensembles, chain.steps, chain.walkers, 3)
    away = chain.flat - NORMAL.mean
    products = np.stack([away[:, i] * away[:, j] for i in range(3) for j in range(i + 1)], axis=1)
    expected = [NARROW[i, j] for i in range(3) for j in range(i + 1)]
    assert np.all(np.abs(pulls(chain, away, 0.0)) < MOST)
    assert np.all(np.abs(pulls(chain, products, expected)) < MOST)
    np.testing.assert_array_equal(chain.log_posterior, NORMAL.log_posterior(chain.draws))


def bent_moments(*, volume: bool) -> Array:
    covariance = np.diag(np.square([1.0, 0.05, 30.0, 0.5]))
    chain = sample(BentTarget(volume), optimum_at([8.0, 0.5, 300.0, 5.0], covariance), seed=2)
    x = chain.flat
    values = np.stack([x[:, 0], x[:, 0] ** 2, x[:, 1], x[:, 1] ** 2, x[:, 2], x[:, 2] ** 2, x[:, 3], x[:, 3] ** 2], 1)
    return pulls(chain, values, [8.0, 65.0, 0.5, 0.2525, 300.0, 90900.0, 0.0, 25.25])


def test_moments_in_coordinates_that_bend_space_and_mirror_it() -> None:
    assert np.all(np.abs(bent_moments(volume=True)) < MOST)


def test_a_sampler_that_forgets_how_coordinates_stretch_space_is_found_out() -> None:
    # negative control: ln a without its volume draws a law with the mean 8 − 1/8, and 1/8 is 12 errors at 10⁴ draws
    assert np.abs(bent_moments(volume=False))[0] > 2 * MOST


def test_a_box_along_a_null_direction_is_walked_from_end_to_end() -> None:
    # ln posterior knows x0 + x1 alone: along x0 − x1 the law is uniform within the box
    covariance = np.array([[0.5, 0.5], [0.5, 0.5]]) * 1e-4  # of the seen direction
    wide = NormalTarget(np.zeros(2), np.array([[1e8, -1e8 + 1e-4], [-1e8 + 1e-4, 1e8]]), half_width=10.0)
    null = np.array([[1.0], [-1.0]]) / np.sqrt(2.0)
    chain = sample(wide, optimum_at([0.0, 0.0], covariance, null), seed=3)
    assert chain.ended is Ended.RESOLVED
    x = chain.flat[:, :1]
    assert np.all(np.abs(pulls(chain, np.hstack([x, x**2]), [0.0, 100.0 / 3.0])) < MOST)  # variance of a uniform law
    assert np.max(np.abs(x)) > 9.99


def test_same_seed_same_chain_other_seed_other_chain() -> None:
    first, again, other = (sample(NORMAL, WELL_KNOWN, seed=seed, budget=SHORT) for seed in (5, 5, 6))
    assert first.draws.tobytes() == again.draws.tobytes()
    assert not np.any(first.draws[:, -150:] == other.draws[:, -150:])


def test_ensembles_are_independent_streams() -> None:
    chain = sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT)
    assert not np.any(chain.draws[0] == chain.draws[1])
    # the first of two is the first of three
    three = sample(NORMAL, WELL_KNOWN, seed=5, budget=Budget(3, 32, 200, 10**9))
    steps = min(chain.steps, three.steps)
    np.testing.assert_array_equal(chain.draws[0, -steps:], three.draws[0, -steps:])


@pytest.mark.slow
def test_two_processes_draw_the_chain_of_one() -> None:
    objective = builders.objective(builders.dwell_times(GRID, n=5, seed=1))
    optimum = minimise(objective)
    one, two = (sample(objective, optimum, seed=5, budget=SHORT, run=Run(processes=count)) for count in (1, 2))
    assert one.draws.tobytes() == two.draws.tobytes()


def test_the_end_of_a_budget_is_said() -> None:
    chain = sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT)
    assert chain.ended is Ended.BUDGET
    assert "budget of steps ended" in chain.ended.value
    assert chain.burn_in + chain.steps == SHORT.steps
    assert chain.steps >= SHORT.steps // 2


def test_sampling_goes_on_until_what_is_quoted_has_enough_draws() -> None:
    resolved = sample(NORMAL, WELL_KNOWN, seed=1)
    longer = sample(NORMAL, WELL_KNOWN, seed=1, enough=lambda chain: chain.steps > 2 * resolved.steps)
    assert longer.ended is Ended.RESOLVED
    assert longer.steps > 2 * resolved.steps
    never = sample(NORMAL, WELL_KNOWN, seed=1, budget=Budget(steps=400), enough=lambda _: False)
    assert never.ended is Ended.BUDGET


def test_progress_rises_to_the_end() -> None:
    told: list[Progress] = []
    sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT, run=Run(progress=told.append))
    assert [now.steps for now in told] == sorted(now.steps for now in told)
    assert told[-1].steps == SHORT.steps
    assert told[-1].fraction == 1.0
    assert told[0].remaining is None
    assert told[-1].remaining == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("device", [builders.QUOTES, {k: v for k, v in builders.QUOTES.items() if k != "beta"}])
def test_a_fit_with_null_directions_is_sampled(device: Any) -> None:
    objective = builders.objective(builders.dwell_times(ONE_TEMPERATURE, n=200, seed=1), device=device)
    optimum = minimise(objective)
    assert optimum.directions.null.shape[1] == (1 if "beta" in device else 2)
    chain = sample(objective, optimum, seed=4, budget=Budget(ensembles=2, walkers=64, target=1000))
    assert chain.ended is Ended.RESOLVED
    # τ0 from 1e-18 to 1e-3 s, uniform in its logarithm: 34.5 wide, standard deviation 9.97
    log_tau_0 = chain.flat[:, chain.names.index("tau_0")]
    assert np.max(log_tau_0) - np.min(log_tau_0) > 0.98 * np.log(1e15)
    if "beta" not in device:  # only λ/β is known: both signs, equally often
        sign = np.sign(chain.flat[:, [chain.names.index("beta")]])
        assert np.all(np.abs(pulls(chain, sign, 0.0)) < MOST)


def test_too_few_walkers_are_refused() -> None:
    with pytest.raises(InputError, match=r"expected 8 walkers or more for 3 parameters; found 6"):
        sample(NORMAL, WELL_KNOWN, seed=5, budget=Budget(walkers=6))


# --- on disk --------------------------------------------------------------------------------------------------------


def test_what_is_stored_is_what_was_drawn(tmp_path: Path) -> None:
    file = tmp_path / "chain.h5"
    chain = sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT, run=Run(file))
    stored = read(file).chain
    assert stored.draws.tobytes() == chain.draws.tobytes()
    assert (stored.names, stored.seed, stored.burn_in, stored.ended) == (chain.names, 5, chain.burn_in, chain.ended)
    assert stored.draws.tobytes() == sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT).draws.tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["chain.h5"]


def test_more_steps_may_be_asked_of_a_stored_chain(tmp_path: Path) -> None:
    file = tmp_path / "chain.h5"
    longer = Budget(2, 32, 330, 10**9)
    sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT, run=Run(file))
    resumed = sample(NORMAL, WELL_KNOWN, seed=5, budget=longer, run=Run(file, resume=True))
    assert resumed.draws.tobytes() == sample(NORMAL, WELL_KNOWN, seed=5, budget=longer).draws.tobytes()


KILLED = """
import sys, time
from pathlib import Path
from stfit.backends.budget import Run
from stfit.backends.ensemble import sample
from tests.chains import SHORT, few_counts
objective, optimum = few_counts(1)
linger = lambda now: time.sleep(0.2 if now.steps > 130 else 0.0)  # time enough to be killed; it changes nothing
sample(objective, optimum, seed=5, budget=SHORT, run=Run(Path(sys.argv[1]), progress=linger))
"""


@pytest.mark.slow
def test_a_chain_killed_in_the_middle_resumes_bit_for_bit(tmp_path: Path) -> None:
    file = tmp_path / "chain.h5"
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(file)], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}
    ) as run:
        for _ in range(3000):
            if file.exists() or run.poll() is not None:
                break
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
    stored = read(file)
    assert stored.ended is Ended.RUNNING
    assert 1 < stored.walk.steps < SHORT.steps
    objective, optimum = few_counts(1)
    resumed = sample(objective, optimum, seed=5, budget=SHORT, run=Run(file, resume=True))
    uninterrupted = sample(objective, optimum, seed=5, budget=SHORT)
    assert resumed.draws.tobytes() == uninterrupted.draws.tobytes()
    assert resumed.log_posterior.tobytes() == uninterrupted.log_posterior.tobytes()
    assert (resumed.burn_in, resumed.ended) == (uninterrupted.burn_in, uninterrupted.ended)


def test_nothing_to_resume_is_a_chain_from_the_start(tmp_path: Path) -> None:
    file = tmp_path / "chain.h5"
    chain = sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT, run=Run(file, resume=True))
    assert chain.draws.tobytes() == sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT).draws.tobytes()


def test_a_chain_of_something_else_is_not_resumed(tmp_path: Path) -> None:
    file = tmp_path / "chain.h5"
    objective, optimum = few_counts(1)
    sample(objective, optimum, seed=5, budget=Budget(2, 32, 100), run=Run(file))
    other_data, other_optimum = few_counts(2)
    fixed = builders.objective(builders.dwell_times(GRID, n=5, seed=1), fit={"bounds": {"tau_0": ["1 ps", "1 us"]}})
    for model, end in ((other_data, other_optimum), (fixed, minimise(fixed))):
        with pytest.raises(InputError, match=r"expected the same measurements, model, constraints, priors and bounds"):
            sample(model, end, seed=5, budget=SHORT, run=Run(file, resume=True))
    with pytest.raises(InputError, match=r"expected the same seed as now \(6\); found another \(5\)"):
        sample(objective, optimum, seed=6, budget=SHORT, run=Run(file, resume=True))
    with pytest.raises(InputError, match=r"the same number of walkers as now \(40\); found another \(32\)"):
        sample(objective, optimum, seed=5, budget=Budget(2, 40, 200), run=Run(file, resume=True))


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "chain.h5"
    sample(NORMAL, WELL_KNOWN, seed=5, budget=Budget(2, 32, 100), run=Run(file))
    whole = file.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "half of it": whole[:middle],
        "all but the end": whole[:-1000],
        "nothing": b"",
        "text": b"current (mA),n\n1,2\n",
        "one bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
    }
    for name, content in damaged.items():
        file.write_bytes(content)
        with pytest.raises(InputError, match=r"chain\.h5: expected a complete chain file that stfit wrote \(HDF5\)"):
            read(file)
        with pytest.raises(InputError, match="damaged"):
            sample(NORMAL, WELL_KNOWN, seed=5, budget=SHORT, run=Run(file, resume=True))
        assert file.read_bytes() == content, name


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a file that can be written"):
        sample(NORMAL, WELL_KNOWN, seed=5, budget=Budget(2, 32, 200), run=Run(tmp_path / "none" / "chain.h5"))
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "chain.h5")
