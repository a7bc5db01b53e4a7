"""Settings in the names of files, by a pattern."""

from __future__ import annotations

from pathlib import Path

import pytest

from stfit.errors import InputError
from stfit.loaders.file_names import Listing
from stfit.loaders.named_settings import constants_in, pattern_of
from stfit.measurement import kinds


def fields(folder: Path, pattern: str, *names: str) -> dict[str, list[float | str]]:
    """What a pattern finds in the names of files."""
    files = [folder / f"{name}.csv" for name in names]
    for file in files:
        file.touch()
    table = Listing(folder, tuple(files), pattern).table(folder)
    return {name: cells.tolist() for name, cells in zip(table.header[1:], table.columns[1:], strict=True)}


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("{device}_{current:mA}{}", "D1_200mA_295K", {"device": ["D1"], "current (mA)": [200.0]}),
        ("{device}_{current:mA}{}", "D1_-2.5e-1_295K", {"device": ["D1"], "current (mA)": [-0.25]}),
        ("{width:ns}{n}", "100ns3", {"width (ns)": [100.0], "n": [3.0]}),
        ("{current:mA}{T:K}", "200mA295K", {"current (mA)": [200.0], "T (K)": [295.0]}),
        ("{current:mA}_{}", "2.5 mA_x", {"current (mA)": [2.5]}),
        ("{current:mA}x{n}", "2.5x7", {"current (mA)": [2.5], "n": [7.0]}),
    ],
)
def test_a_number_has_its_unit_or_none(
    tmp_path: Path, pattern: str, name: str, found: dict[str, list[float | str]]
) -> None:
    assert fields(tmp_path, pattern, name) == found


@pytest.mark.parametrize(
    ("unit", "name"),
    [("mA", "D1_200uA_295K"), ("mA", "D1_200 uA"), ("mA", "D1_2.5uA"), ("m", "D1_5mm"), ("K", "D1_25°C")],
)
def test_a_field_behind_a_number_does_not_take_the_letters_of_another_unit(
    tmp_path: Path, unit: str, name: str
) -> None:
    pattern = "{device}_{x:" + unit + "}{}"
    with pytest.raises(InputError, match="key 'pattern'"):
        fields(tmp_path, pattern, name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Idc-0.2mA_pulse-10ns_n100", {"pulse_width": "10 ns", "n": "100"}),
        ("I-0.2mA_10ns", {"current": "-0.2 mA", "pulse_width": "10 ns"}),
        ("_-0.2mA", {"current": "-0.2 mA"}),
        ("Idc0.2mA_T-295K", {"current": "0.2 mA"}),
    ],
)
def test_a_dash_that_may_be_a_sign_says_nothing(name: str, found: dict[str, str]) -> None:
    layout = kinds()["switching-pulse"].layout()
    assert constants_in(name, layout.columns) == found
    taken = pattern_of([f"{name}_a", f"{name}_b"], layout.columns)
    assert ("{current:mA}" in taken) is ("current" in found)
