"""``with watch(model) as seen:`` around any PyTorch loop: what the gradient does in each layer, step by step.

Nothing in the loop changes, and neither the optimizer nor the loss has to be handed over. A step is what an optimizer
does: weights and gradients are read right before and after its update, when gradients have been unscaled, clipped, and
summed over parts of a batch. The first ten steps are read, and after them fewer and fewer, because a reading takes
longer than a step of training. While a step is read, a compiled model runs as it is written.

A reading takes from a fifth of a step (recurrent nets) to one and a half (chains of small linear layers), and so a
training of a thousand steps takes 1 to 10 % longer. It holds a copy of the weights for the time of the update, and
little else. ``tests/benchmarks/bridge.py`` prints the table of twelve kinds of networks.
"""

from __future__ import annotations

import math
import sys
import weakref
from collections.abc import Callable

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from .. import require
from . import layers, tensors
from .collect import collect
from .draw import show
from .hooks import Reading, recomputing
from .readings import Readings
from .report import Report, report

FIRST = 10  # steps that are all read
GROWTH = 1.1  # after them, from one step that is read to the next


def due(step: int, every: int | None) -> bool:
    """Return whether a step is read: each multiple of ``every``, or of None the first ten and then fewer and fewer."""
    if every is not None:
        return step % every == 0
    return step < FIRST or math.floor(math.log(step, GROWTH)) != math.floor(math.log(step - 1, GROWTH))


