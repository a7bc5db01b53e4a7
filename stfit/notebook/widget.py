"""The widget around an exploration: sliders, live curves, a button to fit and one to reset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final

import ipywidgets as widgets

from stfit.figures.live import LiveFigure
from stfit.markup import Markup, block, paragraph, table
from stfit.notebook.exploring import Exploration
from stfit.notebook.faces import Fit
from stfit.objective import FitParameter
from stfit.reports.summary import ANSWERS
from stfit.results import Verdict
from stfit.results.numbers import format_estimate, format_rounded
from stfit.results.symbols import symbol

_STEPS: Final = 400  # of a slider from end to end
_WIDTH: Final = "28rem"


@final
class Explorer:
    """Guess, look, fit. What it shows is made by `exploration`, which is the same without a notebook.

    sliders: by name of the parameter, over the coordinate of the fit (a logarithm for τ0). labels: what each stands
    at. picture: data and curves. message: how well the curves fit, and after a fit what the data say.
    """

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        self.figure = LiveFigure(exploration.panels)
        self.sliders = {p.name: self._slider(p) for p in exploration.parameters}
        self.labels = {name: widgets.HTML() for name in self.sliders}
        self.fit_button = widgets.Button(
            description="Fit", button_style="primary", tooltip="Maximum likelihood from here"
        )
        self.reset_button = widgets.Button(description="Reset", tooltip="Back to where everything began")
        self.fit_button.on_click(lambda _: self.fit())
        self.reset_button.on_click(lambda _: self.reset())
        self.picture, self.message = widgets.Image(format="png"), widgets.HTML()
        self._moving = False
        self.box = self._box()
        self._show()

    def fit(self) -> None:
        """Fit from where the sliders stand, and put them where the fit ended."""
        self.fit_button.disabled = True
        try:
            self.exploration.fit()
        finally:
            self.fit_button.disabled = False
        self._follow()

    def reset(self) -> None:
        """Back to where everything began."""
        self.exploration.reset()
        self._follow()

    def result(self) -> Fit:
        """The whole result of the analysis, as stfit.fit gives it."""
        return self.exploration.result()

    def _slider(self, parameter: FitParameter) -> Any:
        low, high = self.exploration.reach(parameter.name)
        place = self.exploration.objective.names.index(parameter.name)
        slider = widgets.FloatSlider(
            value=self.exploration.x[place],
            min=low,
            max=high,
            step=(high - low) / _STEPS,
            description=symbol(parameter.name).text,
            readout=False,
            layout=widgets.Layout(width=_WIDTH),
        )
        slider.observe(lambda change: self._moved(parameter.name, change), names="value")
        return slider

    def _box(self) -> Any:
        rows = [widgets.HBox([slider, self.labels[name]]) for name, slider in self.sliders.items()]
        buttons = widgets.HBox([self.fit_button, self.reset_button])
        return widgets.VBox([self.picture, *rows, buttons, self.message])

    def _moved(self, name: str, change: Mapping[str, Any]) -> None:
        """A slider was moved by hand: the parameter follows, and what the last fit said no longer holds."""
        if self._moving:
            return
        self.exploration.move(name, change["new"])
        self.exploration.optimum = None
        self._show()

    def _follow(self) -> None:
        """The sliders go where the parameters are, their ends with them where need be."""
        self._moving = True
        try:
            for slider, x in zip(self.sliders.values(), self.exploration.x.tolist(), strict=True):
                slider.min, slider.max = min(slider.min, x), max(slider.max, x)
                slider.value = x
        finally:
            self._moving = False
        self._show()

    def _show(self) -> None:
        exploration = self.exploration
        self.figure.move([(x, y) for _, x, y in exploration.curves()])
        self.picture.value = self.figure.png()
        for parameter in exploration.parameters:
            unit = parameter.parameter.unit
            text = format_rounded(exploration.value(parameter.name), unit)
            self.labels[parameter.name].value = str(paragraph(text, "span"))
        self.message.value = block(*self._words())

    def _words(self) -> list[Markup]:
        """The deviance, and after a fit the answers with their verdicts: no number for what is not identified."""
        exploration = self.exploration
        words = [paragraph(f"deviance {format_rounded(exploration.deviance(), '', 5)}")]
        if exploration.optimum is None:
            return words
        estimates = exploration.estimates()
        names = [name for name in ANSWERS if name in estimates]
        rows = [
            (symbol(name).text, format_estimate(estimates[name]), _verdict(estimates[name].verdict)) for name in names
        ]
        return [paragraph(exploration.optimum.status.sentence), *words, table(("", "value", "verdict"), rows)]

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)


def _verdict(verdict: Verdict) -> str:
    return "" if verdict is Verdict.NOT_IDENTIFIED else str(verdict)
