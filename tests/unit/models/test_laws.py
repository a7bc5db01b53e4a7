"""A law is one file: nothing outside the models names one, and each answers what the program asks of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import numpy as np
import pytest

import stfit
from stfit.models.choices import DEFAULT_BARRIER, Choices, default_asymmetry
from stfit.models.device import Device, Rows
from stfit.models.law import LAWS, RESTATED, RIVALS, Law, law_named, offers
from stfit.models.rivals import rivals_of
from stfit.models.spin_transfer import SpinTransferLaw
from tests import builders

PACKAGE: Final = Path(stfit.__file__).parent
OUTSIDE: Final = {
    path.relative_to(PACKAGE): path.read_text(encoding="utf-8")
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE / "models"
}
EVERY: Final[tuple[Law, ...]] = (*RIVALS, *(law for laws in RESTATED.values() for law in laws))
HOMES: Final = sorted({type(law).__module__ for law in EVERY})


def chosen(barrier: str) -> Choices:
    """A law with the asymmetry that it takes by default."""
    return Choices(barrier=barrier, asymmetry=default_asymmetry(barrier))


def outside(pattern: str) -> set[str]:
    """The files outside the models in which a pattern occurs."""
    return {str(path) for path, text in OUTSIDE.items() if re.search(pattern, text)}


@pytest.mark.parametrize("barrier", [name for name in LAWS if name != DEFAULT_BARRIER])
def test_nothing_outside_the_models_names_a_law(barrier: str) -> None:
    assert outside(rf"""["']{barrier}["']""") == set()


def test_nothing_outside_the_models_asks_which_law_it_has() -> None:
    names = "|".join([*LAWS, *(re.escape(law.name) for law in EVERY)])
    assert outside(rf"""(barrier|\.name)(\b.{{0,3}})\s*([!=]?=|in|is|:)\s*.?["']({names})["']""") == set()


@pytest.mark.parametrize("home", HOMES)
def test_nothing_outside_the_models_imports_a_law(home: str) -> None:
    assert outside(rf"\b{re.escape(home)}\b") == set()


def test_the_search_finds_what_is_named_outside() -> None:
    assert "objective/objective.py" in outside(r"\bSpinTransferLaw\b")
    assert outside(r"""["']least-squares["']""")


def test_an_unknown_law_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no barrier is called 'low'; there are high, exact"):
        law_named("low")


def test_an_asymmetry_that_a_law_does_not_take_is_refused_with_those_it_does() -> None:
    with pytest.raises(ValueError, match="one of 'uniaxial', 'symmetric'; found 'chi'"):
        SpinTransferLaw.of(Choices(barrier="exact", asymmetry="chi"))


def test_a_law_that_is_not_prepared_for_a_curve_says_so() -> None:
    device = SpinTransferLaw.of(chosen("exact")).device
    with pytest.raises(LookupError, match="not yet prepared"):
        law_named("exact").outside(device, {**builders.TRUTH, "Kv": 1e-19, "h": 0.0}, Rows(0.0, 0.0, 295.0))


def test_a_drafted_file_says_what_each_law_is() -> None:
    assert all(f'"{name}"' in offers() for name in LAWS if name != DEFAULT_BARRIER)


@pytest.mark.parametrize("barrier", LAWS)
def test_the_rivals_of_a_law_are_all_others(barrier: str) -> None:
    law = SpinTransferLaw.of(chosen(barrier))
    names = [rival.name for rival in rivals_of(law, heating=1e10)]
    assert {*names, law.name} == {*(other.name for other in RIVALS), "joule-heating"}
    assert law.rates.counterpart in names


@pytest.mark.parametrize("law", EVERY, ids=lambda law: law.name)
def test_a_law_has_a_name_and_words_of_its_own(law: Law) -> None:
    assert [law.name, law.words.short] not in [[other.name, other.words.short] for other in EVERY if other is not law]
    assert law.counterpart in {other.name for other in EVERY}


@pytest.mark.parametrize("barrier", LAWS)
def test_a_law_without_limits_refuses_no_row_and_one_with_limits_says_what_to_do(barrier: str) -> None:
    law = SpinTransferLaw.of(chosen(barrier), reference_temperature=295.0)
    quantities = {**builders.TRUTH, "Kv": 0.5 * builders.K_B * 295.0, "h": 0.0}  # half a k_BT: no two states
    rows = Rows(np.array([0.0, 1.0]), np.zeros(2), np.full(2, 295.0))
    beyond = law.rates.outside(law.device, quantities, rows)
    assert bool(beyond.any()) is bool(law.rates.words.limits)
    for row in np.flatnonzero(beyond):
        expected, found = law.rates.remedy(law.device, quantities, rows, int(row))
        assert "k_BT" in expected
        assert "0.5 k_BT" in found


def test_the_walk_through_for_a_law_of_ones_own_runs() -> None:
    text = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, _, walk_through = text.partition("## A law of your own")
    (code,) = re.findall(r"```python\n(.*?)```", walk_through.partition("\n## ")[0], re.DOTALL)
    names: dict[str, Any] = {"__name__": "stfit.models.field_like"}
    exec(compile(dedent(code), "CONTRIBUTING.md", "exec", dont_inherit=True), names)  # noqa: S102
    law = replace(SpinTransferLaw.of(reference_temperature=295.0), rates=names["FIELD_LIKE"])
    settings = {"state": np.array([0.0, 1.0]), "temperature": np.full(2, 295.0), "field": None}
    straight = replace(law, rates=LAWS[DEFAULT_BARRIER])
    ends = [{"current": np.zeros(2)}, {"current": np.array([-2e-3, 1e-3])}]
    at_zero, linear = (straight.log_dwell_time(builders.TRUTH, **settings, **end) for end in ends)
    bent = law.log_dwell_time({**builders.TRUTH, "curvature": 0.3}, **settings, **ends[1])
    energy = at_zero - np.log(builders.TRUTH["tau_0"])  # E_i/k_BT, about 20: to a few roundings of it
    assert bent - linear == pytest.approx(0.3 * (at_zero - linear) ** 2 / energy, abs=20 * 2e-15)
    assert [p.name for p in law.of_the_current] == ["curvature"]


def test_a_device_stays_the_same_in_its_own_convention() -> None:
    device: Device = SpinTransferLaw.of().device
    assert device.in_convention("consistent") == device
    assert device.in_convention("printed").in_convention("consistent") == device
