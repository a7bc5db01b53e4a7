"""What `stfit init` makes of data: kinds by columns, signs, polarity, what must be given; TOML whatever the names."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.pipeline.drafted import drafted
from stfit.pipeline.drafting import Draft
from stfit.pipeline.given import Given, Question
from stfit.pipeline.toml_text import toml_remark, toml_value

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
    assert any("power = 'integrated' is assumed" in s for s in draft.assumptions)


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


def test_columns_of_no_kind_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"or --kind with one of .*dwell-times.*; found the columns 'a', 'b', which"):
        begun(table(tmp_path, "a,b", ["1,2"]))


AMBIGUOUS = "state,current (mA),n,total_time (s),duration (us)"


def test_columns_of_several_kinds_list_them(tmp_path: Path) -> None:
    path = table(tmp_path, AMBIGUOUS, [f"{s},{i},100,1.0,10" for s in ("P", "AP") for i in (-1, 0, 1)])
    with pytest.raises(InputError, match="expected --kind with one of dwell-events, dwell-times; found the columns"):
        begun(path)
    assert begun(path, kinds=["dwell-times"])[0]["measurement"][0]["kind"] == "dwell-times"
    assert begun(path, ask=lambda q: q.choices[1])[0]["measurement"][0]["kind"] == "dwell-times"


def test_the_kind_that_takes_more_of_the_columns_goes_first(tmp_path: Path) -> None:
    from stfit.loaders.reading import read_table
    from stfit.pipeline.recognising import candidates, fitting_kinds

    index = read_table(table(tmp_path, "file,state,current (mA)", ["a.csv,P,1"]))
    assert set(fitting_kinds(index)) == {"telegraph-trace", "fmr-spectra"}
    assert candidates(index) == {"fmr-spectra": ("file", "state", "current (mA)")}


def test_what_cannot_be_guessed_must_be_given(tmp_path: Path) -> None:
    volts = table(tmp_path, PULSE.replace("current (mA)", "voltage (V)"), PULSES)
    with pytest.raises(InputError, match=r"give --device 'resistance=776 ohm'"):
        begun(volts)
    assert begun(volts, device={"resistance": "776 ohm"})[0]["device"]["resistance"] == "776 ohm"
    assert begun(volts, ask=lambda q: "500 ohm")[0]["device"]["resistance"] == "500 ohm"


def test_several_fields_take_the_uniaxial_barrier(tmp_path: Path) -> None:
    rows = [f"{row},{field}" for row in dwell_rows() for field in (0, 5)]
    path = table(tmp_path, f"{DWELL},field (mT)", rows)
    with pytest.raises(InputError, match="give --device 'anisotropy_field=120 mT'"):
        begun(path)
    content, _, _ = begun(path, device={"anisotropy_field": "120 mT"})
    assert content["model"]["asymmetry"] == "uniaxial"


def test_rows_without_a_temperature_beside_others_get_their_mean(tmp_path: Path) -> None:
    bare = table(tmp_path, DWELL.replace("temperature (K),", ""), ["P,0,100,1", "P,1,100,2", "AP,0,100,1"], "bare.csv")
    content, draft, _ = begun([bare, table(tmp_path, DWELL, dwell_rows())])
    assert content["device"]["temperature"] == "290 K"
    assert any(s.startswith("device: temperature = '290 K' is assumed") for s in draft.assumptions)


def test_no_temperature_anywhere_is_said(tmp_path: Path) -> None:
    bare = table(tmp_path, DWELL.replace("temperature (K),", ""), ["P,0,100,1", "P,1,100,2", "AP,0,100,1"])
    assert "no row has one: without it barriers and l/L_θθ are not identified" in begun(bare)[2]


def test_a_bare_trace_wants_an_index(tmp_path: Path) -> None:
    np.save(tmp_path / "trace.npy", np.zeros(10))
    with pytest.raises(InputError, match=r"trace\.npy: expected an index table that lists it, with the columns file"):
        begun(tmp_path / "trace.npy")


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
