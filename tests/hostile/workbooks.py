"""Workbooks of which one part is written by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl


def sheet_of(rows: list[str]) -> str:
    """The XML of a sheet of these rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f"<worksheet xmlns='{space}'><sheetData>{''.join(rows)}</sheetData></worksheet>"


def with_member(path: Path, name: str, content: str) -> None:
    """A workbook of which one part is another one."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["state", "current (mA)", "n", "total_time (s)"],
        ["P", 1, 3, 0.5],
        ["AP", 2, 4, 0.5],
        ["P", 2, 4, 0.5],
    ):
        sheet.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = content.encode() if content else parts[name]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, words in parts.items():
            archive.writestr(part, words)


def sheet_xml(xml: str, path: Path) -> None:
    """A workbook whose sheet is this XML."""
    with_member(path, "xl/worksheets/sheet1.xml", xml or " ")
