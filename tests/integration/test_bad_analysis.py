"""A wrong analysis file gets exit status 2 and a message: where it is wrong, what was expected, what was found."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stfit.cli import main
from stfit.models import parameters

FILE = "analysis.toml"
DWELLS = 'kind = "dwell-times"\nfile = "dwell.csv"\n'
MEASUREMENT = f"[[measurement]]\n{DWELLS}"
PARAMETERS = ", ".join(parameters.PARAMETERS)
TOML = 'TOML, in which a quantity with its unit stands in quotes ("0.110 ohm")'
SYNTAX = "an error of syntax"
TIME = 'a time with its unit (s, us, ns) such as "1.2 s" or "1.2 ± 0.1 s"'
RESISTANCE = 'a resistance with its unit (ohm, mohm, kohm) such as "1.2 ohm" or "1.2 ± 0.1 ohm"'
COMMON = "kind, file, polarity, temperature, temperature_uncertainty, field_uncertainty, columns, where"
TEMPERATURE = 'a temperature with its unit (K, degC) such as "1.2 K" or "1.2 ± 0.1 K"'
NUMBER = 'a pure number such as 0.35 or "0.35 ± 0.03"'
PRIOR = (
    '{normal = ["mean", "sd"]}, {truncated = ["mean", "sd", "low", "high"]}, {lognormal = ["median", "factor"]} '
    'or {uniform = ["low", "high"]}'
)
KINDS = (
    "'dwell-events', 'dwell-times', 'fmr-lines', 'fmr-spectra', 'hysteresis-loop', 'switching-currents', "
    "'switching-pulse', 'switching-ramp' or 'telegraph-trace'"
)

Case = tuple[str, str, str, str]  # what follows a good measurement; where, expected, found


def key(name: str) -> str:
    return f"{FILE}, key '{name}'"


def of_measurement(name: str) -> str:
    return f"{FILE}, [[measurement]] 1, key '{name}'"


SECTIONS: dict[str, Case] = {
    "an unknown section": (
        '[devise]\nbeta = "0.3"',
        key("devise"),
        "a key known here (the nearest is 'device')",
        "'devise', which is not known",
    ),
    "an unknown constant": (
        '[device]\ndeltaR = "0.11 ohm"',
        key("device.deltaR"),
        "a key known here (the nearest is 'delta_R')",
        "'deltaR', which is not known",
    ),
    "an unknown key like no other": (
        "[fit]\nzzz = 1",
        key("fit.zzz"),
        (
            "a key known here (backend, free, per_measurement, fix, bounds, reference_temperature, seed, intervals, "
            "compare, evidence, goodness)"
        ),
        "'zzz', which is not known",
    ),
    "an unknown parameter in fix": (
        '[fit]\nfix = {tau0 = "1 ns"}',
        key("fit.fix.tau0"),
        "a key known here (the nearest is 'tau_0')",
        "'tau0', which is not known",
    ),
    "an unknown parameter in free": (
        '[fit]\nfree = ["weight"]',
        key("fit.free"),
        f"parameters known here ({PARAMETERS})",
        "'weight', which is not known",
    ),
    "a section that is no table": ("device = 3", key("device"), "a table", "3"),
    "a list for a section": ("fit = [1, 2]", key("fit"), "a table", "a list of 2"),
    "a date for a title": ("title = 1979-05-27", key("title"), "text in quotes", "the date or time 1979-05-27"),
}

QUANTITIES: dict[str, Case] = {
    "no unit": ('[device]\ndelta_R = "0.11"', key("device.delta_R"), RESISTANCE, "'0.11', no unit"),
    "no quotes": ("[device]\ntemperature = 295", key("device.temperature"), TEMPERATURE, "'295' without a unit"),
    "another dimension": ('[device]\ntau_0 = "1 nA"', key("device.tau_0"), TIME, "'1 nA', a current"),
    "an unknown unit": (
        '[device]\ndelta_R = "0.11 ohmm"',
        key("device.delta_R"),
        RESISTANCE,
        "'0.11 ohmm', where 'ohmm' is no known unit",
    ),
    "no number": ('[device]\nbeta = "about a third"', key("device.beta"), NUMBER, "'about a third'"),
    "a truth value": ("[device]\nbeta = true", key("device.beta"), "a quantity, as text with its unit", "true"),
    "not a number": ("[device]\nbeta = nan", key("device.beta"), f"{NUMBER}, of finite size", "'nan'"),
    "a hexadecimal monster": (
        f"[device]\nbeta = 0x{'f' * 400}",
        key("device.beta"),
        f"{NUMBER}, of finite size",
        "'inf'",
    ),
    "an uncertainty of nothing": (
        '[device]\nbeta = "0.35 ± 0"',
        key("device.beta"),
        f"{NUMBER}, with an uncertainty above 0",
        "'0.35 ± 0'",
    ),
    "a polarisation beyond 1": (
        '[device]\nbeta = "1.2 ± 0.1"',
        key("device.beta"),
        "a value between -1 and 1 that is not 0",
        "'1.2 ± 0.1'",
    ),
    "no polarisation": ("[device]\nbeta = 0", key("device.beta"), "a value between -1 and 1 that is not 0", "0"),
    "no magnetoresistance": ('[device]\ndelta_R = "0 ohm"', key("device.delta_R"), "a value that is not 0", "'0 ohm'"),
    "below absolute zero": (
        '[device]\ntemperature = "-300 degC"',
        key("device.temperature"),
        "a value above 0 K",
        "'-300 degC'",
    ),
    "a negative barrier": ('[fit]\nfix = {E_P = "-1 eV"}', key("fit.fix.E_P"), "a value above 0 J", "'-1 eV'"),
    "a fixed value with an uncertainty": (
        '[fit]\nfix = {tau_0 = "1.0 ± 0.5 ns"}',
        key("fit.fix.tau_0"),
        "a quantity without ±",
        "'1.0 ± 0.5 ns'",
    ),
    "a reference at 0 K": (
        '[fit]\nreference_temperature = "0 K"',
        key("fit.reference_temperature"),
        "a temperature above 0 K",
        "'0 K'",
    ),
    "a negative seed": ("[fit]\nseed = -1", key("fit.seed"), "a whole number, 0 or more", "-1"),
    "a truth value for a seed": ("[fit]\nseed = true", key("fit.seed"), "a whole number, 0 or more", "true"),
}

CHOICES: dict[str, Case] = {
    "an unknown asymmetry": (
        '[model]\nasymmetry = "uniaxal"\n[device]\nh = 0.1',
        key("model.asymmetry"),
        "'theta_0', 'symmetric', 'uniaxial', 'chi' or 'free' (the nearest is 'uniaxial')",
        "'uniaxal'",
    ),
    "an unknown convention": (
        '[model]\nconvention = "Printed"',
        key("model.convention"),
        "'consistent' or 'printed' (the nearest is 'printed')",
        "'Printed'",
    ),
    "a barrier without a name": ('[model]\nbarrier = "low"', key("model.barrier"), "'high' or 'exact'", "'low'"),
    "exact rates of a free barrier top": (
        '[model]\nbarrier = "exact"\nasymmetry = "theta_0"',
        key("model.asymmetry"),
        '"uniaxial" or "symmetric" with barrier = "exact", whose barriers are of one axis',
        "'theta_0'",
    ),
    "a barrier that exact rates do not have": (
        '[model]\nbarrier = "exact"\n[fit]\nfix = {E_P = "0.5 eV"}',
        key("fit.fix.E_P"),
        'a parameter of asymmetry = "uniaxial" with barrier = "exact"',
        '\'E_P\', which belongs to "chi" or "free" or "symmetric" or "theta_0" with barrier = "high"',
    ),
    "an unknown law of M_s(T)": (
        '[model]\nmagnetisation = "block"\nanisotropy_law = "shape"',
        key("model.magnetisation"),
        "'constant', 'bloch' or 'mean-field' (the nearest is 'bloch')",
        "'block'",
    ),
    "an unknown law of K(T)": (
        '[model]\nmagnetisation = "bloch"\nanisotropy_law = "callan-callen"',
        key("model.anisotropy_law"),
        "'constant', 'shape' or 'callen-callen' (the nearest is 'callen-callen')",
        "'callan-callen'",
    ),
    "an unknown heating": ('[model]\nheating = "yes"', key("model.heating"), "'none' or 'joule'", "'yes'"),
    "an unknown backend": ('[fit]\nbackend = "simplex"', key("fit.backend"), "'least-squares' or 'mcmc'", "'simplex'"),
    "an unknown GMR curve": (
        '[model]\ngmr = "sine"',
        key("model.gmr"),
        '"cosine", {chi = 0.4} or {file = "r_theta.csv"}',
        "'sine'",
    ),
    "two GMR curves": (
        '[model]\ngmr = {chi = 0.4, file = "dwell.csv"}',
        key("model.gmr"),
        '"cosine", {chi = 0.4} or {file = "r_theta.csv"}',
        "a table",
    ),
    "a GMR curve that diverges": ("[model]\ngmr = {chi = -1}", key("model.gmr.chi"), "a value above -1", "-1"),
    "a GMR table that is not there": (
        '[model]\ngmr = {file = "r_theta.csv"}',
        key("model.gmr.file"),
        "a file there is",
        "'r_theta.csv' (No such file or directory)",
    ),
}

PAIRS: dict[str, Case] = {
    "bounds the wrong way round": (
        '[fit]\nbounds = {tau_0 = ["1 us", "1 ps"]}',
        key("fit.bounds.tau_0"),
        "a pair whose low end lies below its high end",
        "['1 us', '1 ps']",
    ),
    "one bound": (
        '[fit]\nbounds = {tau_0 = ["1 ps"]}',
        key("fit.bounds.tau_0"),
        "a pair [low, high]",
        "a list of 1",
    ),
    "a bound outside the domain": (
        '[fit]\nbounds = {theta_0 = ["0 deg", "200 deg"]}',
        key("fit.bounds.theta_0"),
        "a value between 0 and 3.14159 rad",
        "['0 deg', '200 deg']",
    ),
    "a bound with a logarithm of -∞": (
        '[fit]\nbounds = {tau_0 = ["0 s", "1 us"]}',
        key("fit.bounds.tau_0"),
        "a value above 0 s",
        "['0 s', '1 us']",
    ),
    "a name in place of a list": (
        '[fit]\nfree = "tau_0"',
        key("fit.free"),
        'a list of names, such as ["tau_0"]',
        "'tau_0'",
    ),
    "a prior without a family": ('[priors]\nbeta = ["0.3", "0.1"]', key("priors.beta"), PRIOR, "a list of 2"),
    "an unknown family": (
        '[priors]\nbeta = {gauss = ["0.3", "0.1"]}',
        key("priors.beta"),
        "a prior known here (uniform, normal, lognormal, truncated)",
        "'gauss', which is not known",
    ),
    "a prior with one number": (
        '[priors]\nbeta = {normal = ["0.3"]}',
        key("priors.beta"),
        PRIOR,
        "normal = a list of 1",
    ),
    "a prior without width": (
        '[priors]\nbeta = {normal = ["0.3", "0"]}',
        key("priors.beta"),
        "a standard deviation above 0",
        "'0'",
    ),
    "a factor below 1": (
        '[priors]\ntau_0 = {lognormal = ["1 ns", "0.5"]}',
        key("priors.tau_0"),
        "a factor above 1",
        "'0.5'",
    ),
    "a median below 0": (
        '[priors]\nl_over_L = {lognormal = ["-8", "2"]}',
        key("priors.l_over_L"),
        "a median above 0",
        "'-8'",
    ),
    "a uniform prior of no length": (
        '[priors]\nl_over_L = {uniform = ["8", "8"]}',
        key("priors.l_over_L"),
        "a pair whose low end lies below its high end",
        "['8', '8']",
    ),
}

CONTRADICTIONS: dict[str, Case] = {
    "a law of M_s(T) without its Curie temperature": (
        '[model]\nmagnetisation = "mean-field"',
        key("device.curie_temperature"),
        'the Curie temperature, for example "1100 K", as magnetisation = "mean-field" needs',
        "nothing",
    ),
    "an anisotropy that follows a constant magnetisation": (
        '[model]\nanisotropy_law = "shape"',
        key("model.magnetisation"),
        'a law of M_s(T), "bloch" or "mean-field", for anisotropy_law = "shape" to follow',
        '"constant", the default',
    ),
    "a Curie temperature of another dimension": (
        '[device]\ncurie_temperature = "1 eV"\n[model]\nmagnetisation = "bloch"',
        key("device.curie_temperature"),
        TEMPERATURE,
        "'1 eV', an energy",
    ),
    "a row above the Curie temperature": (
        '[device]\ncurie_temperature = "300 K"\ntemperature = "310 K"\n[model]\nmagnetisation = "bloch"',
        key("device.curie_temperature"),
        "a temperature well above that of every row and of the reference, 310 K at most",
        "300 K",
    ),
    "no heating, written as one": (
        '[device]\nheating = "0 K^2/A^2"\n[model]\nheating = "joule"',
        key("device.heating"),
        "a value above 0 K**2/A**2",
        "'0 K^2/A^2'",
    ),
    "a constant of another asymmetry": (
        '[device]\nchi = "0.4"',
        key("device.chi"),
        'a parameter of asymmetry = "theta_0"',
        "'chi', which belongs to \"chi\"",
    ),
    "a bound of another asymmetry": (
        '[model]\nasymmetry = "uniaxial"\n[fit]\nbounds = {E_P = ["0.1 eV", "1 eV"]}',
        key("fit.bounds.E_P"),
        'a parameter of asymmetry = "uniaxial"',
        '\'E_P\', which belongs to "chi" or "free" or "symmetric" or "theta_0"',
    ),
    "a known curve where χ is free": (
        '[model]\nasymmetry = "chi"\ngmr = {chi = 0.4}',
        key("model.gmr"),
        '"cosine" with asymmetry = "chi", which takes no known r(θ)',
        "a table",
    ),
    "fixed in two places": (
        '[device]\nbeta = "0.35 ± 0.03"\n[fit]\nfix = {beta = "0.35"}',
        key("fit.fix.beta"),
        "a parameter that [device] leaves open",
        "'beta', given there as well",
    ),
    "asked for and fixed": (
        '[fit]\nfree = ["tau_0"]\nfix = {tau_0 = "1 ns"}',
        key("fit.free"),
        "parameters that are not fixed",
        "'tau_0', which [fit] fix holds fixed",
    ),
    "asked for and known exactly": (
        '[device]\nbeta = "0.35"\n[fit]\nfree = ["beta"]',
        key("fit.free"),
        "parameters that are not fixed",
        "'beta', which a value without ± in [device] holds fixed",
    ),
    "a value outside its bounds": (
        '[device]\ntau_0 = "1.0 ± 0.5 s"\n[fit]\nbounds = {tau_0 = ["1 ps", "1 us"]}',
        key("device.tau_0"),
        "a value inside its bounds, 1e-12 to 1e-06 in SI units",
        "1",
    ),
    "a prior on a known constant": (
        '[device]\nbeta = "0.35 ± 0.03"\n[priors]\nbeta = {normal = ["0.3", "0.1"]}',
        key("priors.beta"),
        "a parameter that nothing else determines",
        "'beta', given in [device] as well",
    ),
}

MEASUREMENTS: dict[str, Case] = {
    "an unknown kind": (
        'kind = "dwells"\nfile = "dwell.csv"',
        of_measurement("kind"),
        f"{KINDS} (the nearest is 'dwell-times')",
        "'dwells'",
    ),
    "no kind": ('file = "dwell.csv"', of_measurement("kind"), "a value", "no such key"),
    "no file": ('kind = "dwell-times"', of_measurement("file"), "a value", "no such key"),
    "a file that is not there": (
        'kind = "dwell-times"\nfile = "data/dwell.csv"',
        of_measurement("file"),
        "a file there is",
        "'data/dwell.csv' (No such file or directory)",
    ),
    "a folder": ('kind = "dwell-times"\nfile = "."', of_measurement("file"), "a file", "'.', a folder"),
    "a file name that is none": (
        'kind = "dwell-times"\nfile = "dwell\\u0000.csv"',
        of_measurement("file"),
        "a file there is",
        "'dwell\\x00.csv' (embedded null byte)",
    ),
    "a polarity of 2": (
        f"{DWELLS}polarity = 2",
        of_measurement("polarity"),
        "1 or -1",
        "2",
    ),
    "a key of another kind": (
        f'{DWELLS}sign = "magnitude"',
        of_measurement("sign"),
        f"a key known here ({COMMON})",
        "'sign', which is not known",
    ),
    "an uncertainty in the unit of another quantity": (
        f'{DWELLS}temperature_uncertainty = "20 mT"',
        of_measurement("temperature_uncertainty"),
        TEMPERATURE,
        "'20 mT', a magnetic field",
    ),
    "an uncertainty of 0": (
        f'{DWELLS}field_uncertainty = "0 mT"',
        of_measurement("field_uncertainty"),
        "an uncertainty above 0",
        "'0 mT'",
    ),
    "an uncertain uncertainty": (
        f'{DWELLS}temperature_uncertainty = "20 ± 1 mK"',
        of_measurement("temperature_uncertainty"),
        "a quantity without ±",
        "'20 ± 1 mK'",
    ),
    "an uncertainty without a unit": (
        f"{DWELLS}temperature_uncertainty = 0.02",
        of_measurement("temperature_uncertainty"),
        TEMPERATURE,
        "'0.02' without a unit",
    ),
    "a dead time": (
        'kind = "dwell-events"\nfile = "dwell.csv"\ndead_time = "0 us"',
        of_measurement("dead_time"),
        "a time above 0 s",
        "'0 us'",
    ),
    "a column that is no text": (
        f"{DWELLS}columns = {{n = 3}}",
        of_measurement("columns"),
        "text in quotes",
        "3",
    ),
    "rows by a list": (
        f'{DWELLS}where = ["A"]',
        of_measurement("where"),
        'a table such as {device_id = "A"}',
        "a list of 1",
    ),
    "rows by a truth value": (
        f"{DWELLS}where = {{used = true}}",
        of_measurement("where"),
        "text or a number, to be compared with the cells of a column",
        "true",
    ),
    "a temperature below 0 K": (
        f'{DWELLS}temperature = "-4 K"',
        of_measurement("temperature"),
        "a temperature above 0 K",
        "'-4 K'",
    ),
}

WHOLE_FILES: dict[str, Case] = {
    "an empty file": ("", key("measurement"), "at least one [[measurement]]", "none"),
    "one bracket too few": (
        '[measurement]\nkind = "dwell-times"',
        key("measurement"),
        "a list of tables, each headed [[measurement]]",
        "a table",
    ),
    "measurements that are no tables": (
        'measurement = ["dwell.csv"]',
        f"{FILE}, [[measurement]] 1",
        "a table headed [[measurement]]",
        "'dwell.csv'",
    ),
    "a quantity without quotes": (
        "[device]\ndelta_R = 0.110 ± 0.004 ohm\n",
        f"{FILE}, line 2, column 17",
        TOML,
        f"{SYNTAX}: Expected newline or end of document after a statement",
    ),
    "a key twice": ("a = 1\na = 2", FILE, TOML, f"{SYNTAX}: Cannot overwrite a value"),
    "lists without end": (f"a = {'[' * 5000}", FILE, TOML, "lists nested too deeply or a number with too many digits"),
    "a number without end": (
        f"a = {'9' * 9999}",
        FILE,
        TOML,
        "lists nested too deeply or a number with too many digits",
    ),
}

Refuse = Callable[[bytes], str]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Run `stfit fit` on an analysis file of this content; what it says on stderr."""
    monkeypatch.chdir(tmp_path)
    Path("dwell.csv").write_text("state,current (mA),n,total_time (s)\nP,-1.2,1543,0.8127\n")

    def run(content: bytes) -> str:
        Path(FILE).write_bytes(content)
        return message_of("fit", FILE)

    def message_of(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["stfit", *arguments])
        with pytest.raises(SystemExit, match="2"):
            main()
        captured = capsys.readouterr()
        assert captured.out == ""
        assert not Path("reports").exists()
        assert captured.err.startswith("stfit: ")
        return captured.err.removeprefix("stfit: ").removesuffix("\n")

    return run


