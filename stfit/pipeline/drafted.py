"""A draft as the text of an analysis file: complete enough to be fitted, with remarks on what would make it better."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from stfit.analysis import parse_analysis
from stfit.measurement import kinds
from stfit.models.choices import DEFAULT_BARRIER
from stfit.models.law import offers
from stfit.pipeline.advice import Setting, advice_of
from stfit.pipeline.assembly import assemble
from stfit.pipeline.drafting import Draft, Entry, draft
from stfit.pipeline.given import Given
from stfit.pipeline.hints import ranges
from stfit.pipeline.toml_text import toml_remark, toml_string, toml_value
from stfit.pipeline.unchecked import ASSUMED

_HEAD: Final = (
    "An analysis file of stfit, begun by `stfit init` from the data below. {state}: stfit fit {name}",
    "Take the # away from a line to use it. A quantity is written with its unit, an uncertainty (one sigma) after ±.",
)
_CONSTANTS: Final = (  # name, example, what it gives
    ("delta_R", "0.110 ± 0.004 ohm", "R_AP − R_P as measured; without it l/L_θθ is known only times ΔR"),
    ("beta", "0.35 ± 0.03", "(σ↑−σ↓)/(σ↑+σ↓); without it only l/L_θθ over β is known"),
)


def drafted(files: Sequence[Path], out: Path, given: Given) -> tuple[str, Draft]:
    """The text of an analysis file at `out` for `files`, and what it was made from. InputError where it cannot be.

    The text is read back before it is handed out, and put together with its data, so that `stfit fit` accepts it; what
    it would say instead stands in the draft.
    """
    found = draft(files, given)
    text = text_of(found, out.name, out.parent)
    anywhere = found.entries[0].source.files[0].parent  # the folder of `out` may not be there yet
    analysis = parse_analysis(text_of(found, out.name, anywhere), anywhere, str(out))
    if found.is_whole:
        assemble(analysis, found.measurements)
    return text, found


def text_of(found: Draft, name: str, folder: Path) -> str:
    """The analysis file, to be called `name` and to lie in a folder."""
    state = "It can be fitted as it is" if found.is_whole else f"Mend the lines marked {ASSUMED}, then"
    lines = [toml_remark(sentence.format(name=name, state=state)) for sentence in _HEAD]
    if found.assumptions:
        lines.append(toml_remark(f"Lines marked {ASSUMED} hold a value that nobody gave: look at each."))
    lines += ["", f"title = {toml_string(found.title)}", "", *_device(found)]
    for entry in found.entries:
        lines += ["", *_measurement(entry, folder)]
    return "\n".join([*lines, "", *_model(found), "", *_fit(found)]) + "\n"


def _device(found: Draft) -> list[str]:
    given = {setting.name for setting in found.device}
    lines = ["[device]", *(_line(setting) for setting in found.device)]
    lines += [_offer(*constant) for constant in _CONSTANTS if constant[0] not in given]
    if "temperature" not in given:
        lines.append(_offer("temperature", *_temperature(found)))
    return lines


def _temperature(found: Draft) -> tuple[str, str]:
    """An example of the device's temperature, and what it would do here."""
    readings = np.concatenate([m.settings.temperature for m in found.measurements] or [np.zeros(0)])
    known = readings[np.isfinite(readings)]
    if known.size == 0:
        return "295 ± 1 K", "no row has one: without it barriers and l/L_θθ are not identified"
    mean = float(np.mean(known))
    return f"{mean:.4g} ± 1 K", "rows have their own; this says how sure the thermometer is, at all temperatures alike"


def _measurement(entry: Entry, folder: Path) -> list[str]:
    rows = "; ".join(dict.fromkeys(", ".join(ranges(measurement)) for measurement in entry.measurements[:1]))
    lines = ["[[measurement]]", _line(entry.source.kind)]
    for name, value in entry.source.location(folder).items():
        lines.append(_line(Setting(name, value, rows if name != "pattern" else "what stands where in their names")))
    lines += [_line(setting) for setting in entry.settings]
    given = {setting.name for setting in entry.settings}
    lines += [_offer(*line) for line in advice_of(kinds()[entry.kind]).offers if line[0] not in given]
    lines += [toml_remark(f"{ASSUMED}: {line}") for line in entry.refusal.splitlines()]
    for origin in (measurement.origin for measurement in entry.measurements[:1]):
        lines += [toml_remark(f"recognised: {sentence}") for sentence in origin.recognised]
        lines += [toml_remark(f"remark: {notice}") for notice in origin.notices]
    return lines


def _model(found: Draft) -> list[str]:
    lines = ["[model]", _line(Setting("gmr", "cosine", 'or {chi = 0.4}, or {file = "r_theta.csv"}'))]
    lines += [_line(setting) for setting in found.model]
    lines.append(_line(Setting("barrier", DEFAULT_BARRIER, offers())))
    if any(kinds()[entry.kind].mapped for entry in found.entries):
        lines.append(_line(Setting("mapping", "damping", 'or "power", "peak", "torque": how Eq. 32 is read')))
    return lines


def _fit(found: Draft) -> list[str]:
    at = _temperature(found)[0].partition(" ")[0]
    lines = ["[fit]", "seed = 0"]
    if _wants_attempt_time(found):
        remark = "I_c and barriers from one temperature, where τ0 must be assumed"
        lines.append(_offer("fix", {"tau_0": "1 ns"}, remark))
    return [
        *lines,
        _offer("free", ["l_over_L"], "exit status 3 where the data do not identify it"),
        _offer("reference_temperature", f"{at} K", "at which slopes, I_c and τ0 are quoted"),
        _offer("backend", "mcmc", "a posterior in place of least squares; the seed is then that of the chain"),
    ]


def _wants_attempt_time(found: Draft) -> bool:
    """Whether all that is measured of switching stands at one temperature."""
    thermal = [m.settings.temperature for m in found.measurements if not m.settings.athermal]
    known = np.concatenate(thermal or [np.zeros(0)])
    return bool(thermal) and np.unique(known[np.isfinite(known)]).size <= 1


def _line(setting: Setting) -> str:
    if setting.fill:
        return _offer(setting.name, setting.value, f"{ASSUMED}: fill in {setting.remark}")
    remark = f"{ASSUMED}: {setting.remark}" if setting.assumed else setting.remark
    return f"{setting.name} = {toml_value(setting.value)}" + (f"  {toml_remark(remark)}" if remark else "")


def _offer(name: str, example: object, remark: str) -> str:
    """A line that is not in force: an example, and what it would do."""
    return f"# {name} = {toml_value(example)}  {toml_remark(remark)}"
