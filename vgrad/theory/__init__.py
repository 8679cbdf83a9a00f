"""What an infinitely wide network does: a few numbers, followed from layer to layer.

Forward, every pre-activation is Gaussian with mean square q_k; backward, squared gradients shrink or grow by χ:

    q_{k+1} = σ_w² E[φ(√q_k ζ)²] + σ_b²        χ(q) = σ_w² E[φ'(√q ζ)²]        ζ ~ N(0, 1)
    E‖dz_k‖² = E[φ'(√q_k ζ)²] E‖dh_k‖²          E‖dh_{k-1}‖² = σ_w² E‖dz_k‖²

(Poole et al. 2016, eq. 3; Schoenholz et al. 2017.) χ < 1 vanishes, χ > 1 explodes, and a squared
gradient fades by e over 1 / |ln χ| layers. It holds at large width for normal, uniform and orthogonal weights alike,
and for normal biases; uniform ones of the weights' own size shift a curved φ's factor by a few per cent.

Five chapters: ``gaussian`` (the integrals), ``maps`` (one layer: q, χ, the correlation of two samples, what a norm
does to χ), ``steps`` (affine, activation, norm and skip, each a function with its pullback, of mean squares),
``layers`` (``flow``: a net of any depth, norm and skip), and ``linear`` (recurrences without a matrix, at any width).
"""

from __future__ import annotations

from .gaussian import gaussian_nodes, moments, pair_moment
from .layers import Flow, flow
from .linear import gradient_ratio, memory_rms, ring_ratio
from .maps import chi, correlation_map, correlations, depth_scale, norm_chi, q_fixed_point, q_map

__all__ = [
    "Flow", "chi", "correlation_map", "correlations", "depth_scale", "flow", "gaussian_nodes",
    "gradient_ratio", "memory_rms", "moments", "norm_chi", "pair_moment", "q_fixed_point", "q_map", "ring_ratio",
]  # fmt: skip
