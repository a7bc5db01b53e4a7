"""The shape of the lines: that which is declared, and that which the evidence of the clearest spectra asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np

from stfit.kinds.resonance.line_fit import SpectrumFit
from stfit.kinds.resonance.line_search import EVIDENCE_FOR_A_LINE
from stfit.kinds.resonance.measured import LineSearch, MeasuredSpectrum
from stfit.physics.line_shapes import SHAPES

_PROBES: Final = 3  # spectra in which shapes are compared, and as many again until they tell
_TELLING: Final = 6.0  # by which BIC tells shapes apart: "strong" in the words of Kass & Raftery
_SPECIAL: Final = {  # cases of a shape, which do not contradict it
    "symmetric+antisymmetric": ("lorentzian",),
    "voigt": ("lorentzian", "symmetric+antisymmetric"),
    "voigt-derivative": ("derivative",),
}


@final
@dataclass(frozen=True)
class Choice:
    """A shape and what speaks for another.

    Parameters
    ----------
    shape, rival : str
        The shape, and the one that describes the spectra best; keys of SHAPES.
    advantage : float
        By how much the BIC of the rival is lower.
    declared, decided : bool
        Whether the shape was given; whether the spectra tell a derivative from the line itself.
    fits : Mapping[int, SpectrumFit]
        Fits of some spectra with the shape, by their places.
    """

    shape: str
    rival: str
    advantage: float
    declared: bool
    decided: bool
    fits: Mapping[int, SpectrumFit]


def chosen_shape(spectra: Sequence[MeasuredSpectrum], search: LineSearch, clearest: Sequence[int]) -> Choice:
    """The declared shape, or the one that the evidence of as many of the clearest spectra as it needs asks for."""
    tried: dict[str, dict[int, SpectrumFit]] = {shape: {} for shape in _candidates(spectra, search)}
    for first in range(0, len(spectra), _PROBES):
        for at in clearest[first : first + _PROBES]:
            _try(tried, spectra[at], at, search)
        evidence = {shape: sum(fit.evidence for fit in own.values()) for shape, own in tried.items()}
        decided = _decided(evidence)
        if search.shape is not None or decided:
            break
    best = min(evidence, key=evidence.__getitem__)
    tried |= _broadened(spectra, search, search.shape or best, tried[search.shape or best])
    evidence = {shape: sum(fit.evidence for fit in own.values()) for shape, own in tried.items()}
    best = min((one for one in evidence if one not in _SPECIAL.get(search.shape or "", ())), key=evidence.__getitem__)
    shape = search.shape or best
    return Choice(shape, best, evidence[shape] - evidence[best], search.shape is not None, decided, tried[shape])


def _try(tried: Mapping[str, dict[int, SpectrumFit]], spectrum: MeasuredSpectrum, at: int, search: LineSearch) -> None:
    """Fit a spectrum with every shape: the first one tells how many lines there are, to which others may add one."""
    first, *others = tried
    tried[first][at] = search.fit(spectrum, first)
    fewer = replace(search, most=min(search.most, len(tried[first][at].lines) + 1))
    for shape in others:
        tried[shape][at] = fewer.fit(spectrum, shape)


def _candidates(spectra: Sequence[MeasuredSpectrum], search: LineSearch) -> list[str]:
    """Shapes without a Gaussian, and the declared one; this, or the most general one, first."""
    if search.modulation:
        return [search.shape or "derivative"]
    plain = [name for name, shape in SHAPES.items() if not shape.gaussian]
    if any(np.iscomplexobj(spectrum.signal) for spectrum in spectra):
        plain.remove("lorentzian")  # which has no phase
    return list(dict.fromkeys([search.shape or "symmetric+antisymmetric", *plain]))


def _decided(evidence: Mapping[str, float]) -> bool:
    """Whether the evidence tells a derivative from the line itself, whose shapes have widths alike."""
    both = [
        min((value for name, value in evidence.items() if SHAPES[name].derivative == derivative), default=np.inf)
        for derivative in (False, True)
    ]
    return bool(abs(both[0] - both[1]) > _TELLING)


def _broadened(
    spectra: Sequence[MeasuredSpectrum], search: LineSearch, shape: str, fits: Mapping[int, SpectrumFit]
) -> dict[str, dict[int, SpectrumFit]]:
    """The same lines as Voigt profiles, where the evidence asks for a Gaussian."""
    if SHAPES[shape].gaussian or search.modulation:
        return {}
    broad = "voigt-derivative" if SHAPES[shape].derivative else "voigt"
    found = {}
    for at, fit in fits.items():
        again = search.refit(spectra[at], replace(fit, shape=search.line_shape(broad)))
        found[at] = fit if again is None else again
    gain = sum(fit.evidence - found[at].evidence for at, fit in fits.items())
    return {broad: found} if gain > EVIDENCE_FOR_A_LINE else {}


def turned(
    spectra: Sequence[MeasuredSpectrum], search: LineSearch, clearest: Sequence[int]
) -> Sequence[MeasuredSpectrum]:
    """Complex signals in the sense of rotation in which their lines are those of SHAPES, by evidence.

    The phase of an oscillator falls or rises along a sweep by the sign of i ωt, and by what is swept.
    """
    if not any(np.iscomplexobj(spectrum.signal) for spectrum in spectra):
        return spectra
    conjugate = [replace(spectrum, signal=np.conj(spectrum.signal)) for spectrum in spectra]
    shape = search.shape or ("derivative" if search.modulation else "symmetric+antisymmetric")
    own, other = (sum(search.fit(one[at], shape).evidence for at in clearest[:_PROBES]) for one in (spectra, conjugate))
    return spectra if own < other else conjugate
