"""What the documentation says is held against the package; the site itself is built by .ci/run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

import stfit
from stfit.analysis import read_analysis
from stfit.analysis.virtual import read_device
from stfit.errors import InputError
from stfit.kinds.telegraph.experiment import TelegraphDesign
from stfit.kinds.telegraph.imperfections import Glitches
from stfit.pipeline.loading import load_measurements

DOCS: Final = Path(__file__).parents[2] / "docs"
NOTEBOOKS: Final = DOCS.parent / "notebooks"
PUBLIC: Final = re.compile(r"stfit|stfit\.(constants|errors)|stfit\.physics(\.\w+)?")  # as reference/python.md says

# Addresses that a reader may follow. A new one is looked at once, by a person, and then stands here.
ELSEWHERE: Final = {
    "https://doi.org/10.1038/nmat2804",
    "https://doi.org/10.1103/PhysRevB.77.174408",
    "https://keepachangelog.com",
    "https://lmfit.github.io/lmfit-py/",
    "https://semver.org",
    "https://toml.io",
}


def block(page: str, language: str, number: int = 0) -> str:
    """A block of code of a page, by its language and its number among those."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return blocks[number]


@pytest.mark.parametrize("name", stfit.__all__)
def test_every_public_name_is_in_the_reference(name: str) -> None:
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    assert re.search(rf"^\.\. (auto\w+|py:data):: (stfit\.)?{name}$", page, re.MULTILINE)


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.py")), ids=lambda path: path.stem)
def test_a_notebook_uses_what_is_public_and_no_settings_of_plots(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8")
    used = re.findall(r"^\s*(?:from|import) (stfit[\w.]*)", text, re.MULTILINE)
    assert used
    assert [name for name in used if not PUBLIC.fullmatch(name)] == []
    assert "rcParams" not in text


def test_addresses_elsewhere_are_those_that_were_looked_at() -> None:
    pages = [*DOCS.rglob("*.md"), *(DOCS.parent / name for name in ("README.md", "CHANGELOG.md"))]
    found = {address for page in pages for address in re.findall(r"\]\((https?://[^)\s]+)\)", page.read_text("utf-8"))}
    assert found == ELSEWHERE


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_every_page_is_reached(page: Path) -> None:
    named = page.relative_to(page.parent if page.stem != "index" else page.parents[1]).with_suffix("").as_posix()
    contents = (page.parent if page.stem != "index" else page.parents[1]) / "index.md"
    assert page == DOCS / "index.md" or re.search(rf"^{named}$", contents.read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """The table and the analysis file of the guide that describes a file, as they stand there."""
    (tmp_path / "scan.csv").write_text(block("how-to/describe-a-file.md", "text"), encoding="utf-8")
    analysis = tmp_path / "analysis.toml"
    analysis.write_text(block("how-to/describe-a-file.md", "toml"), encoding="utf-8")
    return analysis


def test_the_described_file_is_read_as_the_guide_says(described: Path) -> None:
    (pulses,) = load_measurements(read_analysis(described))
    assert pulses.origin.rows == 8


def test_a_unit_left_out_gives_the_message_of_the_guide(described: Path) -> None:
    text = described.read_text(encoding="utf-8")
    described.write_text(text.replace(" (mA)", "").replace(" (ns)", ""), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_measurements(read_analysis(described))
    shown = block("how-to/describe-a-file.md", "text", 1)
    assert str(refused.value).replace(f"{described.parent}/", "") == shown.rstrip()


def test_the_imperfect_traces_of_the_guide_are_what_it_asks_for(tmp_path: Path) -> None:
    guide = "how-to/simulate-imperfect-traces.md"
    for number, name in enumerate(("device.toml", "experiment.toml")):
        (tmp_path / name).write_text(block(guide, "toml", number), encoding="utf-8")
    (design,) = read_device(tmp_path / "device.toml", tmp_path / "experiment.toml").designs
    assert isinstance(design, TelegraphDesign)
    assert design.glitches == Glitches(20, 4.0, 5)
    assert (len(design.hum), len(design.jumps), design.runs.size) == (2, 1, 5)
