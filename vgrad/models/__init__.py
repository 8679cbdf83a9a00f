"""Depth and time: networks are chains of steps, and a forward pass leaves them on a tape.

``mlp``: affine maps and activations. ``layers``: the same with norms, and with paths around them. ``recurrent``: one
cell, step after step. ``linear``: the first parameters of a cell without a matrix. ``checks``: what a net's arguments
may be, asked once before its first layer.
"""

from __future__ import annotations

from .layers import ALPHAS, FORMS, NORMS, Layer, Skip
from .linear import init_linear, ring_sizes
from .mlp import gradients, hidden, init_affine, init_mlp, mlp
from .recurrent import Sequence, back_through_time, init_recurrent, through_time, unroll

__all__ = [
    "ALPHAS", "FORMS", "NORMS", "Layer", "Sequence", "Skip", "back_through_time", "gradients", "hidden", "init_affine",
    "init_linear", "init_mlp", "init_recurrent", "mlp", "ring_sizes", "through_time", "unroll",
]  # fmt: skip
