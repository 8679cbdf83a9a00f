"""What is measured of a PyTorch tensor. Each number stays on the tensor's device until it is asked for."""

from __future__ import annotations

import functools
import math

import torch

SAMPLES = 32  # enough to see whether samples differ
ALIKE = 8  # times eps: two units whose answers differ by less are copies of each other
FITS = 1e-3  # of the largest entry: how well a gradient must agree with that of a cross-entropy


def wide(a: torch.Tensor) -> torch.Tensor:
    """Return the dense numbers of a tensor in float64, or in float32 where the device has no float64."""
    a = a.detach()
    a = a.coalesce().values() if a.is_sparse else a
    return a.to(torch.float32 if a.device.type == "mps" else torch.float64)


def norm(a: torch.Tensor, kept: int | None = None) -> torch.Tensor:
    """‖a‖.  Returns it as a scalar, or, along the axis ``kept``, a norm for each index; no square underflows."""
    a = a.detach()
    a = a.coalesce().values() if a.is_sparse else a
    axes = tuple(axis for axis in range(a.ndim) if kept is not None and axis != kept % a.ndim) or None
    if a.dtype != torch.float64 and a.device.type != "mps":
        return torch.linalg.vector_norm(a, dim=axes, dtype=torch.float64)  # whose squares float64 can hold
    if a.numel() == 0:
        return torch.linalg.vector_norm(a, dim=axes)
    peak = a.abs().amax(dim=axes if axes else tuple(range(a.ndim)), keepdim=True)
    scale = torch.where((peak > 0) & torch.isfinite(peak), peak, torch.ones_like(peak))
    norms = torch.linalg.vector_norm(a / scale, dim=axes, keepdim=True) * scale
    return norms.flatten() if kept is not None else norms.reshape(())


def joint(norms: list[torch.Tensor]) -> torch.Tensor:
    """Return the norm of several tensors together, of the norm of each."""
    return functools.reduce(torch.hypot, norms)


def signal_fraction(z: torch.Tensor, batch: int = 0) -> torch.Tensor:
    """log10 of ‖z - mean z‖ / ‖z‖, with the mean over samples along the axis ``batch``: at -2 they differ by 1 %."""
    if z.ndim < 2 or z.shape[batch] < 2:
        return torch.tensor(math.nan)
    rows = wide(z.movedim(batch, 0)[:SAMPLES])
    size = norm if z.dtype == torch.float64 else torch.linalg.vector_norm
    return torch.log10(size(rows - rows.mean(dim=0)) / size(rows))


def zeros(x: torch.Tensor, batch: int = 0) -> torch.Tensor:
    """Return the share of features that are 0 on every sample; of images, a feature is a channel."""
    if x.ndim < 2 or x.shape[batch] < 2:
        return torch.tensor(math.nan)
    rows = x.detach().movedim(batch, 0)
    if rows.ndim > 3:
        return (~(rows != 0).flatten(2).any(dim=2).any(dim=0)).double().mean()
    return (~(rows != 0).flatten(0, -2).any(dim=0)).double().mean()


def copies(dW: torch.Tensor) -> torch.Tensor:
    """Return the share of rows of dW beside which, in their order, stands the same row: units that get one update."""
    rows = wide(dW).flatten(1)
    if len(rows) < 2:
        return torch.tensor(math.nan)
    mixture = torch.linspace(1.0, 2.0, rows.shape[1], dtype=rows.dtype, device=rows.device) % 0.37 - 0.2
    numbers, order = (rows @ mixture).sort()
    sizes = torch.linalg.vector_norm(rows, dim=1)[order]  # a row is compared with its own size, as others may be larger
    same = numbers.diff() <= ALIKE * torch.finfo(dW.dtype).eps * torch.minimum(sizes[1:], sizes[:-1])
    return (same & (sizes[1:] > 0)).double().mean()  # a dead unit, whose row is 0, is another matter


def cross_entropy(logits: torch.Tensor, dlogits: torch.Tensor) -> tuple:
    """Return the cross-entropy of which ``dlogits`` is the gradient, ln K, and how much error there is beside a guess.

    The gradient is (p - y) s, with one scale s for all rows, and so in each row only the entry of the label is
    negative. From this the labels can be read, and from them the loss, whatever it was multiplied by. The error is
    ‖p - y‖ over that of a network that guesses. All three are NaN where the gradient is that of another loss.
    """
    K = logits.shape[-1]
    if logits.ndim < 2 or K < 2:
        return math.nan, math.nan, math.nan
    z = wide(logits).reshape(-1, K)
    g = wide(dlogits).reshape(-1, K)
    label = g.argmin(dim=-1)
    logp = torch.log_softmax(z, dim=-1)
    rest = logp.exp() - torch.nn.functional.one_hot(label, K)
    scale = (rest * g).sum() / (rest * rest).sum()
    fits = (scale > 0) & ((g - scale * rest).abs().amax() <= FITS * g.abs().amax())
    loss = -logp.gather(1, label[:, None]).mean()
    error = torch.linalg.vector_norm(rest) / math.sqrt(len(z) * (1 - 1 / K))
    return tuple(torch.where(fits, number, torch.nan) for number in (loss, torch.tensor(math.log(K)).to(loss), error))
