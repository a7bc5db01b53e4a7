from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stfit.reports import joint_section, view
from stfit.reports.content import Name
from stfit.results.result import FitResult

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()


def test_the_answers_and_the_others_are_all_parameters() -> None:
    rows = [*view.answers(NANOPILLAR), *view.others(NANOPILLAR)]
    assert len(rows) == len(NANOPILLAR.parameters)
    assert rows[0].value == "8.12(74) e"
    assert rows[0].verdict == "identified"


def test_a_barrier_is_given_in_thermal_energies_too() -> None:
    notes = [row.note for row in view.others(NANOPILLAR)]
    # 0.52 eV and 0.49 eV over k_B · 295 K = 25.4213 meV, their errors 9.4 meV: 20.455(370) and 19.275(370).
    assert notes[:2] == ["20.46(37) k_BT at 295 K", "19.28(37) k_BT at 295 K"]
    assert not any(row.note for row in view.others(replace(NANOPILLAR, reference_temperature=None)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        (False, "no"),
        (0.123456, "0.1235"),
        (3, "3"),
        ("words", "words"),
        ([1, 2.5], "1, 2.5"),
        ({"a": 1, "b": None}, "a: 1, b: –"),
    ],
)
def test_any_stored_value_can_be_shown(value: Any, text: str) -> None:
    assert view.cell(value) == text


def test_the_budget_is_in_the_unit_of_its_quantity() -> None:
    shown = joint_section.budget(NANOPILLAR)
    (row,) = shown.rows
    assert row.symbol == Name("l_over_L")
    assert shown.sources[0] == "statistics"
    assert row.parts == ["0.12 e", "0.7 e", "0.3 e"]
