"""The same content has the same fingerprint; any other content another. (test_ensemble resumes in another process.)"""

from __future__ import annotations

from dataclasses import replace

import pytest

from stfit.backends.fingerprint import fingerprint
from stfit.objective import Objective
from tests import builders

GRID = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, 9e-3))


def objective(seed: int = 1) -> Objective:
    return builders.objective([builders.dwell_times(GRID, n=5, seed=seed), builders.ramps(n=5, seed=6)])


def test_equal_content_equal_fingerprint() -> None:
    assert fingerprint(objective()) == fingerprint(objective())


def test_what_has_been_cached_does_not_matter() -> None:
    used = objective()
    used.log_posterior(used.start)
    assert fingerprint(used) == fingerprint(objective())


def test_other_content_another_fingerprint() -> None:
    known = objective()
    term = known.terms[0]
    others = {
        "data": objective(2),
        "temperature": replace(known, reference_temperature=300.0),
        "thermometer": replace(known, terms=(replace(term, thermometer=term.thermometer + 1e-9), *known.terms[1:])),
        "law": replace(known, terms=(replace(term, law=term.law.in_convention("printed")), *known.terms[1:])),
        "constraints": replace(known, space=known.space.with_constraints({"beta": None})),
    }
    found = {name: fingerprint(other) for name, other in others.items()} | {"itself": fingerprint(known)}
    assert len(set(found.values())) == len(found)


def test_where_a_file_lies_does_not_matter() -> None:
    known = objective()
    measurement = known.terms[0].measurement
    moved = replace(measurement, origin=replace(measurement.origin, file="elsewhere.csv"))  # type: ignore[type-var]
    assert fingerprint(moved) == fingerprint(measurement)


def test_what_has_no_content_is_refused() -> None:
    with pytest.raises(TypeError, match="a generator has no content"):
        fingerprint(i for i in range(3))
