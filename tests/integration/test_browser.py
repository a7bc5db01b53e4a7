"""Reports in a browser: nothing goes wrong, nothing is fetched, all fits the window, all can be read.

Needs Debian's chromium and the extra [dev]; without them the tests are skipped and say so.
"""

from __future__ import annotations

import csv
import io
import runpy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from matplotlib.image import imread
from pypdf import PdfReader

from stfit.reports.comparing import compare
from stfit.reports.comparison_page import page
from stfit.reports.html import render
from stfit.reports.plan_page import render_plan
from stfit.results import read
from tests.unit.reports.plan_example import PLAN

pytestmark = pytest.mark.slow  # needs the extra [dev]
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

ROOT = Path(__file__).parents[2]
EXAMPLES: dict[str, Any] = runpy.run_path(str(ROOT / "tests" / "unit" / "reports" / "example.py"))
BUILT = ("nanopillar", "hostile")
PAGES = ("comparison", "plan")  # of the same looks
RELEASED = {
    f"released {path.parent.name}": path for path in sorted((ROOT / "reports" / "released").glob("*/result.json"))
}
WIDTHS = (360, 500, 800, 1100, 1280, 1400, 1700)  # px: from a telephone to a wide screen
FONTS = ("DejaVu Serif", "STIX Two Text", "Liberation Serif")  # a wide one, and two that are narrow
SCREENS = 4.0  # of 1,400 by 900 px, that a report may be long while its folds are closed
RULES = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "image-alt", "svg-img-alt", "document-title", "html-has-lang", "heading-order",
                   "duplicate-id-aria", "th-has-data-cells", "link-name", "button-name", "scrollable-region-focusable"],
    }
}  # fmt: skip
Scheme = Literal["light", "dark"]
Opened = Callable[..., tuple[Any, list[str]]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name in BUILT:
        (folder / f"{name}.html").write_text(render(EXAMPLES[name]()), encoding="utf-8")
    for name, result in RELEASED.items():
        (folder / f"{name}.html").write_text(render(read(result)), encoding="utf-8")
    compared = page(compare([EXAMPLES[name]() for name in BUILT]))
    for name, text in zip(PAGES, (compared, render_plan(PLAN)), strict=True):
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in (*BUILT, *RELEASED, *PAGES)}


@pytest.fixture
def opened(browser: Any, files: dict[str, Path]) -> Iterator[Opened]:
    """Opens a report, and gives what went wrong as it is looked at: errors, requests."""
    pages = []

    def call(name: str, width: int = 1400, scheme: Scheme = "light", *, script: bool = True) -> tuple[Any, list[str]]:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, bypass_csp=False
        )
        page, wrong = context.new_page(), []
        address = files[name].as_uri()
        page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda sent: None if sent.url == address else wrong.append(f"asks for {sent.url}"))
        page.goto(address)
        pages.append(context)
        return page, wrong

    yield call
    for context in pages:
        context.close()


def unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")


def judged(page: Any) -> tuple[dict[str, str], set[str]]:
    """What axe-core finds wrong, with an example each, and which rules it found kept; figures as wholes."""
    found = axe.Axe().run(page, context={"exclude": [["svg > *"]]}, options=RULES).response
    return {e["id"]: e["nodes"][0]["html"][:200] for e in found["violations"]}, {e["id"] for e in found["passes"]}


@pytest.mark.parametrize("name", [*BUILT, *RELEASED, *PAGES])
def test_a_report_opens_quietly_fetches_nothing_and_fits_every_window_in_every_font(name: str, opened: Opened) -> None:
    page, wrong = opened(name)
    unfold(page)
    for font in FONTS:
        page.evaluate("font => { document.body.style.fontFamily = font; }", font)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            cut = page.evaluate(
                """[...document.querySelectorAll("main *")].filter(e => {
                    const box = e.getBoundingClientRect();
                    return box.right > innerWidth + 1 && !e.closest(".scroll:has(> .data)");
                }).map(e => `${e.tagName} ${e.textContent.slice(0, 30)}`)"""
            )
            assert cut == [], (font, width)
    for medium in ("print", "screen"):
        page.emulate_media(media=medium)
    assert wrong == []


@pytest.mark.parametrize("name", [*BUILT, *RELEASED])
def test_a_report_is_at_most_four_screens_long(name: str, opened: Opened) -> None:
    page, _ = opened(name)
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS * 900


