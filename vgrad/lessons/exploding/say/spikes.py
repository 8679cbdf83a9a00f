"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about networks that are trained on one batch long after they have learnt it.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import lines
from ..records import GROWN, LEARNT, SPIKE


def spikes_sentence(record) -> str:
    """Say how many networks have a spike, and what gradient and update do before it; then how they were trained."""
    seeds = len(record.loss)
    spiked = int(record.spiked.sum())
    learnt = f"after it has fallen below {LEARNT:g}"
    finding = f"In {spiked} of {seeds} networks the loss rises above {SPIKE:g} {learnt}."
    if spiked:
        grown = int(np.sum(record.growth > GROWN))
        before = f"Before that, the norm of the gradient falls below {_power_above(max(record.lowest))}"
        finding = (
            f"{finding} {before}, and in {grown} of them the update becomes {GROWN:g} times as long as its shortest."
        )
    protocol = f"One batch of digits, {grammar.count(record.loss.shape[1], 'step')} of {_rule(record)}."
    how = f"{grammar.count(seeds, 'network')} in {record.precision}. The curves are those of the first network."
    return lines([finding], protocol, how)


def _power_above(value: float) -> str:
    """Return the least power of ten that is above a value, such as 1e-06 of 4e-7."""
    return f"1e{int(np.floor(np.log10(value))) + 1}" if value > 0 else "every power of ten"


def _rule(record) -> str:
    clip = "" if record.clip is None else f", clipped at {record.clip:g}"
    rate = f"at a learning rate of {record.rate:g}{clip}"
    if record.optimizer != "adam":
        return f"{'SGD' if record.optimizer == 'sgd' else 'SGD with momentum'} {rate}"
    return f"Adam {rate}, with β₂ = {record.decay_squares:g} and a floor of {grammar.number(record.floor)}"
