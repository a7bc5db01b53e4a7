"""Results that have the structure of their schema and contradict themselves; edited results, read and reported."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.results import read
from stfit.results.consistency import consistency_problems
from tests.hostile.stored import HUGE, faults, mutant

RELEASED = Path(__file__).parents[3] / "reports" / "released"
DOCUMENTS: dict[str, Any] = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in RELEASED.glob("*/result.json")
}
SMALL = RELEASED / "spin-valve-ic" / "result.json"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_released_result_agrees_with_itself(name: str) -> None:
    assert list(consistency_problems(DOCUMENTS[name], "result.json")) == []


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("fmr", lambda d: d["curves"][1]["lo68"].pop(), "curves[1]"),
        ("fmr", lambda d: d["covariance"]["matrix"].pop(), "covariance"),
        ("fmr", lambda d: d["covariance"]["matrix"][2].pop(), "covariance"),
        (
            "fmr",
            lambda d: d["intervals"]["contours"][0]["regions"][0]["open"].pop(),
            "contours[0].regions[0]",
        ),
        ("fmr", lambda d: d["measurements"][0]["reduced"][3].update(n="many"), None),
        ("fmr", lambda d: d["measurements"][0]["reduced"][3].update(observable=7.0), "reduced[0].observable"),
        ("fmr", lambda d: d["identifiability"]["spectrum"].pop("sloppy"), "identifiability.spectrum.sloppy"),
        ("fmr", lambda d: d.update(truth={"parameters": {}}), "truth.convention"),
        ("fmr", lambda d: d.update(sampling={"verdict": "reliable"}), "sampling.reasons"),
        ("joint-device", lambda d: d["joint"]["tensions"][0].update(quantity="x"), "joint.tensions[0].quantity"),
        ("joint-device", lambda d: d["joint"]["contributions"][0]["shares"].pop(), "joint.contributions"),
        ("telegraph", lambda d: d["measurements"][0]["traces"][0]["panels"].pop("excerpt"), "traces[0].panels.excerpt"),
    ],
)
def test_a_contradiction_is_named(name: str, change: Callable[[Any], Any], place: str | None) -> None:
    document = copy.deepcopy(DOCUMENTS[name])
    change(document)
    found = [problem.where for problem in consistency_problems(document, "result.json")]
    assert (not found) if place is None else any(place in where for where in found), found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (str(HUGE), "'parameters.l_over_L.value': expected a whole number of at most 64 bits; found one of about 399"),
        ("1e999", "'parameters.l_over_L.value': expected a number of at most 1e+280; found inf"),
        ('"8"', "'parameters.l_over_L.value': expected number or null; found '8'"),
    ],
)
def test_a_number_that_no_double_holds_is_named(text: str, named: str, tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENTS["spin-valve-ic"])
    document["parameters"]["l_over_L"]["value"] = "here"
    path = tmp_path / "result.json"
    path.write_text(json.dumps(document).replace('"here"', text), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        read(path)
    assert named in str(refusal.value)


def test_a_result_of_any_length_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(InputError, match=r"at most 100 MB; found 1 GB"):
        read(path)


def test_edited_results_are_refused_or_reported(tmp_path: Path) -> None:
    rng = np.random.default_rng(161803)
    wrong = {}
    for name in ("spin-valve-ic", "joint-device"):
        for _ in range(12):
            changed = mutant(DOCUMENTS[name], rng)
            if found := faults(changed, SMALL, tmp_path, drawn=False):
                wrong[changed.words] = found
    assert wrong == {}
