"""Settings from the names of files, several traces in one file, one description for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.analysis import analysis_of
from stfit.errors import InputError
from stfit.pipeline.loading import load_measurements
from tests.traces import telegraph

PULSES = "P->AP,-4,3\nP->AP,-4.5,40\nAP->P,2,5\n"


def loaded(folder: Path, **entry: Any) -> list[Any]:
    return load_measurements(analysis_of({"measurement": [entry]}, folder, "test"))


def test_tables_whose_names_say_the_setting(tmp_path: Path) -> None:
    for name in ("A_10ns_295K", "A_20ns_295K", "B_20ns_300K"):
        (tmp_path / f"{name}.csv").write_text("transition,current (mA),n_switched\n" + PULSES, encoding="utf-8")
    found = loaded(
        tmp_path,
        kind="switching-pulse",
        files="*.csv",
        pattern="{device}_{pulse_width:ns}_{temperature:K}",
        where={"device": "A", "current": "< 3"},
        n=100,
    )
    assert [Path(each.origin.file).name for each in found] == ["A_10ns_295K.csv", "A_20ns_295K.csv"]
    np.testing.assert_allclose([each.pulse_width[0] for each in found], [1e-8, 2e-8], rtol=1e-15)
    assert [each.settings.temperature.tolist() for each in found] == [[295.0] * 3] * 2


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"files": "*.dat"}, r"key 'files': expected files that exist, such as .*; found none for '\*\.dat'"),
        ({"files": "*.csv", "file": "a_1.csv"}, "key 'file': expected either file or files; found 'a_1.csv'"),
        ({"file": "a_1.csv", "pattern": "{n}"}, r"\[\[measurement\]\] 1: expected the key files beside pattern"),
        ({"files": "*.csv", "pattern": "all"}, "key 'pattern': expected names of files with fields"),
        ({"files": "*.csv", "pattern": "{n:ns}"}, r"\*\.csv, key 'pattern': expected .* '\{n:ns\}'; found 'a_1'"),
    ],
)
def test_what_names_of_files_cannot_say(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    (tmp_path / "a_1.csv").write_text("transition,current (mA),n_switched\n" + PULSES, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        loaded(tmp_path, kind="switching-pulse", **entry)


def trace(folder: Path, name: str, seed: int) -> None:
    samples = telegraph(3000, (40.0, 25.0), snr=12.0, seed=seed)
    rows = "".join(f"{1e-2 * at:.2f}\t{1.0 + value:.5f}\n".replace(".", ",") for at, value in enumerate(samples))
    (folder / name).write_text("Scope 5\nPoints\t3000\n\nt_ms\tCH1\n" + rows, encoding="utf-8")


def test_traces_without_an_index_and_with_headers_of_their_own(tmp_path: Path) -> None:
    trace(tmp_path, "D1_-0.2mA_295K.txt", 1)
    trace(tmp_path, "D1_0.3mA_295K.txt", 2)
    (found,) = loaded(
        tmp_path,
        kind="telegraph-trace",
        files="*.txt",
        pattern="{device}_{current:mA}_{temperature:K}",
        columns={"time": "t_ms", "resistance": "CH1 (ohm)"},
    )
    np.testing.assert_allclose(found.settings.current, np.repeat([-2e-4, 3e-4], 2), rtol=1e-15)
    assert found.settings.temperature.tolist() == [295.0] * 4
    assert found.origin.recognised == (
        "device, current (mA), temperature (K) from the names of 2 files",
        "D1_-0.2mA_295K.txt, D1_0.3mA_295K.txt: cells are separated by a tab",
        "D1_-0.2mA_295K.txt, D1_0.3mA_295K.txt: header in line 4, below 2 lines of other text",
    )


def test_an_index_names_the_column_of_each_trace(tmp_path: Path) -> None:
    first, second = (telegraph(3000, (40.0, 25.0), snr=12.0, seed=seed) for seed in (1, 2))
    rows = "".join(f"{at / 1e5},{a:.4f},{b:.4f}\n" for at, (a, b) in enumerate(zip(first, second, strict=True)))
    (tmp_path / "night.csv").write_text("time (s),R at -0.1 mA (ohm),R at 0.1 mA (ohm)\n" + rows, encoding="utf-8")
    index = "file,column,current (mA)\nnight.csv,R at -0.1 mA,-0.1\nnight.csv,3,0.1\n"
    (tmp_path / "index.csv").write_text(index, encoding="utf-8")
    (found,) = loaded(tmp_path, kind="telegraph-trace", file="index.csv")
    np.testing.assert_allclose(found.settings.current, np.repeat([-1e-4, 1e-4], 2), rtol=1e-15)
    assert [record.file for record in found.records] == ["night.csv [R at -0.1 mA]", "night.csv [3]"]
    assert found.records[0].transitions != found.records[1].transitions


def test_a_long_table_is_its_own_index(tmp_path: Path) -> None:
    rows = []
    for current, seed in ((-0.1, 1), (0.1, 2)):
        samples = telegraph(3000, (40.0, 25.0), snr=12.0, seed=seed)
        rows += [f"{current},{at / 1e5},{value:.4f},ok\n" for at, value in enumerate(samples)]
    (tmp_path / "all.csv").write_text("I (mA),time (s),R (ohm),note\n" + "".join(rows), encoding="utf-8")
    (found,) = loaded(tmp_path, kind="telegraph-trace", file="all.csv", temperature="295 K")
    np.testing.assert_allclose(found.settings.current, np.repeat([-1e-4, 1e-4], 2), rtol=1e-15)
    assert [record.file for record in found.records] == ["current -0.1 mA", "current 0.1 mA"]
    assert [record.samples for record in found.records] == [3000, 3000]
    assert found.origin.notices == ("column 'note' is not used", "2 records in one table, told apart by current")


def test_spectra_below_each_other(tmp_path: Path) -> None:
    lines = ["frequency (GHz)\tfield (mT)\tX\tY"]
    for frequency in (6.0, 9.0, 12.0):
        centre = 8.0 * frequency
        for field in np.linspace(centre - 20.0, centre + 20.0, 101):
            signal = 1.0 / (1.0 + ((field - centre) / 2.0) ** 2) + 1e-3 * np.sin(7.0 * field)
            lines.append(f"{frequency:g}\t{field:.5f}\t{signal:.6f}\t0")
    (tmp_path / "all.txt").write_text("\n".join(lines), encoding="utf-8")
    entry = {"kind": "fmr-spectra", "file": "all.txt", "state": "P"}
    with pytest.raises(InputError, match=r'columns = \{signal = "X"\}'):
        loaded(tmp_path, **entry)
    (found,) = loaded(tmp_path, **entry, columns={"signal": "X"})
    np.testing.assert_allclose(found.settings.frequency, [6e9, 9e9, 12e9], rtol=1e-15)
