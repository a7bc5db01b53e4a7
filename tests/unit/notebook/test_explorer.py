"""The widget without a browser: sliders move curves, the button fits, everything goes back."""

from __future__ import annotations

import builtins
import re
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.errors import InputError
from stfit.notebook.exploring import Exploration, exploration_of
from stfit.notebook.widget import Explorer
from stfit.results import FitResult, Verdict
from tests.builders import QUOTES, TRUTH, dwell_times, grid, log_dwell_time

DATA = dwell_times(grid(temperatures=(270.0, 300.0)), n=500, seed=20261126)
SECTIONS: dict[str, Any] = {"device": dict(QUOTES)}


@pytest.fixture(scope="module")
def shared() -> Explorer:
    return stfit.explore(DATA, **SECTIONS)


@pytest.fixture
def explorer(shared: Explorer) -> Explorer:
    """As it is when it is new: its picture takes most of the time."""
    shared.reset()
    return shared


def curve(explorer: Explorer, place: int = 0) -> Any:
    return np.array(explorer.figure.lines[place].get_ydata(), dtype=float)


def test_the_first_picture_holds_the_data_and_a_curve_for_each_series(explorer: Explorer) -> None:
    (axes,) = explorer.figure.figure.axes
    assert axes.get_ylabel() == "dwell time (s)"
    assert axes.get_xlabel() == "current (mA)"
    assert len(explorer.figure.lines) == 4  # two states at two temperatures
    bars: list[Any] = list(axes.containers)
    drawn = np.concatenate([bar.lines[0].get_xydata() for bar in bars])
    assert np.sort(drawn[:, 1]) == pytest.approx(np.sort(DATA.total_time / DATA.n), rel=1e-12)
    assert bytes(explorer.picture.value).startswith(b"\x89PNG")


def test_a_slider_moves_the_curves_as_the_law_says(explorer: Explorer) -> None:
    before, picture = [curve(explorer, place) for place in range(4)], bytes(explorer.picture.value)
    explorer.sliders["tau_0"].value += 1.0  # its coordinate is ln τ0: every dwell time grows by e
    for place in range(4):
        assert curve(explorer, place) == pytest.approx(np.e * before[place], rel=1e-12)
    assert bytes(explorer.picture.value) != picture
    assert explorer.exploration.value("tau_0") == pytest.approx(float(np.exp(explorer.sliders["tau_0"].value)))


def test_the_curve_is_that_of_eq_27(explorer: Explorer) -> None:
    truth = dict(TRUTH)
    for parameter in explorer.exploration.parameters:
        coordinate = parameter.parameter.coordinate_of(truth[parameter.name])
        explorer.sliders[parameter.name].min, explorer.sliders[parameter.name].max = -1e3, 1e3
        explorer.sliders[parameter.name].value = coordinate
    current = np.array(explorer.figure.lines[0].get_xdata(), dtype=float) * 1e-3
    expected = np.exp(log_dwell_time(truth, 0, current, 270.0))
    # the constants of physics in builders and the package agree to all digits; exponents up to 30 lose two of 16
    assert curve(explorer) == pytest.approx(expected, rel=1e-11)


def test_the_button_fits_from_where_the_sliders_stand(explorer: Explorer) -> None:
    worse = explorer.exploration.deviance()
    explorer.sliders["l_over_L"].value *= 0.8
    explorer.fit_button.click()
    fitted = stfit.fit(DATA, fit={"compare": False, "intervals": "covariance"}, **SECTIONS)
    for name, slider in explorer.sliders.items():
        entry = fitted[name]
        assert entry.value is not None
        assert entry.stderr is not None
        # both end where one more Newton step gains less than 1e-6 of ln L: √(2e-6) = 1.4e-3 standard errors each
        assert explorer.exploration.value(name) == pytest.approx(entry.value, abs=3e-3 * entry.stderr)
        assert slider.min <= slider.value <= slider.max
    assert explorer.exploration.deviance() <= worse
    words = explorer.message.value
    assert "The fit converged." in words
    assert "identified" in words
    assert not explorer.fit_button.disabled


def test_a_move_by_hand_takes_the_answers_away(explorer: Explorer) -> None:
    explorer.fit_button.click()
    assert "<table>" in explorer.message.value
    explorer.sliders["tau_0"].value += 0.1
    assert "<table>" not in explorer.message.value
    assert explorer.exploration.estimates() == {}


def test_reset_goes_back_to_the_beginning(explorer: Explorer) -> None:
    begin = {name: slider.value for name, slider in explorer.sliders.items()}
    drawn = curve(explorer)
    explorer.sliders["l_over_L"].value *= 1.2
    explorer.fit_button.click()
    explorer.reset_button.click()
    assert {name: slider.value for name, slider in explorer.sliders.items()} == begin
    assert np.array_equal(curve(explorer), drawn)


def test_what_is_not_identified_has_no_number() -> None:
    one = dwell_times(grid(temperatures=(295.0,)), n=500, seed=20261126)
    explorer = stfit.explore(one, **SECTIONS)
    explorer.fit_button.click()
    assert explorer.exploration.estimates()["tau_0"].verdict is Verdict.NOT_IDENTIFIED
    row = re.search(r"<tr><td>τ0</td>(.*?)</tr>", explorer.message.value)
    assert row is not None
    assert row[1] == "<td>not identified</td><td></td>"


def test_a_guess_far_off_is_drawn_without_an_error(explorer: Explorer) -> None:
    explorer.sliders["E_P"].max = 1e3
    explorer.sliders["E_P"].value = 1e3
    assert bytes(explorer.picture.value).startswith(b"\x89PNG")
    assert explorer.exploration.x[explorer.exploration.objective.names.index("E_P")] == 1e3


def test_a_result_of_this_process_is_explored_from_its_fit() -> None:
    fitted = stfit.fit(DATA, fit={"compare": False, "intervals": "covariance"}, **SECTIONS)
    exploration = exploration_of(fitted, {})
    assert exploration.value("l_over_L") == pytest.approx(fitted["l_over_L"].value, rel=1e-12)
    with pytest.raises(InputError, match=r"stfit\.explore: expected a result of stfit\.fit, or a stored one"):
        stfit.explore(FitResult.from_dict(fitted.as_dict()))


def test_a_name_that_does_not_vary() -> None:
    exploration: Exploration = exploration_of(DATA, SECTIONS)
    with pytest.raises(KeyError, match="no parameter called 'gamma' varies"):
        exploration.move("gamma", 1.0)


def test_a_notebook_can_show_it(explorer: Explorer) -> None:
    shown = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_without_ipywidgets_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name == "ipywidgets":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"the extra \[notebook\] brings: pip install 'stfit\[notebook\]'"):
        stfit.explore(DATA, **SECTIONS)
