"""Lines of ferromagnetic resonance, and the spectra in which they stand."""

from dataclasses import replace
from typing import Final

from stfit.measurement.kind import Kind, Lazy

FMR_LINES: Final = Kind(
    name="fmr-lines",
    layout=Lazy("stfit.kinds.resonance.layout:LAYOUT"),
    keys=Lazy("stfit.kinds.resonance.keys:LineKeys"),
    build=Lazy("stfit.kinds.resonance.data:FmrLines.from_columns"),
    mapped=True,
    shows=("Power and linewidth", ""),
    figure=Lazy("stfit.figures.fmr:fmr_figure"),
    plot=("lines", "resonance lines"),
    design=Lazy("stfit.kinds.resonance.experiment:LinesSection"),
    simulate=Lazy("stfit.kinds.resonance.simulated:lines"),
    planner=Lazy("stfit.kinds.resonance.planned:PLANNER"),
    plan_keys=Lazy("stfit.kinds.resonance.keys:LinePlanKeys"),
    offer=("fmr", "powers and linewidths of a resonance"),
    remarks=Lazy("stfit.kinds.resonance.notes:REMARKS"),
    advice=Lazy("stfit.kinds.resonance.advice:LINE_ADVICE"),
    calibration="stfit.kinds.resonance",
)
FMR_SPECTRA: Final = replace(
    FMR_LINES,
    name="fmr-spectra",
    layout=Lazy("stfit.kinds.resonance.layout:INDEX_LAYOUT"),
    keys=Lazy("stfit.kinds.resonance.keys:SpectrumKeys"),
    build=Lazy("stfit.kinds.resonance.reduce:fitted_lines"),
    becomes="fmr-lines",
    listed=Lazy("stfit.kinds.resonance.layout:SPECTRUM"),
    design=Lazy("stfit.kinds.resonance.experiment_spectra:SpectraSection"),
    simulate=Lazy("stfit.kinds.resonance.simulated_spectra:spectra"),
    offer=None,
    section=Lazy("stfit.kinds.resonance.report:section"),
    facts=Lazy("stfit.kinds.resonance.notes:facts"),
    advice=Lazy("stfit.kinds.resonance.advice:SPECTRUM_ADVICE"),
)
