"""One reading: hooks on the tensors that enter and leave each layer, for the time of one step of training.

A hook on a tensor sees the gradient that passes there, and it changes nothing: neither the tensor nor its identity, and
activations may work in place. Gradients of several forward passes in one step are those of parts of one batch, and so
their squares are added.
"""

from __future__ import annotations

import functools
from collections import Counter
from functools import partial

import torch
from torch import nn

from . import layers, tensors

RECURRENT = (nn.RNN, nn.LSTM, nn.GRU)


def quietly(hook):
    """Return the hook so that an error of ours never ends a loop of yours: it is noted, and its number is missing."""

    @functools.wraps(hook)
    def run(self, *given):
        try:
            return hook(self, *given)
        except Exception as problem:
            self.trouble = self.trouble or f"{type(problem).__name__}: {problem}"
            return None

    return run


class Forward:
    """One forward pass: how often each layer was called in it, and what is kept only if a gradient comes back."""

    def __init__(self):
        self.calls: Counter = Counter()
        self.again: Counter = Counter()  # of a checkpoint, which runs its part once more on the way back
        self.hooked: set = set()
        self.seen: dict = {}
        self.came_back = False


class Reading:
    """Numbers by their name and layer; each is a tensor until it is asked for."""

    def __init__(self, model: nn.Module, names: dict[nn.Module, str], axes: dict[nn.Module, int], step: int):
        self.step = step
        self.names = names
        self.axes = axes
        self.called: list[str] = []
        self.numbers: dict = {}  # (what, layer or "") -> a number
        self.time: dict = {}  # layer -> (T,)
        self.passes = Forward()
        self.trouble: str | None = None  # the first error within a hook, which the loop never sees
        self.handles = [model.register_forward_pre_hook(self._begin)]
        for module in names:
            self.handles += [module.register_forward_pre_hook(self._enter, with_kwargs=True)]
            self.handles += [module.register_forward_hook(self._leave)]
        self.handles += [model.register_forward_hook(self._end)]

    def detach(self) -> None:
        """Take all hooks away."""
        for handle in self.handles:
            handle.remove()
        self.handles = []

    def forget(self) -> None:
        """Forget the gradients that have come back, because their step was skipped."""
        self.numbers.clear()
        self.time.clear()

    # --- forward ------------------------------------------------------------------------------------------------------

    @quietly
    def _begin(self, model, inputs) -> None:
        if torch.is_grad_enabled() and not recomputing():
            self.passes = Forward()

    @quietly
    def _enter(self, module, inputs, named):
        name = self.names[module]
        if name not in self.called:
            self.called.append(name)
        x = layers.first_tensor((*inputs, named))
        if x is None or not torch.is_grad_enabled():
            return None
        key = self._key(module, enters=True)
        if (key, "dx") in self.passes.hooked:
            return None
        self.passes.seen["size", key] = tensors.norm(x) / max(x.numel(), 1) ** 0.5
        self.passes.seen["dead", key] = tensors.zeros(x, self.axes[module])
        self.passes.seen["signal", key] = tensors.signal_fraction(x.detach(), self.axes[module])
        in_time = isinstance(module, RECURRENT) and not isinstance((*inputs, None)[0], nn.utils.rnn.PackedSequence)
        replaced = in_time and inputs and not x.requires_grad
        x = x.detach().requires_grad_() if replaced else x
        if x.requires_grad:
            self.passes.hooked.add((key, "dx"))
            x.register_hook(partial(self._arrived, self.passes, "dx", key))
        if x.requires_grad and in_time:
            x.register_hook(partial(self._in_time, key, int(x.ndim > 2 and module.batch_first)))
        return ((x, *inputs[1:]), named) if replaced else None

    @quietly
    def _leave(self, module, inputs, output) -> None:
        key = self._key(module)
        z = layers.first_tensor(output)
        if z is None or not z.requires_grad or (key, "dz") in self.passes.hooked:
            return
        self.passes.hooked.add((key, "dz"))
        z.register_hook(partial(self._arrived, self.passes, "dz", key))

    @quietly
    def _end(self, model, inputs, output) -> None:
        if not torch.is_grad_enabled() or recomputing():
            return
        outputs = layers.all_tensors(output)
        for y in outputs:
            y.register_hook(partial(self._arrived, self.passes, "output", ""))
        if len(outputs) == 1:
            outputs[0].register_hook(partial(self._of_loss, outputs[0].detach()))

    def _key(self, module, enters: bool = False) -> str:
        """The layer's name, with the number of this call in this pass where it is not the first."""
        count = self.passes.again if recomputing() else self.passes.calls
        count[module] += enters
        name = self.names[module]
        return name if count[module] < 2 else f"{name} #{count[module]}"

    # --- backward -----------------------------------------------------------------------------------------------------

    @quietly
    def _arrived(self, forward: Forward, what: str, key: str, gradient) -> None:
        if not forward.came_back:
            forward.came_back = True
            self.numbers.update(forward.seen)
        here = tensors.norm(gradient)
        before = self.numbers.get((what, key))
        self.numbers[what, key] = here if before is None else torch.hypot(before, here)

    @quietly
    def _in_time(self, key: str, axis: int, gradient) -> None:
        here = tensors.norm(gradient, kept=axis)
        before = self.time.get(key, here[:0])
        self.time[key] = torch.hypot(before, here) if before.shape == here.shape else here

    @quietly
    def _of_loss(self, logits, gradient) -> None:
        loss, guess, error = tensors.cross_entropy(logits, gradient)
        self.numbers |= {("loss", ""): loss, ("guess", ""): guess, ("error", ""): error}


def recomputing() -> bool:
    """Return whether a checkpoint runs this forward pass, on the way back."""
    task = getattr(torch._C, "_current_graph_task_id", None)
    return task is not None and task() != -1
