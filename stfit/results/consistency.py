"""Does a result that has the structure of its schema agree with itself? What JSON Schema cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from stfit.errors import Problem

Content = Mapping[str, Any]

_WHOLE: Final[Mapping[str, tuple[str, ...]]] = {  # what is stored with all of these keys, or is empty
    "sampling": (
        "verdict",
        "reasons",
        "seed",
        "ensembles",
        "walkers",
        "steps",
        "burn_in",
        "acceptance",
        "quantities",
        "prior_sensitivity",
        "draws",
        "marginals",
        "ranks",
    ),
    "calibration": ("replicas", "seed", "not_converged", "comparisons", "intervals", "left_out", "quantities"),
    "truth": ("convention", "reference_temperature", "parameters"),
    "identifiability.spectrum": ("condition", "decades", "stiff", "sloppy", "directions", "sentence"),
}
_ALONE: Final = ("slope_P", "slope_AP", "l_over_L")
_LEVELS: Final = ("ci68", "ci95")


def consistency_problems(content: Content, source: str) -> Iterator[Problem]:
    """Every place where a result contradicts itself: lists of unequal length, names that are nowhere, half of a part.

    Parameters
    ----------
    content : mapping
        What result.json holds; it has the structure of the schema.
    source : str
        What opens the place that each problem names.

    Yields
    ------
    Problem
        The place, what was expected and what was found.
    """
    for place, expected, found in _contradictions(content):
        yield Problem(f"{source}, key '{place}'", expected, found)


def _contradictions(content: Content) -> Iterator[tuple[str, str, str]]:
    if missing := tuple(_incomplete(content)):
        yield from missing
        return
    yield from _of_lists(_parallel_lists(content))
    yield from _unknown_names(content)
    for place, summary in enumerate(content["measurements"]):
        yield from _mixed_columns(f"measurements[{place}].reduced", summary["reduced"])
        for number, own in enumerate(summary.get("own", ())):
            yield from _mixed_columns(f"measurements[{place}].own[{number}].rows", own["rows"])


def _incomplete(content: Content) -> Iterator[tuple[str, str, str]]:
    parts = {path: _at(content, path) for path in _WHOLE}
    for path, part in parts.items():
        missing = [name for name in _WHOLE[path] if name not in part]
        if part and missing:
            yield f"{path}.{missing[0]}", "a value", "no such key"
    for where, trace in _traces(content):
        drawn = trace["panels"]
        missing = [name for name in ("excerpt", "histogram") if name not in drawn]
        if drawn and missing:
            yield f"{where}.panels.{missing[0]}", "a value", "no such key"
        if "survival" in drawn and "rates" not in drawn:
            yield f"{where}.panels.rates", "a value beside survival", "no such key"


def _of_lists(groups: Iterable[tuple[str, Mapping[str, int]]]) -> Iterator[tuple[str, str, str]]:
    for place, lengths in groups:
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{name} of {length}" for name, length in lengths.items())
            yield place, "lists of the same length", found


def _parallel_lists(content: Content) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Lists that belong together, by place and name, with their lengths."""
    for place, curve in enumerate(content["curves"]):
        yield f"curves[{place}]", _lengths(curve, "x", "y", "lo68", "hi68", "lo95", "hi95")
    square = content["covariance"]
    rows = {f"matrix[{place}]": len(row) for place, row in enumerate(square["matrix"])}
    yield "covariance", _lengths(square, "names", "scale", "matrix") | rows
    shares = [len(entry["shares"]) for entry in content["joint"].get("contributions", ())]
    yield "joint.contributions", {f"[{place}].shares": length for place, length in enumerate(shares)}
    yield from _of_intervals(content.get("intervals", {}))
    yield from _of_sampling(content.get("sampling", {}))
    yield from _of_posteriors(content.get("calibration", {}).get("posteriors", {}))
    for place, summary in enumerate(content["measurements"]):
        for number, own in enumerate(summary.get("own", ())):
            yield f"measurements[{place}].own[{number}].curve", _lengths(own["curve"])
    for where, trace in _traces(content):
        yield from _of_panels(f"{where}.panels", trace["panels"])


def _of_intervals(part: Content) -> Iterator[tuple[str, Mapping[str, int]]]:
    for name, profile in part.get("profiles", {}).items():
        yield f"intervals.profiles.{name}", _lengths(profile, "values", "rise", "parabola")
    for place, contour in enumerate(part.get("contours", ())):
        for number, region in enumerate(contour["regions"]):
            yield f"intervals.contours[{place}].regions[{number}]", _lengths(region, "x", "y", "open")


