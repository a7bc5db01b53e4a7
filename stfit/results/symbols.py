"""The field's symbols for the names of the code: l/L_θθ for l_over_L, τ0 for tau_0, s_P for slope_P."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Final

_BELOW: Final = re.compile(r"_([^\W\d_]+)")
_RUN: Final = re.compile(r"_(?P<below>[^\W\d_]+)|(?P<letters>[^\W\d_]+)|(?P<upright>[\W\d_])")
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
    def runs(self) -> list[tuple[str, str]]:
        """For other forms: pieces on the line ("letters" in italics, "upright") and "below" it, in order."""
        below = [("below", self.sub)] if self.sub else []
        return [*_runs(self.stem), *below, *_runs(self.tail)] if self.known else [("upright", self.stem)]

    @property
    def math(self) -> str:
        """For a figure, as mathtext; only of a known symbol."""
        stem = _BELOW.sub(r"_{\\mathrm{\1}}", self.stem)
        below = f"_{{\\mathrm{{{self.sub}}}}}" if self.sub else ""
        return f"${stem}{below}{self.tail}$"


def _runs(letters: str) -> list[tuple[str, str]]:
    """Letters, what stands below them after "_", and what is neither."""
    return [(str(found.lastgroup), found[str(found.lastgroup)]) for found in _RUN.finditer(letters)]


def _italic(letters: str) -> str:
    return _BELOW.sub(r"<sub>\1</sub>", _LETTERS.sub(r"<i>\1</i>", letters))


_SYMBOLS: Final = {
    "l_over_L": Symbol("l/L", "θθ", "spin-transfer coefficient"),
    "c_P": Symbol("c", "P", "asymmetry factor of P"),
    "c_AP": Symbol("c", "AP", "asymmetry factor of AP"),
    "c_ratio": Symbol("c_AP/c", "P", "asymmetry"),
    "tau_0": Symbol("τ", "0", "attempt time"),
    "tau_P": Symbol("τ", "P", "dwell time of P"),
    "tau_AP": Symbol("τ", "AP", "dwell time of AP"),
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
    "resistance_AP": Symbol("R", "AP", "resistance of AP"),
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
    "visibility": Symbol("v", "", "share read as switched of pulses that all switch"),
    "floor": Symbol("f", "", "share read as switched of pulses that never do"),
    "power_P": Symbol("P", "0,P", "power of P at zero current"),
    "power_AP": Symbol("P", "0,AP", "power of AP at zero current"),
    "linewidth_P": Symbol("Δf", "0,P", "homogeneous linewidth of P at zero current"),
    "linewidth_AP": Symbol("Δf", "0,AP", "homogeneous linewidth of AP at zero current"),
    "field_linewidth_P": Symbol("μ0ΔH", "P", "homogeneous linewidth of P at zero current"),
    "field_linewidth_AP": Symbol("μ0ΔH", "AP", "homogeneous linewidth of AP at zero current"),
    "field_linewidth": Symbol("μ0ΔH", "", "linewidth (FWHM) in field"),
    "linewidth": Symbol("Δf", "", "linewidth (FWHM)"),
    "resonance_field": Symbol("μ0H", "res", "field of the resonance"),
    "resonance_frequency": Symbol("f", "res", "frequency of the resonance"),
    "effective_magnetisation": Symbol("μ0M", "eff", "effective magnetisation"),
    "g_factor": Symbol("g", "", "spectroscopic splitting factor"),
    "inhomogeneous_linewidth": Symbol("μ0ΔH", "0", "inhomogeneous linewidth"),
    "curie_temperature": Symbol("T", "C", "Curie temperature"),
    "exponent": Symbol("n", "", "exponent of the barrier"),
    "heating": Symbol("κ", "", "Joule heating, of T² = T0² + κI²"),
    "sigma": Symbol("σ", "", "barrier in units of k_BT"),
    "k_B": Symbol("k", "B", "Boltzmann constant"),
    "kB": Symbol("k", "B", "Boltzmann constant"),
    "k_BT": Symbol("k", "B", "thermal energy", tail="T"),
    "T_ref": Symbol("T", "ref", "reference temperature"),
}
_OPERATORS: Final = {"**": "^", "*": " · ", "-": "−"}
_IN_PROSE: Final = re.compile(
    r"(?<![\w.])(?:(?P<stem>l/L|ΔR|Δf|μ0ΔH|μ0H|[A-Za-zτθσμρ])(?:_(?P<sub>θθ|c,AP|c,P|0,Brown|0,AP|0,P|AP|P|B|c|i|K|s|p|sw|h|0)|(?P<zero>(?<=[τθρ])0))(?P<tail>(?<=k_B)T|)\b(?!\.\w))"
)
_TOKEN: Final = re.compile(r"[^\W\d]\w*|\*\*|\*|-|[^\w*-]+|\d+")


def symbol(name: str) -> Symbol:
    """The symbol of a parameter.

    Parameters
    ----------
    name : str
        As results call it, for example "l_over_L"; one that is not known stands for itself.

    Returns
    -------
    Symbol
        Its `text` is for a terminal ("l/L_θθ"), its `html` for a page, its `words` say what it is.
    """
    return _SYMBOLS.get(name) or Symbol(name, "", "", known=False)


def expression_parts(expression: str) -> list[str | Symbol]:
    """An expression of names such as l_over_L*c_P/beta in pieces: symbols, and what stands between them."""
    parts: list[str | Symbol] = []
    for token in _TOKEN.findall(re.sub(r"\bk_?B[ *]?(T|temperature)\b", "k_BT", expression)):
        if token not in _SYMBOLS:
            parts.append(_OPERATORS.get(token, token))
        elif "/" in symbol(token).stem and token != expression.strip():
            parts += ["(", symbol(token), ")"]
        else:
            parts.append(symbol(token))
    return parts


def expression_text(expression: str) -> str:
    """An expression of names in symbols, for a terminal."""
    return "".join(part.text if isinstance(part, Symbol) else part for part in expression_parts(expression))


def prose_parts(text: str) -> list[str | Symbol]:
    """A sentence in pieces: what reads as a symbol (l/L_θθ, c_AP, k_BT, τ0) as one, all else as it stands."""
    parts: list[str | Symbol] = []
    end = 0
    for found in _IN_PROSE.finditer(text):
        parts += [text[end : found.start()]] if found.start() > end else []
        parts.append(Symbol(found["stem"], found["sub"] or found["zero"], "", tail=found["tail"]))
        end = found.end()
    return [*parts, text[end:]] if end < len(text) else parts
