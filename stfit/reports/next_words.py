"""What to type next: the change of the analysis file that helps most, derived from what a fit did not give."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from stfit.models.choices import BARRIERS, DEFAULT_BARRIER, default_asymmetry
from stfit.models.law import chosen_by
from stfit.reports.sentences import not_identified
from stfit.results.ranking import verdicts
from stfit.results.result import FitResult, Status
from stfit.results.symbols import symbol

_MOST: Final = 2
_EXAMPLES: Final = {"beta": "0.35 ± 0.03", "delta_R": "0.110 ± 0.004 ohm", "temperature": "295 ± 1 K"}
_TIED_TO_TAU_0: Final = frozenset({"tau_0", "E_P", "E_AP", "Kv"})
_ATTEMPT_TIME: Final = "1 ns"
_PREFERRED: Final = 10.0  # in AIC, as in `stfit.results.ranking`


def next_steps(result: FitResult) -> list[str]:
    """What would give the numbers that a fit does not give, or a description that the data support.

    Parameters
    ----------
    result : FitResult
        The fit.

    Returns
    -------
    list of str
        At most two sentences, the most urgent first; none for a fit that did not converge.
    """
    if result.status is not Status.CONVERGED:
        return []
    steps = (_residuals(result), _rival(result), _constants(result), _attempt_time(result))
    return [step for step in steps if step][:_MOST]


def _residuals(result: FitResult) -> str:
    rejected = result.goodness.verdict == "rejected"
    return "Look at the residuals in the report: they show which rows disagree with the fit." if rejected else ""


def _rival(result: FitResult) -> str:
    """The choice in [model] that the data prefer by far, where an analysis can make it."""
    found = verdicts(result.comparison)
    if not found or found[0] != "hardly supported":
        return ""
    limit = result.comparison[0]["aic"] - _PREFERRED
    better = [entry for entry in result.comparison[1:] if entry["delta_aic"] is not None and entry["aic"] < limit]
    for entry in sorted(better, key=lambda entry: float(entry["aic"])):
        if choice := _choice(entry["name"], result):
            return f"Try [model] {choice}: the data prefer this description."
    return ""


def _choice(name: str, result: FitResult) -> str:
    """The keys that choose a description; "" for one that no analysis can choose."""
    model = _written(result).get("model", {})
    if name == "joule-heating":  # of Eq. 27
        back = "" if model.get("barrier", DEFAULT_BARRIER) == DEFAULT_BARRIER else f'barrier = "{DEFAULT_BARRIER}", '
        return f'{back}heating = "joule"'
    if name.startswith("mapping-"):
        return f'mapping = "{name.removeprefix("mapping-")}"'
    barrier, fixed = chosen_by(name)
    if not barrier:
        return ""
    default = default_asymmetry(barrier)
    chosen = model.get("asymmetry", default)
    own = "" if chosen in BARRIERS[barrier].asymmetries else f', asymmetry = "{default}"'
    held = f" with [fit] fix = {{{', '.join(f'{key} = {value:g}' for key, value in fixed.items())}}}" if fixed else ""
    return f'barrier = "{barrier}"{own}{held}'


def _constants(result: FitResult) -> str:
    """The constants of [device] without which l/L_θθ is not identified."""
    ways = [set(entry["components"]) for entry in result.identifiability["null_directions"]]
    through = [way for way in ways if "l_over_L" in way]
    missing = [name for name in _EXAMPLES if any(name in way for way in through)]
    if not through or not all(way & set(missing) for way in through):
        return ""
    examples = _listed(f'{name} = "{_EXAMPLES[name]}"' for name in missing)
    return (
        f"Give {_listed(symbol(name).text for name in missing)} in [device] to get {symbol('l_over_L').text}, "
        f"for example {examples}."
    )


def _attempt_time(result: FitResult) -> str:
    """What follows from an assumed τ0, where one temperature leaves τ0 and the barriers open."""
    ways = [set(entry["components"]) for entry in result.identifiability["null_directions"]]
    if not any("tau_0" in way and len(way) > 1 and way <= _TIED_TO_TAU_0 for way in ways):
        return ""
    written = _written(result)
    fit = written.get("fit", {})
    if any("tau_0" in named for named in (fit.get("free", ()), fit.get("bounds", ()), written.get("priors", ()))):
        return ""  # the file says otherwise of τ0, and would contradict itself
    unknown = not_identified(result)
    gives: list[str] = [name for name in ("E_P", "E_AP") if name in unknown]
    gives += [f"I_c_{s}" for s in ("P", "AP") if f"I_c_{s}" in unknown and f"slope_{s}" not in unknown]
    return (
        f"Measure at another temperature, or assume {symbol('tau_0').text}: "
        f'[fit] fix = {{tau_0 = "{_ATTEMPT_TIME}"}} gives {_listed(symbol(name).text for name in gives)}.'
    )


def _written(result: FitResult) -> dict[str, Any]:
    """The analysis file; empty for a fit made in Python."""
    return tomllib.loads(result.analysis) if result.analysis else {}


def _listed(words: Iterable[str]) -> str:
    items: Sequence[str] = list(words)
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
