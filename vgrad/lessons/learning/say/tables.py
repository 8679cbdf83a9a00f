"""What is said under the picture of the stored table of this lesson."""

from __future__ import annotations

from ....kit.marks import grammar
from ....kit.words.phrases import lines, whose
from .training import percent

SAID = (2, 5, 50)  # depths


def paradox_sentence(cells) -> str:
    """Say how many pictures each kind of net classifies correctly at three depths, and how many the baseline does."""
    parts = []
    for name, group in by_net(cells, "activation").items():
        test = {cell.settings["depth"]: percent(cell.result["test"]) for cell in group}
        depths = [k for k in SAID if k in test]
        label = grammar.look(name).label
        nets = f"{label[0].upper()}{label[1:]} nets of {_listed(depths)} layers"
        parts.append(f"{nets} classify {_listed([test[k] for k in depths])} correctly.")
    one = cells[0]
    shares = [percent(one.result[f"baseline_{name}"]) for name in ("test", "accuracy")]
    parts.append(f"Without a hidden layer it is {shares[0]}, and {shares[1]} of the training pictures.")
    nets = f"{whose(one.settings['seeds'])}, width {one.settings['width']}"
    protocol = f"{nets}, test pictures, {one.settings['steps']} steps, momentum at the best of four rates"
    return lines(parts, f"{protocol}.")


def _listed(items) -> str:
    """Return "2, 5 and 50"."""
    *others, last = map(str, items)
    return f"{', '.join(others)} and {last}" if others else last


def by_net(cells, name: str) -> dict[str, list]:
    """Return the cells in groups, by the value of the setting called ``name``."""
    groups = {}
    for cell in cells:
        groups.setdefault(cell.settings[name], []).append(cell)
    return groups
