"""What a laboratory does with stfit from README alone: its own tables in, its own truth out, and honest words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pytest

import stfit
from stfit import DwellTimeModel
from stfit.errors import InputError
from stfit.notebook.faces import Fit
from stfit.pipeline.simulating import simulate
from stfit.results import Combination, Verdict
from tests.saying import unnamed

Rows = list[tuple[str, float, float, int, float]]  # state, current (mA), temperature (K), n, total time (s)

E: Final = 1.602176634e-19
K_B: Final = 1.380649e-23
DEVICE: Final = '[device]\ndelta_R = "0.110 ohm"\nbeta = "0.35"\ntemperature = "295 K"\n'
MEASUREMENT: Final = '[[measurement]]\nkind = "dwell-times"\nfile = "dwell.csv"\n'
QUICK: Final = 'compare = false\nintervals = "covariance"\n'
HEADER: Final = "state,current (mA),temperature (K),n,total_time (s)\n"
LAMBDA, THETA_0, E_P, E_AP, TAU_0 = 12.0, 1.7, 0.47, 0.44, 1e-9
G: Final = 8.0 * E * LAMBDA * 0.110 / 0.35
CURRENTS: Final = np.linspace(-1.2e-3, 1.2e-3, 7)
# pulls are quoted against 4.4 standard errors: beyond them a right fit falls once in 10^5
PULL: Final = 4.4


def log_dwell(state: str, current: float, temperature: float, h: float | None = None) -> float:
    """Eq. 27 by hand, r = (1 − cos θ)/2; with h the uniaxial barrier of Kv = 0.46 eV."""
    theta = THETA_0 if h is None else float(np.arccos(-h))
    in_P, in_AP = (E_P, E_AP) if h is None else (0.46 * (1 + h) ** 2, 0.46 * (1 - h) ** 2)
    c_P, c_AP = (theta - np.sin(theta)) / 2, (np.pi - theta + np.sin(theta)) / 2
    barrier = in_P * E + G * c_P * current if state == "P" else in_AP * E - G * c_AP * current
    return float(np.log(TAU_0) + barrier / (K_B * temperature))


def dwell_rows(temperatures: tuple[float, ...], h: float | None = None, seed: int = 3) -> Rows:
    rng = np.random.default_rng(seed)
    rows: Rows = []
    for state in ("P", "AP"):
        for temperature in temperatures:
            for current in CURRENTS:
                n = int(rng.integers(200, 900))
                time = float(np.exp(log_dwell(state, float(current), temperature, h)) * rng.gamma(n))
                rows.append((state, float(current) * 1e3, temperature, n, time))
    return rows


def csv(rows: Rows) -> str:
    return HEADER + "".join(f"{s},{i!r},{t!r},{n},{time!r}\n" for s, i, t, n, time in rows)


ROWS: Final = dwell_rows((280.0, 295.0, 310.0))
TABLE: Final = csv(ROWS)
ONE_TEMPERATURE: Final = csv([row for row in ROWS if row[2] == 295.0])

Journey = Callable[..., Fit]


def fit_in(folder: Path, analysis: str, tables: Mapping[str, str | bytes]) -> Fit:
    """Fit an analysis file beside its tables, given by name."""
    for name, content in {"dwell.csv": TABLE, **tables}.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "analysis.toml").write_text(analysis, encoding="utf-8")
    return stfit.fit(folder / "analysis.toml")


@pytest.fixture
def fitted(tmp_path: Path) -> Journey:
    """The fit of an analysis file beside tables given by name, without rival descriptions and profiles."""

    def fit(analysis: str, tables: Mapping[str, str | bytes] | None = None) -> Fit:
        section = "" if "[fit]\n" in analysis else "[fit]\n"
        head, line, rest = f"{analysis}{section}".partition("[fit]\n")
        return fit_in(tmp_path, f"{head}{line}{QUICK}{rest}", tables or {})

    return fit


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """The fit that a first user makes: everything by default."""
    return fit_in(tmp_path_factory.mktemp("usual"), DEVICE + MEASUREMENT, {})


def assert_true(result: Fit, **truth: float) -> None:
    for name, value in truth.items():
        estimate = result[name]
        assert estimate.value is not None
        assert estimate.stderr is not None
        assert abs(estimate.value - value) < PULL * estimate.stderr, name


# --- tables as laboratories write them ----------------------------------------------------------------------------


def german() -> bytes:
    def comma(number: float) -> str:
        return repr(number).replace(".", ",")

    lines = [f"{s};{comma(i * 1e3)};{comma(t)};{n};{comma(x)};gut\r\n" for s, i, t, n, x in ROWS]
    return ("# Messung vom 3. Mai\r\nstate;I_dc (µA);T (K);N;total time (s);Bemerkung\r\n" + "".join(lines)).encode(
        "utf-8-sig"
    )


def tabs() -> str:
    lines = [f"{s}\t{i!r}\t{t!r}\t{n}\t{x * 1e3!r}\n" for s, i, t, n, x in ROWS]
    return "state\tI [mA]\tT [K]\tn\ttotal_time [ms]\n" + "".join(lines)


def means() -> str:
    lines = [f"{s},{i!r},{t!r},{n},{x / n!r}\n" for s, i, t, n, x in ROWS]
    return "state,current (mA),temperature (K),n,mean_dwell (s)\n" + "".join(lines)


def mapped() -> str:
    lines = [f"{s},{i * 1e3!r},{t!r},{n},{x!r}\n" for s, i, t, n, x in ROWS]
    return "Zustand,Strom,Temp,Anzahl,Zeit\n" + "".join(lines)


MAPPING: Final = (
    'columns = {state = "Zustand", current = "Strom (μA)", temperature = "Temp (K)", n = "Anzahl", '
    'total_time = "Zeit (s)"}\n'
)


@pytest.mark.parametrize(
    ("name", "content", "keys"),
    [
        ("dwell.csv", german(), ""),
        ("dwell.tsv", tabs(), ""),
        ("dwell.csv", means(), ""),
        ("dwell.csv", mapped(), MAPPING),
    ],
    ids=["German", "tabs", "means", "headers of its own"],
)
def test_the_same_data_in_another_table_give_the_same_answer(
    fitted: Journey, usual: Fit, name: str, content: str | bytes, keys: str
) -> None:
    other = fitted(DEVICE + MEASUREMENT.replace("dwell.csv", name) + keys, {name: content})
    assert_true(other, l_over_L=LAMBDA, tau_0=TAU_0, theta_0=THETA_0, E_P=E_P * E, E_AP=E_AP * E)
    for parameter in ("l_over_L", "tau_0", "theta_0"):
        one, two = usual[parameter], other[parameter]
        assert one.value is not None
        assert two.value is not None
        # the same minimum, which the fit finds to some 1e-6 of an error; units round in the last digits
        assert two.value == pytest.approx(one.value, rel=1e-6)


def test_means_with_errors_give_the_answer_of_the_counts(fitted: Journey) -> None:
    lines = "".join(f"{s},{i!r},{t!r},{x / n!r},{x / n**1.5!r}\n" for s, i, t, n, x in ROWS)
    result = fitted(
        DEVICE + MEASUREMENT,
        {"dwell.csv": "state,current (mA),temperature (K),mean_dwell (s),mean_dwell_stderr (s)\n" + lines},
    )
    assert_true(result, l_over_L=LAMBDA, tau_0=TAU_0, theta_0=THETA_0)


def test_opposite_wiring_is_put_right_by_the_polarity(fitted: Journey) -> None:
    reversed_table = csv([(s, -i, t, n, x) for s, i, t, n, x in ROWS])
    result = fitted(f"{DEVICE}{MEASUREMENT}polarity = -1\n", {"dwell.csv": reversed_table})
    assert_true(result, l_over_L=LAMBDA)
    wrong = fitted(DEVICE + MEASUREMENT, {"dwell.csv": reversed_table})
    assert_true(wrong, l_over_L=-LAMBDA)
    assert "set polarity = -1" in wrong.summary(width=None)


# --- what the summary says ----------------------------------------------------------------------------------------


def test_one_temperature_gives_the_coefficient_and_says_what_is_missing(fitted: Journey) -> None:
    result = fitted(DEVICE + MEASUREMENT, {"dwell.csv": ONE_TEMPERATURE})
    assert_true(result, l_over_L=LAMBDA, theta_0=THETA_0)
    assert result["tau_0"].verdict is Verdict.NOT_IDENTIFIED
    assert "ln(τ0/s) + E_P/(k_BT) = " in result.summary(width=None)


def quoted(combination: Combination) -> tuple[float, float]:
    """The value of an identified combination and its standard error."""
    assert combination.value is not None
    assert combination.stderr is not None
    return combination.value, combination.stderr


def test_without_beta_the_ratio_is_given(fitted: Journey) -> None:
    result = fitted(DEVICE.replace('beta = "0.35"\n', "") + MEASUREMENT)
    (ratio,) = [c for c in result.combinations if c.expression == "l_over_L/beta"]
    value, stderr = quoted(ratio)
    assert abs(value - LAMBDA / 0.35) < PULL * stderr
    assert "l/L_θθ is not identified by these data; (l/L_θθ)/β = " in result.summary(width=None)


def test_without_any_temperature_no_temperature_is_quoted(fitted: Journey) -> None:
    table = "state,current (mA),n,total_time (s)\n"
    table += "".join(f"{s},{i!r},{n},{x!r}\n" for s, i, t, n, x in ROWS if t == 295.0)
    result = fitted(DEVICE.replace('temperature = "295 K"\n', "") + MEASUREMENT, {"dwell.csv": table})
    assert result.reference_temperature is None
    assert "300 K" not in result.summary(width=None)
    assert "No temperature is given" in result.summary(width=None)
    assert_true(result, slope_P=G * (THETA_0 - np.sin(THETA_0)) / 2 / (K_B * 295.0))


def test_a_very_uncertain_constant_leaves_the_sharp_combination(fitted: Journey) -> None:
    result = fitted(DEVICE.replace("0.110 ohm", "0.11 ± 100 ohm") + MEASUREMENT)
    assert result["l_over_L"].verdict is Verdict.NOT_IDENTIFIED
    (sharp,) = result.combinations
    assert sharp.expression == "l_over_L*delta_R"
    value, stderr = quoted(sharp)
    assert abs(value - LAMBDA * 0.110) < PULL * stderr
    assert stderr < 0.1 * value


def test_a_parameter_at_its_bound_is_called_so(tmp_path: Path) -> None:
    device = DEVICE.replace("0.35", "0.35 ± 0.03")
    section = '[fit]\ncompare = false\nbounds = {l_over_L = ["14", "20"]}\n'  # its interval is a profile
    result = fit_in(tmp_path, f"{device}{MEASUREMENT}{section}", {})
    assert result["l_over_L"].verdict is Verdict.AT_BOUND
    assert "l/L_θθ = 14 e, which is its bound (95 %: ≤ 15 e); the data" in result.summary(width=None)
    assert "l/L_θθ lies at its bound. The intervals of the others allow for it." in result.summary(width=None)


def test_the_printed_convention_names_itself(fitted: Journey, usual: Fit) -> None:
    printed = fitted(f'{DEVICE}{MEASUREMENT}[model]\nconvention = "printed"\n')
    assert_true(printed, l_over_L=-8 * LAMBDA, c_P=THETA_0 - np.sin(THETA_0))
    assert "Printed convention: l/L_θθ is −8 times the consistent one" in printed.summary(width=None)
    (doubled,), (single,) = ([n for n in r.validity if n.name == "finite barrier"] for r in (printed, usual))
    assert "c_P = 0.58" in doubled.sentence  # the wells' width at σ ≈ 18, 0.2913, in units of this convention
    assert "c_P = 0.29" in single.sentence


@pytest.mark.parametrize(("asymmetry", "verdict"), [("symmetric", "rejected"), ("chi", "acceptable")])
def test_another_asymmetry_is_judged_by_the_data(fitted: Journey, asymmetry: str, verdict: str) -> None:
    result = fitted(f'{DEVICE}{MEASUREMENT}[model]\nasymmetry = "{asymmetry}"\n')
    assert result.goodness.verdict == verdict


def test_free_asymmetry_gives_products(fitted: Journey) -> None:
    result = fitted(f'{DEVICE}{MEASUREMENT}[model]\nasymmetry = "free"\n')
    product = next(c for c in result.combinations if c.expression == "l_over_L*c_P")
    value, stderr = quoted(product)
    assert abs(value - LAMBDA * (THETA_0 - np.sin(THETA_0)) / 2) < PULL * stderr


def test_a_measured_gmr_curve_serves_as_the_law_it_samples(fitted: Journey) -> None:
    theta = np.linspace(0.0, 180.0, 37)
    curve = "theta (deg),r\n" + "".join(f"{a},{(1 - np.cos(np.radians(a))) / 2}\n" for a in theta)
    result = fitted(f'{DEVICE}{MEASUREMENT}[model]\ngmr = {{file = "r.csv"}}\n', {"r.csv": curve})
    assert_true(result, l_over_L=LAMBDA, theta_0=THETA_0)


@pytest.mark.parametrize(("unit", "per_mT"), [("mT", 1.0), ("Oe", 10.0)])
def test_several_fields_with_a_stray_field(fitted: Journey, unit: str, per_mT: float) -> None:
    lines = [
        f"{s},{i!r},{t!r},{field * per_mT!r},{n},{x!r}\n"
        for seed, field in enumerate((-5.0, 5.0, 15.0))
        for s, i, t, n, x in dwell_rows((285.0, 305.0), (field - 5.0) / 100.0, seed)
    ]
    device = f'{DEVICE}anisotropy_field = "100 ± 2 mT"\nfield_offset = "5 ± 1 mT"\n'
    result = fitted(
        f'{device}{MEASUREMENT}[model]\nasymmetry = "uniaxial"\n',
        {"dwell.csv": f"state,current (mA),temperature (K),H ({unit}),n,total_time (s)\n" + "".join(lines)},
    )
    assert_true(result, l_over_L=LAMBDA, Kv=0.46 * E, anisotropy_field=0.1, field_offset=5e-3)
    assert_true(result, E_P=0.46 * E * 0.95**2)  # at zero applied field, h = −0.05
    assert "at 295 K and zero applied field" in result.summary(width=None)


def test_pulses_events_and_dwell_times_in_one_analysis(fitted: Journey, tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    pulses = "direction,V,t_p,T (K),n_reps,P_sw\n"
    for word, state, sign in (("P->AP", "P", -1.0), ("AP->P", "AP", 1.0)):
        for magnitude in np.linspace(4e-3, 9e-3, 9).tolist():
            switched = rng.binomial(200, -np.expm1(-1e-4 / np.exp(log_dwell(state, sign * magnitude, 300.0))))
            pulses += f"{word},{magnitude * 12e3!r},100,300,200,{switched / 200!r}\n"
    events = "state,current (mA),temperature (K),duration (us)\n"
    for state in ("P", "AP"):
        for current in (-0.5, 0.0, 0.5):
            mean = np.exp(log_dwell(state, current * 1e-3, 300.0)) * 1e6
            events += "".join(f"{state},{current},300,{x!r}\n" for x in rng.exponential(mean, 100).tolist())
    analysis = (
        f'{DEVICE}resistance = "12 ± 0.5 ohm"\n{MEASUREMENT}'
        '[[measurement]]\nkind = "dwell-events"\nfile = "events.csv"\n'
        '[[measurement]]\nkind = "switching-pulse"\nfile = "pulses.csv"\nsign = "magnitude"\n'
        'columns = {transition = "direction", voltage = "V (mV)", pulse_width = "t_p (us)", n = "n_reps", '
        'probability = "P_sw"}\n'
    )
    result = fitted(analysis, {"events.csv": events, "pulses.csv": pulses})
    assert_true(result, l_over_L=LAMBDA, tau_0=TAU_0, resistance=12.0)
    page = stfit.report(result, tmp_path / "out").read_text(encoding="utf-8")
    assert page.count("<script") == 1  # ours
    assert all(f'id="data-{i}"' in page for i in (1, 2, 3))
    assert "1e+0" not in page
    assert "inf Ω" not in page


def test_pulses_without_their_sign_are_noticed(fitted: Journey) -> None:
    rows = "".join(f"{word},{i},10,300,100,{10 * i + 3}\n" for word in ("P->AP", "AP->P") for i in range(1, 7))
    result = fitted(
        DEVICE + MEASUREMENT.replace("dwell-times", "switching-pulse"),
        {"dwell.csv": "transition,current (mA),pulse_width (ns),temperature (K),n,n_switched\n" + rows},
    )
    assert 'set sign = "magnitude"' in result.summary(width=None)


def test_a_state_without_a_slope_still_makes_a_report(fitted: Journey, tmp_path: Path) -> None:
    result = fitted(DEVICE + MEASUREMENT, {"dwell.csv": f"{HEADER}P,1,300,10,1\nP,2,300,10,1\n"})
    assert stfit.report(result, tmp_path / "out").is_file()


# --- a session in Python ------------------------------------------------------------------------------------------


def test_the_model_by_itself() -> None:
    rows = [row for row in ROWS if row[2] == 295.0]
    settings = {
        "current": np.array([row[1] for row in rows]) * 1e-3,
        "temperature": np.array([row[2] for row in rows]),
        "state": np.array([row[0] for row in rows]),
    }
    mean = np.array([row[4] / row[3] for row in rows])
    model = DwellTimeModel(reference_temperature=295, beta=0.35, delta_R=0.110)
    params = model.guess(mean, **settings)
    params["ln_tau_0"].set(np.log(TAU_0), vary=False)
    weights = np.sqrt([row[3] for row in rows])
    found = model.fit(mean, params, weights=weights, **settings).params["l_over_L"]
    assert abs(found.value - LAMBDA) < PULL * found.stderr


def test_a_device_of_ones_own_simulated_and_fitted_again(tmp_path: Path) -> None:
    (tmp_path / "device.toml").write_text(SIMULATED, encoding="utf-8")
    written = simulate(tmp_path / "device.toml", seed=4, out=tmp_path)
    assert [path.name for path in written] == ["events.csv", "pulses.csv", "truth.json"]
    measurements = [
        stfit.load(tmp_path / "events.csv", kind="dwell-events"),
        stfit.load(tmp_path / "pulses.csv", kind="switching-pulse"),
    ]
    device = {"delta_R": "0.110 ohm", "beta": 0.35, "temperature": "295 K"}
    result = stfit.fit(measurements, device=device, fit={"compare": False})
    assert_true(result, l_over_L=20.0, tau_0=1e-9, E_P=0.40 * E)
    assert result.goodness.verdict == "acceptable"


def test_python_refuses_what_the_analysis_file_refuses(tmp_path: Path) -> None:
    (tmp_path / "dwell.csv").write_text(TABLE, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        stfit.load(tmp_path / "dwell.csv", kind="dwell-times", polarity=3)
    assert not unnamed(str(caught.value), "polarity", "1 or -1", 3)
    with pytest.raises(InputError, match="measurement"):
        stfit.fit([])


SIMULATED: Final = """
[device]
l_over_L = 20
E_P = "0.40 eV"
E_AP = "0.40 eV"
tau_0 = "1 ns"
theta_0 = "1.6 rad"
beta = 0.35
delta_R = "0.110 ohm"
temperature = "295 K"
[[measurement]]
kind = "dwell-events"
file = "events.csv"
currents = ["-1 mA", "1 mA"]
points = 5
temperatures = ["280 K", "310 K"]
transitions = [50, 100]
[[measurement]]
kind = "switching-pulse"
file = "pulses.csv"
currents = ["2 mA", "8 mA"]
points = 9
pulse_widths = ["10 us", "1 ms"]
temperatures = ["295 K"]
n = 200
"""


# --- what is refused ----------------------------------------------------------------------------------------------

FIXED: Final = '[fit]\nfix = {l_over_L = "12", tau_0 = "1 ns", E_P = "0.4 eV", E_AP = "0.4 eV", theta_0 = "1.6 rad"}\n'
BOUNDS: Final = '[fit]\nbounds = {tau_0 = ["1 ps", "1 us"]}\n'
REFUSED: Final[Mapping[str, tuple[str, str, list[str]]]] = {
    "the same rows twice": (
        DEVICE + MEASUREMENT + MEASUREMENT,
        TABLE,
        ["[[measurement]] 2, key 'file'", "'dwell.csv'"],
    ),
    "a per cent of an ohm": (
        DEVICE.replace("0.110 ohm", "0.11 ± 5 % ohm") + MEASUREMENT,
        TABLE,
        ["key 'device.delta_R'", "'0.11 ± 5 % ohm'", "two meanings"],
    ),
    "nothing left to fit": (DEVICE + MEASUREMENT + FIXED, TABLE, ["key 'fit.fix'", "fixed"]),
    "bounds that are one number": (
        f'{DEVICE}{MEASUREMENT}[fit]\nbounds = {{tau_0 = ["1 ns", "1.0000000000000002 ns"]}}\n',
        TABLE,
        ["key 'fit.bounds.tau_0'"],
    ),
    "a prior outside the bounds": (
        f'{DEVICE}{MEASUREMENT}{BOUNDS}[priors]\ntau_0 = {{uniform = ["2 us", "3 us"]}}\n',
        TABLE,
        ["key 'priors.tau_0'", "1e-12", "1e-06", "2e-06", "3e-06"],
    ),
    "a resistance beyond measure": (
        DEVICE.replace("0.110", "1e300") + MEASUREMENT,
        TABLE,
        ["key 'device.delta_R'", "1e+30 ohm", "'1e300 ohm'"],
    ),
    "a GMR curve beyond measure": (
        f"{DEVICE}{MEASUREMENT}[model]\ngmr = {{chi = 1e10}}\n",
        TABLE,
        ["key 'model.gmr.chi'", "99", "10000000000.0"],
    ),
    "a barrier beyond measure": (
        f'{DEVICE}{MEASUREMENT}[fit]\nfix = {{E_P = "100 eV"}}\n',
        TABLE,
        ["dwell times", "1e300 s"],
    ),
    "a temperature beyond measure": (
        DEVICE + MEASUREMENT,
        f"{TABLE}P,1,1e-300,10,1\n",
        ["line 44", "'temperature (K)'", "1e+30 K", "'1e-300'"],
    ),
    "counts beyond measure": (
        DEVICE + MEASUREMENT,
        f"{TABLE}P,1,300,1e300,1\n",
        ["line 44", "'n'", "1e+18", "'1e+300'"],
    ),
    "an error that says nothing": (
        DEVICE + MEASUREMENT,
        "state,current (mA),mean_dwell (s),mean_dwell_stderr (s)\nP,1,1,0.1\nP,2,1,1e6\n",
        ["line 3", "'mean_dwell_stderr (s)'", "100 times", "1e+06 times"],
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_meant(tmp_path: Path, case: tuple[str, str, list[str]]) -> None:
    analysis, table, named = case
    with pytest.raises(InputError) as caught:
        fit_in(tmp_path, analysis, {"dwell.csv": table})
    assert not unnamed(str(caught.value), *named)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("280 K", "0 K", ["key 'temperatures'", "above 0 K", "'0 K'"]),
        ('"pulses.csv"', '"events.csv"', ["[[measurement]] 2, key 'file'"]),
        ('"pulses.csv"', '"truth.json"', ["key 'file'", "truth.json"]),
        ("beta = 0.35", 'beta = "0.35 ± 0.03"', ["key 'device.beta'", "±"]),
        ('E_P = "0.40 eV"', 'E_P = "100 eV"', ["dwell times", "1e-30", "1e+30 s"]),
        ("pulses.csv", "p" * 300, ["file name too long"]),
    ],
)
def test_a_device_that_cannot_be_simulated(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], old: str, new: str, named: list[str]
) -> None:
    Path("device.toml").write_text(SIMULATED.replace(old, new), encoding="utf-8")
    assert run("simulate", "--device", "device.toml", "--seed", "1", "--out", "sim") == 2
    assert not unnamed(capsys.readouterr().err, *named)
    assert list(Path().rglob("*.*")) == [Path("device.toml")]


def test_a_full_disk_leaves_nothing_half_written(usual: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes = Path.write_bytes

    def write(path: Path, content: bytes) -> int:
        if "report.html" in path.name:
            raise OSError(28, "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(InputError, match="no space left on device"):
        stfit.report(usual, tmp_path / "out")
    assert list(tmp_path.rglob("*.html")) == []
