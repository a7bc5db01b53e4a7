"""The keys of telegraph-trace in the analysis file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stfit.analysis import analysis_of
from stfit.errors import InputError
from stfit.measurement import kinds

KEYS: dict[str, Any] = {
    "sample_interval": "10 us",
    "quantity": "voltage",
    "unit": "0.25 mV",
    "dtype": ">int16",
    "ap_level": "low",
    "dead_time": "50 us",
    "method": "hmm",
    "bad": "leave-out",
    "leave_out": ["a.npy"],
    "levels": ["10 ohm", "11 ohm"],
}
READ = KEYS | {
    "sample_interval": 1e-5,
    "dtype": ">i2",
    "dead_time": 5e-5,
    "leave_out": ("a.npy",),
    "levels": (10.0, 11.0),
}


def read(folder: Path, **keys: Any) -> dict[str, Any]:
    (folder / "index.csv").touch()
    entry = {"kind": "telegraph-trace", "file": "index.csv"} | keys
    return dict(analysis_of({"measurement": [entry]}, folder, "test").measurement[0].keys)


def test_every_key_is_read(tmp_path: Path) -> None:
    assert set(KEYS) == kinds()["telegraph-trace"].keys().own()
    found = read(tmp_path, **KEYS)
    assert found == READ | {name: pytest.approx(READ[name], rel=1e-14) for name in ("sample_interval", "dead_time")}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("sample_interval", "0 s", "a time above 0 s"),
        ("dtype", "object", "one of float32"),
        ("leave_out", "a.npy", "a list such as"),
        ("levels", ["10 ohm"], "two levels such as"),
        ("levels", ["10 ohm", "10 ohm"], "two different levels"),
        ("method", "guess", "one of 'auto', 'threshold', 'hmm'|'auto', 'threshold' or 'hmm'"),
        ("quantity", "power", "'resistance', 'voltage' or 'current'"),
    ],
)
def test_what_a_key_may_not_be(tmp_path: Path, key: str, value: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        read(tmp_path, **{key: value})
