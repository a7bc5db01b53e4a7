"""What the sections of analysis, device and experiment files are made of: tables whose keys are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, Final, Self, cast

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationInfo,
    create_model,
)

from stfit.analysis import description, quantities
from stfit.analysis.messages import shown, unfit
from stfit.models.parameters import PARAMETERS

_SECOND_NAMES: Final = {"resistance": "resistance_P"}  # beside resistance_AP


class Section(BaseModel):
    """A table of the file: its keys are known, any other is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # few sections stand in any one file

    def given(self) -> dict[str, Any]:
        """The keys that the file gives, with their values."""
        return {key: getattr(self, key) for key in type(self).model_fields if key in self.model_fields_set}

    @classmethod
    def filled(cls, given: Mapping[str, Any]) -> Self:
        """The section with the values that are given, as `given` has them, and the defaults of its other keys."""
        return cast("Self", cls.model_construct(**{key: given[key] for key in cls.model_fields if key in given}))


def table(section: Callable[[], type[Section]], build: Callable[..., Any]) -> PlainValidator:
    """Read a table by its section, made when a file first has it, and build an entry from the keys that are given."""

    def read(value: Any, info: ValidationInfo) -> Any:
        return build(**section().model_validate(value, context=info.context).given())

    return PlainValidator(read)


def tables(section: type[Section], build: Callable[..., Any]) -> PlainValidator:
    """Read a list of tables, each by the section, and build a tuple of entries from the keys that are given."""
    every: TypeAdapter[list[Section]] = TypeAdapter(list[section])  # type: ignore[valid-type]

    def read(value: Any, info: ValidationInfo) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise unfit("a list of tables in braces, such as [{…}, {…}]", shown(value))
        return tuple(build(**entry.given()) for entry in every.validate_python(value, context=info.context))

    return PlainValidator(read)


@cache
def by_parameter(title: str, reader: Callable[..., Any]) -> type[Section]:
    """A section with one optional key for each parameter there is, some of which have a second name."""
    keys: dict[str, Any] = {
        name: (
            Annotated[Any, PlainValidator(partial(reader, parameter=parameter))],
            Field(None, validation_alias=AliasChoices(name, _SECOND_NAMES[name]) if name in _SECOND_NAMES else None),
        )
        for name, parameter in PARAMETERS.items()
    }
    return create_model(title, __base__=Section, **keys)


def _file(value: Any, info: ValidationInfo) -> Path:
    """A path that starts at the folder which the caller gives as context."""
    return quantities.existing_file(value, Path((info.context or {})["base"]))


def _files(value: Any, info: ValidationInfo) -> tuple[Path, ...]:
    """The files that a pattern such as data/*.csv means, from the folder which the caller gives as context."""
    return quantities.existing_files(value, Path((info.context or {})["base"]))


File = Annotated[Path, PlainValidator(_file)]
Text = Annotated[str, PlainValidator(quantities.text)]
Temperature = Annotated[float | None, PlainValidator(quantities.temperature)]


class MeasurementSection(Section):
    """A [[measurement]] of an analysis file: the keys that every kind has; a kind adds its own."""

    kind: str
    file: File
    files: Annotated[tuple[Path, ...], PlainValidator(_files)] = ()
    pattern: Annotated[str, PlainValidator(description.pattern)] = ""
    polarity: Annotated[Any, PlainValidator(quantities.choice(1, -1))] = 1
    temperature: Temperature = None
    temperature_uncertainty: Annotated[float | None, PlainValidator(partial(quantities.uncertainty, unit="K"))] = None
    field_uncertainty: Annotated[float | None, PlainValidator(partial(quantities.uncertainty, unit="T"))] = None
    encoding: Annotated[str | None, PlainValidator(description.encoding)] = None
    skip: Annotated[int | None, PlainValidator(quantities.count_from(0))] = None
    header: Annotated[int | str | None, PlainValidator(description.header)] = None
    units_line: Annotated[int | None, PlainValidator(quantities.count_from(0))] = None
    first_row: Annotated[int | None, PlainValidator(quantities.count_from(1))] = None
    separator: Annotated[str | None, PlainValidator(description.separator)] = None
    decimal: Annotated[Any, PlainValidator(quantities.choice(".", ","))] = None
    bad_rows: Annotated[Any, PlainValidator(quantities.choice("report", "leave-out"))] = "report"
    group: Annotated[str, PlainValidator(description.group)] = ""
    columns: Annotated[dict[str, Any], PlainValidator(description.columns)] = {}
    values: Annotated[dict[str, dict[str, str]], PlainValidator(description.values)] = {}
    where: Annotated[dict[str, Any], PlainValidator(description.where)] = {}
    size_limit: Annotated[int | None, PlainValidator(quantities.file_size)] = None

    @classmethod
    def own(cls) -> frozenset[str]:
        """The keys that this kind has beside those of every kind."""
        return frozenset(cls.model_fields) - frozenset(MeasurementSection.model_fields)

    @classmethod
    def contradictions(cls, keys: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:  # noqa: ARG003
        """What the kind's own keys, each of them right, say against each other: (key, what was expected, found)."""
        yield from ()


Sign = Annotated[Any, PlainValidator(quantities.choice("signed", "magnitude"))]
ApLevel = Annotated[Any, PlainValidator(quantities.choice("high", "low"))]
Duration = Annotated[float | None, PlainValidator(quantities.duration)]
