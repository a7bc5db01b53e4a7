"""What the site adds to Sphinx: pages generated from the program, formulas as MathML, notebooks as tutorials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sphinx.application import Sphinx

from stfit_docs import analysis_file, columns, command_line, mathml, messages, package, result_json, traces, tutorials

# A page says {{ name }} where this text is to stand.
GENERATED: Final[dict[str, Callable[[], str]]] = {
    "analysis_file": analysis_file.page,
    "citation": package.citation,
    "columns": columns.page,
    "command_line": command_line.page,
    "extras": package.extras,
    "result_json": result_json.page,
    "simulated_traces": traces.page,
    "statuses": messages.statuses,
    "tests_of_fit": messages.tests_of_fit,
    "trace_checks": messages.trace_checks,
    "verdicts": messages.verdicts,
}


def insert_generated(_app: Sphinx, _document: str, source: list[str]) -> None:
    """Put the generated text where a page asks for it."""
    for name, page in GENERATED.items():
        mark = f"{{{{ {name} }}}}"
        if mark in source[0]:
            source[0] = source[0].replace(mark, page())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", tutorials.copy_notebooks)
    app.connect("source-read", insert_generated)
    app.add_html_math_renderer("mathml", (mathml.visit_inline, None), (mathml.visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
