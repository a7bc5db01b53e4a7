"""What `stfit init` makes of data: kinds by columns, signs, polarity, what must be given; TOML whatever the names."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.analysis import Analysis, read_analysis
from stfit.errors import InputError
from stfit.loaders.tables import load_table
from stfit.measurement import kinds
from stfit.measurement.description import Description
from stfit.pipeline.assembly import assemble
from stfit.pipeline.drafted import drafted
from stfit.pipeline.drafting import Draft
from stfit.pipeline.given import Given, Question
from stfit.pipeline.loading import load_measurements
from stfit.pipeline.toml_text import toml_remark, toml_value
from stfit.pipeline.unchecked import unchecked
from tests.saying import unnamed

DWELL = "state,current (mA),temperature (K),n,total_time (s)"
PULSE = "transition,current (mA),pulse_width (ns),n,n_switched,temperature (K)"


def dwell_rows(sign: int = 1) -> list[str]:
    """1000 dwells a row whose mean grows with I in P and falls in AP, or the other way round (sign −1)."""
    rows = []
    for temperature in (280, 300):
        for current in (-1.0, -0.5, 0.0, 0.5, 1.0):
            for state, slope in (("P", 0.4), ("AP", -1.8)):
                tau = 0.01 * np.exp(sign * slope * current) * np.exp(300 / temperature)
                rows.append(f"{state},{current},{temperature},1000,{1000 * tau:.6g}")
    return rows


def table(folder: Path, header: str, rows: Sequence[str], name: str = "data.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def begun(files: Path | Sequence[Path], **given: Any) -> tuple[dict[str, Any], Draft, str]:
    """The content of the analysis file beside the data, the draft, and the text."""
    paths = [files] if isinstance(files, Path) else list(files)
    text, draft = drafted(paths, paths[0].parent / "analysis.toml", Given(**given))
    return tomllib.loads(text), draft, text


def test_a_table_is_recognised_and_says_why(tmp_path: Path) -> None:
    content, draft, text = begun(table(tmp_path, DWELL, dwell_rows()))
    assert content["measurement"] == [{"kind": "dwell-times", "file": "data.csv", "polarity": 1}]
    assert "# by its columns 'state', 'current (mA)', 'temperature (K)', 'n', 'total_time (s)'" in text
    assert "# 20 rows, current −1.0 to 1.0 mA, temperature 280 to 300 K" in text
    assert '# temperature = "290 ± 1 K"' in text
    assert draft.assumptions == []


@pytest.mark.parametrize(("sign", "word"), [(1, "longer"), (-1, "shorter")])
def test_dwell_times_tell_their_polarity(tmp_path: Path, sign: int, word: str) -> None:
    content, _, text = begun(table(tmp_path, DWELL, dwell_rows(sign)))
    assert content["measurement"][0]["polarity"] == sign
    assert f"+I makes dwells in P {word} relative to those in AP" in text


def test_flat_dwell_times_do_not(tmp_path: Path) -> None:
    rows = [f"{state},{current},300,1000,10" for state in ("P", "AP") for current in (-1, 0, 1)]
    content, draft, _ = begun(table(tmp_path, DWELL, rows))
    assert content["measurement"][0]["polarity"] == 1
    assert any("polarity = 1 is assumed" in sentence for sentence in draft.assumptions)


PULSES = [
    *(f"P->AP,{-i},100,200,{n},295" for i, n in ((1.0, 5), (1.2, 60), (1.4, 160))),
    *(f"AP->P,{i},100,200,{n},295" for i, n in ((0.5, 4), (0.6, 70), (0.7, 170))),
]


def test_switching_tells_its_polarity(tmp_path: Path) -> None:
    assert begun(table(tmp_path, PULSE, PULSES))[0]["measurement"][0]["polarity"] == 1
    turned = [row.replace(",-", ",+").replace("AP->P,0", "AP->P,-0") for row in PULSES]
    assert begun(table(tmp_path, PULSE, turned))[0]["measurement"][0]["polarity"] == -1


def test_magnitudes_are_noticed(tmp_path: Path) -> None:
    content, _, _ = begun(table(tmp_path, PULSE, [row.replace(",-", ",") for row in PULSES]))
    assert content["measurement"][0]["sign"] == "magnitude"
    assert content["measurement"][0]["polarity"] == 1


def test_lines_take_the_polarity_of_the_other_files(tmp_path: Path) -> None:
    lines = table(
        tmp_path,
        "state,current (mA),power,power_stderr,temperature (K)",
        [f"{state},{i},{2 + i},0.1,295" for state in ("P", "AP") for i in (-1, 0, 1)],
        "lines.csv",
    )
    content, draft, _ = begun([lines, table(tmp_path, DWELL, dwell_rows(-1))])
    assert [entry["polarity"] for entry in content["measurement"]] == [-1, -1]
    assert [s for s in draft.assumptions if "polarity" in s] == []
    assert any('power = "integrated" is assumed' in s for s in draft.assumptions)


def test_what_a_column_holds_is_asked_where_somebody_answers(tmp_path: Path) -> None:
    rows = [f"{state},{i},{80 + 10 * i},2,295" for state in ("P", "AP") for i in (-1, 0, 1)]
    header = "state,current (mA),linewidth (MHz),linewidth_stderr (MHz),temperature (K)"
    asked: list[Question] = []

    def answer(question: Question) -> str:
        asked.append(question)
        return "hwhm"

    content, draft, _ = begun(table(tmp_path, header, rows), ask=answer)
    assert content["measurement"][0]["linewidth"] == "hwhm"
    assert [question.choices for question in asked] == [("fwhm", "hwhm", "peak-to-peak")]
    assert [s for s in draft.assumptions if "linewidth" in s] == []
    given, _, _ = begun(tmp_path / "data.csv", keys={"linewidth": "peak-to-peak"})
    assert given["measurement"][0]["linewidth"] == "peak-to-peak"


def test_a_table_of_no_kind_is_drafted_as_the_nearest(tmp_path: Path) -> None:
    content, draft, text = begun(table(tmp_path, "a,b", ["1,2", "2,3"]))
    assert len(content["measurement"]) == 1
    assert not draft.is_whole
    assert "Mend the lines marked CHECK, then: stfit fit analysis.toml" in text


AMBIGUOUS = "state,current (mA),n,total_time (s),duration (us)"


def test_of_several_kinds_the_nearest_is_taken_and_the_next_named(tmp_path: Path) -> None:
    path = table(tmp_path, AMBIGUOUS, [f"{s},{i},100,1.0,1{i}" for s in ("P", "AP") for i in (-1, 0, 1)])
    content, draft, _ = begun(path)
    assert content["measurement"][0]["kind"] == "dwell-times"
    assert any(s.endswith('; or "dwell-events"') for s in draft.assumptions)
    assert begun(path, kinds=["dwell-times"])[0]["measurement"][0]["kind"] == "dwell-times"
    assert begun(path, ask=lambda q: q.choices[1])[0]["measurement"][0]["kind"] == "dwell-times"


def test_the_kind_that_takes_more_of_the_columns_goes_first(tmp_path: Path) -> None:
    from stfit.loaders.reading import read_table
    from stfit.pipeline.recognising import candidates, fitting_kinds

    index = read_table(table(tmp_path, "file,state,current (mA)", ["a.csv,P,1"]))
    assert set(fitting_kinds(index)) == {"telegraph-trace", "fmr-spectra"}
    assert candidates(index) == {"fmr-spectra": ("file", "state", "current (mA)")}


def test_what_cannot_be_guessed_is_left_to_be_filled_in(tmp_path: Path) -> None:
    volts = table(tmp_path, PULSE.replace("current (mA)", "voltage (V)"), PULSES)
    _, draft, text = begun(volts)
    assert not draft.is_whole
    assert '# resistance = "776 ohm"  # CHECK: fill in the resistance' in text
    assert begun(volts, device={"resistance": "776 ohm"})[0]["device"]["resistance"] == "776 ohm"
    assert begun(volts, ask=lambda q: "500 ohm")[0]["device"]["resistance"] == "500 ohm"


def test_several_fields_take_the_uniaxial_barrier(tmp_path: Path) -> None:
    rows = [f"{row},{field}" for row in dwell_rows() for field in (0, 5)]
    path = table(tmp_path, f"{DWELL},field (mT)", rows)
    assert '# anisotropy_field = "120 mT"  # CHECK: fill in' in begun(path)[2]
    content, _, _ = begun(path, device={"anisotropy_field": "120 mT"})
    assert content["model"]["asymmetry"] == "uniaxial"


def test_rows_without_a_temperature_beside_others_get_their_mean(tmp_path: Path) -> None:
    bare = table(tmp_path, DWELL.replace("temperature (K),", ""), ["P,0,100,1", "P,1,100,2", "AP,0,100,1"], "bare.csv")
    content, draft, _ = begun([bare, table(tmp_path, DWELL, dwell_rows())])
    assert content["device"]["temperature"] == "290 K"
    assert any(s.startswith('device: temperature = "290 K" is assumed') for s in draft.assumptions)


def test_no_temperature_anywhere_is_said(tmp_path: Path) -> None:
    bare = table(tmp_path, DWELL.replace("temperature (K),", ""), ["P,0,100,1", "P,1,100,2", "AP,0,100,1"])
    assert "no row has one: without it barriers and l/L_θθ are not identified" in begun(bare)[2]


def test_bare_arrays_ask_for_what_they_do_not_say(tmp_path: Path) -> None:
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", np.zeros(10))
    content, draft, text = begun([tmp_path / "a.npy", tmp_path / "b.npy"])
    assert content["measurement"][0]["files"] == "*.npy"
    assert "# current = " in text
    assert "# sample_interval = " in text
    assert not draft.is_whole


PLAIN_PULSES = [row.removesuffix(",295") for row in PULSES]
WORDS = {"P->AP": "set", "AP->P": "reset"}


@pytest.mark.parametrize(
    ("header", "rows", "keys"),
    [
        (
            "branch,電流 (mA),t_p (ns),Pulses,Psw",
            [f"{a},{i},{t},{n},{int(k) / 200}" for a, i, t, n, k in (row.split(",") for row in PLAIN_PULSES)],
            {"columns": {"transition": "branch", "current": "電流 (mA)"}},
        ),
        (
            "polarity,I set,width,shots,hits",
            [f"{WORDS[row[: row.index(',')]]}{row[row.index(',') :]}" for row in PLAIN_PULSES],
            {
                "columns": {"transition": "polarity", "current": "I set (mA)", "pulse_width": "width (ns)"},
                "values": {"transition": {"set": "P->AP", "reset": "AP->P"}},
            },
        ),
        (
            PLAIN_PULSES[0],
            PLAIN_PULSES[1:],
            {
                "columns": {
                    "transition": 1,
                    "current": {"column": 2, "unit": "mA"},
                    "pulse_width": {"column": 3, "unit": "ns"},
                    "n": 4,
                    "n_switched": 5,
                }
            },
        ),
        (
            PULSE,
            [*PULSES, "AP->P,0.8,100,200,nan,295"],
            {"bad_rows": "leave-out"},
        ),
        (PULSE, [*PULSES, "AP->P,0."], {"bad_rows": "leave-out"}),
    ],
    ids=["other words", "no units", "no header", "a cell without a number", "an aborted row"],
)
def test_what_a_file_does_not_say_becomes_a_line_to_check(
    tmp_path: Path, header: str, rows: Sequence[str], keys: dict[str, Any]
) -> None:
    content, draft, text = begun(table(tmp_path, header, rows))
    (entry,) = content["measurement"]
    assert entry["kind"] == "switching-pulse"
    assert {key: entry[key] for key in entry.keys() & {"columns", "values", "bad_rows", "where"}} == keys
    for key in keys:
        assert "# CHECK: " in next(line for line in text.splitlines() if line.startswith(f"{key} = "))
    assert draft.measurements[0].origin.rows == 6


def test_the_name_of_a_file_gives_its_constants(tmp_path: Path) -> None:
    rows = [row.split(",") for row in PULSES]
    short = table(tmp_path, "direction,I (mA),hits", [f"{r[0]},{r[1]},{r[4]}" for r in rows], "D7_100ns_n200_295K.csv")
    (entry,) = begun(short)[0]["measurement"]
    assert (entry["pulse_width"], entry["n"], entry["temperature"]) == ("100 ns", 200, "295 K")
    nameless = table(tmp_path, "direction,I (mA),hits", [f"{r[0]},{r[1]},{r[4]}" for r in rows], "monday.csv")
    _, draft, text = begun(nameless)
    assert '# pulse_width = "1 ns"  # CHECK: fill in' in text
    assert any("monday.csv: n must be filled in" in sentence for sentence in draft.assumptions)


def test_names_of_several_files_become_a_pattern(tmp_path: Path) -> None:
    rows = [row.split(",") for row in PULSES]
    cells = [f"{r[0]},{r[1]},{r[4]}" for r in rows]
    files = [table(tmp_path, "direction,I (mA),hits", cells, f"D7_{t}ns_n200.csv") for t in (100, 200)]
    content, draft, _ = begun(files)
    (entry,) = content["measurement"]
    assert (entry["files"], entry["pattern"]) == ("*.csv", "D7_{pulse_width:ns}_n{n}")
    assert len(draft.measurements) == 2


def test_words_that_name_devices_are_no_states(tmp_path: Path) -> None:
    rows = [f"{device},{i},{10 + k}" for k, device in enumerate("ABAB") for i in (-1, 0, 1)]
    _, _, text = begun(table(tmp_path, "cell,I (mA),t_dwell (us)", rows))
    assert "state = " not in text.replace("# state = ", "")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kinds": ["dwell-time"]}, "option '--kind': expected one of .*; the nearest is 'dwell-times'"),
        (
            {"kinds": ["dwell-times"] * 2},
            "option '--kind': expected one for all files, or one for each of the 1; found 2",
        ),
        ({"keys": {"polarty": 1}}, "option '--key': expected one of .*found 'polarty'; the nearest is 'polarity'"),
        (
            {"keys": {"dead_time": "1 us"}},
            "option '--key': expected a key of dwell-times: bad_rows, columns, .*; found 'dead_time'",
        ),
        ({"device": {"betta": "0.3"}}, "option '--device': expected one of .*found 'betta'; the nearest is 'beta'"),
    ],
)
def test_what_cannot_be_meant(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        begun(table(tmp_path, DWELL, dwell_rows()), **given)


def test_the_same_file_twice(tmp_path: Path) -> None:
    path = table(tmp_path, DWELL, dwell_rows())
    with pytest.raises(InputError, match="expected every file once; found the same one again"):
        begun([path, path])


HOSTILE = 'a "b"\\ <script> {{7*7}} \\input{x} \u202eevil\u2028 ± ü'


def test_paths_start_at_the_analysis_file_and_names_are_escaped(tmp_path: Path) -> None:
    folder = tmp_path / HOSTILE
    folder.mkdir()
    path = table(folder, f"{DWELL},x\u202e\u2028y", [f"{row},1" for row in dwell_rows()], f"{HOSTILE}.csv")
    (tmp_path / "elsewhere").mkdir()
    text, _ = drafted([path], tmp_path / "elsewhere" / "my.toml", Given())
    content = tomllib.loads(text)
    assert content["title"] == HOSTILE
    assert content["measurement"][0]["file"] == f"../{HOSTILE}/{HOSTILE}.csv"
    assert not set(text) & {"\u202e", "\u2028"}


@pytest.mark.parametrize(
    "value", ["plain", 'q"\\', "\x7f\x00\x1f\n\t", "±", True, 3, 0.25, ["a", 1], {"a b": {"c": [True]}, "µ": "\\"}]
)
def test_a_value_is_read_back_as_it_was(value: Any) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_a_remark_cannot_end() -> None:
    remark = toml_remark("a\nb = 2\r\x00")
    assert tomllib.loads(f"x = 1  {remark}") == {"x": 1}


LOOP = [f"{0.1 * k:.1f},{i},{1.0 + 0.1 * (k > 1)}" for k, i in enumerate((0, -1, -2, -1, 0, 1, 2, 1, 0))]


def test_a_loop_offers_no_constant_for_what_it_sweeps(tmp_path: Path) -> None:
    path = table(tmp_path, "time (s),Keithley,set point,resistance (ohm)", [f"{r[:3]},1,{r[4:]}" for r in LOOP])
    with pytest.raises(InputError) as refused:
        load_table(path, kinds()["hysteresis-loop"], description=Description(constants={"sweep": 1.0}))
    message = str(refused.value)
    assert "the constant" not in message
    assert not unnamed(message, "'Keithley'", "'set point'", 'columns = {current = "Keithley (A)"}')


def test_a_loop_without_a_clock_asks_for_its_rate(tmp_path: Path) -> None:
    _, _, text = begun(table(tmp_path, "current (mA),resistance (ohm)", [row.split(",", 1)[1] for row in LOOP]))
    assert "# ramp_rate = " in text
    assert "# time = " not in text


@pytest.mark.parametrize(
    ("name", "unit"),
    [("fmr_8GHz", "GHz"), ("sample A 8 GHz", "GHz"), ("f=8GHz, run", "GHz"), ("I-0.5mA_8GHz", "GHz")],
)
def test_a_frequency_in_the_name_of_a_spectrum(tmp_path: Path, name: str, unit: str) -> None:
    rows = [f"{100 + k},{-x / (1 + x * x) ** 2}" for k, x in enumerate(np.linspace(-5, 5, 41))]
    (entry,) = begun(table(tmp_path, "H (Oe),X", rows, f"{name}.dat"))[0]["measurement"]
    assert (entry["frequency"], entry["line_shape"]) == (f"8 {unit}", "derivative")


def test_a_signal_with_a_phase_has_a_shape_with_a_phase(tmp_path: Path) -> None:
    signal = 1.0 / (1.0 + 1j * np.linspace(-5.0, 5.0, 41))
    text = [f"{f} 0 0 {z.real} {z.imag} 0 0 0 0" for f, z in enumerate(signal.tolist(), 1)]
    (tmp_path / "H50mT.s2p").write_text("\n".join(["# GHz S RI R 50", *text]), encoding="utf-8")
    (entry,) = begun(tmp_path / "H50mT.s2p")[0]["measurement"]
    assert entry["line_shape"] == "symmetric+antisymmetric"


@pytest.mark.parametrize("header", ["I (mA),dH (Oe)", "I (mA),f (GHz),dH (Oe)"])
def test_linewidths_without_errors_take_their_scatter(tmp_path: Path, header: str) -> None:
    current = "0," if "f (GHz)" in header else ""
    rows = [f"{current}{i},{30 - i + 0.2 * (-1) ** i}" for i in range(1, 8)]
    content, draft, text = begun(table(tmp_path, header, rows))
    # residuals of ±0.2 Oe about the line, seven rows less two parameters: 0.2·√(7/5), less what the line takes
    error = float(content["measurement"][0]["linewidth_stderr"].removesuffix(" Oe"))
    assert error == pytest.approx(0.2 * np.sqrt(7 / 5), rel=0.05)
    assert draft.is_whole
    assert "# CHECK: the table gives no errors" in text


def test_each_file_of_several_takes_the_temperature_of_its_measurement(tmp_path: Path) -> None:
    rows = [row.split(",") for row in PULSES]
    for width in (100, 200):
        table(tmp_path, "direction,I (mA),n,hits", [f"{r[0]},{r[1]},{r[3]},{r[4]}" for r in rows], f"{width}ns.csv")
    keys = 'kind = "switching-pulse"\nfiles = "*.csv"\npattern = "{pulse_width:ns}"\ntemperature = "300 K"'
    (tmp_path / "a.toml").write_text(f'title = "t"\n[[measurement]]\n{keys}\n', encoding="utf-8")
    analysis = read_analysis(tmp_path / "a.toml")
    objective = assemble(analysis, load_measurements(analysis))
    assert [set(term.thermometer) for term in objective.terms] == [{300.0}, {300.0}]


def test_a_fit_names_the_lines_that_nobody_confirmed() -> None:
    text = 'title = "t"\n[[measurement]]\nstate = "P"  # CHECK: or "AP"\n# n = 1  # CHECK: fill in n\npolarity = 1\n'
    (note,) = unchecked(Analysis("t", text=text))
    assert "still marked CHECK (state)" in note.sentence
    assert unchecked(Analysis("t", text=text.replace("CHECK", "seen"))) == []
