"""The field's symbols for the names of the code: l/L_θθ for l_over_L, τ0 for tau_0, s_P for slope_P."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Final

_BELOW: Final = re.compile(r"_([^\W\d_]+)")
_LETTERS: Final = re.compile(r"(?<![^\W\d])([^\W\d_]+)")


@dataclass(frozen=True)
class Symbol:
    """A symbol: what stands on the line (letters in italics), what stands below it, and what it is called.

    known: False for a name that only stands for itself, which may hold anything. tail: what follows on the line.
    """

    stem: str
    sub: str
    words: str
    known: bool = True
    tail: str = ""

    @property
    def text(self) -> str:
        """For a terminal: l/L_θθ, τ0."""
        return self.stem + ("" if not self.sub else self.sub if self.sub.isdigit() else f"_{self.sub}") + self.tail

    @property
    def html(self) -> str:
        """For a page, with its own markup; names from files are escaped."""
        if not self.known:
            return escape(self.stem)
        return _italic(self.stem) + (f"<sub>{self.sub}</sub>" if self.sub else "") + _italic(self.tail)

    @property
    def math(self) -> str:
        """For a figure, as mathtext; only of a known symbol."""
        stem = _BELOW.sub(r"_{\\mathrm{\1}}", self.stem)
        below = f"_{{\\mathrm{{{self.sub}}}}}" if self.sub else ""
        return f"${stem}{below}{self.tail}$"


def _italic(letters: str) -> str:
    return _BELOW.sub(r"<sub>\1</sub>", _LETTERS.sub(r"<i>\1</i>", letters))


_SYMBOLS: Final = {
    "l_over_L": Symbol("l/L", "θθ", "spin-transfer coefficient"),
    "c_P": Symbol("c", "P", "asymmetry factor of P"),
    "c_AP": Symbol("c", "AP", "asymmetry factor of AP"),
    "c_ratio": Symbol("c_AP/c", "P", "asymmetry"),
    "tau_0": Symbol("τ", "0", "attempt time"),
    "E_P": Symbol("E", "P", "barrier out of P"),
    "E_AP": Symbol("E", "AP", "barrier out of AP"),
    "slope_P": Symbol("s", "P", "slope of ln τ_P"),
    "slope_AP": Symbol("s", "AP", "slope of ln τ_AP"),
    "I_c_P": Symbol("I", "c,P", "critical current out of P"),
    "I_c_AP": Symbol("I", "c,AP", "critical current out of AP"),
    "theta_0": Symbol("θ", "0", "angle of the barrier top"),
    "chi": Symbol("χ", "", "asymmetry of the GMR curve"),
    "beta": Symbol("β", "", "spin polarisation of the conductivity"),
    "delta_R": Symbol("ΔR", "", "R_AP − R_P"),
    "resistance": Symbol("R", "", "resistance"),
    "series_resistance": Symbol("R", "s", "resistance in series"),
    "half_voltage": Symbol("V", "h", "voltage at which ΔR is halved"),
    "temperature": Symbol("T", "", "temperature"),
    "temperature_scale": Symbol("f", "T", "common scale of all temperatures"),
    "Kv": Symbol("Kv", "", "anisotropy energy"),
    "anisotropy_field": Symbol("μ0H", "K", "anisotropy field"),
    "field_offset": Symbol("μ0H", "offset", "stray field"),
    "h": Symbol("h", "", "reduced field H/H_K"),
    "alpha": Symbol("α", "", "Gilbert damping"),
    "gyromagnetic_ratio": Symbol("γ", "", "gyromagnetic ratio"),
    "saturation_magnetisation": Symbol("M", "s", "saturation magnetisation"),
    "volume": Symbol("v", "", "volume of the magnetic layer"),
    "transport_L": Symbol("L", "θθ", "transport coefficient of the magnet", tail="/ρ0"),
    "tau_0_predicted": Symbol("τ", "0,Brown", "attempt time that α, γ, M_s and v predict"),
    "spin_transfer_l": Symbol("l/(eρ0)", "", "spin-transfer coefficient in absolute units"),
    "power_P": Symbol("P", "0,P", "power of P at zero current"),
    "power_AP": Symbol("P", "0,AP", "power of AP at zero current"),
    "linewidth_P": Symbol("Δf", "0,P", "homogeneous linewidth of P at zero current"),
    "linewidth_AP": Symbol("Δf", "0,AP", "homogeneous linewidth of AP at zero current"),
    "field_linewidth_P": Symbol("μ0ΔH", "P", "homogeneous linewidth of P at zero current"),
    "field_linewidth_AP": Symbol("μ0ΔH", "AP", "homogeneous linewidth of AP at zero current"),
    "inhomogeneous_linewidth": Symbol("μ0ΔH", "0", "inhomogeneous linewidth"),
    "sigma": Symbol("σ", "", "barrier in units of k_BT"),
    "k_B": Symbol("k", "B", "Boltzmann constant"),
    "kB": Symbol("k", "B", "Boltzmann constant"),
    "k_BT": Symbol("k", "B", "thermal energy", tail="T"),
    "T_ref": Symbol("T", "ref", "reference temperature"),
}
_OPERATORS: Final = {"**": "^", "*": " · ", "-": "−"}
_IN_PROSE: Final = re.compile(
    r"(?<![\w.])(?:(?P<stem>l/L|ΔR|[A-Za-zτθσμρ])(?:_(?P<sub>θθ|c,AP|c,P|AP|P|B|c|i|K|s|p|sw|h)|(?P<zero>(?<=[τθρ])0))(?P<tail>(?<=k_B)T|)\b(?!\.\w))"
)
_TOKEN: Final = re.compile(r"[^\W\d]\w*|\*\*|\*|-|[^\w*-]+|\d+")


def symbol(name: str) -> Symbol:
    """The symbol of a parameter; a name that is not known stands for itself."""
    return _SYMBOLS.get(name) or Symbol(name, "", "", known=False)


def expression_text(expression: str) -> str:
    """An expression of names such as l_over_L*c_P/beta in symbols, for a terminal."""
    return "".join(_written(token, expression, html=False) for token in _tokens(expression))


def expression_html(expression: str) -> str:
    """An expression of names in symbols, for a page; escaped."""
    return "".join(_written(token, expression, html=True) for token in _tokens(expression))


def prose_html(text: str) -> str:
    """A sentence, escaped, with what reads as a symbol set as one: l/L_θθ, c_AP, k_BT, τ0."""
    return _IN_PROSE.sub(
        lambda found: Symbol(found["stem"], found["sub"] or found["zero"], "", tail=found["tail"]).html, escape(text)
    )


def _tokens(expression: str) -> list[str]:
    return _TOKEN.findall(re.sub(r"\bk_?B[ *]?(T|temperature)\b", "k_BT", expression))


def _written(token: str, expression: str, *, html: bool) -> str:
    if token not in _SYMBOLS:
        plain = _OPERATORS.get(token, token)
        return escape(plain) if html else plain
    written = symbol(token).html if html else symbol(token).text
    return f"({written})" if "/" in symbol(token).stem and token != expression.strip() else written
