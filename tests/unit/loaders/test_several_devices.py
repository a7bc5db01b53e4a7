"""A table of several devices is no one fit, and never taken for one in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from stfit.analysis import read_analysis
from stfit.errors import InputError
from stfit.pipeline.loading import load_measurements

ROWS = [f"{name},AP->P,{2 + 0.1 * k},100,100,{5 + 15 * k}" for name in "ABC" for k in range(6)]


def analysis(folder: Path, where: str) -> Path:
    text = "\n".join(["device,transition,current (mA),pulse_width (ns),n,n_switched", *ROWS])
    (folder / "pulses.csv").write_text(text, encoding="utf-8")
    found = f'[[measurement]]\nkind = "switching-pulse"\nfile = "pulses.csv"\n{where}\n'
    (folder / "analysis.toml").write_text(found, encoding="utf-8")
    return folder / "analysis.toml"


def test_several_devices_are_refused_with_the_key_that_takes_one(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"column 'device': expected rows of one device, where = .*3 devices: 'A', 'B'"
    ):
        load_measurements(read_analysis(analysis(tmp_path, "")))


@pytest.mark.parametrize(("where", "rows"), [('{device = "A"}', 6), ('{"device" = ["A", "B", "C"]}', 18)])
def test_the_key_takes_one_or_those_that_are_to_be_fitted_as_one(where: str, rows: int, tmp_path: Path) -> None:
    (found,) = load_measurements(read_analysis(analysis(tmp_path, f"where = {where}")))
    assert found.settings.state.size == rows


def test_names_that_number_the_rows_are_no_devices(tmp_path: Path) -> None:
    path = analysis(tmp_path, "")
    text = (tmp_path / "pulses.csv").read_text(encoding="utf-8").splitlines()
    numbered = [text[0].replace("device", "sample"), *(f"{k}{row[1:]}" for k, row in enumerate(text[1:]))]
    (tmp_path / "pulses.csv").write_text("\n".join(numbered), encoding="utf-8")
    assert len(load_measurements(read_analysis(path))) == 1
