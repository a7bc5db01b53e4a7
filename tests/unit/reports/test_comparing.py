"""Results beside each other: conventions, what may be combined, what is shown of what is not identified."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stfit.errors import InputError
from stfit.notebook.interface import compare
from stfit.reports.comparison_page import page
from stfit.reports.comparison_text import table_csv, tension_sentence
from stfit.results import Estimate, FitResult, InputFile, Status, Verdict, write
from tests.unit.reports.example import estimate, nanopillar

MISSING = Estimate(None, None, None, None, "s", Verdict.NOT_IDENTIFIED)


def device(
    title: str = "device A", sha: str = "a", value: float = 8.0, error: float = 0.5, **changed: Any
) -> FitResult:
    """A result of data of its own, with l/L_θθ given and τ0 not identified."""
    base = nanopillar()
    parameters = base.parameters | {"l_over_L": estimate(value, error, "e"), "tau_0": MISSING}
    inputs = [InputFile(f"{sha}.csv", sha * 64, "dwell-times", 120, 1)]
    own = [replace(m, reduced=[row | {"of": sha} for row in m.reduced]) for m in base.measurements]
    kept = {"title": title, "inputs": inputs, "parameters": parameters, "priors": {}, "measurements": own}
    return replace(base, **(kept | changed))


def test_independent_results_have_a_common_value_and_a_tension() -> None:
    found = compare([device(), device("device B", "b", 9.0, 0.5)])
    common = found["l_over_L"].common
    assert common is not None
    # weighted mean of equal errors; the search ends within 1e-9 of the gap between the two
    assert common.value == pytest.approx(8.5, abs=1e-8)
    assert common.chi2 == pytest.approx(2.0, rel=1e-12)
    assert common.dof == 1
    assert tension_sentence(found["l_over_L"]) == "They agree (χ² = 2 for 1, p = 0.16); common value 8.50(35) e."


def test_a_tension_is_called_so_and_the_mean_stands_for_nothing() -> None:
    found = compare([device(), device("device B", "b", 12.0, 0.5)], same_device=True)
    assert "They are in TENSION (χ² = 32 for 1" in found.summary()
    assert "represents none of them" in found.summary()


def test_what_is_not_identified_is_never_a_number() -> None:
    found = compare([device(), device("device B", "b")])
    quantity = found.as_dict()["quantities"]["tau_0"]
    assert all(quantity["estimates"][name]["value"] is None for name in found.names)
    assert (quantity["common"], quantity["reason"]) == (None, "Fewer than two results identify it.")
    block = found.summary().partition("τ0")[2].partition("\n\n")[0]
    assert block.count("not identified") == 2
    assert not re.search(r"\d", block.replace("95 %", ""))
    rows = [row for row in csv.DictReader(io.StringIO(table_csv(found))) if row["quantity"] == "tau_0"]
    assert [(row["value"], row["lo95"], row["verdict"]) for row in rows] == [("", "", "not-identified")] * 2


@pytest.mark.parametrize(
    ("analyses", "words"),
    [
        (("", ""), "They differ by more than their errors"),
        (('sample = "A3"\n', 'sample = "A4"\n'), "They differ by more than their errors"),
        (('sample = "A3"\n', 'sample = "A3"\n'), "They are in TENSION"),
    ],
)
def test_two_devices_may_differ_and_one_may_not(analyses: tuple[str, str], words: str) -> None:
    known = [f"{text}[model]\n" for text in analyses]
    found = compare([device(analysis=known[0]), device("again", "b", 12.0, 0.5, analysis=known[1])])
    assert tension_sentence(found["l_over_L"]).startswith(words)


def test_results_of_the_same_rows_are_not_combined_whatever_their_files() -> None:
    first = device()
    copied = [InputFile("copy.csv", "f" * 64, "dwell-times", 120, 1)]
    found = compare([first, replace(device("again", "b", 12.0), inputs=copied, measurements=first.measurements)])
    assert found.separate.startswith("device A and again have ")
    assert found.separate.endswith(" rows of data in common: they are not independent.")
    assert all(quantity.common is None for quantity in found.quantities)


def test_two_parts_of_one_file_are_independent() -> None:
    one_file = [InputFile("wafer.csv", "f" * 64, "dwell-times", 240, 1)]
    assert compare([device(inputs=one_file), device("B", "b", inputs=one_file)])["l_over_L"].common is not None


def test_what_is_not_recorded_is_not_taken_for_equal() -> None:
    found = compare([device(analysis=""), device("B", "b", analysis="")])
    assert "barrier of an analysis is not recorded" in found.separate


def test_the_printed_convention_is_converted() -> None:
    ours = device()
    parameters = ours.parameters
    theirs = {
        name: replace(e, value=k * e.value, stderr=abs(k) * (e.stderr or 0), ci68=ends(e.ci68, k), ci95=ends(e.ci95, k))
        for name, k in (("l_over_L", -8.0), ("c_P", 2.0), ("c_AP", 2.0), ("E_P", 2.0), ("E_AP", 2.0))
        if (e := parameters.get(name)) is not None and e.value is not None
    }
    printed = device("printed", "b", convention="printed", parameters=parameters | theirs)
    found = compare([ours, printed])
    assert found.convention == "consistent"
    assert found.differences["convention"] == ("consistent", "printed")
    assert "printed is in the printed convention; shown here in the consistent one." in found.remarks
    for quantity in found.quantities:
        here, there = quantity.estimates
        assert here is not None
        assert there is not None
        # powers of two: exact in binary
        assert (there.value, there.stderr, there.ci68, there.ci95) == (here.value, here.stderr, here.ci68, here.ci95)


def ends(interval: Any, factor: float) -> Any:
    """An interval times a factor, the lower end first."""
    low, high = sorted(factor * end for end in interval)
    return low, high


def test_two_of_one_convention_stay_in_it() -> None:
    both = [device("A", "a", convention="printed"), device("B", "b", convention="printed")]
    assert compare(both).convention == "printed"


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(
        InputError, match="device B, key 'convention': expected one of consistent, printed; found 'mine'"
    ):
        compare([device(), device("device B", "b", convention="mine")])


def test_another_barrier_is_named_and_nothing_is_combined() -> None:
    exact = device("exact", "b", analysis='[model]\nbarrier = "exact"\n')
    found = compare([device(analysis="title = 'x'\n"), exact])
    assert found.differences["barrier"] == ("high", "exact")
    assert found.separate.startswith("The analyses differ in their barrier (exact, high)")


def test_another_mapping_matters_only_between_lines() -> None:
    lines = [InputFile("lines.csv", "c" * 64, "fmr-lines", 22, 1)]
    damping = device("damping", analysis="title = 'x'\n", inputs=lines)
    peak = device("peak", "d", analysis='[model]\nmapping = "peak"\n', inputs=[replace(lines[0], sha256="d" * 64)])
    assert "differ in their mapping (damping, peak)" in compare([damping, peak]).separate
    assert compare([damping, device("B", "b", analysis='[model]\nmapping = "peak"\n')]).separate == ""


def test_exact_rates_are_of_one_axis_unless_said_otherwise() -> None:
    exact = '[model]\nbarrier = "exact"\n'
    found = compare([device(analysis=exact), device("B", "b", analysis=exact + 'asymmetry = "symmetric"\n')])
    assert found.settings["asymmetry"] == ("uniaxial", "symmetric")


def test_another_law_of_temperature_parts_barriers_and_leaves_l_over_L() -> None:
    bloch = '[model]\nmagnetisation = "bloch"\nanisotropy_law = "shape"\n'
    found = compare([device(analysis="title = 'x'\n"), device("B", "b", analysis=bloch)])
    assert found["l_over_L"].common is not None
    assert found["E_P"].reason == "The analyses differ in magnetisation, on which its meaning depends."


def test_another_asymmetry_leaves_l_over_L_and_parts_c() -> None:
    found = compare([device(analysis="title = 'x'\n"), device("B", "b", analysis='[model]\nasymmetry = "chi"\n')])
    assert found["l_over_L"].common is not None
    assert found["c_P"].reason == "The analyses differ in asymmetry, on which its meaning depends."


def test_a_fit_that_did_not_converge_gives_no_number() -> None:
    found = compare([device(), device("lost", "b", status=Status.NO_CONVERGENCE), device("C", "c")])
    assert found["l_over_L"].estimates[1] is None
    assert any(remark.startswith("lost gives no number: The fit did not converge") for remark in found.remarks)
    assert found["l_over_L"].common is not None


def test_a_constant_quoted_alike_keeps_its_error_in_the_common_value() -> None:
    """Half a unit each, of which 0.4 come from one quote: √(0.3²/2 + 0.4²), and χ² of the independent parts alone."""
    base = nanopillar()
    quotes = {"beta": "normal 0.35 ± 0.03, between −1 and 1"}
    shared: dict[str, Any] = {"priors": quotes, "budget": base.budget | {"l_over_L": {"statistics": 0.3, "beta": 0.4}}}
    found = compare([device(**shared), device("B", "b", 9.0, **shared)])
    assert any(remark.startswith("β has the same given value in device A and B") for remark in found.remarks)
    common = found["l_over_L"].common
    assert common is not None
    assert 0.5 * (common.high - common.low) == pytest.approx((0.3**2 / 2 + 0.4**2) ** 0.5, rel=1e-6)
    assert common.chi2 == pytest.approx(1.0 / (2 * 0.3**2), rel=1e-6)
    other = compare([device(**shared), device("B", "b", 9.0, **(shared | {"priors": {"beta": "another"}}))])
    apart = other["l_over_L"].common
    assert apart is not None
    assert 0.5 * (apart.high - apart.low) == pytest.approx(0.5 / 2**0.5, rel=1e-6)


def test_paths_and_names(tmp_path: Path) -> None:
    paths = []
    for name, sha in (("left", "a"), ("right", "b")):
        (tmp_path / name).mkdir()
        paths.append(write(device("one title", sha), tmp_path / name / "result.json"))
    assert compare(paths).names == ("one title (left)", "one title (right)")
    assert compare({"x": paths[0], "y": device("B", "b")}).names == ("x", "y")
    with pytest.raises(InputError, match="comparison: expected two results or more; found 1"):
        compare(paths[:1])
    with pytest.raises(KeyError, match="no quantity is called 'gamma'"):
        compare(paths)["gamma"]


EVIL = "<script>alert(1)</script>{{7*7}} =SUM(A1)"


def test_names_are_shown_as_they_are_and_executed_nowhere() -> None:
    found = compare([device(EVIL), device("=1+1", "b")])
    for text, scripts in ((found._repr_html_(), 0), (page(found), 1)):  # one of the page's own
        assert text.count("<script") == scripts
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in text
    assert "\n'=1+1," in table_csv(found)  # no formula for a spreadsheet
    assert "http://" not in page(found).replace("http://www.w3.org", "")  # nothing from a network
    assert "https://" not in page(found)


def test_the_page_and_the_document_are_whole() -> None:
    found = compare([device(), device("B", "b")])
    assert page(found).startswith("<!DOCTYPE html>")
    assert 'role="img" aria-label="Forest plot. l/L_θθ: They agree' in page(found)
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert document["schema"] == "stfit-comparison/1"
    assert document["results"][0]["inputs"][0]["sha256"] == "a" * 64


def test_the_forest_comes_first_and_names_stand_whole() -> None:
    long = "Co/Cu/Co nanopillar 60 x 90 nm of wafer 7, cooled down for the second time, 295 K"
    found = compare([device(long), device("B", "b")])
    written = page(found)
    assert written.index('id="figure-forest"') < written.index("<table")
    (first, *_) = found.plot().axes
    assert [" ".join(label.get_text().split()) for label in first.get_yticklabels()] == [long, "B"]


def test_the_forest_has_a_panel_for_each_quantity() -> None:
    found = compare([device(), device("B", "b", 9.0)])
    axes = [a for a in found.plot().axes if a.get_visible()]
    assert len(axes) == len(found.quantities)
    dots = [line.get_xdata()[0] for line in axes[0].lines if line.get_marker() == "o"]  # type: ignore[index]
    assert dots == [8.0, 9.0]
    tau_0 = axes[[q.name for q in found.quantities].index("tau_0")]
    assert [text.get_text() for text in tau_0.texts] == ["not identified"] * 2
    assert not tau_0.lines
