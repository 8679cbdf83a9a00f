"""Is there still a message?  Two ways to lose it while all norms are perfect."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .. import require
from ..door import quietly_guarded
from ..ops import Array


def _require_samples(name: str, h) -> None:
    require.array(name, h)
    require.shape(name, h, "(..., N, D) with N >= 2", h.ndim >= 2 and h.shape[-2] >= 2 and h.shape[-1] >= 1)


Samples = Annotated[Array, _require_samples]
Line = Annotated[Array, lambda name, gradient: require.array(name, gradient, 1)]


@quietly_guarded
def signal_fraction(h: Samples) -> Array:
    """log10 of √(mean_D var_N h) / √(mean h²).  Returns it as (..., N, D) -> (...,): at -2, samples differ by 1 %.

    In a deep net all inputs may end as nearly the same h, whose norm is right and whose message is gone (Schoenholz et
    al. 2017, §3: the correlation goes to 1).
    """
    wide = h.astype(np.float64, copy=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.abs(wide).max(axis=(-2, -1), keepdims=True)
        wide = wide / np.where(scale > 0, scale, 1.0)
        return 0.5 * np.log10(wide.var(axis=-2).mean(axis=-1) / np.mean(wide * wide, axis=(-2, -1)))


@quietly_guarded
def autocorrelation(gradient: Line, lags: int) -> Array:
    """r_k = Σ_i (g_i - ḡ)(g_{i+k} - ḡ) / Σ_i (g_i - ḡ)².  Returns r_0 … r_lags of a gradient along a line of inputs.

    gradient : (..., points), r : (..., lags + 1). Where r is near 1, a step of gradient descent may rely on the
    gradient. Of white noise it is 0 from the first lag on, and then the gradient is called "shattered" (Balduzzi et al.
    2017, fig. 1). It is NaN for a constant.
    """
    points = gradient.shape[-1]
    require.whole("lags", lags, 0, points - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        g = gradient.astype(np.float64) / np.abs(gradient).max(axis=-1, keepdims=True)  # no square underflows
        g = g - g.mean(axis=-1, keepdims=True)
        g = np.where(np.abs(g) < 1e-14, 0.0, g)  # what rounding leaves of a constant
        products = [(g[..., : points - k] * g[..., k:]).sum(axis=-1) for k in range(lags + 1)]
        return np.stack(products, axis=-1) / products[0][..., None]
