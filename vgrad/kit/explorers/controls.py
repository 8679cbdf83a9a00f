"""The controls of an explorer. Each is the widget that holds the value, and the row in which a learner sees it.

A slider's handle has no name that a screen reader could say, so each slider stands beside a number box that has one.
"""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import ipywidgets as widgets

from ... import require
from ..experiments.flow import CHOICES
from ..marks import grammar

LABEL = "88px"  # width of a label
BOX = "76px"  # width of a number box
LOG_STEP = 0.01  # of a logarithmic slider, in decades
IN_THE_PAGE = sys.platform == "emscripten"  # Python itself runs in the browser: one thread, and slow matrix products


class Control(NamedTuple):
    """A value and the row that shows it."""

    widget: widgets.ValueWidget
    row: widgets.Widget


class LogSlider(widgets.FloatLogSlider):
    """A logarithmic slider that keeps the value it was given.

    The page can show only steps: it moves the handle to the nearest one, and reports that as if a hand had moved it.
    """

    def set_state(self, sync_data: dict) -> None:
        """Take what the page reports, unless it is the present value at the nearest step."""
        reported = sync_data.get("value", math.inf)
        if abs(math.log10(reported / self.value)) <= 0.51 * LOG_STEP:
            sync_data = {key: value for key, value in sync_data.items() if key != "value"}
        super().set_state(sync_data)


class StepSlider(widgets.FloatSlider):
    """A slider whose value is as round as its steps: the page adds them up in floats, and reports 4.000000000000001."""

    def set_state(self, sync_data: dict) -> None:
        """Take what the page reports, without the error of its sum."""
        if "value" in sync_data:
            sync_data = {**sync_data, "value": round(sync_data["value"], 9)}
        super().set_state(sync_data)


def whole(label: str, value: int, low: int, high: int) -> Control:
    """Return a slider over whole numbers from ``low`` to ``high``, and its number box."""
    slider = widgets.IntSlider(value, low, high, description=label, readout=False)
    box = widgets.BoundedIntText(value, low, high, description=label)
    widgets.link((slider, "value"), (box, "value"))
    return Control(slider, _beside(slider, box))


