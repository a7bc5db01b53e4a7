"""The experiment file of `stfit simulate`: what is measured on a virtual device, and how closely it is followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Annotated, Any, Final, get_args

from pydantic import PlainValidator, ValidationError, ValidationInfo

from stfit.analysis import quantities
from stfit.analysis.messages import Location, place, problem_of, shown, unfit
from stfit.analysis.sections import Section
from stfit.errors import Problem
from stfit.laboratory.designs import DYNAMICS, EXACT_RATES, RATE_LAW, Design
from stfit.measurement import kinds

_OWN: Final = 3  # parts of the place of a key of a measurement itself


def _sections() -> dict[str, type[Section]]:
    """The section of each kind that can be simulated."""
    return {name: kind.design() for name, kind in kinds().items() if kind.design is not None}


def _measurement(value: Any, info: ValidationInfo) -> Design:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    sections = _sections()
    if not isinstance(kind, str) or kind not in sections:
        raise unfit(f"a table with kind = one of {', '.join(sections)}", shown(value if kind is None else kind))
    section: Any = sections[kind].model_validate(value, context=info.context)
    design: Design = section.design()
    return design


class Experiment(Section):
    """The whole file; level: how closely the device is followed, None where the device file decides."""

    measurement: list[Annotated[Any, PlainValidator(_measurement)]]
    level: Annotated[str | None, PlainValidator(quantities.choice(RATE_LAW, EXACT_RATES, DYNAMICS))] = None


def read_experiment(content: Mapping[str, Any], source: str) -> Experiment | list[Problem]:
    """The experiment that the tables of a file describe, or everything that is wrong with them."""
    if not content.get("measurement", []):
        return [Problem(place(source, ("measurement",)), "at least one [[measurement]]", "none")]
    try:
        read = Experiment.model_validate(content)
    except ValidationError as error:
        known = partial(_known_keys, content)
        return [problem_of(wrong, source, known) for wrong in error.errors(include_url=False)]
    return list(_named_twice([design.file for design in read.measurement], source)) or read


def _named_twice(files: list[str], source: str) -> Iterator[Problem]:
    for i, file in enumerate(files):
        if file in files[:i]:
            yield Problem(place(source, ("measurement", i, "file")), "a file of its own", f"'{file}' again")


def _known_keys(content: Mapping[str, Any], location: Location) -> tuple[str, ...]:
    """The keys that may stand beside the one at `location`."""
    if location[0] == "measurement" and len(location) > 1:
        keys = _sections()[content["measurement"][location[1]]["kind"]].model_fields
        return tuple(keys) if len(location) <= _OWN else _entries(keys[str(location[2])].annotation)
    return tuple(Experiment.model_fields)


def _entries(annotation: Any) -> tuple[str, ...]:
    """The keys of a table in a measurement, which are the fields of what is made of it; none where it takes any."""
    if is_dataclass(annotation):
        return tuple(field.name for field in fields(annotation))
    return tuple(key for part in get_args(annotation) for key in _entries(part))
