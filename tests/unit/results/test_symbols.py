from __future__ import annotations

from stfit.results.symbols import expression_parts, expression_text, prose_parts, symbol


def test_known_names_have_the_fields_symbols() -> None:
    assert symbol("l_over_L").text == "l/L_θθ"
    assert symbol("l_over_L").html == "<i>l</i>/<i>L</i><sub>θθ</sub>"
    assert symbol("l_over_L").math == r"$l/L_{\mathrm{θθ}}$"
    assert symbol("tau_0").text == "τ0"
    assert symbol("beta").math == "$β$"
    assert symbol("c_ratio").html == "<i>c</i><sub>AP</sub>/<i>c</i><sub>P</sub>"
    assert symbol("c_ratio").math == r"$c_{\mathrm{AP}}/c_{\mathrm{P}}$"


def test_unknown_names_stand_for_themselves_and_are_escaped() -> None:
    assert symbol("a<b").text == "a<b"
    assert symbol("a<b").html == "a&lt;b"
    assert not symbol("a<b").known


def test_expressions_are_set_in_symbols() -> None:
    assert expression_text("l_over_L*c_P/beta") == "(l/L_θθ) · c_P/β"
    assert expression_text("l_over_L") == "l/L_θθ"
    assert expression_text("ln(tau_0/s) + E_P/(k_B*temperature)") == "ln(τ0/s) + E_P/(k_BT)"
    assert expression_parts("E_P*<b>") == [symbol("E_P"), " · ", "<", "b", ">"]


def test_prose_sets_symbols_as_they_are_set_in_a_page() -> None:
    found = [part if isinstance(part, str) else part.html for part in prose_parts("18 k_BT, τ0")]
    assert found == ["18 ", "<i>k</i><sub>B</sub><i>T</i>", ", ", "<i>τ</i><sub>0</sub>"]
    assert prose_parts("device_A_P.csv, c_P.csv, x_y") == ["device_A_P.csv, c_P.csv, x_y"]


def test_a_sentence_comes_apart_into_symbols_and_what_stands_between() -> None:
    parts = prose_parts("<b> c_AP and τ0, k_BT")
    assert [part if isinstance(part, str) else part.text for part in parts] == [
        "<b> ",
        "c_AP",
        " and ",
        "τ0",
        ", ",
        "k_BT",
    ]
    assert prose_parts("none here") == ["none here"]
    assert prose_parts("τ0") == [parts[3]]


def test_a_symbol_comes_apart_into_letters_on_the_line_and_below_it() -> None:
    assert symbol("c_ratio").runs == [
        ("letters", "c"), ("below", "AP"), ("upright", "/"), ("letters", "c"), ("below", "P")
    ]  # fmt: skip
    assert symbol("tau_0").runs == [("letters", "τ"), ("below", "0")]
    assert symbol("<x>").runs == [("upright", "<x>")]
