"""Numbers and symbols for LaTeX."""

from __future__ import annotations

import pytest

from stfit.reports.latex_text import number, symbol
from stfit.results.numbers import format_interval, format_rounded, format_value
from stfit.results.symbols import symbol as symbol_of


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (format_value(8.12, 0.34, "e"), r"\qty{8.12(34)}{e}"),
        (format_value(-0.01867, 0.00041, "A"), r"\qty{-18.67(41)}{mA}"),
        (format_value(876.1, 5.0, "1/A"), r"\qty{876.1(5.0)}{A^{-1}}"),
        (format_value(1.2e-7, 3e-8, ""), r"\num{1.20(30)e-7}"),
        (
            format_value(1.1e-9, 4e-10, "s", (0.76e-9, 1.59e-9)),
            r"\ensuremath{\num{1.10}^{+\num{0.49}}_{-\num{0.34}}}\,\unit{ns}",
        ),
        (format_interval((6.7, 9.6), "e"), r"\numrange{6.7}{9.6}\,\unit{e}"),
        (format_interval((1e-9, 4e-6), "s"), r"\qty{1}{ns} to \qty{4}{\micro s}"),
        (format_interval((None, 3.4e-9), "s"), r"\ensuremath{\leq} \qty{3.4}{ns}"),
        (format_interval((None, 3.4e-9), "s") + " (95 %)", r"\ensuremath{\leq} \qty{3.4}{ns} (95 \%)"),
        (format_rounded(0.112, "ohm"), r"\qty{112}{m\ohm{}}"),
        (format_value(6.62, 0.11, "e rad"), r"\qty{6.62(11)}{e.rad}"),
        ("−1.23", r"\num{-1.23}"),
        ("–", "--"),
        ("not identified", "not identified"),
        ("96.7 %", r"96.7 \%"),
        ("1.2_x", r"1.2\_x"),
    ],
)
def test_a_number_is_siunitx_s_to_set_and_what_is_none_stays(text: str, written: str) -> None:
    assert number(text) == written


def test_an_interval_with_a_power_of_ten_keeps_it_on_both_ends() -> None:
    assert number(format_interval((1e-7, 3e-7), "")) == r"\numrange{1.0e-7}{3.0e-7}"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("l_over_L", r"\ensuremath{l/L_{\mathrm{\theta \theta }}}"),
        ("tau_0", r"\ensuremath{\tau _{\mathrm{0}}}"),
        ("c_ratio", r"\ensuremath{c_{\mathrm{AP}}/c_{\mathrm{P}}}"),
        ("transport_L", r"\ensuremath{L_{\mathrm{\theta \theta }}/\rho 0}"),
    ],
)
def test_a_symbol_is_mathematics(name: str, written: str) -> None:
    assert symbol(symbol_of(name)) == written
