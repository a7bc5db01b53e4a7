"""Text and numbers for LaTeX: every character of a text stands for itself, numbers are siunitx's to set."""

from __future__ import annotations

import re
from typing import Final

from stfit.results.symbols import Symbol

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",  # an optional argument, after the end of a row
    "]": "{]}",
    "*": "{*}",
}
_NAMES: Final = {
    "αβγδεζηθικλμ": "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu",
    "νξπρστυφχψω": "nu xi pi rho sigma tau upsilon varphi chi psi omega",
    "ΓΔΘΛΞΠΣΦΨΩ": "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega",
}
_SIGNS: Final = {
    "−": "-", "×": r"\times", "±": r"\pm", "·": r"\cdot", "≤": r"\leq", "≥": r"\geq", "≪": r"\ll", "≫": r"\gg",
    "≈": r"\approx", "≠": r"\neq", "∝": r"\propto", "√": r"\surd", "∞": r"\infty", "→": r"\to", "∂": r"\partial",
    "∫": r"\int", "µ": r"\mu", "°": r"^{\circ}", "∈": r"\in", "′": "'", "∓": r"\mp", "½": r"\tfrac12", "²": "^{2}",
    "³": "^{3}", "¹": "^{1}", "⁰": "^{0}", "⁻": "^{-}", "₀": "_{0}",
}  # fmt: skip
_SIGNS_MORE: Final = {letter: f"^{{{digit}}}" for digit, letter in enumerate("⁴⁵⁶⁷⁸⁹", start=4)}
_PLAIN: Final = {
    "–": "--", "—": "---", "…": r"\dots{}", "“": "``", "”": "''", "’": "'", "‘": "`", "„": r"\quotedblbase{}",
    "\N{ZERO WIDTH NON-JOINER}": "{}",
    "\N{NO-BREAK SPACE}": "~", "\N{NARROW NO-BREAK SPACE}": r"\,",
}  # fmt: skip
_LETTERS: Final = {
    letter: f"\\{name}" for group, names in _NAMES.items() for letter, name in zip(group, names.split(), strict=True)
}
_MATHS: Final = _LETTERS | _SIGNS | _SIGNS_MORE
_WRITTEN: Final = _SPECIAL | _PLAIN | {letter: rf"\ensuremath{{{command}}}" for letter, command in _MATHS.items()}
_HAT: Final = "\N{COMBINING CIRCUMFLEX ACCENT}"
_DRAWN_TOGETHER: Final = re.compile(r"([-,])(?=\1)")  # two hyphens become a dash, two commas a quotation mark
_SUPERSCRIPTS: Final = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LATIN: Final = ("\N{NO-BREAK SPACE}", "\N{LATIN SMALL LETTER Z WITH CARON}")  # what every engine can set

_N: Final = r"[−+]?\d+(?:\.\d+)?"
_E: Final = r"(?: ?×10(?P<exponent>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?"
_U: Final = r"(?: (?P<unit>(?:1/)?[A-Za-zµΩ][A-Za-zµΩ³ ]*(?:/[A-Za-zµΩ³]+)?))?"
_VALUE: Final = re.compile(rf"(?P<value>{_N}(?:\(\d+(?:\.\d+)?\))?){_E}{_U}")
_LOPSIDED: Final = re.compile(rf"(?P<value>{_N}) \(\+(?P<up>[\d.]+) −(?P<down>[\d.]+)\){_E}{_U}")
_RANGE: Final = re.compile(rf"\(?(?P<low>{_N}) to (?P<high>{_N})\)?{_E}{_U}")
_RANGE_OF_TWO: Final = re.compile(r"(?P<low>.+) to (?P<high>.+)")
_LIMIT: Final = re.compile(r"(?P<sign>[≥≤<>]) (?P<rest>.+)")
_LEVEL: Final = re.compile(r"(?P<rest>.+) (?P<level>\(\d+ %\))")


def literal(text: str) -> str:
    """Text that stands for itself: none of its characters is a command."""
    clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\n", " "))
    apart = _DRAWN_TOGETHER.sub("\\1\N{ZERO WIDTH NON-JOINER}", clean)
    return re.sub(f"(.){_HAT}", r"\\ensuremath{\\hat{\1}}", "".join(_WRITTEN.get(letter, letter) for letter in apart))


def unusual(text: str) -> set[str]:
    """The characters of a LaTeX text that pdfTeX cannot set without being told how."""
    return {letter for letter in text if not letter.isascii() and not _LATIN[0] <= letter <= _LATIN[1]}


def symbol(found: Symbol) -> str:
    """A symbol in mathematics."""
    parts = []
    for kind, text in found.runs:
        letters = "".join(_in_maths(letter) for letter in text)
        parts.append(rf"_{{\mathrm{{{letters}}}}}" if kind == "below" else letters)
    return rf"\ensuremath{{{''.join(parts)}}}"


def number(text: str) -> str:
    """A number as `stfit.results.numbers` writes it, for siunitx; what is no number stands as it is."""
    for form, written in _FORMS:
        if found := form.fullmatch(text):
            return written(found)
    return literal(text)


def _in_maths(letter: str) -> str:
    return f"{_MATHS[letter]} " if letter in _MATHS else letter


def _value(found: re.Match[str]) -> str:
    value = _digits(found["value"]) + _power(found)
    return rf"\qty{{{value}}}{{{unit(found['unit'])}}}" if found["unit"] else rf"\num{{{value}}}"


def _lopsided(found: re.Match[str]) -> str:
    value, up, down = (_digits(found[part]) for part in ("value", "up", "down"))
    power = _power(found).removeprefix("e")
    times = rf"\times 10^{{{power}}}" if power else ""
    shown = rf"\ensuremath{{\num{{{value}}}^{{+\num{{{up}}}}}_{{-\num{{{down}}}}}{times}}}"
    return rf"{shown}\,\unit{{{unit(found['unit'])}}}" if found["unit"] else shown


def _range(found: re.Match[str]) -> str:
    low, high = (_digits(found[end]) + _power(found) for end in ("low", "high"))
    shown = rf"\numrange{{{low}}}{{{high}}}"
    return rf"{shown}\,\unit{{{unit(found['unit'])}}}" if found["unit"] else shown


def _range_of_two(found: re.Match[str]) -> str:
    return f"{number(found['low'])} to {number(found['high'])}"


def _limit(found: re.Match[str]) -> str:
    return f"{literal(found['sign'])} {number(found['rest'])}"


def _level(found: re.Match[str]) -> str:
    return f"{number(found['rest'])} {literal(found['level'])}"


def unit(label: str) -> str:
    """A unit as siunitx takes it: 1/mA is mA^{-1}."""
    if label.startswith("1/"):
        return f"{unit(label[2:])}^{{-1}}"
    return label.replace(" ", ".").replace("µ", r"\micro ").replace("Ω", r"\ohm{}").replace("³", "^3")


def _digits(text: str) -> str:
    return text.replace("−", "-")


def _power(found: re.Match[str]) -> str:
    return f"e{found['exponent'].translate(_SUPERSCRIPTS)}" if found["exponent"] else ""


_FORMS: Final = (
    (_VALUE, _value),
    (_LOPSIDED, _lopsided),
    (_RANGE, _range),
    (_LIMIT, _limit),
    (_LEVEL, _level),
    (_RANGE_OF_TWO, _range_of_two),
)