def _of_sampling(part: Content) -> Iterator[tuple[str, Mapping[str, int]]]:
    if not part:
        return
    draws = part["draws"]
    yield "sampling.draws", _lengths(draws, "ensemble", "step") | _lengths(draws["values"])
    for name, marginal in part["marginals"].items():
        bins = {"edges less one": max(len(marginal["edges"]) - 1, 0)}
        densities = [key for key in ("posterior", "prior") if marginal[key] is not None]
        yield f"sampling.marginals.{name}", bins | _lengths(marginal, *densities)
    for name, ranks in part["ranks"].items():
        yield f"sampling.ranks.{name}", {f"[{place}]": len(row) for place, row in enumerate(ranks)}
    yield "sampling", {"ensembles": part["ensembles"], "acceptance": len(part["acceptance"])}


def _of_posteriors(part: Content) -> Iterator[tuple[str, Mapping[str, int]]]:
    if part:
        ranks = {f"ranks[{place}].below": len(entry["below"]) for place, entry in enumerate(part["ranks"])}
        yield "calibration.posteriors", _lengths(part, "points", "lowest", "highest") | ranks


def _of_panels(where: str, part: Content) -> Iterator[tuple[str, Mapping[str, int]]]:
    yield f"{where}.excerpt", _lengths(part.get("excerpt", {}), "time", "value", "state")
    yield f"{where}.histogram", _lengths(part.get("histogram", {}), "value", "density", "P", "AP")
    rates = part.get("rates", {})
    for state in ("P", "AP"):
        yield f"{where}.survival.{state}", _lengths(part.get("survival", {}).get(state, {}), "time", "share")
        yield f"{where}.rates", _lengths(rates, "time") | _lengths(rates.get(state, {}), "rate", "error")


def _unknown_names(content: Content) -> Iterator[tuple[str, str, str]]:
    """Names of quantities and of intervals that the result does not have where it needs them."""
    known = content["parameters"]
    tensions, alone = (content["joint"].get(key, ()) for key in ("tensions", "alone"))
    named = [(f"joint.tensions[{place}].quantity", entry["quantity"]) for place, entry in enumerate(tensions)]
    named += [("joint.alone", name) for name in _ALONE if alone]
    named += [(f"budget.{name}", name) for name in content["budget"]]
    yield from ((place, "the name of a parameter", repr(name)) for place, name in named if name not in known)
    sampling = content.get("sampling") or {"draws": {"values": {}}}
    for name in sampling["draws"]["values"]:
        for key in ("ranks", "quantities"):
            if name not in sampling[key]:
                yield f"sampling.{key}.{name}", "a value", "no such key"
    calibration = content.get("calibration") or {"quantities": ()}
    for place, entry in enumerate(calibration["quantities"]):
        for kind in calibration["intervals"]:
            levels = tuple(coverage["level"] for coverage in entry["coverage"] if coverage["interval"] == kind)
            if levels != _LEVELS or kind not in entry["verdicts"]:
                yield f"calibration.quantities[{place}]", f"a verdict and a coverage at each level for {kind}", "others"


def _mixed_columns(where: str, rows: Sequence[Content]) -> Iterator[tuple[str, str, str]]:
    """Columns whose cells are numbers in some rows and text in others."""
    for name in dict.fromkeys(name for row in rows for name in row):
        cells = [row[name] for row in rows if row.get(name) is not None]
        numbers = sum(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)
        if 0 < numbers < len(cells):
            row = next(n for n, row in enumerate(rows) if isinstance(row.get(name), str | bool))
            yield f"{where}[{row}].{name}", "a number, as in other rows", repr(rows[row][name])


def _traces(content: Content) -> Iterator[tuple[str, Content]]:
    for place, summary in enumerate(content["measurements"]):
        for number, trace in enumerate(summary.get("traces", ())):
            yield f"measurements[{place}].traces[{number}]", trace


def _at(content: Content, path: str) -> Content:
    for name in path.split("."):
        content = content.get(name) or {}
    return content


def _lengths(part: Content, *names: str) -> dict[str, int]:
    """Lengths of the lists of a part: of all, or of those named that it has."""
    return {name: len(part[name]) for name in names or part if name in part}