def networks(value: int, most: int, label: str = "networks") -> Control:
    """Return a slider that says how many networks are measured.

    Where Python runs in the page itself, it starts with a quarter of them, but with sixteen at the least.
    """
    return whole(label, min(value, max(16, value // 4)) if IN_THE_PAGE else value, 1, most)


def real(label: str, value: float, low: float, high: float, step: float) -> Control:
    """Return a slider over real numbers from ``low`` to ``high`` in even steps, and its number box."""
    slider = StepSlider(value, min=low, max=high, step=step, description=label, readout=False)
    box = widgets.BoundedFloatText(value, min=low, max=high, step=step, description=label)
    widgets.link((slider, "value"), (box, "value"))
    return Control(slider, _beside(slider, box))


def scale(label: str, value: float, low: float, high: float, box_step: float | None = 0.05) -> Control:
    """Return a logarithmic slider over positive numbers, and its number box, in three significant digits.

    box_step : by what the arrows of the number box change it; if it is None, any number can be typed.
    """
    ends = dict(min=math.log10(low), max=math.log10(high))
    slider = LogSlider(value, **ends, step=LOG_STEP, description=label, readout=False)
    box = widgets.BoundedFloatText(value, min=low, max=high, step=box_step, description=label)
    widgets.link((slider, "value"), (box, "value"), transform=(three_digits, float))
    return Control(slider, _beside(slider, box))


def choice(label: str, value: str, options: dict[str, str], label_width: str = LABEL) -> Control:
    """Return a dropdown.   options : name on the page -> value; label_width : less of it leaves more to long names."""
    dropdown = widgets.Dropdown(options=list(options.items()), value=value, description=label)
    _lay_out(dropdown, "auto", label_width)
    return Control(dropdown, dropdown)


def activation_choice(value: str, label: str = "activation", among: Iterable[str] = CHOICES["activation"]) -> Control:
    """Return a dropdown of the activations ``among``, by the names they have in pictures."""
    return choice(label, value, {grammar.look(name).label: name for name in among})


def text(label: str, value: str, hint: str) -> Control:
    """Return a line to type in, which shows the ``hint`` while it is empty."""
    line = widgets.Text(value, description=label, placeholder=hint)
    _lay_out(line, "auto")
    return Control(line, line)


def switch(label: str, value: bool, tooltip: str) -> Control:
    """Return a button that stays down.

    That it is down can only be seen, and so its tooltip, which is read aloud, says it too.
    """
    button = widgets.ToggleButton(value, description=label, layout={"width": "auto"})

    def say(_=None):
        button.tooltip = f"{tooltip} ({'on' if button.value else 'off'})"

    button.observe(say, "value")
    say()
    return Control(button, button)


def row(label: str, *controls: Control) -> widgets.HBox:
    """Return one row with several controls behind one label."""
    heading = widgets.Label(label, layout={"width": LABEL, "justify_content": "flex-end"})
    return widgets.HBox([heading, *(control.row for control in controls)], layout={"flex_flow": "row wrap"})


def allowed(name: str, widget: widgets.ValueWidget, value: Any) -> Any:
    """Return ``value`` if the control ``name`` can hold it; if not, raise ValueError, which says what is allowed."""
    if isinstance(widget, widgets.IntSlider):
        return require.whole(name, value, widget.min, widget.max)
    if isinstance(widget, widgets.FloatSlider):
        return require.number(name, value, widget.min, widget.max)
    if isinstance(widget, widgets.FloatLogSlider):
        return require.number(name, value, three_digits(10**widget.min), three_digits(10**widget.max))
    if isinstance(widget, widgets.ToggleButton):
        return require.choice(name, value, (False, True))
    if isinstance(widget, widgets.Dropdown):
        return require.choice(name, value, [chosen for _, chosen in widget.options])
    return value if isinstance(value, str) else require.choice(name, value, ("any string",))


def told(controls: dict[str, Any], default: dict[str, Any], names: Iterable[str]) -> str:
    """Return in words which of the controls called ``names`` differ from their default: "norm: batch norm"."""
    moved = [controls[name] for name in names if controls[name].value != default[name]]
    return html.escape(", ".join(f"{control.description}: {_said(control)}" for control in moved))


def _said(control: Any) -> str:
    """A control's value as it stands on the page."""
    if isinstance(control, widgets.Dropdown):
        return str(control.label)
    if isinstance(control, widgets.ToggleButton):
        return "on" if control.value else "off"
    return f"{control.value:g}" if isinstance(control.value, float) else str(control.value)


def three_digits(value: float) -> float:
    """Return what a number box shows of a logarithmic slider, which is also what is measured."""
    return float(f"{value:.3g}")


def button(name: str, action: Callable[[], Any], icon: str = "") -> widgets.Button:
    """Return a button called ``name`` that calls ``action`` when it is pressed."""
    pressed = widgets.Button(description=name, icon=icon)
    pressed.on_click(lambda _: action())
    return pressed


def note(text: str) -> str:
    """Return a remark beside the controls as HTML that a screen reader says at once."""
    return f'<span role="status"><i>{text}</i></span>'


def _beside(slider, box) -> widgets.HBox:
    """Slider and box in one row; the slider shows the label, the box keeps its own for those who cannot see it."""
    _lay_out(slider, f"calc(100% - {BOX} - 12px)")
    slider.layout.min_width = "150px"
    box.layout.width = BOX
    box.add_class("vgrad-box")
    return widgets.HBox([slider, box], layout={"width": "100%"})


def _lay_out(widget, width: str, label_width: str = LABEL) -> None:
    """Give a widget a label of the common width, and a width of its own."""
    widget.style.description_width = label_width
    widget.layout.width = width
