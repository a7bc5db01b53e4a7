"""A kind of measurement: one object that says where each of its parts is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any, TypeVar, final

from stfit.measurement.columns import Layout

T = TypeVar("T")
Part = Callable[[], T]  # gives the part when it is asked for: a Lazy, or a function without arguments


@final
@dataclass(frozen=True)
class Lazy:
    """A part that is imported when it is first asked for, so that a command loads only what it uses.

    where: "package.module:name", the name with dots where it belongs to a class.
    """

    where: str

    def __call__(self) -> Any:
        """The part itself; ImportError or AttributeError where there is none."""
        module, _, name = self.where.partition(":")
        return attrgetter(name)(import_module(module))


@final
@dataclass(frozen=True)
class Kind:
    """What stfit has to know of a kind of measurement; found through the entry points of the group "stfit.kinds".

    Every part but the first four may be left out: the kind is then not drawn, not simulated, not planned, and so on.

    Parameters
    ----------
    name : str
        What `kind = "…"` in an analysis file calls it.
    layout : Part[Layout]
        The columns of its table, with their units and aliases.
    keys : Part[type[MeasurementSection]]
        The section of the analysis file: its keys in [[measurement]] beside those that all kinds have.
    build : Part[Callable]
        `build(columns, *, origin, **keys) -> Observation`. Columns are arrays of shape (rows,) by name, in SI
        units, words as codes. It raises TableError, which names the rows that are wrong.
    becomes : str
        The kind whose measurements its raw records become, "" where it has its own.
    listed : Part[Layout], optional
        The columns of the files that hold the data, where the table is an index of files. `build` then takes them as
        `listed`, a `stfit.loaders.listed.Listed`.
    array_facts : Part[Callable], optional
        `array_facts(samples) -> [(name, words)]`: what `stfit inspect` says of a bare array that an index may list.
    mapped : bool
        Whether [model] mapping says how its law is read.
    shows : (str, str)
        What its figure shows, for a reader who cannot see it, and the unit of it ("" for none or several).
    figure : Part[Callable], optional
        `figure(series, x, layout) -> Figure`, of `Sequence[Series]`, `Quantity` and `Layout` (`stfit.figures`).
    plot : (str, str), optional
        The name under which `result.plot` draws it, and what is drawn, in words; kinds may share them.
    design : Part[type[DesignSection]], optional
        The section of the experiment file of `stfit simulate`; its `design()` gives a `stfit.laboratory.Design`.
    simulate : Part[Callable], optional
        `simulate(device, design, rng) -> (table, files)`: a pandas DataFrame as a laboratory would write it, and the
        content of the files beside it by name.
    dynamics : Part[Dynamics], optional
        How the design is followed by the equation of motion; None for what is not made of switching events.
    planner : Part[type[Planner]], optional
        What `stfit plan` may propose of the kind, and what that costs (`stfit.studies.planner`).
    plan_keys : Part[type[Section]], optional
        Keys of [plan] that its planner asks for, in `conditions.of_kinds` where the file gives them.
    offer : (str, str), optional
        What [plan] candidates calls the first measurement of this kind, and what it is, in words.
    remarks : Part[Remarks], optional
        What the diagnostics of a fit say of its measurements (`stfit.diagnostics.remarks`).
    facts : Part[Callable], optional
        `facts(measurement) -> [(name, words)]`: what `stfit inspect` says beside the columns.
    section : Part[Callable], optional
        `section(summary, index) -> list[Block]`: what its section of a report shows beside figure and table, of a
        `MeasurementSummary` and its place in the result, from 1.
    advice : Part[Advice], optional
        What `stfit init` asks, assumes and offers (`stfit.pipeline.advice`).
    calibration : str
        The package with the file calibration.json, the released calibration of its intervals; "" for none.
    """

    name: str
    layout: Part[Layout]
    keys: Part[Any]
    build: Part[Callable[..., Any]]
    becomes: str = ""
    listed: Part[Layout] | None = None
    array_facts: Part[Callable[..., list[tuple[str, str]]]] | None = None
    mapped: bool = False
    shows: tuple[str, str] = ("Data", "")
    figure: Part[Callable[..., Any]] | None = None
    plot: tuple[str, str] | None = None
    design: Part[Any] | None = None
    simulate: Part[Callable[..., tuple[Any, Mapping[str, bytes]]]] | None = None
    dynamics: Part[Any] | None = None
    planner: Part[Any] | None = None
    plan_keys: Part[Any] | None = None
    offer: tuple[str, str] | None = None
    remarks: Part[Any] | None = None
    facts: Part[Callable[..., list[tuple[str, str]]]] | None = None
    section: Part[Callable[..., list[Any]]] | None = None
    advice: Part[Any] | None = None
    calibration: str = ""
