"""Points drawn with the letters of a terminal: eight dots a letter, as Braille has them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WIDTH, HEIGHT = 64, 14  # letters
_DOTS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # Unicode's order of the eight
_BLANK: Final = 0x2800
_DECADES: Final = 2.0  # of positive values, from which they are drawn on a logarithmic axis


def drawn(x: Array, y: Array, x_label: str, y_label: str) -> str:
    """The points (finite, shape (n,)) in a frame with the ends of both axes; positive y over 2 decades by logarithm."""
    logarithmic = bool(np.min(y) > 0 and np.log10(np.max(y) / np.min(y)) > _DECADES)
    column = _places(x, 2 * WIDTH)
    row = 4 * HEIGHT - 1 - _places(np.log10(y) if logarithmic else y, 4 * HEIGHT)
    letters = np.full((HEIGHT, WIDTH), _BLANK)
    np.bitwise_or.at(letters, (row // 4, column // 2), _DOTS[row % 4, column % 2])
    ends = [f"{value:.4g}" for value in (np.max(y), np.min(y))]
    margin = max(len(end) for end in ends)
    left = [ends[0], *[""] * (HEIGHT - 2), ends[1]]
    body = [f"{end:>{margin}} ┤{''.join(map(chr, line))}" for end, line in zip(left, letters.tolist(), strict=True)]
    low, high = f"{np.min(x):.4g}", f"{np.max(x):.4g}"
    axis = f"{' ' * margin} └{'─' * WIDTH}"
    below = f"{' ' * margin}  {low}{x_label:^{max(WIDTH - len(low) - len(high), len(x_label))}}{high}"
    scale = ", logarithmic" if logarithmic else ""
    return "\n".join([f"{' ' * margin}  {y_label}{scale}", *body, axis, below])


def _places(values: Array, count: int) -> npt.NDArray[np.intp]:
    """Which of `count` places each value falls on, from the smallest to the largest."""
    low, reach = float(np.min(values)), float(np.ptp(values))
    if reach == 0.0:
        return np.full(values.size, count // 2)
    return np.minimum(((values - low) / reach * count).astype(np.intp), count - 1)
