"""The list of sentences holds what is printed, and the reports speak plain English."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sentences import sentences

REPLACED = (  # what reports, messages and docstrings said before they were written in plain English
    "directions of parameter space",
    "Known from what was given",
    "scatter as counting statistics make them",
    "it would leave",
    "directions seen is sloppy",
    "to a twentieth of a standard error",
    "intervals are too narrow",
    "+I lengthens the dwell times",
    "In the released calibration",
    "held the truth",
)


@pytest.fixture(scope="module")
def said() -> list[str]:
    return [entry.text for entry in sentences()]


def test_sentences_of_reports_messages_and_templates_are_listed(said: list[str]) -> None:
    assert "The fit converged." in said
    assert "{…}: scatter is {…} times that expected from {…}: {…}." in said
    assert "Candidates, the best first" in said


def test_documentation_names_and_patterns_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        '"""What this module is for."""\nNAME = "l_over_L"\nFORM = r"^a b c \\d$"\nSAID = f"It is {NAME} as it is."\n',
        encoding="utf-8",
    )
    assert [(entry.place, entry.line, entry.text) for entry in sentences(tmp_path)] == [
        ("a.py", 4, "It is {…} as it is."),
    ]


@pytest.mark.parametrize("phrase", REPLACED)
def test_what_was_replaced_is_gone(phrase: str, said: list[str]) -> None:
    assert [text for text in said if phrase in text] == []
