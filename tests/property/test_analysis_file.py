"""Laws of reading: whatever stands in an analysis file, there is an Analysis or an InputError, and no third thing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stfit.analysis import Analysis, analysis_of, parse_analysis
from stfit.errors import InputError
from stfit.models.parameters import PARAMETERS

KEYS = st.sampled_from(
    [
        *("title", "device", "measurement", "model", "fit", "priors", "gmr", "chi", "file", "kind", "polarity"),
        *("columns", "where", "sign", "dead_time", "free", "fix", "bounds", "seed", "backend", "normal", "uniform"),
        *(
            "temperature_uncertainty",
            "field_uncertainty",
            "lognormal",
            "asymmetry",
            "barrier",
            "reference_temperature",
            "no such key",
        ),
        *PARAMETERS,
    ]
)
WORDS = st.sampled_from(
    ["0.35", "1 ns", "295 ± 1 K", "0.6 eV", "", "cosine", "uniaxial", "chi", "dwell-times", "tau_0", "."]
)
SCALARS = st.one_of(
    WORDS, st.text("aµ±1.e- \0{", max_size=8), st.integers(), st.floats(), st.booleans(), st.dates(), st.times()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=6
)
SECTIONS = st.sampled_from(["title", "device", "measurement", "model", "fit", "priors"])
FILES = st.dictionaries(SECTIONS | KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=5), max_size=5)
# the words of pydantic's own messages
FOREIGN = re.compile(r"pydantic|Input should|Field required|Extra inputs|validation error|Traceback", re.IGNORECASE)


def check(refusal: InputError) -> None:
    assert refusal.problems
    for problem in refusal.problems:
        assert problem.where.startswith("analysis.toml")
        assert problem.expected
        assert problem.found
        assert not FOREIGN.search(problem.expected)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=FILES)
def test_any_content_is_read_or_refused(content: dict[str, Any]) -> None:
    try:
        read = analysis_of(content, Path(), "analysis.toml")
    except InputError as refusal:
        check(refusal)
    else:
        assert isinstance(read, Analysis)


@given(text=st.text())
def test_any_text_is_refused_where_it_names_no_measurement(text: str) -> None:
    try:
        parse_analysis(text, Path(), "analysis.toml")
    except InputError as refusal:
        check(refusal)
    else:
        raise AssertionError("a text without a measurement was accepted")


@given(name=st.sampled_from(sorted(PARAMETERS)), position=st.integers(0, 20), letter=st.sampled_from("abcxyz_"))
def test_a_slip_of_the_pen_is_met_with_a_name_that_is_known(name: str, position: int, letter: str) -> None:
    slip = name[: position % len(name)] + letter + name[position % len(name) :]
    if slip in PARAMETERS:
        return
    try:
        analysis_of({"device": {slip: "1"}}, Path(), "analysis.toml")
    except InputError as refusal:
        offered = re.search(r"\(the nearest is '(\w+)'\)|\(l_over_L, ", refusal.problems[0].expected)
        assert offered
        assert offered[1] is None or offered[1] in PARAMETERS
    else:
        raise AssertionError("an unknown name was accepted")
