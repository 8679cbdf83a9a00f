"""Depth and time: networks are chains of steps, and a forward pass leaves them on a tape.

``mlp``: affine maps and activations. ``layers``: the same with norms, and with paths around them. ``recurrent``: one
cell, step after step, whose first weights ``recurrent_weights`` draws. ``linear``: the first parameters of a cell
without a matrix. ``checks``: what a net's arguments may be, asked once before its first layer.
"""

from __future__ import annotations

from .layers import ALPHAS, FORMS, NORMS, Layer, Skip
from .linear import init_linear, ring_sizes
from .mlp import gradients, hidden, init_affine, init_mlp, mlp
from .recurrent import InTime, back_through_time, through_time, unroll
from .recurrent_weights import Sequence, init_recurrent

__all__ = [
    "ALPHAS", "FORMS", "NORMS", "InTime", "Layer", "Sequence", "Skip", "back_through_time", "gradients", "hidden",
    "init_affine", "init_linear", "init_mlp", "init_recurrent", "mlp", "ring_sizes", "through_time", "unroll",
]  # fmt: skip
