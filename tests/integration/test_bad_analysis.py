"""A wrong analysis file gets exit status 2 and a message: where it is wrong, what was expected, what was found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.saying import unnamed

FILE = "analysis.toml"
DWELLS = 'kind = "dwell-times"\nfile = "dwell.csv"\n'
MEASUREMENT = f"[[measurement]]\n{DWELLS}"
Case = tuple[str, str, list[str]]  # what follows a good measurement; where it is wrong; what else is named


def key(name: str) -> str:
    return f"{FILE}, key '{name}'"


def of_measurement(name: str) -> str:
    return f"{FILE}, [[measurement]] 1, key '{name}'"


SECTIONS: dict[str, Case] = {
    "an unknown section": ('[devise]\nbeta = "0.3"', key("devise"), ["'device'", "'devise'"]),
    "an unknown constant": ('[device]\ndeltaR = "0.11 ohm"', key("device.deltaR"), ["'delta_R'", "'deltaR'"]),
    "an unknown key like no other": ("[fit]\nzzz = 1", key("fit.zzz"), ["'zzz'", "backend", "seed"]),
    "an unknown parameter in fix": ('[fit]\nfix = {tau0 = "1 ns"}', key("fit.fix.tau0"), ["'tau_0'", "'tau0'"]),
    "an unknown parameter in free": ('[fit]\nfree = ["weight"]', key("fit.free"), ["'weight'", "l_over_L", "tau_0"]),
    "a section that is no table": ("device = 3", key("device"), ["table", "3"]),
    "a list for a section": ("fit = [1, 2]", key("fit"), ["table", "list of 2"]),
    "a date for a title": ("title = 1979-05-27", key("title"), ["text", "1979-05-27"]),
}

QUANTITIES: dict[str, Case] = {
    "no unit": ('[device]\ndelta_R = "0.11"', key("device.delta_R"), ["ohm", "'0.11'"]),
    "no quotes": ("[device]\ntemperature = 295", key("device.temperature"), ["K", "'295'"]),
    "another dimension": ('[device]\ntau_0 = "1 nA"', key("device.tau_0"), ["s", "us", "'1 nA'", "current"]),
    "an unknown unit": ('[device]\ndelta_R = "0.11 ohmm"', key("device.delta_R"), ["ohm", "'0.11 ohmm'", "'ohmm'"]),
    "no number": ('[device]\nbeta = "about a third"', key("device.beta"), ["0.35", "'about a third'"]),
    "a truth value": ("[device]\nbeta = true", key("device.beta"), ["unit", "true"]),
    "not a number": ("[device]\nbeta = nan", key("device.beta"), ["finite", "'nan'"]),
    "a hexadecimal monster": (f"[device]\nbeta = 0x{'f' * 400}", key("device.beta"), ["finite", "'inf'"]),
    "an uncertainty of nothing": ('[device]\nbeta = "0.35 ± 0"', key("device.beta"), ["uncertainty", "'0.35 ± 0'"]),
    "a polarisation beyond 1": (
        '[device]\nbeta = "1.2 ± 0.1"',
        key("device.beta"),
        ["between -1 and 1", "'1.2 ± 0.1'"],
    ),
    "no polarisation": ("[device]\nbeta = 0", key("device.beta"), ["between -1 and 1", "0"]),
    "no magnetoresistance": ('[device]\ndelta_R = "0 ohm"', key("device.delta_R"), ["'0 ohm'"]),
    "below absolute zero": (
        '[device]\ntemperature = "-300 degC"',
        key("device.temperature"),
        ["above 0 K", "'-300 degC'"],
    ),
    "a negative barrier": ('[fit]\nfix = {E_P = "-1 eV"}', key("fit.fix.E_P"), ["above 0 J", "'-1 eV'"]),
    "a fixed value with an uncertainty": (
        '[fit]\nfix = {tau_0 = "1.0 ± 0.5 ns"}',
        key("fit.fix.tau_0"),
        ["±", "'1.0 ± 0.5 ns'"],
    ),
    "a reference at 0 K": (
        '[fit]\nreference_temperature = "0 K"',
        key("fit.reference_temperature"),
        ["above 0 K", "'0 K'"],
    ),
    "a negative seed": ("[fit]\nseed = -1", key("fit.seed"), ["whole number", "-1"]),
    "a truth value for a seed": ("[fit]\nseed = true", key("fit.seed"), ["whole number", "true"]),
}

CHOICES: dict[str, Case] = {
    "an unknown asymmetry": (
        '[model]\nasymmetry = "uniaxal"\n[device]\nh = 0.1',
        key("model.asymmetry"),
        ["'theta_0'", "'symmetric'", "'uniaxial'", "'chi'", "'free'", "'uniaxal'"],
    ),
    "an unknown convention": (
        '[model]\nconvention = "Printed"',
        key("model.convention"),
        ["'consistent'", "'printed'", "'Printed'"],
    ),
    "a barrier without a name": ('[model]\nbarrier = "low"', key("model.barrier"), ["'high'", "'exact'", "'low'"]),
    "exact rates of a free barrier top": (
        '[model]\nbarrier = "exact"\nasymmetry = "theta_0"',
        key("model.asymmetry"),
        ['"uniaxial"', '"symmetric"', '"exact"', "'theta_0'"],
    ),
    "a barrier that exact rates do not have": (
        '[model]\nbarrier = "exact"\n[fit]\nfix = {E_P = "0.5 eV"}',
        key("fit.fix.E_P"),
        ['"uniaxial"', '"exact"', "'E_P'", '"chi"', '"free"', '"symmetric"', '"theta_0"', '"high"'],
    ),
    "an unknown law of M_s(T)": (
        '[model]\nmagnetisation = "block"\nanisotropy_law = "shape"',
        key("model.magnetisation"),
        ["'constant'", "'bloch'", "'mean-field'", "'block'"],
    ),
    "an unknown law of K(T)": (
        '[model]\nmagnetisation = "bloch"\nanisotropy_law = "callan-callen"',
        key("model.anisotropy_law"),
        ["'constant'", "'shape'", "'callen-callen'", "'callan-callen'"],
    ),
    "an unknown heating": ('[model]\nheating = "yes"', key("model.heating"), ["'none'", "'joule'", "'yes'"]),
    "an unknown backend": (
        '[fit]\nbackend = "simplex"',
        key("fit.backend"),
        ["'least-squares'", "'mcmc'", "'simplex'"],
    ),
    "an unknown GMR curve": (
        '[model]\ngmr = "sine"',
        key("model.gmr"),
        ['"cosine"', "{chi = 0.4}", '{file = "r_theta.csv"}', "'sine'"],
    ),
    "two GMR curves": (
        '[model]\ngmr = {chi = 0.4, file = "dwell.csv"}',
        key("model.gmr"),
        ['"cosine"', "{chi = 0.4}", '{file = "r_theta.csv"}'],
    ),
    "a GMR curve that diverges": ("[model]\ngmr = {chi = -1}", key("model.gmr.chi"), ["above -1", "-1"]),
    "a GMR table that is not there": (
        '[model]\ngmr = {file = "r_theta.csv"}',
        key("model.gmr.file"),
        ["'r_theta.csv'", "No such file"],
    ),
}

PAIRS: dict[str, Case] = {
    "bounds the wrong way round": (
        '[fit]\nbounds = {tau_0 = ["1 us", "1 ps"]}',
        key("fit.bounds.tau_0"),
        ["low end", "high end", "['1 us', '1 ps']"],
    ),
    "one bound": ('[fit]\nbounds = {tau_0 = ["1 ps"]}', key("fit.bounds.tau_0"), ["[low, high]", "list of 1"]),
    "a bound outside the domain": (
        '[fit]\nbounds = {theta_0 = ["0 deg", "200 deg"]}',
        key("fit.bounds.theta_0"),
        ["between 0 and 3.14159 rad", "['0 deg', '200 deg']"],
    ),
    "a bound with a logarithm of -∞": (
        '[fit]\nbounds = {tau_0 = ["0 s", "1 us"]}',
        key("fit.bounds.tau_0"),
        ["above 0 s", "['0 s', '1 us']"],
    ),
    "a number in place of a list": ("[fit]\nfree = 1", key("fit.free"), ['"tau_0"', "found 1"]),
    "a prior without a family": (
        '[priors]\nbeta = ["0.3", "0.1"]',
        key("priors.beta"),
        [
            '{normal = ["mean", "sd"]}',
            '{truncated = ["mean", "sd", "low", "high"]}',
            '{lognormal = ["median", "factor"]}',
            '{uniform = ["low", "high"]}',
            "list of 2",
        ],
    ),
    "an unknown family": (
        '[priors]\nbeta = {gauss = ["0.3", "0.1"]}',
        key("priors.beta"),
        ["uniform", "normal", "lognormal", "truncated", "'gauss'"],
    ),
    "a prior with one number": (
        '[priors]\nbeta = {normal = ["0.3"]}',
        key("priors.beta"),
        ['{normal = ["mean", "sd"]}', "list of 1"],
    ),
    "a prior without width": (
        '[priors]\nbeta = {normal = ["0.3", "0"]}',
        key("priors.beta"),
        ["standard deviation", "'0'"],
    ),
    "a factor below 1": ('[priors]\ntau_0 = {lognormal = ["1 ns", "0.5"]}', key("priors.tau_0"), ["above 1", "'0.5'"]),
    "a median below 0": ('[priors]\nl_over_L = {lognormal = ["-8", "2"]}', key("priors.l_over_L"), ["above 0", "'-8'"]),
    "a uniform prior of no length": (
        '[priors]\nl_over_L = {uniform = ["8", "8"]}',
        key("priors.l_over_L"),
        ["low end", "high end", "['8', '8']"],
    ),
}

CONTRADICTIONS: dict[str, Case] = {
    "a law of M_s(T) without its Curie temperature": (
        '[model]\nmagnetisation = "mean-field"',
        key("device.curie_temperature"),
        ['"1100 K"', '"mean-field"'],
    ),
    "an anisotropy that follows a constant magnetisation": (
        '[model]\nanisotropy_law = "shape"',
        key("model.magnetisation"),
        ['"bloch"', '"mean-field"', '"shape"', '"constant"'],
    ),
    "a Curie temperature of another dimension": (
        '[device]\ncurie_temperature = "1 eV"\n[model]\nmagnetisation = "bloch"',
        key("device.curie_temperature"),
        ["K", "'1 eV'", "energy"],
    ),
    "a row above the Curie temperature": (
        '[device]\ncurie_temperature = "300 K"\ntemperature = "310 K"\n[model]\nmagnetisation = "bloch"',
        key("device.curie_temperature"),
        ["310 K", "300 K"],
    ),
    "no heating, written as one": (
        '[device]\nheating = "0 K^2/A^2"\n[model]\nheating = "joule"',
        key("device.heating"),
        ["above 0", "'0 K^2/A^2'"],
    ),
    "a constant of another asymmetry": ('[device]\nchi = "0.4"', key("device.chi"), ['"theta_0"', "'chi'", '"chi"']),
    "a bound of another asymmetry": (
        '[model]\nasymmetry = "uniaxial"\n[fit]\nbounds = {E_P = ["0.1 eV", "1 eV"]}',
        key("fit.bounds.E_P"),
        ['"uniaxial"', "'E_P'", '"chi"', '"free"', '"symmetric"', '"theta_0"'],
    ),
    "a known curve where χ is free": (
        '[model]\nasymmetry = "chi"\ngmr = {chi = 0.4}',
        key("model.gmr"),
        ['"cosine"', '"chi"'],
    ),
    "fixed in two places": (
        '[device]\nbeta = "0.35 ± 0.03"\n[fit]\nfix = {beta = "0.35"}',
        key("fit.fix.beta"),
        ["[device]", "'beta'"],
    ),
    "asked for and fixed": (
        '[fit]\nfree = ["tau_0"]\nfix = {tau_0 = "1 ns"}',
        key("fit.free"),
        ["'tau_0'", "[fit] fix"],
    ),
    "asked for and known exactly": (
        '[device]\nbeta = "0.35"\n[fit]\nfree = ["beta"]',
        key("fit.free"),
        ["'beta'", "[device]"],
    ),
    "a value outside its bounds": (
        '[device]\ntau_0 = "1.0 ± 0.5 s"\n[fit]\nbounds = {tau_0 = ["1 ps", "1 us"]}',
        key("device.tau_0"),
        ["1e-12", "1e-06", "1"],
    ),
    "a prior on a known constant": (
        '[device]\nbeta = "0.35 ± 0.03"\n[priors]\nbeta = {normal = ["0.3", "0.1"]}',
        key("priors.beta"),
        ["'beta'", "[device]"],
    ),
}

MEASUREMENTS: dict[str, Case] = {
    "an unknown kind": (
        'kind = "dwells"\nfile = "dwell.csv"',
        of_measurement("kind"),
        [
            "'dwell-times'",
            "'dwell-events'",
            "'switching-currents'",
            "'switching-pulse'",
            "'switching-ramp'",
            "'fmr-lines'",
            "'hysteresis-loop'",
            "'fmr-spectra'",
            "'telegraph-trace'",
            "'dwells'",
        ],
    ),
    "no kind": ('file = "dwell.csv"', of_measurement("kind"), ["no such key"]),
    "no file": ('kind = "dwell-times"', of_measurement("file"), ["no such key"]),
    "a file that is not there": (
        'kind = "dwell-times"\nfile = "data/dwell.csv"',
        of_measurement("file"),
        ["'data/dwell.csv'", "No such file"],
    ),
    "a folder": ('kind = "dwell-times"\nfile = "."', of_measurement("file"), ["'.'", "folder"]),
    "a file name that is none": (
        'kind = "dwell-times"\nfile = "dwell\\u0000.csv"',
        of_measurement("file"),
        ["'dwell\\x00.csv'"],
    ),
    "a polarity of 2": (f"{DWELLS}polarity = 2", of_measurement("polarity"), ["1 or -1", "2"]),
    "a key of another kind": (
        f'{DWELLS}sign = "magnitude"',
        of_measurement("sign"),
        ["'sign'", "polarity", "temperature"],
    ),
    "an uncertainty in the unit of another quantity": (
        f'{DWELLS}temperature_uncertainty = "20 mT"',
        of_measurement("temperature_uncertainty"),
        ["temperature", "'20 mT', a magnetic field"],
    ),
    "an uncertainty of 0": (
        f'{DWELLS}field_uncertainty = "0 mT"',
        of_measurement("field_uncertainty"),
        ["above 0", "'0 mT'"],
    ),
    "an uncertain uncertainty": (
        f'{DWELLS}temperature_uncertainty = "20 ± 1 mK"',
        of_measurement("temperature_uncertainty"),
        ["without ±", "'20 ± 1 mK'"],
    ),
    "an uncertainty without a unit": (
        f"{DWELLS}temperature_uncertainty = 0.02",
        of_measurement("temperature_uncertainty"),
        ["temperature", "'0.02' without a unit"],
    ),
    "a dead time": (
        'kind = "dwell-events"\nfile = "dwell.csv"\ndead_time = "0 us"',
        of_measurement("dead_time"),
        ["above 0 s", "'0 us'"],
    ),
    "a column that is no text": (
        f"{DWELLS}columns = {{n = true}}",
        of_measurement("columns"),
        ["a header", "true"],
    ),
    "rows by a list": (f'{DWELLS}where = ["A"]', of_measurement("where"), ['{device_id = "A"', "list of 1"]),
    "rows by a truth value": (
        f"{DWELLS}where = {{used = true}}",
        of_measurement("where"),
        ["a cell", "true"],
    ),
    "a temperature below 0 K": (
        f'{DWELLS}temperature = "-4 K"',
        of_measurement("temperature"),
        ["above 0 K", "'-4 K'"],
    ),
}

WHOLE_FILES: dict[str, Case] = {
    "an empty file": ("", key("measurement"), ["[[measurement]]"]),
    "one bracket too few": ('[measurement]\nkind = "dwell-times"', key("measurement"), ["[[measurement]]"]),
    "measurements that are no tables": (
        'measurement = ["dwell.csv"]',
        f"{FILE}, [[measurement]] 1",
        ["[[measurement]]", "'dwell.csv'"],
    ),
    "a quantity without quotes": (
        "[device]\ndelta_R = 0.110 ± 0.004 ohm\n",
        f"{FILE}, line 2, column 17",
        ["TOML", "quotes", '"0.110 ohm"', "syntax"],
    ),
    "a key twice": ("a = 1\na = 2", FILE, ["TOML", "overwrite"]),
    "lists without end": (f"a = {'[' * 5000}", FILE, ["TOML", "nested"]),
    "a number without end": (f"a = {'9' * 9999}", FILE, ["TOML", "digits"]),
}

Refuse = Callable[[bytes], str]


@pytest.fixture
def refused(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Run `stfit fit` on an analysis file of this content; what it says on stderr."""
    Path("dwell.csv").write_text("state,current (mA),n,total_time (s)\nP,-1.2,1543,0.8127\n")

    def message_of(content: bytes) -> str:
        Path(FILE).write_bytes(content)
        assert run("fit", FILE) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert not Path("reports").exists()
        assert captured.err.startswith("stfit: ")
        return captured.err.removeprefix("stfit: ").removesuffix("\n")

    return message_of


