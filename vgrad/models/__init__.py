"""Depth and time: networks are chains of steps, and a forward pass leaves them on a tape.

``mlp``: affine maps and activations. ``layers``: the same with norms, and with paths around them. ``transformer``: the
same with attention. ``recurrent``: one cell, step after step. ``checks``: what a net's arguments may be, asked once
before its first layer.
"""

from __future__ import annotations

from .layers import ALPHAS, FORMS, NORMS, Attention, Block, Layer, Skip
from .mlp import gradients, hidden, init_affine, init_mlp, mlp
from .recurrent import Sequence, back_through_time, init_recurrent, through_time, unroll
from .transformer import LAST_MAPS, init_transformer, transformer

__all__ = [
    "ALPHAS", "FORMS", "LAST_MAPS", "NORMS", "Attention", "Block", "Layer", "Sequence", "Skip", "back_through_time",
    "gradients", "hidden", "init_affine", "init_mlp", "init_recurrent", "init_transformer", "mlp", "through_time",
    "transformer", "unroll",
]  # fmt: skip
