"""Where tables of exact rates are kept: built once, read again, never trusted when cut short or foreign."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from stfit.models import rate_tables
from stfit.models.rate_tables import COSINE_FILE, rate_table, read, write
from stfit.physics.rate_table import RateTable
from stfit.physics.transport import ChiGmr, CosineGmr, TabulatedGmr


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[object]]:
    """The curves for which a table was built, in an empty cache; the cosine's table stands for all."""
    curves: list[object] = []
    cosine = read(COSINE_FILE)

    def of(gmr: object) -> RateTable:
        curves.append(gmr)
        return cosine

    monkeypatch.setattr(RateTable, "of", of)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    rate_tables._table_of.cache_clear()
    yield curves
    rate_tables._table_of.cache_clear()


def forget() -> None:
    """As another process would start."""
    rate_tables._table_of.cache_clear()


def test_the_cosine_is_not_built(built: list[object]) -> None:
    assert rate_table(CosineGmr()) is rate_table(CosineGmr())
    assert built == []


def test_another_curve_is_built_once(built: list[object], tmp_path: Path) -> None:
    first = rate_table(ChiGmr(0.4))
    forget()
    again = rate_table(ChiGmr(0.4))
    assert built == [ChiGmr(0.4)]
    np.testing.assert_array_equal(again.coefficients, first.coefficients)
    assert len(list((tmp_path / "stfit").iterdir())) == 1


def test_every_curve_has_its_own_file(built: list[object], tmp_path: Path) -> None:
    theta = np.linspace(0.0, np.pi, 9)
    for gmr in (ChiGmr(0.4), ChiGmr(0.5), TabulatedGmr(theta, np.sin(theta / 2) ** 2)):
        rate_table(gmr)
    assert len(built) == len(list((tmp_path / "stfit").iterdir())) == 3


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short"])
def test_a_file_cut_short_is_built_again(built: list[object], tmp_path: Path, content: bytes) -> None:
    rate_table(ChiGmr(0.4))
    (path,) = (tmp_path / "stfit").iterdir()
    path.write_bytes(content)
    forget()
    rate_table(ChiGmr(0.4))
    assert len(built) == 2
    assert read(path).coefficients.size > 0


def test_nothing_in_a_file_is_unpickled(built: list[object], tmp_path: Path) -> None:
    rate_table(ChiGmr(0.4))
    (path,) = (tmp_path / "stfit").iterdir()
    np.savez(path, coefficients=np.array([{"a": 1}], dtype=object), vanishing=np.zeros(2), overdriven=np.zeros(2))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read(path)
    forget()
    rate_table(ChiGmr(0.4))
    assert len(built) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_without_a_place_to_keep_it_a_table_is_built_all_the_same(built: list[object], tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert rate_table(ChiGmr(0.4)).coefficients.size > 0
    tmp_path.chmod(0o700)


def test_a_table_is_written_whole(tmp_path: Path) -> None:
    table = read(COSINE_FILE)
    write(table, tmp_path / "kept.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.npz"]
    np.testing.assert_array_equal(read(tmp_path / "kept.npz").vanishing, table.vanishing)
