"""Which modules of a PyTorch model are its layers: those that own a weight of two axes or more."""

from __future__ import annotations

import torch
from torch import nn

from .. import require

PARAMETRIZED = ".parametrizations."


def require_model(model) -> None:
    """Raise ValueError unless ``model`` can be watched, and say why not."""
    require.instance("model", model, isinstance(model, nn.Module), "a torch.nn.Module")
    if isinstance(model, nn.DataParallel) and len(model.device_ids) > 1:
        raise ValueError(
            "model is a DataParallel over several devices; allowed is one device, or DistributedDataParallel"
        )
    parameters = list(model.parameters())
    if any(isinstance(p, nn.parameter.UninitializedParameter) for p in parameters):
        raise ValueError(
            "model has lazy layers; allowed is a model that has seen one batch, so that all shapes are known"
        )
    require.instance("model", type(model), any(p.requires_grad for p in parameters), "a model with parameters to train")
    require.instance("model", type(model), bool(weights(model)), "a model with a weight of two axes or more")


def weights(model: nn.Module) -> dict[str, list[nn.Parameter]]:
    """Return the weights of two axes or more by the name of the module that owns them, in the order of definition."""
    found: dict[str, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        owner = name.split(PARAMETRIZED)[0] if PARAMETRIZED in name else name.rpartition(".")[0]
        if parameter.ndim >= 2:
            found.setdefault(owner, []).append(parameter)
    return found


def by_call(owners: list[str], called: list[str]) -> dict[str, list[str]]:
    """Return, for each layer in the order of its first call, the modules whose weights are its own.

    The weight of a module that is never called, as the last map of PyTorch's attention, belongs to the layer around it.
    A module that holds other layers which were called is none itself, and so a position's embedding comes last.
    """
    rows: dict[str, list[str]] = {name: [name] for name in in_chain(called)}
    for name in owners:
        if name not in rows:
            around = [other for other in rows if name.startswith(f"{other}.")]
            rows.setdefault(max(around, key=len) if around else name, []).append(name)
    return rows


def in_chain(called: list[str]) -> list[str]:
    """Return those that were called and hold no other layer, which is the chain that a gradient passes through."""
    return [name for name in called if not _holds(name, called)]


def _holds(name: str, called: list[str]) -> bool:
    """Whether a layer that was called lies within this one."""
    prefix = f"{name}." if name else ""
    return any(other != name and other.startswith(prefix) for other in called)


def batch_axes(model: nn.Module) -> dict[nn.Module, int]:
    """Return the axis of the samples for each module: 1 within a module that says batch_first=False, and else 0."""
    axes: dict[nn.Module, int] = {}
    for module in model.modules():  # parents come before their children
        axes.setdefault(module, 0)
        first = getattr(module, "batch_first", None)
        for inner in module.modules() if isinstance(first, bool) else ():
            axes[inner] = int(not first)
    return axes


def first_tensor(tree) -> torch.Tensor | None:
    """Return the first tensor of floats in a tuple, a list, a dict, or a packed sequence."""
    if isinstance(tree, torch.Tensor):
        return tree if tree.is_floating_point() else None
    if isinstance(tree, nn.utils.rnn.PackedSequence):
        return tree.data
    branches = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (tuple, list)) else ()
    return next((found for found in map(first_tensor, branches) if found is not None), None)


def all_tensors(tree) -> list[torch.Tensor]:
    """Return all tensors of a tree through which a gradient may come back."""
    if isinstance(tree, torch.Tensor):
        return [tree] if tree.requires_grad else []
    branches = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (tuple, list)) else ()
    return [found for branch in branches for found in all_tensors(branch)]
