"""The kinds of measurement and their columns, from the layouts by which the loaders read tables."""

from __future__ import annotations

from stfit.measurement import kinds
from stfit.measurement.columns import Column, Domain, Layout
from stfit_docs.markdown import code, table


def page() -> str:
    """A section for each kind: the sets of columns that it takes, then each column."""
    layouts = {name: kind.layout() for name, kind in kinds().items()}
    return "\n".join(f"## {name}\n\n{_sets(layout)}\n\n{_columns(layout)}" for name, layout in layouts.items())


def _sets(layout: Layout) -> str:
    sentences = [f"Required: {_names(layout.required)}."]
    if layout.alternatives:
        sentences.append(f"With one of: {', or '.join(_names(group, ' + ') for group in layout.alternatives)}.")
    if layout.optional:
        sentences.append(f"Optional: {_names(layout.optional)}.")
    return "  \n".join(sentences)


def _names(columns: tuple[Column, ...], separator: str = ", ") -> str:
    return separator.join(code(column.name) for column in columns)


def _columns(layout: Layout) -> str:
    rows = [
        [code(column.name), ", ".join(map(code, column.aliases)), ", ".join(map(code, column.accepts)), _values(column)]
        for column in layout.columns
    ]
    return table(["Column", "Also read as", "Units such as", "Values"], rows)


def _values(column: Column) -> str:
    if column.choices:
        return " or ".join(map(code, column.choices))
    return "text" if column.text else str(Domain(column.domain).value)
