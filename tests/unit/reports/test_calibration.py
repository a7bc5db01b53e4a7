"""The section on calibration: sentences, tables, figures, from what a result stores."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stfit.reports.calibration_section import calibration
from stfit.reports.calibration_words import calibration_sentence, calibration_text, failing, interval_sentence, is_clean
from stfit.reports.content import Name
from stfit.reports.document import document
from stfit.reports.html import render
from stfit.reports.markdown import markdown
from stfit.results.result import FitResult

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()


def coverage(interval: str, inside: tuple[int, int], of: int = 200, verdict: str = "holds") -> list[dict[str, Any]]:
    """Both levels of one kind of interval; the bands are those of 200 devices and 20 comparisons."""
    limits = {"ci68": (109, 163), "ci95": (174, 200)}
    return [
        {"interval": interval, "level": level, "inside": count, "of": of, "lowest": low, "highest": high}
        | {"verdict": verdict}
        for count, (level, (low, high)) in zip(inside, limits.items(), strict=True)
    ]


def quantity(name: str, *coverages: list[dict[str, Any]], width: float = 1.0) -> dict[str, Any]:
    values = (width * np.random.default_rng(1).standard_normal(200)).tolist()
    pulls = {"values": values, "mean": -0.03, "mean_error": 0.07, "width": width, "width_error": 0.05}
    entries = [entry for pair in coverages for entry in pair]
    return {
        "name": name,
        "truth": 8.0,
        "unit": "e" if name == "l_over_L" else "s",
        "missing": 2,
        "bias": 0.02,
        "bias_error": 0.05,
        "pulls": pulls | {"verdict": "holds" if width == 1.0 else "too narrow"},
        "verdicts": {entry["interval"]: entry["verdict"] for entry in entries},
        "coverage": entries,
    }


RANKS: dict[str, Any] = {
    "replicas": 100,
    "seed": 3,
    "too_short": 1,
    "draws": 99,
    "prior": {"l_over_L": "normal, 8 ± 1.5 e"},
    "points": [0.25, 0.5, 0.75],
    "lowest": [8, 27, 54],
    "highest": [45, 72, 91],
    "ranks": [
        {"name": "l_over_L", "below": [25, 50, 74], "uniform": True},
        {"name": "log_likelihood", "below": [60, 70, 80], "uniform": False},
    ],
}
CALIBRATION: dict[str, Any] = {
    "replicas": 200,
    "seed": 1,
    "not_converged": 0,
    "comparisons": 12,
    "intervals": ["covariance", "profile"],
    "left_out": {"theta_0": "at-bound"},
    "quantities": [
        quantity("l_over_L", coverage("covariance", (137, 190)), coverage("profile", (136, 191))),
        quantity(
            "tau_0", coverage("covariance", (80, 150), 200, "too narrow"), coverage("profile", (135, 189)), width=2.0
        ),
    ],
}


def test_one_sentence_says_what_was_done_and_found() -> None:
    assert calibration_sentence(CALIBRATION) == (
        "The measurements were simulated 200 times from this fit (seed 1); all fits converged. "
        "Too narrow covariance intervals: τ0. "
        "The profile intervals cover the stated shares, as far as 200 simulations can tell."
    )
    assert calibration_sentence({}) == ""
    assert not is_clean(CALIBRATION)
    assert is_clean(CALIBRATION | {"quantities": CALIBRATION["quantities"][:1]})


def test_each_interval_has_its_sentence() -> None:
    first, second = CALIBRATION["quantities"]
    assert interval_sentence(first, "profile") == (
        "The profile interval of l/L_θθ holds: it covers 68.0 % (68.27 %) and 95.5 % (95 %) of 200."
    )
    assert failing(CALIBRATION) == [
        "The covariance interval of τ0 is too narrow: it covers 40.0 % (68.27 %) and 75.0 % (95 %) of 200."
    ]
    untested = quantity("tau_0", coverage("profile", (0, 0), 0, "not tested"))
    assert interval_sentence(untested, "profile").endswith("is not tested: no simulated measurement gave one.")
    assert second["verdicts"]["covariance"] == "too narrow"


def test_ranks_that_are_not_uniform_are_named() -> None:
    found = calibration_sentence(CALIBRATION | {"posteriors": RANKS})
    assert (
        "The ranks of 99 true values from the prior among their posterior draws are not uniform: log-likelihood."
        in found
    )
    assert found.endswith("1 chain was too short to be ranked.")
    assert not is_clean(CALIBRATION | {"quantities": [], "posteriors": RANKS})


def test_the_terminal_has_both_tables() -> None:
    lines = calibration_text(CALIBRATION).splitlines()
    (row,) = (line for line in lines if line.startswith("τ0") and "covariance" in line)
    assert row.split("  ")[-1].strip() == "too narrow"
    assert "40.0 % (54 to 82 %)" in row
    assert lines[-1] == "θ0: not tested, at bound"


def test_the_section_holds_tables_and_figures() -> None:
    section = calibration(replace(NANOPILLAR, calibration=CALIBRATION | {"posteriors": RANKS}))
    assert [row.kind for row in section.coverages] == ["covariance", "profile"] * 2
    assert [row.symbol for row in section.coverages][::2] == [Name("l_over_L"), Name("tau_0")]
    assert section.pulls[0].bias == "0.020(50) e"
    assert len(section.figures) == 3
    assert all(drawing.draw("page").axes for drawing in section.figures)
    assert len(section.prior) == 1


def test_the_page_has_the_section_where_there_is_a_calibration() -> None:
    page = render(replace(NANOPILLAR, calibration=CALIBRATION))
    assert 'id="calibration"' in page
    assert "Not tested: θ0 (at bound)" in page.replace("<i>θ</i><sub>0</sub>", "θ0")
    assert "Pulls and bias" not in markdown(document(NANOPILLAR))
