"""Bare arrays: mapped where they lie, and read by the letter of their header."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.loaders.bare_array import bare_array
from stfit.loaders.gate import limited


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i1", "i2", ">i4", "u8", "?", ">f8"])
@pytest.mark.parametrize("shape", [(5,), (2, 3), (0,), (1,), (), (2, 0, 3)])
def test_an_array_is_mapped_as_it_was_saved(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    np.save(tmp_path / "a.npy", array)
    found = bare_array(tmp_path / "a.npy")
    assert found is not None
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_and_order_is_read(tmp_path: Path, version: tuple[int, int]) -> None:
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    with (tmp_path / "a.npy").open("wb") as stream:
        np.lib.format.write_array(stream, array, version)
    found = bare_array(tmp_path / "a.npy")
    assert isinstance(found, np.memmap)
    np.testing.assert_array_equal(found, array)


def test_what_is_no_bare_array_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for array in (
        np.zeros(2, [("a", "f8")]),
        np.array(["a"]),
        np.array([None]),
        np.zeros(2, "c16"),
        np.zeros(2, "M8[s]"),
    ):
        np.save(path, array, allow_pickle=True)
        assert bare_array(path) is None
    np.save(path, np.arange(5.0))
    content = path.read_bytes()
    for changed in (
        b"",
        content[:7],
        content[:30],
        content[:-1],
        b"\x93NUMPX" + content[6:],
        content.replace(b"5,", b"6,"),
    ):
        path.write_bytes(changed)
        assert bare_array(path) is None


def test_a_size_above_the_limit_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(1000))
    with limited(2000), pytest.raises(InputError, match="at most 2 kB"):
        bare_array(tmp_path / "a.npy")
