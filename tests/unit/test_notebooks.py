"""Notebooks are kept as pairs: a script that is edited, and the executed notebook that was made from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

pytestmark = pytest.mark.slow  # needs the extra [dev]
jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed")

FOLDER: Final = Path(__file__).parents[2] / "notebooks"
NAMES: Final = sorted({path.stem for path in FOLDER.glob("*.*") if path.suffix in (".py", ".ipynb")})
# Where files of one machine stand, and where objects stand in its memory.
MACHINE: Final = re.compile(
    r"(?<![\w./~])/(?:home|Users|root|tmp|var|private|work|opt|usr|mnt)/|\b[A-Z]:\\|\b0x[0-9a-f]{6}"
)

Notebook = dict[str, Any]


def cells(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]


def code(notebook: Notebook) -> list[Notebook]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def outputs(notebook: Notebook) -> Iterator[Notebook]:
    for cell in code(notebook):
        yield from cell["outputs"]


def texts(notebook: Notebook) -> Iterator[str]:
    """What the outputs say, pictures left out."""
    for output in outputs(notebook):
        shown = {kind: text for kind, text in output.get("data", {}).items() if not kind.startswith("image/png")}
        yield from ("".join(text) for text in (output.get("text", ""), *shown.values()) if isinstance(text, str | list))


def complaints(notebook: Notebook, script: Notebook) -> list[str]:
    """What is wrong with an executed notebook; script: the notebook its script is."""
    found = []
    if cells(notebook) != cells(script):
        found.append("its cells are not those of the script")
    if [cell["execution_count"] for cell in code(notebook)] != list(range(1, len(code(notebook)) + 1)):
        found.append("it was not executed once from top to bottom")
    if any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs(notebook)):
        found.append("a cell ends in an error or warns")
    found += [f"an output tells of one machine: {hit[0]}" for text in texts(notebook) for hit in MACHINE.finditer(text)]
    kind, text = cells(notebook)[-1]
    if kind != "markdown" or "## What to try\n" not in text:
        found.append("its last cell does not say what to try")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_the_executed_pair_of_its_script(name: str) -> None:
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    script = json.loads(jupytext.writes(jupytext.read(FOLDER / f"{name}.py"), fmt="ipynb"))
    assert complaints(notebook, script) == []


def pair() -> tuple[Notebook, Notebook]:
    """A good notebook and its script."""
    source = '# %%\nprint("§")\n\n# %% [markdown]\n# ## What to try\n#\n# - More.\n'
    notebook, script = (json.loads(jupytext.writes(jupytext.reads(source, fmt="py"), fmt="ipynb")) for _ in range(2))
    notebook["cells"][0] |= {
        "execution_count": 1,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["datasets/nanopillar/dwell.csv, 3/4\n"]}],
    }
    return notebook, script


def edited(notebook: Notebook) -> None:
    notebook["cells"][0]["source"] = ["print()"]


def not_run(notebook: Notebook) -> None:
    notebook["cells"][0]["execution_count"] = None


def failed(notebook: Notebook) -> None:
    notebook["cells"][0]["outputs"] = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]


def warned(notebook: Notebook) -> None:
    notebook["cells"][0]["outputs"][0]["name"] = "stderr"


def of_one_machine(notebook: Notebook) -> None:
    notebook["cells"][0]["outputs"][0]["text"] = ["written to /home/someone/out\n"]


def an_object(notebook: Notebook) -> None:
    notebook["cells"][0]["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "<X at 0x7f12ab34>"}}]


def test_a_good_pair_has_no_complaints() -> None:
    assert complaints(*pair()) == []


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (edited, "its cells are not those of the script"),
        (not_run, "it was not executed once from top to bottom"),
        (failed, "a cell ends in an error or warns"),
        (warned, "a cell ends in an error or warns"),
        (of_one_machine, "an output tells of one machine: /home/"),
        (an_object, "an output tells of one machine: 0x7f12ab"),
    ],
)
def test_a_spoilt_notebook_is_told(spoil: Callable[[Notebook], None], complaint: str) -> None:
    notebook, script = pair()
    spoil(notebook)
    assert complaints(notebook, script) == [complaint]


def test_a_notebook_without_an_end_is_told() -> None:
    notebook, script = pair()
    for each in (notebook, script):
        each["cells"].pop()
    assert complaints(notebook, script) == ["its last cell does not say what to try"]
