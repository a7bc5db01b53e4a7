"""A draft as the text of an analysis file: complete enough to be fitted, with remarks on what would make it better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from stfit.analysis import parse_analysis
from stfit.measurement import kinds
from stfit.models.choices import DEFAULT_BARRIER
from stfit.models.law import offers
from stfit.pipeline.advice import Setting, advice_of
from stfit.pipeline.assembly import assemble
from stfit.pipeline.drafting import ASSUMED, Draft, Entry, draft
from stfit.pipeline.given import Given
from stfit.pipeline.hints import ranges
from stfit.pipeline.toml_text import toml_remark, toml_string, toml_value

_HEAD: Final = (
    "An analysis file of stfit, begun by `stfit init` from the data below. It can be fitted as it is: stfit fit {name}",
    "Take the # away from a line to use it. A quantity is written with its unit, an uncertainty (one sigma) after ±.",
)
_CONSTANTS: Final = (  # name, example, what it gives
    ("delta_R", "0.110 ± 0.004 ohm", "R_AP − R_P as measured; without it l/L_θθ is known only times ΔR"),
    ("beta", "0.35 ± 0.03", "(σ↑−σ↓)/(σ↑+σ↓); without it only l/L_θθ over β is known"),
)


def drafted(files: Sequence[Path], out: Path, given: Given) -> tuple[str, Draft]:
    """The text of an analysis file at `out` for `files`, and what it was made from. InputError where it cannot be.

    The text is read back and put together with its data before it is handed out, so that `stfit fit` accepts it.
    """
    found = draft(files, out.parent, given)
    text = text_of(found, out.name)
    anywhere = replace(found, entries=tuple(replace(entry, file=str(entry.path)) for entry in found.entries))
    analysis = parse_analysis(text_of(anywhere, out.name), out.parent, str(out))  # whose folder there may not be yet
    assemble(analysis, [entry.measurement for entry in found.entries])
    return text, found


def text_of(found: Draft, name: str) -> str:
    """The analysis file, to be called `name`."""
    lines = [toml_remark(sentence.format(name=name)) for sentence in _HEAD]
    if found.assumptions:
        lines.append(toml_remark(f"Lines marked {ASSUMED} hold a value that nobody gave: look at each."))
    lines += ["", f"title = {toml_string(found.title)}", "", *_device(found)]
    for entry in found.entries:
        lines += ["", *_measurement(entry)]
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
    readings = np.concatenate([entry.measurement.settings.temperature for entry in found.entries])
    known = readings[np.isfinite(readings)]
    if known.size == 0:
        return "295 ± 1 K", "no row has one: without it barriers and l/L_θθ are not identified"
    mean = float(np.mean(known))
    return f"{mean:.4g} ± 1 K", "rows have their own; this says how sure the thermometer is, at all temperatures alike"


def _measurement(entry: Entry) -> list[str]:
    rows = ", ".join(ranges(entry.measurement))
    lines = ["[[measurement]]"]
    lines += [f"kind = {toml_string(entry.kind)}  {toml_remark(entry.why)}"]
    lines += [f"file = {toml_string(entry.file)}  {toml_remark(rows)}"]
    lines += [_line(setting) for setting in entry.settings]
    given = {setting.name for setting in entry.settings}
    lines += [_offer(*line) for line in advice_of(kinds()[entry.kind]).offers if line[0] not in given]
    origin = entry.measurement.origin
    lines += [toml_remark(f"recognised: {sentence}") for sentence in origin.recognised]
    return lines + [toml_remark(f"remark: {notice}") for notice in origin.notices]


def _model(found: Draft) -> list[str]:
    lines = ["[model]", _line(Setting("gmr", "cosine", 'or {chi = 0.4}, or {file = "r_theta.csv"}'))]
    lines += [_line(setting) for setting in found.model]
    lines.append(_line(Setting("barrier", DEFAULT_BARRIER, offers())))
    if any(kinds()[entry.kind].mapped for entry in found.entries):
        lines.append(_line(Setting("mapping", "damping", 'or "power", "peak", "torque": how Eq. 32 is read')))
    return lines


def _fit(found: Draft) -> list[str]:
    at = _temperature(found)[0].partition(" ")[0]
    return [
        "[fit]",
        "seed = 0",
        _offer("free", ["l_over_L"], "exit status 3 where the data do not identify it"),
        _offer("reference_temperature", f"{at} K", "at which slopes, I_c and τ0 are quoted"),
        _offer("backend", "mcmc", "a posterior in place of least squares; the seed is then that of the chain"),
    ]


def _line(setting: Setting) -> str:
    remark = f"{ASSUMED}: {setting.remark}" if setting.assumed else setting.remark
    return f"{setting.name} = {toml_value(setting.value)}" + (f"  {toml_remark(remark)}" if remark else "")


def _offer(name: str, example: object, remark: str) -> str:
    """A line that is not in force: an example, and what it would do."""
    return f"# {name} = {toml_value(example)}  {toml_remark(remark)}"
