"""Traces from arrays, bare bytes and tables; every way in which a file may be none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from nptdms import ChannelObject, TdmsWriter

from stfit.errors import InputError
from stfit.kinds.telegraph.files import TraceFile, open_trace
from stfit.kinds.telegraph.measured import Measured, Shown
from stfit.loaders.containers import Table
from stfit.loaders.listed import Listed
from stfit.loaders.reading import read_table
from stfit.measurement.description import ColumnSource, Description, Dialect

SAMPLES = np.arange(40, dtype=np.float32)


def test_an_array_is_memory_mapped(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", SAMPLES)
    raw = open_trace(TraceFile(tmp_path / "x.npy", "voltage", 1e-5, "mV"))
    assert isinstance(raw.samples, np.memmap)
    np.testing.assert_array_equal(raw.samples, SAMPLES)
    assert raw.measures.factor == pytest.approx(1e-3)
    assert raw.sample_interval == 1e-5


def test_a_unit_may_be_what_a_count_is_worth(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", SAMPLES.astype(np.int16))
    assert open_trace(TraceFile(tmp_path / "x.npy", "resistance", 1.0, "0.25 mohm")).measures.factor == pytest.approx(
        0.25e-3
    )


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


def test_samples_that_gaps_in_the_times_lack_are_missing(tmp_path: Path) -> None:
    rows = "\n".join(f"{0.5 * i},{'nan' if i in (3, 4) else i}" for i in range(400))
    (tmp_path / "x.csv").write_text(f"time (ms),voltage (V)\n{rows}\n")
    failing(tmp_path / "x.csv", "line 5.* or bad_rows")
    said = Listed(description=Description(dialect=Dialect(bad_rows="leave-out")))
    raw = open_trace(TraceFile(tmp_path / "x.csv", "voltage", listed=said))
    np.testing.assert_array_equal(raw.samples[:6], [0.0, 1.0, 2.0, np.nan, np.nan, 5.0])
    assert raw.sample_interval == pytest.approx(5e-4)


@pytest.mark.parametrize("lost", [300, 3000])
def test_gaps_in_the_times_last_as_long_as_they_do(lost: int, tmp_path: Path) -> None:
    places = np.concatenate([np.arange(400) + (400 + lost) * k for k in range(5)])
    rows = "\n".join(f"{0.5 * i},{i}" for i in places)
    (tmp_path / "x.csv").write_text(f"time (ms),voltage (V)\n{rows}\n")
    raw = open_trace(TraceFile(tmp_path / "x.csv", "voltage"))
    assert raw.gaps.number == 4
    if lost == 300:
        assert raw.gaps.lacking == 4 * lost
        np.testing.assert_array_equal(raw.samples[places], places)
    else:  # more is lacking than there is: what is between the gaps is by itself
        np.testing.assert_array_equal(np.concatenate(raw.parts), places)
        assert [part.size for part in raw.parts] == [400] * 5


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
    failing(tmp_path / "square.npy", r"by their numbers, for example columns = \{time = .*found 3 columns")
    np.save(tmp_path / "words.npy", np.array(["a", "b"]))
    failing(tmp_path / "words.npy", "named columns.*found one array without names")
    np.savez(tmp_path / "two.npz", a=SAMPLES, b=SAMPLES)
    failing(tmp_path / "two.npz", r"found none of them|found 'a', 'b'")
    (tmp_path / "odd.bin").write_bytes(b"123")
    failing(tmp_path / "odd.bin", "float32 samples of 4 bytes; found 3 bytes", dtype="f4")


def test_intervals_must_be_given_and_units_must_fit(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", SAMPLES)
    failing(tmp_path / "x.npy", "key 'unit'.*a unit such as V; found 'ohm'", unit="ohm")
    with pytest.raises(InputError, match=r"key 'unit'.*a unit such as ohm or V; found 'mA'"):
        open_trace(TraceFile(tmp_path / "x.npy", "", 1e-5, "mA"))
    failing(tmp_path / "x.npy", "a sample_interval", sample_interval=None)


def test_times_must_be_even(tmp_path: Path) -> None:
    times = np.arange(40.0)
    times[7] += 0.5
    rows = "\n".join(f"{t},1" for t in times)
    (tmp_path / "x.csv").write_text(f"time (s),voltage (V)\n{rows}\n")
    late = open_trace(TraceFile(tmp_path / "x.csv", "voltage"))
    assert (late.samples.size, late.sample_interval) == (40, 1.0)
    times[1::2] += 0.3
    rows = "\n".join(f"{t},1" for t in times)
    (tmp_path / "x.csv").write_text(f"time (s),voltage (V)\n{rows}\n")
    failing(tmp_path / "x.csv", r"sample 3, column 'time': expected evenly spaced", sample_interval=None)
    (tmp_path / "y.csv").write_text("time (s),voltage (V)\n" + "\n".join(f"{-t},1" for t in range(5)))
    failing(tmp_path / "y.csv", "times that rise", sample_interval=None)
    (tmp_path / "z.csv").write_text("time (s),voltage (V)\n" + "\n".join(f"{t},1" for t in range(5)))
    failing(tmp_path / "z.csv", "the declared sample_interval", sample_interval=3.0)


def measured(path: Path, quantity: str = "", **options: object) -> tuple[str, float | None, float]:
    """Quantity, factor and first sample of a trace."""
    raw = open_trace(TraceFile(path, quantity, **options))  # type: ignore[arg-type]
    return raw.measures.quantity, raw.measures.factor, float(raw.samples[0])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("voltage (mV)", ("voltage", 1.0, 2e-3)),
        ("Ch1 / mV", ("voltage", 1.0, 2e-3)),
        ("R (kohm)", ("resistance", 1.0, 2e3)),
        ("V", ("voltage", None, 2.0)),
        ("voltage (a.u.)", ("voltage", None, 2.0)),
        ("R", ("resistance", None, 2.0)),
        ("Ch1", ("", None, 2.0)),
        ("Ch1 (counts)", ("", None, 2.0)),
    ],
)
def test_a_table_says_what_its_samples_are(
    tmp_path: Path, header: str, expected: tuple[str, float | None, float]
) -> None:
    (tmp_path / "x.csv").write_text(f"time (ms),{header}\n0,2\n1,3\n2,2\n", encoding="utf-8")
    assert measured(tmp_path / "x.csv") == pytest.approx(expected)
    # where an index names the column, the same follows from its header, but for a mere letter
    named = measured(tmp_path / "x.csv", column=header)
    assert named[1:] == pytest.approx(expected[1:])
    assert named[0] in (expected[0], "")


def test_an_array_without_a_unit_needs_none(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", SAMPLES)
    for quantity, unit, expected in (("", None, ("", None)), ("voltage", None, ("voltage", None))):
        assert measured(tmp_path / "x.npy", quantity, sample_interval=1.0, unit=unit)[:2] == expected
    assert measured(tmp_path / "x.npy", sample_interval=1.0, unit="2 mV")[:2] == ("voltage", 2e-3)
    assert measured(tmp_path / "x.npy", sample_interval=1.0, unit="kohm")[:2] == ("resistance", 1e3)


def test_a_voltage_turns_its_sign_with_the_current_and_a_current_falls_with_the_resistance() -> None:
    assert Measured("resistance", 1e3).shown(-2.0, None, "x") == Shown(1e3, "ohm")
    assert Measured("resistance", 1e3).shown(None, -2.0, "x") == Shown(1e3, "ohm")
    assert Measured("voltage", 1e-3).shown(-2.0, None, "x") == Shown(-5e-4, "ohm")
    assert Measured("voltage").shown(-2e-3, None, "x") == Shown(-1.0, "")
    assert Measured("").shown(2e-3, None, "x") == Shown(1.0, "")
    current = Measured("current", 1e-9).shown(None, 0.1, "x")
    assert current == Shown(1e-9, "A", 0.1)
    assert not current.rising
    assert current.sample(1e6) == pytest.approx(100.0)
    np.testing.assert_allclose(np.asarray(current.resistances(np.array([1e-7, 5e-8]))), [1e6, 2e6])
    assert Measured("current").shown(None, -0.1, "x").rising
    with pytest.raises(InputError, match="numbers of which nobody says it"):
        Measured("").shown(-2e-3, None, "x")
    with pytest.raises(InputError, match="numbers of which nobody says it"):
        Measured("").shown(None, -2e-3, "x")
    with pytest.raises(InputError, match="a current that is not 0"):
        Measured("voltage").shown(0.0, None, "x")
    with pytest.raises(InputError, match="a voltage that is not 0"):
        Measured("current").shown(None, 0.0, "x")
    with pytest.raises(InputError, match="a column 'voltage' of the index, as a current is measured"):
        Measured("current").shown(1.0, None, "x")


def test_a_table_without_times_has_a_declared_interval(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("2\n3\n2.5\n2\n", encoding="utf-8")
    raw = open_trace(TraceFile(path, sample_interval=1e-5))
    assert (raw.samples.tolist(), raw.sample_interval) == ([2.0, 3.0, 2.5, 2.0], 1e-5)
    with pytest.raises(InputError, match="expected a sample_interval, as a key or as a column of the index"):
        open_trace(TraceFile(path))
    path.write_text("V (mV)\n2\n3\nbad\n2\n", encoding="utf-8")
    said = Listed(tmp_path, Description(dialect=Dialect(bad_rows="leave-out")))
    with pytest.raises(InputError, match="to know where rows are left out"):
        open_trace(TraceFile(path, sample_interval=1e-5, listed=said))


def test_a_row_of_units_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("TIME,CH1\ns,V\n0,2\n1,3\n2,2\n3,2\n", encoding="utf-8")
    assert measured(tmp_path / "x.csv") == ("voltage", 1.0, 2.0)


def tdms(path: Path) -> None:
    """Two groups of one waveform each, 0.5 ms a sample from 0.1 s on."""
    clock = {"wf_increment": 5e-4, "wf_start_offset": 0.1, "unit_string": "mV"}
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject(g, "V_dut", SAMPLES + i, properties=clock) for i, g in enumerate("ab")])


def hdf5(path: Path) -> None:
    """Two groups of one dataset each, whose attributes say unit and interval."""
    with h5py.File(path, "w") as file:
        for i, group in enumerate("ab"):
            file[f"{group}/V_dut"] = SAMPLES + i
            file[f"{group}/V_dut"].attrs.update({"unit": "mV", "dt": 0.5, "dt_unit": "ms"})


@pytest.mark.parametrize(("name", "write"), [("x.tdms", tdms), ("x.h5", hdf5)])
def test_a_group_of_a_container_is_a_trace_with_its_clock(tmp_path: Path, name: str, write: Any) -> None:
    write(tmp_path / name)
    failing(tmp_path / name, r'group = "a".*a column `group`.*found 2')
    for i, group in enumerate("ab"):
        raw = open_trace(TraceFile(tmp_path / name, group=group))
        assert raw.sample_interval == pytest.approx(5e-4)
        assert raw.measures == Measured("voltage", 1.0)
        np.testing.assert_allclose(raw.samples, (SAMPLES + i) * 1e-3)
    raw = open_trace(TraceFile(tmp_path / name, group="b", column="V_dut"))
    assert raw.samples[0] == pytest.approx(1e-3)


def test_times_without_a_unit_need_none_beside_a_declared_interval(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", t=1e-5 * np.arange(40), V=SAMPLES)
    raw = open_trace(TraceFile(tmp_path / "x.npz", "voltage", 1e-5, "mV"))
    assert (raw.sample_interval, raw.measures) == (1e-5, Measured("voltage", 1e-3))
    with pytest.raises(InputError, match=r'a unit .*columns = \{time = "t \(s\)"\}'):
        open_trace(TraceFile(tmp_path / "x.npz", "voltage"))


def test_an_interval_without_a_unit_is_declared(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["V"] = SAMPLES
        file["V"].attrs.update({"unit": "V", "dt": 5e-4})
    with pytest.raises(InputError, match=r"x\.h5: expected a sample_interval, as a key or as a column of the index"):
        open_trace(TraceFile(tmp_path / "x.h5"))
    said = Description(columns={"sample_interval": ColumnSource("dt (s)")})
    assert open_trace(TraceFile(tmp_path / "x.h5", listed=Listed(description=said))).sample_interval == 5e-4
    assert open_trace(TraceFile(tmp_path / "x.h5", "", 1e-5)).sample_interval == 1e-5


def test_columns_of_an_array_go_by_their_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.stack([0.5 * np.arange(40), SAMPLES], axis=1))
    said = Description(columns={"time": ColumnSource(1, "ms"), "voltage": ColumnSource(2, "mV")})
    raw = open_trace(TraceFile(tmp_path / "x.npy", listed=Listed(description=said)))
    assert raw.sample_interval == pytest.approx(5e-4)
    assert raw.samples[3] == pytest.approx(3e-3)


def test_a_file_of_many_traces_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide: dict[str, Any] = {"t (s)": np.arange(40.0), **{f"R{i} (ohm)": SAMPLES + i for i in range(5)}}
    np.savez(tmp_path / "x.npz", **wide)
    read = []

    def counted(path: Path, *given: Any) -> Table:
        read.append(path)
        return read_table(path, *given)

    monkeypatch.setattr("stfit.loaders.listed.read_table", counted)
    for i in range(5):
        assert open_trace(TraceFile(tmp_path / "x.npz", column=f"R{i}")).samples[0] == i
    assert len(read) == 1
