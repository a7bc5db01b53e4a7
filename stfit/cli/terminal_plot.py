"""Points drawn with the letters of a terminal: eight dots a letter, as Braille has them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WIDTH, HEIGHT = 64, 14  # letters
_DOTS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # Unicode's order of the eight
_BLANK: Final = 0x2800
_DECADES: Final = 2.0  # from which values of one sign are drawn on a logarithmic axis


def drawn(x: Array, y: Array, x_label: str, y_label: str) -> str:
    """Points in a frame with the ends of both axes.

    Parameters
    ----------
    x, y : array of float, shape (n,)
        Finite. An axis is logarithmic where its values are all of one sign and span more than two decades, as dwell
        times and pulse widths may do.
    x_label, y_label : str
        What the axes show, with units.

    Returns
    -------
    str
        Lines of text.
    """
    column = _places(_on_its_axis(x), 2 * WIDTH)
    row = 4 * HEIGHT - 1 - _places(_on_its_axis(y), 4 * HEIGHT)
    letters = np.full((HEIGHT, WIDTH), _BLANK)
    np.bitwise_or.at(letters, (row // 4, column // 2), _DOTS[row % 4, column % 2])
    ends = [f"{value:.4g}" for value in (np.max(y), np.min(y))]
    margin = max(len(end) for end in ends)
    left = [ends[0], *[""] * (HEIGHT - 2), ends[1]]
    body = [f"{end:>{margin}} ┤{''.join(map(chr, line))}" for end, line in zip(left, letters.tolist(), strict=True)]
    low, high = f"{np.min(x):.4g}", f"{np.max(x):.4g}"
    axis = f"{' ' * margin} └{'─' * WIDTH}"
    across = _titled(x_label, x)
    below = f"{' ' * margin}  {low}{across:^{max(WIDTH - len(low) - len(high), len(across))}}{high}"
    return "\n".join([f"{' ' * margin}  {_titled(y_label, y)}", *body, axis, below])


def _is_logarithmic(values: Array) -> bool:
    """Whether values of one sign span so many decades that a linear axis would show only the largest."""
    low, high = float(np.min(values)), float(np.max(values))
    if low < 0.0 < high or 0.0 in (low, high):
        return False
    return abs(float(np.log10(high / low))) > _DECADES


def _on_its_axis(values: Array) -> Array:
    return np.sign(values) * np.log10(np.abs(values)) if _is_logarithmic(values) else values


def _titled(label: str, values: Array) -> str:
    return f"{label}, logarithmic" if _is_logarithmic(values) else label


def _places(values: Array, count: int) -> npt.NDArray[np.intp]:
    """Which of `count` places each value falls on, from the smallest to the largest."""
    low, reach = float(np.min(values)), float(np.ptp(values))
    if reach == 0.0:
        return np.full(values.size, count // 2)
    return np.minimum(((values - low) / reach * count).astype(np.intp), count - 1)
