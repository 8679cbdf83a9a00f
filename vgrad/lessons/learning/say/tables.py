"""What is said under the picture of the stored table of this lesson."""

from __future__ import annotations

from ....kit.marks import grammar
from ....kit.words.phrases import lines, whose
from .training import percent

SAID = (2, 5, 50)  # depths


def paradox_sentence(cells) -> str:
    """Say what each kind of net reads at three depths, and what the baseline reads."""
    parts = []
    for name, group in by_net(cells, "activation").items():
        test = {cell.settings["depth"]: percent(cell.result["test"]) for cell in group}
        said = [f"{k} layers read {test[k]}" for k in SAID if k in test]
        parts.append(f"With {grammar.look(name).label}, {', '.join(said[:-1])} and {said[-1]}.")
    one = cells[0]
    shares = [percent(one.result[f"baseline_{name}"]) for name in ("test", "accuracy")]
    parts.append(f"No hidden layer reads {shares[0]}, and {shares[1]} of training pictures.")
    nets = f"{whose(one.settings['seeds'])}, width {one.settings['width']}"
    protocol = f"{nets}, test pictures, {one.settings['steps']} steps, momentum at the best of four rates"
    return lines(parts, f"{protocol}.")


def by_net(cells, name: str) -> dict[str, list]:
    """Return the cells in groups, by the value of the setting called ``name``."""
    groups = {}
    for cell in cells:
        groups.setdefault(cell.settings[name], []).append(cell)
    return groups
