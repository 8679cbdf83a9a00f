"""Is there still a message?  Two ways to lose it while all norms are perfect."""

from __future__ import annotations

import numpy as np

from .. import require
from ..ops import Array


def signal_fraction(h: Array) -> Array:
    """log10 of √(mean_D var_N h) / √(mean h²):  (..., N, D) -> (...,).  At -2, samples differ by 1 %.

    In a deep net all inputs may end as nearly the same h, whose norm is right and whose message is gone (Schoenholz et
    al. 2017, §3: the correlation goes to 1).
    """
    require.shape("h", h, "(..., N, D) with N >= 2", np.ndim(h) >= 2 and np.shape(h)[-2] >= 2)
    wide = h.astype(np.float64, copy=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.abs(wide).max(axis=(-2, -1), keepdims=True)
        wide = wide / np.where(scale > 0, scale, 1.0)
        return 0.5 * np.log10(wide.var(axis=-2).mean(axis=-1) / np.mean(wide * wide, axis=(-2, -1)))


@require.checked(gradient=lambda name, value: require.array(name, value, 1))
def autocorrelation(gradient: Array, lags: int) -> Array:
    """Of a gradient along a line of inputs, (..., points), its correlation with itself 0, 1, …, lags points on.

    r_k = Σ_i (g_i - ḡ)(g_{i+k} - ḡ) / Σ_i (g_i - ḡ)²:  (..., lags + 1). Near 1, a step of gradient descent may rely on
    it; of white noise, "shattered", it is 0 from the first lag on (Balduzzi et al. 2017, fig. 1). NaN for a constant.
    """
    points = np.shape(gradient)[-1]
    lags = require.whole("lags", lags, 0, points - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        g = gradient.astype(np.float64) / np.abs(gradient).max(axis=-1, keepdims=True)  # no square underflows
        g = g - g.mean(axis=-1, keepdims=True)
        g = np.where(np.abs(g) < 1e-14, 0.0, g)  # what rounding leaves of a constant
        products = [(g[..., : points - k] * g[..., k:]).sum(axis=-1) for k in range(lags + 1)]
        return np.stack(products, axis=-1) / products[0][..., None]