def each(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases.values(), ids=cases.keys())


def assert_one_line(message: str, where: str, named: list[str]) -> None:
    """One problem on one line, which begins with its place and names what is asked."""
    (line,) = message.splitlines()
    assert line.startswith(f"{where}: ")
    assert not unnamed(line.removeprefix(where), *named)


@each(SECTIONS | QUANTITIES | CHOICES | PAIRS | CONTRADICTIONS)
def test_beside_a_good_measurement(refused: Refuse, case: Case) -> None:
    content, where, named = case
    # keys without a section stand first in TOML
    whole = f"{content}\n{MEASUREMENT}" if not content.startswith("[") else f"{MEASUREMENT}{content}\n"
    assert_one_line(refused(whole.encode()), where, named)


@each(MEASUREMENTS)
def test_measurement(refused: Refuse, case: Case) -> None:
    content, where, named = case
    assert_one_line(refused(f"[[measurement]]\n{content}\n".encode()), where, named)


@each(WHOLE_FILES)
def test_whole_file(refused: Refuse, case: Case) -> None:
    content, where, named = case
    assert_one_line(refused(content.encode()), where, named)


def test_not_utf_8(refused: Refuse) -> None:
    content = f"{MEASUREMENT}[device]\nbeta = ".encode() + b'"0.35 \xb1 0.03"\n'
    assert_one_line(refused(content), f"{FILE}, line 5", ["UTF-8", "0xb1"])


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
    assert [line.partition(": ")[0] for line in lines] == [
        key("device.bta"),
        f"{FILE}, [[measurement]] 2, key 'file'",
        f"{FILE}, [[measurement]] 2, key 'sign'",
        key("model.barrier"),
        key("priors.E_P"),
        key("fit.fix.temperature"),
    ]


@pytest.mark.parametrize(
    ("path", "named"),
    [("nowhere.toml", ["stfit init DATA", "no such file"]), (".", ["TOML", "folder"])],
)
def test_no_file(run: Callable[..., int], capsys: pytest.CaptureFixture[str], path: str, named: list[str]) -> None:
    assert run("fit", path) == 2
    assert_one_line(capsys.readouterr().err, f"stfit: {path}", named)
