"""Foreign text in messages: escaped, of one line, short."""

from __future__ import annotations

import json
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from stfit.errors import InputError, Problem, in_one_line, printable
from tests.hostile.words import OBEYED

HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


@given(st.text(st.characters()))
def test_nothing_is_left_that_a_terminal_obeys_or_hides(text: str) -> None:
    shown = printable(text)
    assert not [c for c in shown if unicodedata.category(c) in HIDDEN and c != "\n" and ord(c) not in SHOWN]
    assert "\n" not in in_one_line(text)
    assert len(in_one_line(text, 40)) <= 40 * 12


SHOWN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2}  # format marks that are drawn, of Arabic and Syriac
SHOWN |= {0x110BD, 0x110CD, *range(0x13430, 0x13440), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)}  # of scripts


@given(st.text())
def test_a_json_document_keeps_its_content(text: str) -> None:
    document = json.dumps({"a": text}, ensure_ascii=False, indent=1)
    assert json.loads(printable(document)) == {"a": text}


def test_letters_of_the_field_stay() -> None:
    text = "l/L_θθ = 25.3(2.3) e, τ0 ± 1 µs → ⣀⣿ –\u2009x\xa0y é 中\nsecond line"
    assert printable(text) == text


def test_what_stands_in_a_message_is_short_and_of_one_line() -> None:
    for text in OBEYED.values():
        problem = Problem(f"{text}.csv", f"x {text}", f"'{text}'" * 10_000)
        message = str(InputError([problem] * 3))
        assert message.count("\n") == 2
        assert len(message) < 3 * 3000
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", message)
