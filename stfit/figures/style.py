"""How stfit's figures look: a journal's two columns wide, readable in grey and with any colour vision."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

__all__ = [
    "COLUMN_WIDTH",
    "LINES",
    "MARKERS",
    "WIDTH",
    "Array",
    "AxisQuantity",
    "Figure",
    "element",
    "escape",
    "font_folder",
    "journal_style",
    "new_figure",
    "pdf_file",
    "shades",
    "svg",
    "svg_file",
]

Array = npt.NDArray[np.float64]

WIDTH: Final = 7.0  # inches: the text width of A4
COLUMN_WIDTH: Final = 86.0 / 25.4  # inches: a column of most journals
_PIXELS: Final = 118  # of a page, an inch of the figure: its text then stands as large as the page's
MARKERS: Final = ("o", "s", "^", "D", "v", "P")
LINES: Final[tuple[Any, ...]] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)))
_INK: Final = "#1a1a1a"
_RC: Final[Any] = {
    "font.family": ["STIXGeneral", "DejaVu Sans"],  # the second for what the first lacks
    "mathtext.fontset": "stix",
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titley": 1.0,  # found by matplotlib otherwise, slowly
    "axes.labelsize": 10,
    "axes.linewidth": 0.7,
    "axes.edgecolor": _INK,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "lines.linewidth": 1.1,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "stfit",  # the same result draws the same bytes
}
_ENDS: Final = {  # dark and light end of the colours of a state; their lightness differs in grey too
    "P": ((0.03, 0.19, 0.42), (0.42, 0.68, 0.84)),
    "AP": ((0.50, 0.15, 0.02), (0.99, 0.60, 0.27)),
}
_HEADER: Final = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>\s*|<style[^>]*>.*?</style>\s*", re.DOTALL)
_ATTRIBUTES: Final = re.compile(r'\s(?:xmlns(?::\w+)?|version|width|height)="[^"]*"')
_IDENTITY: Final = re.compile(r'(\bid="|url\(#|xlink:href="#)')
_SPELLED_OUT: Final = re.compile(r' (?:d|x|y)="[^"]*"')
_DECIMALS: Final = re.compile(r"(\.\d\d)\d+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNDRAWN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


@dataclass(frozen=True)
class AxisQuantity:
    """What an axis shows, in which unit its numbers are (SI), and whether the axis is logarithmic.

    factor, unit: numbers times factor are in `unit`.
    """

    label: str
    unit: str
    factor: float = 1.0
    log: bool = False

    @property
    def text(self) -> str:
        """The axis' label with its unit."""
        return f"{escape(self.label)} ({escape(self.unit)})" if self.unit else escape(self.label)


@contextmanager
def journal_style(scale: float = 1.0) -> Iterator[None]:
    """Draw in stfit's style, text `scale` times its size; matplotlib's settings are as before afterwards.

    What is not said here is as matplotlib has it by default, not as the user's matplotlibrc has it.
    """
    sizes = {name: scale * size for name, size in _RC.items() if name.endswith(("size", "width")) and scale != 1.0}
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC | sizes)
        yield


@final
class _ShownFigure(Figure):
    """A figure of matplotlib that a notebook shows by itself, also where nobody has imported pyplot."""

    def __repr__(self) -> str:
        return super().__repr__().replace(type(self).__name__, "Figure")

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width, height = (round(inches * _PIXELS) for inches in self.get_size_inches())
        return png_file(self), {"width": width, "height": height}


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure with an SVG canvas; sizes in inches. No window and no state shared with pyplot."""
    figure = _ShownFigure(figsize=(width, height))
    FigureCanvasSVG(figure)
    return figure


def shades(state: str, count: int) -> list[tuple[float, ...]]:
    """`count` colours for a state, dark to light: blue for P, orange for AP."""
    dark, light = (np.array(end) for end in _ENDS.get(state, _ENDS["P"]))
    steps = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.4])
    return [tuple(float(part) for part in dark + step * (light - dark)) for step in steps]


def escape(text: str) -> str:
    """Text from a file as it stands: no mathtext, no controls, no marks of direction, for which no font has a glyph."""
    return _UNDRAWN.sub("\N{REPLACEMENT CHARACTER}", text).replace("$", r"\$")


def svg(figure: Figure, description: str, identity: str, attributes: Mapping[str, str] | None = None) -> str:
    """A figure as one <svg> element to stand in a page.

    description: what a reader who cannot see it is told. identity: keeps the ids of several figures apart.
    attributes: further ones of the element.
    """
    return element(svg_file(figure), figure.get_figwidth(), description, identity, attributes)


def element(
    file: str, width: float, description: str, identity: str, attributes: Mapping[str, str] | None = None
) -> str:
    """The content of `svg_file` as one <svg> element, `width` inches wide; the others as for `svg`."""
    tag, rest = _HEADER.sub("", file).split(">", 1)
    words = html.escape(_CONTROL.sub(" ", description))
    size = f"width:{width * _PIXELS:.0f}px"
    more = "".join(f' {name}="{html.escape(value)}"' for name, value in (attributes or {}).items())
    tag = f'{_ATTRIBUTES.sub("", tag)} role="img" aria-label="{words}" style="{size}"{more}'
    rest = _IDENTITY.sub(rf"\g<1>{identity}-", rest).replace("xlink:href", "href")
    return f"{tag}><title>{words}</title>{rest}"


def svg_file(figure: Figure) -> str:
    """What an SVG file of the figure holds; text as outlines, so that it needs no font."""
    return _SPELLED_OUT.sub(_to_hundredths, _saved(figure, "svg", {"Date": None}).decode("utf-8"))


def pdf_file(figure: Figure) -> bytes:
    """What a PDF file of the figure holds: vectors with their fonts, no date."""
    return _saved(figure, "pdf", {"CreationDate": None})


def png_file(figure: Figure) -> bytes:
    """What a PNG file of the figure holds."""
    return _saved(figure, "png", {}, dpi=150.0)


def font_folder() -> Path:
    """Where the fonts lie in which figures are set."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def _saved(figure: Figure, form: str, metadata: Mapping[str, None], dpi: float | str = "figure") -> bytes:
    buffer = io.BytesIO()
    with journal_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a script that no font has is drawn as boxes
        figure.savefig(buffer, format=form, metadata=dict(metadata), dpi=dpi)
    return buffer.getvalue()


def _to_hundredths(attribute: re.Match[str]) -> str:
    """A hundredth of a point is below what a printer resolves; it halves the size of a page."""
    return _DECIMALS.sub(r"\1", attribute[0])
