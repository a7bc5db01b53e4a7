from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from stfit.figures.style import AxisQuantity, escape, journal_style, new_figure, shades, svg


def drawing(label: str = "x", identity: str = "a") -> str:
    with journal_style():
        figure = new_figure(2.0, 3.0)
        figure.add_subplot().plot([0, 1], [0, 1], "o-", label=label)
        figure.axes[0].set_xlabel(escape(label))
    return svg(figure, 'rises from 0 & ends "at" <1>', identity)


def test_a_drawing_is_one_svg_element_with_its_words() -> None:
    root = ET.fromstring(drawing())  # noqa: S314 - our own drawing
    assert root.tag == "svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'rises from 0 & ends "at" <1>'
    title = root.find("title")
    assert title is not None
    assert title.text == root.get("aria-label")


def test_the_users_settings_change_no_drawing() -> None:
    before = drawing()
    with mpl.rc_context({"text.usetex": True, "font.family": "none of that name", "axes.grid": True}):
        assert drawing() == before
        assert mpl.rcParams["axes.grid"]


def test_a_drawing_loads_nothing_and_names_no_address() -> None:
    text = drawing()
    assert "http" not in text
    assert "<style" not in text
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', text))


def test_the_ids_of_two_drawings_differ_and_every_reference_is_met() -> None:
    texts = [drawing(identity=identity) for identity in ("a", "b")]
    ids = [set(re.findall(r'\bid="([^"]+)"', text)) for text in texts]
    assert not ids[0] & ids[1]
    for text, known in zip(texts, ids, strict=True):
        used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
        assert used
        assert {first or second for first, second in used} <= known


def test_the_same_figure_is_the_same_bytes() -> None:
    assert drawing() == drawing()


@pytest.mark.parametrize("label", ["$", "$\\frac$", "a$b$c", "\x00\x07", "\udcff", "日本語"])
def test_any_label_can_be_drawn(label: str) -> None:
    assert ET.fromstring(drawing(label)).tag == "svg"  # noqa: S314 - our own drawing


def test_shades_run_from_dark_to_light_in_grey_too() -> None:
    luminance = np.array([0.2126, 0.7152, 0.0722])  # Rec. 709
    for state in ("P", "AP"):
        grey = np.array(shades(state, 4)) @ luminance
        # Four temperatures must be told apart in a grey print: steps of a tenth of the scale are seen without effort.
        assert (np.diff(grey) > 0.1).all()
    assert len(shades("P", 1)) == 1


def test_an_axis_states_its_unit() -> None:
    assert AxisQuantity("current", "mA").text == "current (mA)"
    assert AxisQuantity("switching probability", "").text == "switching probability"