def test_figures_stand_in_one_column_of_a_narrow_window(opened: Opened) -> None:
    page, _ = opened("nanopillar", 690)
    lefts = page.evaluate("[...document.querySelectorAll('figure')].map(e => e.getBoundingClientRect().left)")
    assert len(set(filter(None, lefts))) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*BUILT, *RELEASED, *PAGES])
def test_a_report_can_be_read_by_everyone(name: str, scheme: Scheme, opened: Opened) -> None:
    page, _ = opened(name, 1400 if scheme == "light" else 400, scheme)
    unfold(page)
    violations, passes = judged(page)
    assert violations == {}
    assert {"color-contrast", "svg-img-alt"} <= passes


def test_what_cannot_be_read_is_found(opened: Opened) -> None:
    """The control: a page made unreadable fails."""
    page, _ = opened("hostile")
    page.evaluate("document.querySelector('h1').setAttribute('style', 'color: #eee')")
    page.evaluate("document.querySelector('figure svg').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('figure svg title').remove()")
    violations, _ = judged(page)
    assert {"color-contrast", "svg-img-alt"} <= set(violations)


def test_what_wants_to_be_fetched_or_run_is_stopped(opened: Opened) -> None:
    """The control: the policy of the page forbids both, whatever markup might find its way in."""
    page, wrong = opened("hostile")
    with page.expect_event("requestfailed") as failed:
        page.evaluate(
            """const image = '<img src="https://example.org/a.png" onerror="window.ran = 1">';
            document.body.insertAdjacentHTML("beforeend", image);
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            document.body.append(script);"""
        )
    assert failed.value.failure == "csp"
    assert page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in entry for entry in wrong) >= 2


def test_markup_in_a_file_name_is_text(opened: Opened) -> None:
    page, wrong = opened("hostile")
    assert "<script>alert(1)</script>{{7*7}}" in page.inner_text("h1")
    assert page.locator("script").count() == 1
    assert wrong == []


def test_the_point_under_the_pointer_tells_its_values(opened: Opened) -> None:
    page, wrong = opened("nanopillar")
    place = page.evaluate(
        """(() => {
            const svg = document.querySelector("#figure-measurement-1 svg");
            svg.scrollIntoView();
            const panel = JSON.parse(svg.dataset.values)[0];
            const series = panel.series.find(each => each.tip);
            const [[, across, left], [, up, foot]] = panel.at;
            const place = [left + across * series.x[0], foot + up * Math.log10(series.y[0])];
            const at = new DOMPoint(...place).matrixTransform(svg.getScreenCTM());
            return [at.x, at.y];
        })()"""
    )
    page.mouse.move(*place)
    tip = page.locator(".tip")
    playwright.expect(tip).to_be_visible()
    assert tip.inner_text().splitlines()[0] == "275 K"
    assert "current: −1.5 mA" in tip.inner_text()
    page.mouse.move(5, 5)
    playwright.expect(tip).not_to_be_visible()
    assert wrong == []


def test_residuals_fold_away_and_come_back(opened: Opened) -> None:
    page, wrong = opened("nanopillar")
    figure = page.locator("#figure-measurement-1")
    before = figure.locator("svg").bounding_box()
    figure.get_by_role("button", name="hide residuals").click()
    folded = figure.locator("svg").bounding_box()
    assert folded["height"] < 0.85 * before["height"]
    axis = figure.locator('svg g[id$="foot-1"]')  # of the current, below the lower of two panels
    assert axis.is_visible()
    assert axis.bounding_box()["y"] < folded["y"] + folded["height"]
    figure.get_by_role("button", name="show residuals").click()
    back = figure.locator("svg").bounding_box()
    assert (back["width"], back["height"]) == (before["width"], before["height"])
    assert wrong == []


def test_a_figure_enlarges_and_zooms(opened: Opened) -> None:
    page, wrong = opened("nanopillar")
    page.locator("#figure-measurement-1").get_by_role("button", name="enlarge").click()
    dialog = page.locator("dialog")
    svg = dialog.locator("svg")
    whole = svg.get_attribute("viewBox")
    dialog.get_by_role("button", name="+").click()
    assert float(svg.get_attribute("viewBox").split()[2]) < float(whole.split()[2])
    dialog.get_by_role("button", name="whole").click()
    assert [float(part) for part in svg.get_attribute("viewBox").split()] == [float(part) for part in whole.split()]
    page.keyboard.press("Escape")
    playwright.expect(page.locator("dialog")).to_have_count(0)
    assert wrong == []