class Watch:
    """What ``watch`` returns: a context manager that reads a model while it is trained within the ``with``."""

    def __init__(self, model: nn.Module, every: int | None):
        self._outer = model
        self._model = getattr(model, "_orig_mod", model)  # a compiled model holds the one that was written
        modules = dict(self._model.named_modules())
        self._owned = layers.weights(self._model)
        self._names = {modules[owner]: owner for owner in self._owned}
        self._axes = layers.batch_axes(self._model)
        self._every = every
        self._step = 0
        self._reading: Reading | None = None
        self._done: list[Reading] = []
        self._handles: list = []
        self._before: dict = {}
        self._lead: Callable | None = None
        self._version = -1
        self._within_update = False  # LBFGS calls the model again before it has moved for good
        self._stance = None
        self._losses: dict[int, object] = {}
        self.notes: list[str] = []

    # --- the loop -----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Watch:
        if self._handles:
            raise RuntimeError("this watch is entered already; allowed is one with at a time, or another watch(model)")
        self._handles = [
            self._outer.register_forward_pre_hook(self._forward_begins),
            register_optimizer_step_pre_hook(self._before_update),
            register_optimizer_step_post_hook(self._after_update),
        ]
        self._version = self._versions()
        self._read_if_due()
        return self

    def __exit__(self, kind, problem, _) -> None:
        self._close()
        for handle in self._handles:
            handle.remove()
        self._handles = []
        if problem is not None:
            self.notes.append(f"The loop ended at step {self._step} with {kind.__name__}: {problem}")

    def note(self, loss) -> None:
        """Keep the loss of this step, a number or a tensor, for the report; it is not read before the report is."""
        self._losses[self._step] = loss.detach() if isinstance(loss, torch.Tensor) else loss

    @property
    def readings(self) -> Readings:
        """What has been read, as plain arrays. Raises ValueError if no gradient has come back through the model yet."""
        done = [each for each in self._done if each.numbers]
        if not done:
            raise ValueError("nothing has been seen, because no step of training was made within the with")
        return collect(list(self._owned), done, self._losses, self.notes, whole=type(self._model).__name__)

    def report(self) -> Report:
        """Return what the readings say, in words: what is well, what is not, since which step, and what to try."""
        return report(self.readings)

    def show(self, what: str = "dz"):
        """Return the picture of the readings: layers by steps.   what : "dz", "dx", "dW" or "update"."""
        return show(self.readings, what)

    # --- a step -------------------------------------------------------------------------------------------------------

    def _forward_begins(self, model, inputs) -> None:
        if not torch.is_grad_enabled() or recomputing() or self._within_update:
            return
        version = self._versions()
        if version != self._version:  # an update that no optimizer made
            self._version = version
            self._step += 1
            self._close()
            self._read_if_due()
        elif self._reading and self._reading.numbers and self._skipped(self._reading):
            self._reading.forget()

    def _skipped(self, reading: Reading) -> bool:
        """Whether the gradients that came back were given up: set to zero, or not finite, without an update."""
        trained = [p for own in self._owned.values() for p in own if p.requires_grad]
        if all(p.grad is None or not p.grad.any() for p in trained):
            return True
        return any(what == "dz" and not math.isfinite(float(norm)) for (what, _), norm in reading.numbers.items())

    def _before_update(self, optimizer, given, named) -> None:
        own = self._of_this_model(optimizer)
        self._within_update = bool(own)
        reading = self._open()
        if reading is None or any(map(callable, (*given, *named.values()))):
            return  # gradients that a closure has yet to compute, several times, are not read
        for name, parameters in own.items():
            with_grad = [p for p in parameters if p.grad is not None]
            if ("dW", name) in reading.numbers or not with_grad:
                continue
            reading.numbers["dW", name] = tensors.joint([tensors.norm(p.grad) for p in with_grad])
            reading.numbers["W", name] = tensors.joint([tensors.norm(p) for p in parameters])
            largest = max(with_grad, key=lambda p: p.numel())
            if not largest.grad.is_sparse:
                reading.numbers["alike", name] = tensors.copies(largest.grad)
            self._before[name] = reading, [p.detach().clone() for p in parameters]

    def _after_update(self, optimizer, *_) -> None:
        own = self._of_this_model(optimizer)
        if not own:
            return
        self._within_update = False
        for name in [name for name in own if name in self._before]:
            reading, before = self._before.pop(name)
            pairs = zip(own[name], before, strict=True)
            reading.numbers["moved", name] = tensors.joint([tensors.norm(p.detach() - old) for p, old in pairs])
        self._version = self._versions()
        if self._lead is None or self._lead() is None:
            self._lead = weakref.ref(optimizer)
        if self._lead() is optimizer:  # a second optimizer of the same model belongs to the same step
            self._step += 1
            self._close()
            self._read_if_due()

    def _open(self) -> Reading | None:
        """The reading to which an update belongs: of a second optimizer, the one that the first has closed."""
        if self._reading and (self._reading.numbers or not self._done):
            return self._reading
        last = self._done[-1] if self._done else None
        return last if last and last.step == self._step - 1 else None

    def _of_this_model(self, optimizer) -> dict[str, list]:
        """The weights that this optimizer updates, by their layers."""
        its = {id(p) for group in optimizer.param_groups for p in group["params"]}
        own = {name: [p for p in parameters if id(p) in its] for name, parameters in self._owned.items()}
        return {name: parameters for name, parameters in own.items() if parameters}

    def _read_if_due(self) -> None:
        if due(self._step, self._every):
            self._stance = _as_written()
            self._reading = Reading(self._model, self._names, self._axes, self._step)

    def _close(self) -> None:
        """End the reading that is open, and keep it if its step was made."""
        if self._reading is None:
            return
        self._reading.detach()
        if self._reading.step < self._step:
            self._done.append(self._reading)
        self._reading = None
        if self._stance is not None:
            self._stance.__exit__(None, None, None)
            self._stance = None

    def _versions(self) -> int:
        return sum(p._version for own in self._owned.values() for p in own)


def _as_written():
    """Let compiled models run as they are written from now on; what is returned ends it."""
    return torch.compiler.set_stance("force_eager") if "torch._dynamo" in sys.modules else None


def watch(model: nn.Module, every: int | None = None) -> Watch:
    """Return a context manager that reads ``model`` at each step of training that is made within its ``with``.

    every : each so-many-th step is read; of None the first ten, and after them those whose number is about a tenth
    larger than the one before, which makes 80 of 10,000. Raises ValueError for a model that cannot be watched.
    """
    layers.require_model(model)
    if every is not None:
        require.whole("every", every, 1)
    return Watch(model, every)
