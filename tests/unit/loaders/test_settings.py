"""Tables whose settings were read from instruments: what is settled, what is said of it, and in which unit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from stfit.analysis import read_analysis
from stfit.errors import InputError
from stfit.loaders import csv as text_container
from stfit.loaders.tables import TableRequest, load_table, load_tables
from stfit.measurement import kinds
from stfit.measurement.description import ColumnSource, Description, Dialect
from stfit.pipeline.loading import load_measurements
from tests.saying import unnamed

Write = Callable[..., Path]

DWELLS: Final = kinds()["dwell-times"]
NOISY: Final = (294.953, 295.040, 295.011, 294.998)


def table(temperatures: Any, header: str = "temperature (K)") -> str:
    rows = [f"{'P' if i % 2 else 'AP'},{i % 3},10,0.5,{t}" for i, t in enumerate(temperatures)]
    return "\n".join([f"state,current (mA),n,total_time (s),{header}", *rows]) + "\n"


def test_readings_become_one_temperature_and_a_notice_says_so(write: Write) -> None:
    found = load_table(write(table(NOISY)), DWELLS)
    mean = float(np.mean(NOISY))
    # the mean of four numbers is rounded five times
    np.testing.assert_allclose(found.settings.temperature, np.full(4, mean), rtol=5 * 1.2e-16)
    assert found.origin.notices == (
        "column 'temperature (K)': 4 readings between 294.953 and 295.040 K count as one setting, 295.000 K",
    )


def test_a_notice_speaks_the_unit_of_the_file(write: Write) -> None:
    celsius = [t - 273.15 for t in NOISY]
    found = load_table(write(table(celsius, "T (degC)")), DWELLS)
    assert found.origin.notices == (
        "column 'T (degC)': 4 readings between 21.803 and 21.890 degC count as one setting, 21.851 degC",
    )
    declared = load_table(
        write(table(NOISY, "thermo")),
        DWELLS,
        description=Description(columns={"temperature": ColumnSource("thermo (K)")}),
    )
    assert declared.origin.notices[0].endswith("count as one setting, 295.000 K")


def test_several_settings_share_a_notice(write: Write) -> None:
    values = [*NOISY, *(t + 15.0 for t in NOISY), 350.0]
    found = load_table(write(table(values)), DWELLS)
    (notice,) = found.origin.notices
    counted, scatter = notice.split("; ")
    assert counted == "column 'temperature (K)': 8 readings count as 2 settings, 295.000 and 310.000 K"
    assert scatter == "readings of one setting scatter by 0.031 K or less"
    assert found.settings.temperature[-1] == 350.0


def test_a_drift_is_left_alone_and_said(write: Write) -> None:
    values = np.linspace(285.0, 295.0, 101)
    found = load_table(write(table(values)), DWELLS)
    np.testing.assert_array_equal(found.settings.temperature, values)
    words = "column 'temperature (K)': 101 readings between 285.0 and 295.0 K scatter by 2.9 K, more than"
    assert found.origin.notices == (f"{words} noise does: each is a setting of its own",)
    stated = load_table(write(table(values)), DWELLS, uncertainties={"temperature": 0.05})
    assert stated.origin.notices == (f"{words} 2 times the stated 0.05 K: each is a setting of its own",)


def test_a_stated_uncertainty_goes_before_the_estimate(write: Write) -> None:
    path = write(table([295.0, 295.2, 295.4]))
    assert np.unique(load_table(path, DWELLS).settings.temperature).size == 1
    apart = load_table(path, DWELLS, uncertainties={"temperature": 0.001})
    assert apart.settings.temperature.tolist() == [295.0, 295.2, 295.4]
    assert apart.origin.notices == ()


def test_declared_temperatures_make_no_notice(write: Write) -> None:
    assert load_table(write(table([285.0, 295.0, 305.0] * 3)), DWELLS).origin.notices == ()


def test_a_temperature_that_two_files_read_is_one(write: Write) -> None:
    """Means of two sets of readings differ a little: in a joint fit they would be a series of two temperatures."""
    paths = [write(table(values), name) for name, values in (("a.csv", NOISY), ("b.csv", [295.02] * 4))]
    first, second = load_tables([TableRequest(path, DWELLS) for path in paths])
    together = float(np.mean([*NOISY, *[295.02] * 4]))
    for found in (first, second):
        # sums of eight numbers, and as many roundings
        np.testing.assert_allclose(found.settings.temperature, np.full(4, together), rtol=9 * 1.2e-16)
    assert second.origin.notices == (
        "column 'temperature (K)': 4 readings of 295.020 K count as one setting, 295.010 K",
    )
    other = TableRequest(paths[1], DWELLS, uncertainties={"temperature": 0.001})
    assert load_tables([TableRequest(paths[0], DWELLS), other])[1].settings.temperature.tolist() == [295.02] * 4


def test_a_temperature_in_two_units_is_one_without_a_word(write: Write) -> None:
    kelvin, celsius = write(table([295.1] * 3), "a.csv"), write(table([21.95] * 3, "T (degC)"), "b.csv")
    found = load_tables([TableRequest(path, DWELLS) for path in (kelvin, celsius)])
    assert np.unique(np.concatenate([m.settings.temperature for m in found])).size == 1
    assert [m.origin.notices for m in found] == [(), ()]


def test_the_problems_of_all_files_come_together_in_their_order(write: Write) -> None:
    broken = write(table(["warm"] * 2), "broken.csv")
    impossible = write("transition,switching_current (mA),ramp_rate (A/s)\nP->AP,0,0.1\n", "impossible.csv")
    requests = [
        TableRequest(impossible, kinds()["switching-ramp"]),
        TableRequest(write(table(NOISY)), DWELLS),
        TableRequest(broken, DWELLS),
    ]
    with pytest.raises(InputError, match="expected") as caught:
        load_tables(requests)
    assert [problem.where.partition(",")[0] for problem in caught.value.problems] == [
        "impossible.csv",
        "broken.csv",
    ]


ROWS: Final = "P,1,5,0.1\nAP,1.5,6,0.2\nP,1.25,7,0.2\n"
RUN: Final = f"state,current (mA),n,total_time (s)\n{ROWS}"


@pytest.mark.parametrize("short", [1 << 20, 0])
@pytest.mark.parametrize(
    ("content", "bad_rows"),
    [
        (f"# Temperature: 295 K\n{RUN}# Temperature: 320 K\n{RUN}", "report"),
        (f"# T: 295 K\n{RUN}# T: 320 K\n{ROWS}", "report"),
        (f"# T: 295 K\n# n_runs: 2\n# T: 320 K\n{RUN}", "report"),
        (f"# Temperature: 295 K\n{RUN}# Temperature: 21 degC\n{RUN}", "report"),
        (f"# Temperature: 295 K\n{RUN}# temperature: 320\n{RUN}", "report"),
        (f"Temperature,295 K\n{RUN}Temperature,320 K\n{RUN}", "leave-out"),
    ],
)
def test_a_setting_that_is_told_again_with_another_value_does_not_hold_for_all_rows(
    write: Write, content: str, bad_rows: Any, short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_container, "_SHORT", short)
    path = write(content)
    with pytest.raises(InputError) as caught:
        load_table(path, DWELLS, description=Description(Dialect(bad_rows=bad_rows)))
    assert not unnamed(str(caught.value), "table.csv", "for all rows", "295", "temperature = ")
    entry = (
        f'[[measurement]]\nkind = "dwell-times"\nfile = "table.csv"\nbad_rows = "{bad_rows}"\ntemperature = "300 K"\n'
    )
    (found,) = load_measurements(read_analysis(write(entry, "analysis.toml")))
    assert np.isnan(found.settings.temperature).all()  # the key gives it


@pytest.mark.parametrize("again", ["# Temperature: 295.0 K", "# Temperature: 21.85 degC", "# t: 5 s", "# Date: Monday"])
def test_a_setting_that_is_told_again_with_its_value_holds(write: Write, again: str) -> None:
    found = load_table(write(f"# Temperature: 295 K\n# Date: Sunday\n{RUN}{again}\n{RUN}"), DWELLS)
    assert found.settings.temperature.tolist() == [295.0] * 6


def test_an_uncertainty_without_its_column_is_refused(write: Write) -> None:
    words = "key 'field_uncertainty': expected a column 'field', to whose readings this uncertainty belongs; found none"
    with pytest.raises(InputError, match=words):
        load_table(write(table(NOISY)), DWELLS, uncertainties={"field": 1e-4})


def test_events_read_at_one_rate_and_temperature_are_one_setting(write: Write) -> None:
    rng = np.random.default_rng(3)
    rows = [f"P->AP,{-2 - x},{0.1 * (1 + 0.005 * y)},{295 + 0.02 * z}" for x, y, z in rng.standard_normal((60, 3)) / 4]
    header = "transition,switching_current (mA),ramp_rate (A/s),temperature (K)"
    found = load_table(write("\n".join([header, *rows])), kinds()["switching-ramp"])
    assert found.settings.state.size == 1
    assert [notice.partition(":")[0] for notice in found.origin.notices] == [
        "column 'ramp_rate (A/s)'",
        "column 'temperature (K)'",
    ]
