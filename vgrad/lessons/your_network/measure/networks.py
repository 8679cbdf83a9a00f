"""PyTorch networks drawn at random: convolutions, recurrent cells and transformers, that read the digits.

``settings_of`` draws the settings of one from a number and needs NumPy alone. ``build`` makes it, and it imports
PyTorch. Learning rates and first weights are drawn over several decades, so that about half of the networks learn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....require import Seed, guarded

KINDS = ("convolutional", "recurrent", "transformer")
CONVOLUTION_SCHEMES = ("framework", "kaiming", "xavier", "orthogonal", "normal")
SIDE = 8  # pixels


@guarded
def settings_of(number: Seed) -> dict[str, Any]:
    """Draw the settings of the network of that number; kinds follow each other in turn."""
    rng = np.random.default_rng((number, 47))
    kind = KINDS[number // 2 % len(KINDS)]  # so that even and odd numbers have the same kinds
    settings = dict(kind=kind, seed=number, ink=1.0, **DRAWN[kind](rng))
    if rng.random() < 0.1:
        settings["ink"] = _rounded(10 ** rng.uniform(0.5, 2.5))
    return settings


def _rounded(number: float) -> float:
    return float(f"{number:.3g}")


def _one_of(rng, options):
    return options[rng.integers(len(options))]


def _optimizer(rng, adam: float = 0.5) -> dict[str, Any]:
    """An optimizer and a learning rate, which is too small or too large in about one of three networks."""
    if rng.random() < adam:
        return dict(optimizer="adam", rate=_rounded(10 ** rng.uniform(-4.7, -1.3)))
    return dict(optimizer="sgd", rate=_rounded(10 ** rng.uniform(-3.3, 0.2)))


def _of_convolutional(rng) -> dict[str, Any]:
    return dict(
        depth=int(rng.integers(3, 19)),
        channels=_one_of(rng, (6, 10)),
        activation=_one_of(rng, ("relu", "tanh", "sigmoid", "gelu", "silu")),
        norm=_one_of(rng, (None, None, "batch", "group")),
        skip=bool(rng.random() < 0.3),
        scheme=_one_of(rng, CONVOLUTION_SCHEMES),
        gain=_rounded(np.exp(0.35 * rng.standard_normal())),
        **_optimizer(rng),
    )


def _of_recurrent(rng) -> dict[str, Any]:
    return dict(
        cell=_one_of(rng, ("RNN", "LSTM", "GRU")),
        pieces=_one_of(rng, (8, 16, 32)),
        width=_one_of(rng, (16, 32)),
        layers=int(rng.integers(1, 3)),
        gain=_rounded(2 ** rng.uniform(-2, 2)),
        **_optimizer(rng, adam=0.7),
    )


def _of_transformer(rng) -> dict[str, Any]:
    return dict(
        depth=int(rng.integers(1, 11)),
        width=_one_of(rng, (16, 24)),
        norm_first=bool(rng.random() < 0.5),
        warmup=_one_of(rng, (0, 0, 40)),
        gain=_rounded(2 ** rng.uniform(-1.5, 2)),
        **_optimizer(rng, adam=0.85),
    )


DRAWN = {"convolutional": _of_convolutional, "recurrent": _of_recurrent, "transformer": _of_transformer}


def build(kind: str, **settings):
    """Return the torch.nn.Module of these settings, which takes pixels (N, 64). It draws from PyTorch's generator."""
    from . import modules

    return modules.BUILDERS[kind](**settings)
