"""The blocks of a report, each with those inside it: its figures, its tables."""

from __future__ import annotations

from collections.abc import Iterator

from stfit.reports.content import Block, Details, Document, Drawing, Gallery, Table


def drawings(document: Document) -> Iterator[Drawing]:
    """Every figure of a report, in order."""
    yield from () if document.picture is None else (document.picture,)
    yield from (block for block in _blocks(document) if isinstance(block, Drawing))


def tables(document: Document) -> Iterator[Table]:
    """Every table of a report, in order."""
    yield from (block for block in _blocks(document) if isinstance(block, Table))


def _blocks(document: Document) -> Iterator[Block]:
    for section in (*document.first, *document.sections):
        yield from _within(section.blocks)


def _within(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks, each followed by those in it."""
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from _within(block.blocks)
        elif isinstance(block, Gallery):
            yield from block.drawings
