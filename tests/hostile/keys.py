"""Every key of an analysis file with values that it cannot have."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stfit.measurement import kinds
from stfit.models.parameters import PARAMETERS
from tests.hostile.case import MEASUREMENT, Hostile, analysis

MEANINGS: Final = Path(__file__).parents[2] / "docs" / "_extensions" / "stfit_docs" / "meanings.toml"
VALUES: Final = {
    "number": "1e308",
    "small": "-5e-324",
    "nan": "nan",
    "infinite": "-inf",
    "digits": "9" * 4000,
    "date": "1979-05-27T07:32:00Z",
    "switch": "true",
    "empty": '""',
    "quantity": '"1e999 mA ± nan K"',
    "unit": f'"1 {"m" * 5000}"',
    "obeyed": '"\\u001b[2J\\u202e\\u0000"',
    "deep": "[" * 200 + "]" * 200,
    "list": f"[{'1, ' * 2000}]",
    "table": '{"" = {"" = {}}}',
    "text": f'"{"(" * 5000}"',
}


def keys() -> Iterator[Hostile]:
    """One analysis for each key and value; its data are not there, so that it is refused whatever the value is."""
    meanings = tomllib.loads(MEANINGS.read_text(encoding="utf-8"))
    places = [f"[{section}]\n{key}" for section in ("model", "fit", "plan") for key in meanings[section]]
    places += [f"[fit.sampler]\n{key}" for key in meanings["sampler"]]
    sections = ("device", "priors", "fit.bounds", "fit.fix")
    places += [f"[{sections[number % 4]}]\n{name}" for number, name in enumerate(PARAMETERS)]
    entries: dict[str, str] = {}
    for kind, known in kinds().items():  # a key that several kinds have is tried with the first of them
        entries |= {key: kind for key in known.keys().model_fields if key not in entries}
    for label, value in VALUES.items():
        for place in places:
            name = place.replace("[", "").replace("]\n", " ").replace(".", " ")
            yield analysis("key", f"{name} {label}", f"{place} = {value}\n{MEASUREMENT.replace('dwell', 'absent')}")
        for key, kind in entries.items():
            others = {"kind": f'"{kind}"', "file": '"absent.csv"'} | {key: value}
            lines = "\n".join(f"{name} = {written}" for name, written in others.items())
            yield analysis("key", f"measurement {key} {label}", f"[[measurement]]\n{lines}\n")
