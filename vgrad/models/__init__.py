"""Depth and time: networks are chains of steps, and a forward pass leaves them on a tape.

``mlp``: affine maps and activations. ``layers``: the same with norms, and with paths around them. ``transformer``: the
same with attention. ``recurrent``: one cell, step after step, whose first weights ``recurrent_weights`` draws.
``linear``: the first parameters of a cell without a matrix. ``checks``: what a net's arguments may be, asked once
before its first layer.
"""

from __future__ import annotations

from .layers import ALPHAS, FORMS, NORMS, Attention, Block, Layer, Skip
from .linear import init_linear, ring_sizes
from .mlp import gradients, hidden, init_affine, init_mlp, mlp
from .recurrent import InTime, back_through_time, through_time, unroll
from .recurrent_weights import Sequence, init_recurrent
from .transformer import LAST_MAPS, init_transformer, transformer

__all__ = [
    "ALPHAS", "FORMS", "LAST_MAPS", "NORMS", "Attention", "Block", "InTime", "Layer", "Sequence", "Skip",
    "back_through_time", "gradients", "hidden", "init_affine", "init_linear", "init_mlp", "init_recurrent",
    "init_transformer", "mlp", "ring_sizes", "through_time", "transformer", "unroll",
]  # fmt: skip