@pytest.mark.parametrize("form", ["SVG", "PNG", "CSV"])
def test_every_figure_is_saved_as_picture_and_as_numbers(form: str, opened: Opened, tmp_path: Path) -> None:
    page, wrong = opened("nanopillar")
    unfold(page)
    figures = page.locator("figure")
    for place in range(figures.count()):
        with page.expect_download() as saving:
            figures.nth(place).get_by_role("button", name=form).click()
        saved = saving.value
        assert saved.suggested_filename.endswith(f".{form.lower()}")
        content = Path(saved.path()).read_bytes()
        if form == "PNG":
            assert content.startswith(b"\x89PNG")
            (tmp_path / "figure.png").write_bytes(content)
            assert np.ptp(imread(tmp_path / "figure.png")) == 1.0  # from paper to ink
        elif form == "SVG":
            assert content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
            assert content.endswith(b"</svg>")
        else:
            head, *rows = csv.reader(content.decode("utf-8").splitlines())
            assert head == ["panel", "series", "x is", "y is", "x", "y", "low", "high"]
            assert rows
            assert {len(row) for row in rows} == {len(head)}
    assert wrong == []


def test_no_text_of_a_saved_table_is_a_formula(opened: Opened) -> None:
    page, _ = opened("nanopillar")
    page.evaluate(
        """for (const svg of document.querySelectorAll(".drawing svg"))
             for (const panel of svg.panels) for (const series of panel.series) series.n = `=${series.n}`"""
    )
    with page.expect_download() as saving:
        page.locator("#figure-measurement-1").get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(Path(saving.value.path()).read_text("utf-8").splitlines()))
    assert {row["series"][:2] for row in rows} == {"'="}
    assert any(float(row["x"]) < 0 for row in rows)  # numbers stay numbers


def test_a_painted_figure_is_the_figure(opened: Opened, tmp_path: Path) -> None:
    """The picture that a button saves against what the browser itself shows."""
    page, _ = opened("nanopillar")
    figure = page.locator("#figure-measurement-1")
    with page.expect_download() as saving:
        figure.get_by_role("button", name="PNG").click()
    saved = imread(io.BytesIO(Path(saving.value.path()).read_bytes()), format="png")[..., :3].mean(axis=2)
    shown = imread(io.BytesIO(figure.locator("svg").screenshot()), format="png")[..., :3].mean(axis=2)
    painted, seen, upside_down = (_blurred(picture) for picture in (saved, shown, saved[::-1]))
    # a cell is a twentieth of the figure; letters and lines fall on edges of cells by a pixel
    assert np.corrcoef(painted, seen)[0, 1] > 0.95
    assert np.corrcoef(upside_down, seen)[0, 1] < 0.5


def _blurred(picture: Any, cells: int = 20) -> Any:
    """Mean brightness of each of cells × cells parts of a picture."""
    parts = (np.array_split(band, cells, axis=1) for band in np.array_split(picture, cells, axis=0))
    return np.array([part.mean() for band in parts for part in band])


def test_a_link_of_the_contents_opens_the_fold_that_it_leads_to(opened: Opened) -> None:
    page, _ = opened("nanopillar")
    assert not page.locator("#provenance pre").is_visible()
    page.get_by_role("navigation").get_by_role("link", name="Provenance").click()
    # the browser tells of a new place in the page when it comes to it, not before the click returns
    playwright.expect(page.locator("#provenance pre")).to_be_visible()


def test_folds_open_by_the_keyboard(opened: Opened) -> None:
    page, _ = opened("nanopillar")
    page.locator("#tests > summary").focus()
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#tests table").first).to_be_visible()
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#tests table").first).not_to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_report_prints_whole(script: bool, opened: Opened) -> None:
    page, _ = opened("nanopillar", script=script)
    printed = "".join("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages).split())
    for entry in EXAMPLES["nanopillar"]().inputs:
        assert entry.sha256 in printed
    assert "Reduceddata" in printed


def test_without_script_a_report_is_whole(opened: Opened) -> None:
    page, _ = opened("nanopillar", script=False)
    assert page.locator("figure svg").count() == 6
    assert page.locator("button").count() == 0
    assert page.locator("section").last.is_visible()
