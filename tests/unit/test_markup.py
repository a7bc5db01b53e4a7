"""Tables and paragraphs in which every text is escaped."""

from __future__ import annotations

from stfit.markup import Markup, block, paragraph, table


def test_texts_are_escaped_and_markup_is_not() -> None:
    made = table(("<b>", Markup("<i>c</i>")), [("a & b", 3)], "x < y")
    assert made == (
        "<table>\n<caption>x &lt; y</caption>\n<tr><th>&lt;b&gt;</th><th><i>c</i></th></tr>\n"
        "<tr><td>a &amp; b</td><td>3</td></tr>\n</table>"
    )


def test_a_format_in_a_text_is_a_text() -> None:
    assert block(paragraph("{0} {evil.__class__} %s")) == '<div class="stfit"><p>{0} {evil.__class__} %s</p></div>'


def test_control_characters_are_replaced() -> None:
    assert paragraph("a\x00b\x1b[31m\nc") == "<p>a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m\nc</p>"
