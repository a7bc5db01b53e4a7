r"""The report as LaTeX: a document of its own, and the table of the answer to \input into a paper."""

from __future__ import annotations

from typing import Final

from stfit.reports.content import (
    Atom,
    Badge,
    Block,
    Code,
    Details,
    Document,
    Drawing,
    Gallery,
    Heading,
    Inline,
    Italic,
    Listing,
    Number,
    Paragraph,
    ReportSection,
    Small,
    Table,
    TableColumn,
    TableRow,
    Terms,
    Verbatim,
    atoms,
)
from stfit.reports.latex_text import literal, number, symbol, unusual
from stfit.results.symbols import Symbol

_MANY: Final = 6  # columns, from which a table is set in a smaller size
_CHUNK: Final = 8  # letters of a checksum or a path, after which a line may end
_PREAMBLE: Final = r"""\documentclass[10pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
  \usepackage{textcomp}
\else
  \usepackage{fontspec}
\fi
\usepackage[margin=16mm]{geometry}
\usepackage{array,booktabs,longtable,graphicx,amsmath}
\usepackage{siunitx}
\sisetup{uncertainty-mode=compact-marker,retain-explicit-plus=true,range-phrase={ to }}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 2pt}
\setcounter{secnumdepth}{0}
\raggedbottom
"""
_TABLE_HEAD: Final = "% Needs \\usepackage{booktabs,siunitx} (siunitx 3) and amsmath.\n"


def latex(document: Document, figures: str = "figures") -> str:
    """The text of report.tex. figures: the folder of its figures, as PDF, relative to it."""
    lines = [rf"\section*{{\Large {inline(document.title)}}}", rf"\textit{{{inline(document.headline)}}}"]
    lines += [inline(remark) for remark in document.remarks]
    for section in document.first:
        lines += _section(section, figures)
    if document.picture is not None:
        lines += _block(document.picture, figures)
    for section in document.sections:
        lines += _section(section, figures)
    body = "\n\n".join(lines)
    return f"{_PREAMBLE}{_declared(body)}\\begin{{document}}\n{body}\n\\end{{document}}\n"


def answer_table(document: Document) -> str:
    r"""The text of table.tex: the answer, ready to \input."""
    tables = [block for block in document.first[0].blocks if isinstance(block, Table)]
    return _TABLE_HEAD + "\n\n".join(_tabular(table) for table in tables) + "\n"


def inline(text: Inline) -> str:
    """A text as LaTeX."""
    return "".join(_atom(atom) for atom in atoms(text))


def _declared(body: str) -> str:
    """What pdfTeX shows for letters that none of its fonts has: their number."""
    letters = sorted(unusual(body))
    if not letters:
        return ""
    shown = "\n".join(rf"  \DeclareUnicodeCharacter{{{ord(c):04X}}}{{\texttt{{U+{ord(c):04X}}}}}" for c in letters)
    return f"\\ifPDFTeX\n{shown}\n\\fi\n"


def _atom(atom: Atom) -> str:
    match atom:
        case str():
            return literal(atom)
        case Symbol():
            return symbol(atom)
        case Number():
            return number(atom.text)
        case Badge():
            return rf"\textsc{{{literal(atom.words)}}}"
        case Italic():
            return rf"\textit{{{literal(atom.text)}}}"
        case Code():
            return rf"\texttt{{{_breakable(atom.text)}}}"
        case Small():
            return rf"\ {{\footnotesize {inline(atom.text)}}}"


def _breakable(text: str) -> str:
    pieces = (text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK))
    return r"\allowbreak{}".join(literal(piece) for piece in pieces)


def _section(section: ReportSection, figures: str) -> list[str]:
    return [rf"\section{{{inline(section.title)}}}", *(t for block in section.blocks for t in _block(block, figures))]


def _block(block: Block, figures: str) -> list[str]:
    match block:
        case Paragraph():
            text = inline(block.text)
            return [{"fine": rf"{{\footnotesize {text}\par}}", "warning": rf"\textbf{{{text}}}"}.get(block.kind, text)]
        case Heading():
            return [rf"\subsection{{{inline(block.text)}}}"]
        case Listing():
            return ["\n".join([r"\begin{itemize}", *(rf"\item {inline(e)}" for e in block.items), r"\end{itemize}"])]
        case Terms():
            items = (rf"\item[{{{inline(term)}}}] {inline(said)}" for term, said in block.entries)
            return ["\n".join([r"\begin{description}", *items, r"\end{description}"])]
        case Table():
            return [_longtable(block)]
        case Drawing():
            return [_figure(block, figures)]
        case Gallery():
            return [_figure(drawing, figures) for drawing in block.drawings]
        case Details():
            return [rf"{{\footnotesize {inline(block.summary)}: in result.json.\par}}"]
        case Verbatim():
            return [_verbatim(block.text)]


def _figure(block: Drawing, figures: str) -> str:
    picture = rf"\includegraphics{{{figures}/{block.identity}.pdf}}"
    caption = rf"{{\footnotesize {inline(block.caption)}\par}}"
    return f"\\nopagebreak\n{{\\centering {picture}\\par}}\n\\nopagebreak\n{caption}\n\\medskip"


def _longtable(table: Table) -> str:
    size = r"\scriptsize" if table.kind == "data" or len(table.columns) > _MANY else r"\small"
    rows = "\n".join(_row(row) for row in table.rows)
    head = f"{_row(TableRow(tuple(column.title for column in table.columns)))}\n\\midrule\n" if table.headed else ""
    frame = f"\\toprule\n{head}\\endhead\n\\bottomrule\n\\endlastfoot\n"
    columns = "".join(_column(column, table) for column in table.columns)
    return f"{{{size}\n\\begin{{longtable}}[l]{{@{{}}{columns}@{{}}}}\n{frame}{rows}\n\\end{{longtable}}}}"


def _tabular(table: Table) -> str:
    head = f"{_row(TableRow(tuple(column.title for column in table.columns)))}\n\\midrule\n" if table.headed else ""
    rows = "\n".join(_row(row) for row in table.rows)
    columns = "".join("r" if column.numeric else "l" for column in table.columns)
    return f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{head}{rows}\n\\bottomrule\n\\end{{tabular}}"


def _column(column: TableColumn, table: Table) -> str:
    if not column.wraps:
        return "r" if column.numeric else "l"
    wrapped = sum(entry.wraps for entry in table.columns)
    share = max(0.88 - 0.085 * (len(table.columns) - wrapped), 0.36) / wrapped
    return rf">{{\raggedright\arraybackslash}}p{{{share:.2f}\linewidth}}"


def _row(row: TableRow) -> str:
    return " & ".join(_cell(cell) for cell in row.cells) + r" \\"


def _cell(cell: Inline) -> str:
    """A cell; a remark on a line of its own stands below it."""
    if isinstance(cell, tuple) and isinstance(cell[-1], Small) and cell[-1].own_line:
        below = rf"{{\footnotesize {inline(cell[-1].text)}}}"
        return rf"\begin{{tabular}}[t]{{@{{}}l@{{}}}}{inline(cell[:-1])}\\ {below}\end{{tabular}}"
    return inline(cell)


def _verbatim(text: str) -> str:
    body = "\n".join(rf"{_line(line) or '~'}\\" for line in text.rstrip("\n").split("\n"))
    return f"{{\\ttfamily\\footnotesize\\raggedright\n{body}\n}}"


def _line(text: str) -> str:
    """A line with every space of it, which may end a printed line but where they indent it."""
    inside = text.lstrip(" ")
    return "~" * (len(text) - len(inside)) + literal(inside).replace(" ", "\\ ")
