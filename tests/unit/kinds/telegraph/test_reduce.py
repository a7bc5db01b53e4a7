"""The kind telegraph-trace: what an index may say, the choice of route, orders of levels, traces left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pytest
from nptdms import ChannelObject, TdmsWriter

import stfit
from stfit.analysis import read_analysis
from stfit.errors import InputError
from stfit.kinds.telegraph.data import TelegraphTraces
from stfit.pipeline.loading import load_measurements
from tests.traces import telegraph

Array = npt.NDArray[np.float64]
DT = 1e-5


def index(folder: Path, traces: dict[str, Array], currents: list[float] | None = None) -> Path:
    for name, samples in traces.items():
        np.save(folder / name, samples.astype(np.float32))
    every = currents or [0.1 * (i + 1) for i in range(len(traces))]
    rows = "\n".join(f"{name},{current}" for name, current in zip(traces, every, strict=True))
    path = folder / "index.csv"
    path.write_text(f"file,current (mA)\n{rows}\n")
    return path


def load(path: Path, **keys: Any) -> TelegraphTraces:
    given: dict[str, Any] = {"sample_interval": DT, "unit": "ohm"} | keys
    found = stfit.load(path, "telegraph-trace", **given)
    assert isinstance(found, TelegraphTraces)
    return found


GOOD = telegraph(20_000, (30.0, 60.0), snr=10.0, seed=1)


def test_far_levels_go_by_thresholds_and_close_ones_by_the_hidden_chain(tmp_path: Path) -> None:
    close = telegraph(20_000, (30.0, 60.0), snr=2.5, seed=2)
    m = load(index(tmp_path, {"far.npy": GOOD, "close.npy": close}))
    assert [record.route for record in m.records] == ["threshold", "hmm"]
    assert "far enough apart" in m.records[0].reason
    assert "overlap" in m.records[1].reason
    tau = np.array([30.0, 60.0, 30.0, 60.0]) * DT
    assert np.all(np.abs(m.log_tau - np.log(tau)) < 4.0 * m.stderr)
    assert np.all(m.stderr < 0.15)  # 220 transitions of each: 0.07, more where the levels overlap
    assert m.records[0].naive[0] is not None
    np.testing.assert_allclose(np.array(m.records[0].levels, dtype=float), [0.0, 10.0], atol=0.1)


def under_voltage(folder: Path, *, field: bool = False) -> Path:
    """Currents (nA) of a device of 1 and 2 kohm at 20 mV and at −40 mV; at the latter P and AP change places."""
    rows = ["file,voltage (mV)" + (",field (mT)" if field else "")]
    for place, volts in enumerate((20e-3, -40e-3)):
        state = telegraph(20_000, (30.0, 60.0), snr=1.0, seed=20 + place, noise=(0.0, 0.0)) > 0.5
        noise = np.random.default_rng(place).standard_normal(state.size)
        amperes = volts / np.where(state, 2000.0, 1000.0) * (1.0 + 0.03 * noise)
        np.save(folder / f"v{place}.npy", 1e9 * amperes)
        rows.append(f"v{place}.npy,{1e3 * volts:g}" + (f",{5 * place}" if field else ""))
    (folder / "v.csv").write_text("\n".join(rows))
    return folder / "v.csv"


def test_a_voltage_drives_and_the_current_of_each_state_is_its_level(tmp_path: Path) -> None:
    m = load(under_voltage(tmp_path, field=True), unit="nA")
    assert m.settings.voltage is None
    np.testing.assert_allclose(m.settings.drive, [20e-6, 10e-6, -40e-6, -20e-6], rtol=0.01)
    np.testing.assert_array_equal(m.settings.field, [0.0, 0.0, 5e-3, 5e-3])
    tau = np.tile(np.log([30.0 * DT, 60.0 * DT]), 2)
    assert np.all(np.abs(m.log_tau - tau) < 4.0 * m.stderr)
    assert [(record.current, record.voltage, record.level_unit) for record in m.records] == [
        (None, 0.02, "A"),
        (None, -0.04, "A"),
    ]
    assert any("current of each state" in notice for notice in m.origin.notices)
    chosen = load(tmp_path / "v.csv", unit="nA", levels=(1000.0, 2000.0))
    np.testing.assert_allclose(chosen.log_tau, m.log_tau)


def test_currents_without_a_unit_leave_the_voltage_to_the_resistance_of_the_device(tmp_path: Path) -> None:
    m = load(under_voltage(tmp_path), unit=None, quantity="current")
    np.testing.assert_allclose(m.settings.drive, [0.02, 0.02, -0.04, -0.04])
    assert m.settings.voltage is not None
    assert m.traits.needs == ("resistance",)
    np.testing.assert_allclose(m.log_tau, load(tmp_path / "v.csv", unit="nA").log_tau, atol=1e-6)
    with pytest.raises(InputError, match="numbers of which nobody says it"):
        load(tmp_path / "v.csv", unit=None)
    np.save(tmp_path / "v0.npy", np.load(tmp_path / "v0.npy") - 15e3)
    with pytest.raises(InputError, match="currents of the sign of the voltage"):
        load(tmp_path / "v.csv", unit="nA")


def test_a_table_beside_a_voltage_has_its_current_for_the_signal(tmp_path: Path) -> None:
    under_voltage(tmp_path)
    values = np.load(tmp_path / "v0.npy")[:5000]
    lines = "".join(f"{DT * k:.6e},20.0,{value:.5g}\n" for k, value in enumerate(values))
    (tmp_path / "a.csv").write_text(f"time (s),V (mV),I (nA)\n{lines}")
    (tmp_path / "i.csv").write_text("file,voltage (mV)\na.csv,20\n")
    m = stfit.load(tmp_path / "i.csv", "telegraph-trace")
    assert isinstance(m, TelegraphTraces)
    np.testing.assert_allclose(m.settings.drive, [20e-6, 10e-6], rtol=0.01)


def test_thresholds_that_are_asked_for_declare_themselves_unfit(tmp_path: Path) -> None:
    path = index(tmp_path, {"close.npy": telegraph(20_000, (30.0, 60.0), snr=2.5, seed=2)})
    record = load(path, method="threshold").records[0]
    check = next(entry for entry in record.checks if entry["name"] == "thresholds")
    assert check["verdict"] == "failed"
    assert "not suitable" in check["sentence"]
    assert load(path, method="hmm").records[0].reason == 'The analysis asks for method = "hmm".'


def test_a_low_ap_level_and_a_voltage_of_the_other_sign_turn_the_states(tmp_path: Path) -> None:
    path = index(tmp_path, {"x.npy": GOOD})
    plain, turned = load(path), load(path, ap_level="low")
    np.testing.assert_allclose(plain.log_tau, turned.log_tau[::-1])
    for sign, expected in ((1.0, plain), (-1.0, turned)):
        volts = index(tmp_path, {"v.npy": GOOD}, [sign])
        m = load(volts, quantity="voltage", unit="mV")
        np.testing.assert_allclose(m.log_tau, expected.log_tau)
        assert m.records[0].levels[1] is not None
        assert m.records[0].levels[1] == pytest.approx(10.0 if sign > 0 else 0.0, abs=0.1)  # mV over mA


def test_a_column_of_sampling_intervals(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", GOOD)
    (tmp_path / "i.csv").write_text("file,current (mA),sample_interval (us),temperature (K)\nx.npy,1,10,300\n")
    m = stfit.load(tmp_path / "i.csv", "telegraph-trace", unit="ohm")
    assert isinstance(m, TelegraphTraces)
    np.testing.assert_allclose(m.log_tau, load(index(tmp_path, {"x.npy": GOOD})).log_tau)
    np.testing.assert_array_equal(m.settings.temperature, 300.0)


def test_what_an_index_may_not_say(tmp_path: Path) -> None:
    path = index(tmp_path, {"x.npy": GOOD}, [0.0])
    with pytest.raises(InputError, match=r"x.npy: .*a current that is not 0"):
        load(path, quantity="voltage", unit="mV")
    (tmp_path / "twice.csv").write_text("file,current (mA)\nx.npy,1\nx.npy,2\n")
    with pytest.raises(InputError, match=r"line 3, column 'file'.*no other row holds"):
        load(tmp_path / "twice.csv")
    (tmp_path / "absent.csv").write_text("file,current (mA)\nx.npy,1\ny.npy,2\nz.npy,3\n")
    with pytest.raises(InputError, match=r"(?s)line 3.*y.npy.*no such file, likewise in .*z.npy"):
        load(tmp_path / "absent.csv")
    with pytest.raises(InputError, match=r"the files that leave_out names; found no 'q.npy'"):
        load(path, leave_out=("q.npy",))
    with pytest.raises(InputError, match="does not know"):
        load(path, level=3)
    with pytest.raises(InputError, match="no such sample"):
        load(index(tmp_path, {"nan.npy": np.full(100, np.nan)}))


def test_a_trace_without_two_levels_is_left_out_only_where_the_analysis_says_so(tmp_path: Path) -> None:
    flat = 4.0 + np.random.default_rng(4).standard_normal(20_000)
    path = index(tmp_path, {"x.npy": GOOD, "flat.npy": flat, "same.npy": np.full(500, 4.0)})
    with pytest.raises(InputError, match=r'(?s)leave_out = \["flat.npy"\].*one level.*All samples are alike'):
        load(path)
    for keys in ({"leave_out": ("flat.npy", "same.npy")}, {"bad": "leave-out"}):
        m = load(path, **keys)
        assert m.settings.state.size == 2
        assert [record.left_out for record in m.records] == [False, True, True]
        assert "flat.npy is left out" in m.origin.notices
    with pytest.raises(InputError, match="at least one trace that is not left out"):
        load(index(tmp_path, {"flat.npy": flat}), bad="leave-out")


def test_too_fast_a_trace_says_so(tmp_path: Path) -> None:
    noise = np.random.default_rng(5)
    samples = 12.0 * noise.integers(0, 2, 20_000) + noise.standard_normal(20_000)
    trace = np.where(np.arange(20_000) % 2 == 0, samples, 12.0 - samples)
    with pytest.raises(InputError, match=r"too fast|hidden Markov model found no maximum"):
        load(
            index(tmp_path, {"fast.npy": 12.0 * (np.arange(20_000) % 2) + 0.0 * trace + noise.standard_normal(20_000)})
        )


def test_only_the_best_and_the_worst_trace_are_drawn(tmp_path: Path) -> None:
    traces = {f"t{i}.npy": telegraph(20_000, (30.0, 60.0 + 40 * i), snr=10.0, seed=i) for i in range(4)}
    m = load(index(tmp_path, traces))
    assert [bool(record.panels) for record in m.records] == [True, False, False, True]
    assert set(m.records[0].panels) == {"record", "excerpt", "histogram", "survival", "rates"}


def test_a_dead_time_is_corrected_for(tmp_path: Path) -> None:
    tau, shortest = np.array([30.0, 60.0]), 8
    path = index(tmp_path, {"x.npy": telegraph(200_000, (30.0, 60.0), snr=12.0, seed=3)})
    m = load(path, dead_time=(shortest - 0.5) * DT)
    assert not np.any(m.sampled)
    # 1600 resolved transitions of each state: errors of 3 %; without the correction ln τ would be 0.15 to 0.3 too large
    assert np.all(np.abs(m.log_tau - np.log(tau * DT)) < 4.0 * m.stderr)
    assert np.all(m.stderr < 0.05)
    assert "dead time" in m.records[0].reason
    with pytest.raises(InputError, match="sees no single dwells"):
        load(path, dead_time=8e-5, method="hmm")


def test_bursts_of_one_setting_share_levels_and_dwell_times(tmp_path: Path) -> None:
    whole = telegraph(20_000, (900.0, 700.0), snr=10.0, seed=6)
    bursts = {f"b{i:02d}.npy": part for i, part in enumerate(np.split(whole, 40))}
    path = index(tmp_path, bursts, [0.1] * 40)
    m = load(path)
    assert m.settings.state.size == 2
    assert m.records[0].file == "b00.npy to b39.npy (40 traces)"
    # transitions and time in the states by hand; those between two bursts are not seen
    state = np.array([part > 5.0 for part in bursts.values()]).astype(int)
    left = [int(np.sum((state[:, :-1] == s) & (state[:, 1:] != s))) for s in (0, 1)]
    np.testing.assert_array_equal(m.n_changed, left)
    np.testing.assert_allclose(m.log_tau, np.log([900.0 * DT, 700.0 * DT]), atol=4.0 * m.stderr.max())
    silent = tuple(name for name, part in bursts.items() if np.unique(part > 5.0).size == 1)
    selected = load(path, leave_out=silent)
    kept = next(record for record in selected.records if not record.left_out)
    check = next(entry for entry in kept.checks if entry["name"] == "selection")
    assert check["verdict"] == "failed"
    assert np.all(selected.log_tau < m.log_tau)


def test_a_trace_that_stays_at_a_level_of_the_others_is_a_dwell_that_was_not_seen_to_end(tmp_path: Path) -> None:
    noise = np.random.default_rng(4).standard_normal(1000)
    traces = {"p.npy": noise, "x.npy": GOOD, "ap.npy": 10.0 + noise}
    m = load(index(tmp_path, traces), bad="leave-out")
    assert not any(record.left_out for record in m.records)
    np.testing.assert_array_equal(m.n_changed[[0, 1, 4, 5]], 0.0)
    np.testing.assert_array_equal(m.n[[0, 1, 4, 5]], [999.0, 0.0, 0.0, 999.0])
    assert "was not seen to end" in m.records[0].reason
    # ln L of no transition in so many steps, whatever is said of the other state
    eta = np.log([1.0, 0.5, *np.exp(m.log_tau[2:4]), 0.5, 1.0])
    alone = load(index(tmp_path, {"x.npy": GOOD}))
    by_hand = -2.0 * 999 * -np.log1p(-(1.0 / 1.0) * -np.expm1(-DT * 3.0) / 3.0)
    assert m.log_likelihood(eta) - alone.log_likelihood(eta[2:4]) == pytest.approx(by_hand, rel=1e-6)
    assert np.isfinite(m.residuals(eta)).all()
    observed = m.view().observed
    assert np.isnan(observed.value[[0, 1]]).all()
    assert observed.low[0] == pytest.approx(999 * DT / 1.84, rel=0.01)  # −ln of 16 %
    with pytest.raises(InputError, match="one level"):
        load(index(tmp_path, {"x.npy": GOOD, "flat.npy": 5.0 + noise}))


@pytest.mark.slow
def test_several_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = index(tmp_path, {f"t{i}.npy": telegraph(5000, (30.0, 60.0), snr=10.0, seed=i) for i in range(2)})
    alone = load(path)
    monkeypatch.setattr("stfit.kinds.telegraph.reduce._LARGE", 0)
    monkeypatch.setattr("stfit.kinds.telegraph.reduce.available_processes", lambda: 2)
    together = load(path)
    np.testing.assert_array_equal(together.log_tau, alone.log_tau)
    assert together.records == alone.records


def test_groups_of_a_file_are_records_with_their_attributes(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "all.h5", "w") as file:
        for name, current in (("a", 0.1), ("b", 0.2)):
            file[f"{name}/signal"] = GOOD
            file[name].attrs.update({"current": current, "current_unit": "mA", "temperature": "295 K"})
    found = load(tmp_path / "all.h5", group="*")
    assert [record.file for record in found.records] == ["all.h5 [a]", "all.h5 [b]"]
    assert found.settings.drive.tolist() == [1e-4, 1e-4, 2e-4, 2e-4]
    assert set(found.settings.temperature) == {295.0}


def test_groups_of_a_file_are_records_with_settings_in_their_names(tmp_path: Path) -> None:
    clock = {"wf_increment": DT, "unit_string": "ohm"}
    with TdmsWriter(tmp_path / "all.tdms") as writer:
        channels = [ChannelObject(f"I = {i} mA, up", "R", GOOD, properties=clock) for i in (-0.1, 0.1)]
        writer.write_segment(channels)
    pattern = 'pattern = "I = {current:mA}, up"'
    with pytest.raises(InputError, match=f"the columns 'current.*{pattern}"):
        stfit.load(tmp_path / "all.tdms", "telegraph-trace", group="*")
    text = 'kind = "telegraph-trace"\nfile = "all.tdms"\ngroup = "*"\n'
    (tmp_path / "a.toml").write_text(f"[[measurement]]\n{text}{pattern}\n")
    (found,) = load_measurements(read_analysis(tmp_path / "a.toml"))
    assert found.settings.drive.tolist() == [-1e-4, -1e-4, 1e-4, 1e-4]


def test_rows_of_an_index_choose_within_containers(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["run 1/R1"], file["run 1/R2"], file["run 2/R"] = GOOD, GOOD, GOOD
    rows = ("a.h5,run 1,R1,0.1", "a.h5,run 1,R2,0.2", "a.h5,run 2,,0.3", "a.h5,run 1/R1,,0.4")
    (tmp_path / "index.csv").write_text("\n".join(["file,group,channel,current (mA)", *rows]))
    names = [record.file for record in load(tmp_path / "index.csv").records]
    assert names == ["a.h5 [run 1, R1]", "a.h5 [run 1, R2]", "a.h5 [run 2]", "a.h5 [run 1/R1]"]


def test_traces_of_one_setting_that_are_sampled_otherwise_are_no_bursts_of_one_record(tmp_path: Path) -> None:
    whole = telegraph(6000, (300.0, 250.0), snr=10.0, seed=6)
    rows = ["file,current (mA)"]
    for name, step in (("fast", 1), ("slow", 2)):
        for i, part in enumerate(np.split(whole, 2)):
            values = "\n".join(f"{DT * step * k:.6e},{value:.4f}" for k, value in enumerate(part[::step]))
            (tmp_path / f"{name}{i}.csv").write_text(f"time (s),resistance (ohm)\n{values}\n")
            rows.append(f"{name}{i}.csv,0.1")
    (tmp_path / "index.csv").write_text("\n".join(rows))
    m = stfit.load(tmp_path / "index.csv", "telegraph-trace")
    assert isinstance(m, TelegraphTraces)
    assert [record.file for record in m.records] == [
        "fast0.csv to fast1.csv (2 traces)",
        "slow0.csv to slow1.csv (2 traces)",
    ]
    # the same dwells, seen twice
    assert np.all(np.abs(m.log_tau - np.tile(np.log([300.0 * DT, 250.0 * DT]), 2)) < 4.0 * m.stderr)
    np.testing.assert_allclose(m.log_tau[:2], m.log_tau[2:], atol=0.02)


def test_the_remedy_for_traces_without_dwell_times_is_one_that_works(tmp_path: Path) -> None:
    flat = np.ones(20_000)
    few = {f"b{i}.npy": part for i, part in enumerate(np.split(flat, 4))}
    with pytest.raises(
        InputError, match=r'leave_out = \["b0.npy", "b1.npy", "b2.npy", "b3.npy"\], or bad = "leave-out"'
    ):
        load(index(tmp_path, few, [0.1] * 4))
    many = {f"b{i}.npy": part for i, part in enumerate(np.split(flat, 10))}
    with pytest.raises(InputError, match=r'dwell times in these traces \(or bad = "leave-out"\)'):
        load(index(tmp_path, many, [0.1] * 10))