def named(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases.values(), ids=cases.keys())


@named(SECTIONS | QUANTITIES | CHOICES | PAIRS | CONTRADICTIONS)
def test_beside_a_good_measurement(refused: Refuse, case: Case) -> None:
    content, where, expected, found = case
    # keys without a section stand first in TOML
    whole = f"{content}\n{MEASUREMENT}" if not content.startswith("[") else f"{MEASUREMENT}{content}\n"
    assert refused(whole.encode()) == f"{where}: expected {expected}; found {found}"


@named(MEASUREMENTS)
def test_measurement(refused: Refuse, case: Case) -> None:
    content, where, expected, found = case
    assert refused(f"[[measurement]]\n{content}\n".encode()) == f"{where}: expected {expected}; found {found}"


@named(WHOLE_FILES)
def test_whole_file(refused: Refuse, case: Case) -> None:
    content, where, expected, found = case
    assert refused(content.encode()).splitlines()[0] == f"{where}: expected {expected}; found {found}"


def test_not_utf_8(refused: Refuse) -> None:
    content = f"{MEASUREMENT}[device]\nbeta = ".encode() + b'"0.35 \xb1 0.03"\n'
    assert refused(content) == "analysis.toml, line 5: expected UTF-8 text; found the byte 0xb1"


def test_all_problems_stand_in_one_message(refused: Refuse) -> None:
    lines = refused(
        b"""
[device]
bta = "0.35"
temperature = "300 K"
[[measurement]]
kind = "dwell-times"
file = "dwell.csv"
[[measurement]]
kind = "switching-pulse"
file = "pulse.csv"
sign = "none"
[model]
barrier = "low"
[fit]
fix = {temperature = "295 K"}
[priors]
E_P = 3
"""
    ).splitlines()
    assert [line.partition(": expected")[0] for line in lines] == [
        key("device.bta"),
        f"{FILE}, [[measurement]] 2, key 'file'",
        f"{FILE}, [[measurement]] 2, key 'sign'",
        key("model.barrier"),
        key("priors.E_P"),
        key("fit.fix.temperature"),
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.toml", "expected an analysis file (.toml); stfit init DATA begins one from data; found no such file"),
        (".", "expected an analysis file (TOML) that can be read; found Is a directory"),
    ],
)
def test_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stfit", "fit", path])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err == f"stfit: {path}: {message}\n"
