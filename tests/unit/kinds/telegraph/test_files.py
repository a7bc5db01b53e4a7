"""Traces from arrays, bare bytes and tables; every way in which a file may be none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.kinds.telegraph.files import TraceFile, open_trace
from stfit.loaders.listed import Listed
from stfit.measurement.description import Description, Dialect

SAMPLES = np.arange(40, dtype=np.float32)


def test_an_array_is_memory_mapped(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", SAMPLES)
    raw = open_trace(TraceFile(tmp_path / "x.npy", "voltage", 1e-5, "mV"))
    assert isinstance(raw.samples, np.memmap)
    np.testing.assert_array_equal(raw.samples, SAMPLES)
    assert raw.factor == pytest.approx(1e-3)
    assert raw.sample_interval == 1e-5


def test_a_unit_may_be_what_a_count_is_worth(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", SAMPLES.astype(np.int16))
    assert open_trace(TraceFile(tmp_path / "x.npy", "resistance", 1.0, "0.25 mohm")).factor == pytest.approx(0.25e-3)


def test_npz_and_bare_bytes(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", signal=SAMPLES)
    np.testing.assert_array_equal(open_trace(TraceFile(tmp_path / "x.npz", "voltage", 1.0, "V")).samples, SAMPLES)
    SAMPLES.astype(">i2").tofile(tmp_path / "x.bin")
    raw = open_trace(TraceFile(tmp_path / "x.bin", "voltage", 1.0, "V", ">i2"))
    np.testing.assert_array_equal(raw.samples, SAMPLES)


def test_a_table_has_its_own_times(tmp_path: Path) -> None:
    rows = "\n".join(f"{0.5 * i},{i}" for i in range(40))
    (tmp_path / "x.csv").write_text(f"time (ms),voltage (mV)\n{rows}\n")
    raw = open_trace(TraceFile(tmp_path / "x.csv", "voltage"))
    assert raw.sample_interval == pytest.approx(5e-4)
    np.testing.assert_allclose(raw.samples, np.arange(40) * 1e-3)


def test_a_trace_of_an_oscilloscope_has_the_clock_of_its_first_lines(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i / 8},,\n" for i in range(40))
    (tmp_path / "x.csv").write_text(f"X,CH2,Start,Increment,\nSequence,Volt,-1.0e-03,2.0e-06\n{rows}")
    raw = open_trace(TraceFile(tmp_path / "x.csv", "voltage"))
    assert raw.sample_interval == pytest.approx(2e-6, rel=1e-12)
    np.testing.assert_array_equal(raw.samples, np.arange(40) / 8)
    assert any("Rigol" in sentence for sentence in raw.recognised)


def test_missing_samples_are_bridged_and_counted_where_rows_may_be_bad(tmp_path: Path) -> None:
    rows = "\n".join(f"{0.5 * i},{'nan' if i in (3, 4) else i}" for i in range(400))
    (tmp_path / "x.csv").write_text(f"time (ms),voltage (V)\n{rows}\n")
    failing(tmp_path / "x.csv", "line 5.* or bad_rows")
    said = Listed(description=Description(dialect=Dialect(bad_rows="leave-out")))
    raw = open_trace(TraceFile(tmp_path / "x.csv", "voltage", listed=said))
    assert raw.samples[:6].tolist() == [0.0, 1.0, 2.0, 2.0, 2.0, 5.0]
    assert raw.recognised == ("2 missing samples have the value of the one before",)
    (tmp_path / "x.csv").write_text("time (ms),voltage (V)\n" + "".join(f"{i},{i}\n" for i in (0, 1, 2, 7, 8, 9)))
    failing(tmp_path / "x.csv", "at most 1 % of the samples missing; found 4 beside 6", listed=said)


def failing(path: Path, match: str, **options: object) -> None:
    given = {"sample_interval": 1e-5, "unit": "V"} | options
    with pytest.raises(InputError, match=match):
        open_trace(TraceFile(path, "voltage", **given))  # type: ignore[arg-type]


def test_what_is_no_trace_is_an_error(tmp_path: Path) -> None:
    failing(tmp_path / "absent.npy", "no such file")
    failing(tmp_path, "a folder")
    (tmp_path / "x.foo").write_bytes(b"1,\0")
    failing(tmp_path / "x.foo", "expected text; found a zero byte at byte 3, line 1: a binary file")
    (tmp_path / "text.npy").write_text("not numpy")
    failing(tmp_path / "text.npy", "a NumPy file; found a file that cannot be read as one")
    np.save(tmp_path / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)
    failing(tmp_path / "pickled.npy", "only unpickling could read")
    np.save(tmp_path / "square.npy", np.zeros((3, 3)))
    failing(tmp_path / "square.npy", r"one dimension; found shape \(3, 3\)")
    np.save(tmp_path / "words.npy", np.array(["a", "b"]))
    failing(tmp_path / "words.npy", "one array of numbers; found none")
    np.savez(tmp_path / "two.npz", a=SAMPLES, b=SAMPLES)
    failing(tmp_path / "two.npz", "one array of numbers; found 'a', 'b'")
    (tmp_path / "odd.bin").write_bytes(b"123")
    failing(tmp_path / "odd.bin", "float32 samples of 4 bytes; found 3 bytes", dtype="f4")


def test_units_and_intervals_must_be_given(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", SAMPLES)
    failing(tmp_path / "x.npy", "the key 'unit'", unit=None)
    failing(tmp_path / "x.npy", "key 'unit'.*ohm", unit="ohm")
    failing(tmp_path / "x.npy", "a sample_interval", sample_interval=None)


def test_times_must_be_even(tmp_path: Path) -> None:
    times = np.arange(40.0)
    times[7] += 0.5
    rows = "\n".join(f"{t},1" for t in times)
    (tmp_path / "x.csv").write_text(f"time (s),voltage (V)\n{rows}\n")
    failing(tmp_path / "x.csv", r"sample 8, column 'time': expected evenly spaced", sample_interval=None)
    (tmp_path / "y.csv").write_text("time (s),voltage (V)\n" + "\n".join(f"{-t},1" for t in range(5)))
    failing(tmp_path / "y.csv", "times that rise", sample_interval=None)
    (tmp_path / "z.csv").write_text("time (s),voltage (V)\n" + "\n".join(f"{t},1" for t in range(5)))
    failing(tmp_path / "z.csv", "the declared sample_interval", sample_interval=3.0)
