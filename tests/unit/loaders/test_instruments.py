"""The texts that oscilloscopes and other instruments write: names, units and clock as their first lines have them.

Layouts after the makers' manuals: Tektronix TDS2000 and MSO5 programmer manuals (saved waveforms), Keysight
Infiniium and InfiniiVision user's guides (CSV files), Rigol DS1000Z, MSO5000 and DHO user guides, Siglent
SDS1000X-E user manual, LeCroy X-Stream ASCII waveforms, Rohde & Schwarz RTB2000 and PicoScope 6 user manuals,
Keysight EasyEXPERT user's guide, PyMeasure "Results", QCoDeS GNUPlotFormat.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pytest

import stfit
from stfit.analysis import read_analysis
from stfit.loaders.containers import Table
from stfit.loaders.reading import read_table
from stfit.measurement.description import Dialect
from stfit.pipeline.loading import load_measurements
from tests.saying import unnamed

TIMES: Final = [-2e-3, -1.5e-3, -1e-3, -0.5e-3, 0.0, 0.5e-3]
VOLTS: Final = [0.125, 0.25, 0.125, -0.5, 0.125, 0.25]
WATTS: Final = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def rows(form: str) -> str:
    """Rows of the same samples in a form: {i} their number, {t} their time, {v} and {w} the signals of two channels."""
    samples = zip(TIMES, VOLTS, WATTS, strict=True)
    return "".join(form.format(i=i, t=t, v=v, w=w) + "\n" for i, (t, v, w) in enumerate(samples))


def beside(settings: list[str]) -> str:
    """Rows with settings in front of them, as older Tektronix oscilloscopes write them."""
    lines = rows(",{t:+.12f},{v:010.5f},").splitlines()
    return "\n".join(setting + line for setting, line in zip(settings, lines, strict=True)) + "\n"


TEXTS: Final = {
    "Tektronix TDS": beside(
        ["Record Length,6,", "Sample Interval,5e-4,", ",,", "Source,CH1,", "Vertical Units,V,", "Horizontal Units,s,"]
    ),
    "Tektronix MSO": "Model,MSO54\nFirmware Version,1.0\n\nHorizontal Units,s,\nSample Interval,5e-04,\n"
    "Record Length,6,\nVertical Units,V,\n,,\nLabel,,\nTIME,CH1,\n" + rows("{t:e},{v},"),
    "Siglent": "Record Length,Analog:6\nSample Interval,Analog:0.0005\nVertical Units,CH1:V\nHorizontal Units,S\n"
    "Source,CH1\nSecond,Volt\n" + rows("{t:.11f},{v:.5f}"),
    "Siglent without units": "Record Length,Analog:6\nSample Rate,2000.0\nVertical Scale,CH1: 0.05\nSecond,Volt\n"
    + rows("{t:.11f},{v:.5f}"),
    "Rigol DS1000Z": "X,CH1,Start,Increment,\nSequence,VOLT,-2.0e-03,5.0e-04\n" + rows("{i},{v:e},,"),
    "Rigol DHO": "CH1V,t0 =-2.0e-03, tInc = 5.0e-04,\n" + rows("{v:e},,,"),
    "Rigol MSO5000": "Time(s),CH1V,t0 =-2.0e-03, tInc = 5.0e-04\n" + rows("{t:e},{v:e},,"),
    "LeCroy": "LECROYWS452,123,Waveform\nSegments,1,SegmentSize,6\nSegment,TrigTime,TimeSinceSegment1\n"
    "#1,17-Nov-2020 12:34:56,0\nTime,Ampl\n" + rows("{t},{v}"),
    "LeCroy with commas": "LECROYWS452;123;Waveform\nSegments;1;SegmentSize;6\nSegment;TrigTime;TimeSinceSegment1\n"
    "#1;17-Nov-2020 12:34:56;0\nTime;Ampl\n" + rows("{t:f};{v:f}").replace(".", ","),
    "PicoScope": "Time,Channel A\n(s),(V)\n\n" + rows("{t:f},{v:f}"),
    "Rohde & Schwarz": "in s,C1 in V\n" + rows("{t:E},{v:E}"),
    "Keysight InfiniiVision": "x-axis,1\nsecond,Volt\n" + rows("{t:+.4E},{v:+.4E}"),
    "Keysight Infiniium": "Revision:,0\nType:,raw\nPoints:,6\nXInc:,+5.0E-4\nXOrg:,-2E-3\nXUnits:,second\n"
    "YUnits:,Volt\nTime:,10:20:30\nData:,\n" + rows("{v:e}"),
    "Keysight Infiniium pairs": "XInc:,+5.0E-4\nXOrg:,-2E-3\nXUnits:,second\nYUnits:,Volt\nData:,\n" + rows("{t},{v}"),
}


def named(table: Table) -> dict[str, list[float]]:
    """The columns that have a name."""
    return {name: cells.tolist() for name, cells in zip(table.header, table.columns, strict=True) if name}


@pytest.mark.parametrize("maker", TEXTS)
def test_the_trace_of_an_oscilloscope_has_its_clock_and_its_unit(write: Callable[..., Path], maker: str) -> None:
    (time, times), (signal, volts) = named(read_table(write(TEXTS[maker]))).items()
    assert time.casefold() in {"time (s)", "time(s)", "x-axis (second)"}
    assert signal.endswith(("(V)", "(volt)")) or (signal, maker[:6]) == ("Ampl", "LeCroy")  # of any probe
    np.testing.assert_allclose(times, TIMES, rtol=0, atol=1e-15)
    assert volts == VOLTS


def test_channels_have_units_of_their_own(write: Callable[..., Path]) -> None:
    text = "Model,MSO54\nSample Interval,5e-04,\nVertical Units,V,mA\nTIME,CH1,CH2\n" + rows("{t},{v},{w}")
    assert named(read_table(write(text))) == {"time (s)": TIMES, "CH1 (V)": VOLTS, "CH2 (mA)": WATTS}
    text = "X,CH1,CH2,Start,Increment,\nSequence,Volt,Volt,-2e-3,5e-4\n" + rows("{i},{v},{w},,")
    assert list(named(read_table(write(text)))) == ["time (s)", "CH1 (volt)", "CH2 (volt)"]


@pytest.mark.parametrize(
    ("head", "form", "unit"),
    [
        ("Model,MSO54\nSample Interval,5e-04,\nVertical Units,V,,mA,\nTIME,CH1,,CH3,\n", "{t},{v},0,{w},", ("V", "mA")),
        ("Sample Interval,Analog:5e-4\nSource,CH1,,CH3\nSecond,Volt,,Ampere,\n", "{t},{v},0,{w},", ("volt", "ampere")),
        ("X,CH1,,CH3,Start,Increment,\nSequence,Volt,,Ampere,-2e-3,5e-4\n", "{i},{v},0,{w},,", ("volt", "ampere")),
        ("CH1V,,CH3A,t0 =-2.0e-03, tInc = 5.0e-04,\n", "{v},0,{w},,,", ("V", "A")),
        ("Time(s),CH1V,,CH3A,t0 =-2.0e-03, tInc = 5.0e-04\n", "{t},{v},0,{w},,", ("V", "A")),
        ("in s,CH1 in V,,CH3 in A\n", "{t},{v},0,{w}", ("V", "A")),
        ("LECROYWS452,1,Waveform\nSegments,1,SegmentSize,6\nTime,CH1 (V),,CH3 (A)\n", "{t},{v},0,{w}", ("V", "A")),
    ],
)
def test_a_channel_without_a_name_moves_no_other(
    write: Callable[..., Path], head: str, form: str, unit: tuple[str, str]
) -> None:
    found = named(read_table(write(head + rows(form))))
    assert [*found][1:] == [f"CH1 ({unit[0]})", f"CH3 ({unit[1]})"]
    assert [*found.values()][1:] == [VOLTS, WATTS]


def test_a_clock_counts_rows_that_are_left_out(write: Callable[..., Path]) -> None:
    text = TEXTS["Rigol DS1000Z"].replace("2,1.250000e-01,,", "2,")
    table = read_table(write(text), Dialect(bad_rows="leave-out"))
    np.testing.assert_allclose(named(table)["time (s)"], TIMES[:2] + TIMES[3:], atol=1e-15)


def test_a_long_record_has_its_clock(write: Callable[..., Path]) -> None:
    body = "".join(f"{i},{i % 7}.25e-3,,\n" for i in range(80_000))
    table = read_table(write("X,CH1,Start,Increment,\nSequence,VOLT,1.0,0.25\n" + body))
    assert table.rows == 80_000
    assert named(table)["time (s)"][-1] == 1.0 + 0.25 * 79_999


def test_what_is_declared_goes_before_what_an_instrument_writes(write: Callable[..., Path]) -> None:
    table = read_table(write(TEXTS["Siglent"]), Dialect(header=0, first_row=7))
    assert table.header == ("1", "2")


def test_a_table_below_other_settings_keeps_its_own_header(write: Callable[..., Path]) -> None:
    table = read_table(write("Sample,W12\nTemperature,295 K\ntime,CH1\n" + rows("{t},{v}")))
    assert table.header == ("time", "CH1")
    assert table.settings == (("Sample", "W12"), ("Temperature (K)", 295.0))


def test_segments_of_a_lecroy_trace_are_said_to_be_several(write: Callable[..., Path]) -> None:
    text = TEXTS["LeCroy"].replace("Segments,1,SegmentSize,6", "Segments,2,SegmentSize,3")
    assert "2 segments" in " ".join(read_table(write(text)).recognised)


@pytest.mark.parametrize("first", ["", "TestParameter, Channel.VName, V1\nTestParameter, Channel.IName, I1\n"])
def test_a_parameter_analyser(write: Callable[..., Path], first: str) -> None:
    text = "SetupTitle, I/V Sweep\n" + first + "DataName, V1, I1\n" + rows("DataValue, {v}, {w}")
    names = ("V1 (V)", "I1 (A)") if first else ("V1", "I1")
    assert named(read_table(write(text))) == dict(zip(names, (VOLTS, WATTS), strict=True))


def test_pymeasure(write: Callable[..., Path]) -> None:
    head = "#Procedure: <lab.IVProcedure>\n#Parameters:\n#\tMax Current: 1 mA\n#\tProbe: 20°\n#Data:\n"
    table = read_table(write((head + "Current (A),Voltage (V)\n" + rows("{w},{v}")).encode("cp1252")))
    assert named(table) == {"Current (A)": WATTS, "Voltage (V)": VOLTS}
    assert table.settings == (("Procedure", "<lab.IVProcedure>"), ("Max Current (mA)", 1.0), ("Probe", "20°"))


def test_qcodes(write: Callable[..., Path]) -> None:
    head = '# dac_ch1\tdmm_v1\n# "Gate (V)"\t"Drain (mV)"\n# 2\t3\n'
    body = rows("{v}\t{w}").splitlines()
    table = read_table(write(head + "\n".join([*body[:3], "", *body[3:]]) + "\n", "run.dat"))
    assert named(table) == {"Gate (V)": VOLTS, "Drain (mV)": WATTS}


def test_a_setting_called_like_a_column_holds_for_all_rows(write: Callable[..., Path]) -> None:
    head = "# Temperature: 4.2 K\n# Averages: 3\nstate,current (mA),n,total_time (s)\n"
    path = write(head + "P,1,5,0.1\nAP,1.5,6,0.2\n")
    found = stfit.load(path, "dwell-times")
    assert found.settings.temperature.tolist() == [4.2, 4.2]
    assert not unnamed(" ".join(found.origin.recognised), "'Temperature (K)'", 4.2)
    entry = '[[measurement]]\nkind = "dwell-times"\nfile = "table.csv"\ntemperature = "295 K"\n'
    (found,) = load_measurements(read_analysis(write(entry, "analysis.toml")))
    assert np.isnan(found.settings.temperature).all()  # the key gives it, as to all rows without their own
