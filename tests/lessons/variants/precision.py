"""What learners hand over in the lesson on where the numbers end."""

from __future__ import annotations

import numpy as np

FACTOR = 2.0**-20


# --- a static scale ---------------------------------------------------------------------------------------------------


def static(start=lambda scale: scale, dtype=np.float32, unscale=lambda dW, scale: dW / scale):
    """The three steps of the exercise, each with an answer of its own."""

    def function(backward, scale):
        return [unscale(np.asarray(dW, dtype), scale) for dW in backward(start(scale))]

    return function


def in_loops(backward, scale):
    found = []
    for dW in backward(scale):
        wide = dW.astype("float32")
        wide /= scale
        found.append(wide)
    return tuple(found)


def divided_early(backward, scale):
    return [(dW / np.float16(scale)).astype(np.float32) for dW in backward(scale)]


def with_a_look(backward, scale):
    backward(1.0)
    return static()(backward, scale)


def static_and_a_look(backward, scale):
    found = static()(backward, scale)
    backward(1.0)
    return found


def of_two_passes(backward, scale):
    plain = backward(1.0)
    grads = backward(scale)
    return [np.float32(a) if np.any(a) else np.float32(b) / scale for a, b in zip(plain, grads, strict=True)]


def of_the_other_pass(backward, scale):
    backward(scale)
    return [np.float32(dW) / scale for dW in backward(1.0)]


class Scaler:
    def unscale(self, backward, scale):
        return [np.float64(dW) / np.float64(scale) for dW in backward(np.float32(scale))]


# --- a dynamic scale --------------------------------------------------------------------------------------------------


def dynamic(
    finite=lambda dW: np.isfinite(dW).all(), over=lambda scale: scale / 2, under=lambda scale: scale * 2,
    count=lambda good: good + 1, after_skip=lambda good: 0, after_growth=lambda good: 0, always=False, never=False,
    full=lambda good, every: good + 1 == every,
):  # fmt: skip
    """The scaffold of the exercise, each part of which can be another one."""

    def function(grads, scale, good, every, update):
        fine = all(finite(dW) for dW in grads)
        if (fine or always) and not never:
            update(grads)
        if not fine:
            return over(scale), after_skip(good)
        if full(good, every):
            return under(scale), after_growth(good)
        return scale, count(good)

    return function


def by_sums(grads, scale, good, every, update):
    if not np.isfinite(sum(np.abs(dW).sum() for dW in grads)):
        return 0.5 * scale, 0
    update(grads)
    good += 1
    return (scale * 2, 0) if good >= every else (scale, good)


def with_a_floor(grads, scale, good, every, update):
    if any(not np.isfinite(dW).all() for dW in grads):
        return [max(scale / 2, 1.0), 0]
    update(grads)
    grows = (good + 1) % every == 0
    return [scale * (2 if grows else 1), 0 if grows else good + 1]


def in_exponents(grads, scale, good, every, update):
    k = np.log2(scale)
    if np.isnan(np.concatenate([np.ravel(dW - dW) for dW in grads])).any():
        return 2.0 ** (k - 1), np.int64(0)
    update(grads)
    return (2.0 ** (k + 1), 0) if every - good == 1 else (2.0**k, good + 1)


class Rule:
    def next(self, grads, scale, good, every, update):
        if all(np.all(np.abs(dW) < np.inf) for dW in grads):
            update(grads)
            good = good + 1
            return np.array([scale * 2.0 ** (good == every), good % every])
        return np.array([scale / 2, 0])


def first_layer_alone(grads, scale, good, every, update):
    if not np.isfinite(grads[0]).all():
        return scale / 2, 0
    update(grads)
    return (scale * 2, 0) if good + 1 == every else (scale, good + 1)


def updated_twice(grads, scale, good, every, update):
    if not all(np.isfinite(dW).all() for dW in grads):
        return scale / 2, 0
    update(grads)
    update(grads)
    return (scale * 2, 0) if good + 1 == every else (scale, good + 1)


def handing(handed):
    """The rule of the lesson, which hands ``handed(grads, scale)`` to update."""

    def function(grads, scale, good, every, update):
        return dynamic()(grads, scale, good, every, lambda grads: update(handed(grads, scale)))

    return function


def overwritten(grads, scale, good, every, update):
    for dW in grads:
        dW[~np.isfinite(dW)] = 0
    update(grads)
    return scale, good + 1


RIGHT = {
    "static_scaling": {
        "as the lesson has it": static(),
        "in float64": static(dtype=np.float64),
        "by the name of the format": static(dtype="float32"),
        "in loops, as a tuple": in_loops,
        "times one over the scale": static(unscale=lambda dW, scale: dW * (1 / scale)),
        "a method": Scaler().unscale,
        "after a look at another pass": with_a_look,
        "before a look at another pass": static_and_a_look,
        "by a power of two": static(unscale=lambda dW, scale: np.ldexp(dW, -int(np.log2(scale)))),
    },
    "dynamic_scaling": {
        "as the lesson has it": dynamic(),
        "by what can be subtracted": dynamic(finite=lambda dW: not np.isnan(dW - dW).any()),
        "up to the largest number of float16": dynamic(finite=lambda dW: (abs(dW) <= 65504).all()),
        "with a floor, as a list": with_a_floor,
        "in exponents": in_exponents,
        "a method, and an array": Rule().next,
        "at least every": dynamic(full=lambda good, every: good >= every - 1),
        "isinf or isnan": dynamic(finite=lambda dW: not (np.isinf(dW) | np.isnan(dW)).any()),
    },
}
WRONG = {
    "static_scaling": {
        "from 1": (static(start=lambda scale: 1.0), "still starts from 1"),
        "not called": (lambda backward, scale: [np.zeros(3)], "call backward"),
        "from one over the scale": (static(start=lambda scale: 1 / scale), "make the gradients larger"),
        "from scale times factor": (static(start=lambda scale: scale * FACTOR), "already in the loss"),
        "from the square": (static(start=lambda scale: scale**2), "starts from"),
        "nearly from the scale": (static(start=lambda scale: scale + 1), "starts from 16385, and"),
        "some of another pass": (of_two_passes, "comes from a backward pass that started from 1"),
        "all of another pass": (of_the_other_pass, "comes from a backward pass that started from 1"),
        "inf mended": (static(unscale=lambda dW, scale: np.nan_to_num(dW) / scale), "Leave inf and NaN"),
        "from a number of its own": (static(start=lambda scale: 2.0**14), "right for one scale"),
        "in float16": (static(dtype=np.float16), "still float16"),
        "divided early": (divided_early, "Change the format first"),
        "not divided": (static(unscale=lambda dW, scale: dW), "as many times too large"),
        "multiplied": (static(unscale=lambda dW, scale: dW * scale), "do not multiply"),
        "divided twice": (static(unscale=lambda dW, scale: dW / scale**2), "twice"),
        "the factor as well": (static(unscale=lambda dW, scale: dW / scale / FACTOR), "leave it in"),
        "the factor alone": (static(unscale=lambda dW, scale: dW * FACTOR), "divide by the scale"),
        "halved": (static(unscale=lambda dW, scale: dW / scale / 2), "0.5 times"),
        "as whole numbers": (static(dtype=int), "Look at steps 2 and 3"),
        "one array": (lambda backward, scale: np.float32(backward(scale)[0]) / scale, "list of 3 arrays"),
        "fewer arguments": (lambda backward: backward(1.0), "arguments"),
    },
    "dynamic_scaling": {
        "zeros are skipped": (dynamic(finite=lambda dW: np.isfinite(dW).all() and dW.any()), "though they are 0"),
        "NaN passes": (dynamic(finite=lambda dW: not np.isinf(dW).any()), "holds NaN"),
        "inf passes": (dynamic(finite=lambda dW: not np.isnan(dW).any()), "holds inf"),
        "-inf passes": (dynamic(finite=lambda dW: not (dW == np.inf).any() and not np.isnan(dW).any()), "holds inf"),
        "any finite entry": (dynamic(finite=lambda dW: np.isfinite(dW).any()), "holds inf"),
        "the first layer alone": (first_layer_alone, "holds inf"),
        "upside down": (dynamic(finite=lambda dW: not np.isfinite(dW).all()), "were not updated"),
        "always updated": (dynamic(always=True), "updated all the same"),
        "never updated": (dynamic(never=True), "were not updated"),
        "twice": (updated_twice, "2 times"),
        "by sums": (by_sums, "finite, though they are large"),
        "by a sum each": (dynamic(finite=lambda dW: np.isfinite(np.sum(dW))), "though they are large"),
        "by a norm each": (dynamic(finite=lambda dW: np.isfinite(np.linalg.norm(dW))), "though they are large"),
        "below a limit": (dynamic(finite=lambda dW: (abs(dW) < 1e4).all()), "though they are large"),
        "below a low limit": (dynamic(finite=lambda dW: (abs(dW) < 10).all()), "though they are large"),
        "unscaled before": (handing(lambda grads, scale: [dW / scale for dW in grads]), "divides by the scale itself"),
        "scaled before": (handing(lambda grads, scale: [dW * scale for dW in grads]), "divides by the scale itself"),
        "no gradients": (handing(lambda grads, scale: []), "the gradients of all layers"),
        "None for gradients": (handing(lambda grads, scale: None), "the gradients of all layers"),
        "one layer's gradients": (handing(lambda grads, scale: grads[:1]), "the gradients of all layers"),
        "the scale for gradients": (handing(lambda grads, scale: scale), "the gradients of all layers"),
        "a ceiling": (dynamic(under=lambda scale: min(2 * scale, 2.0**16)), "may grow"),
        "a whole division": (dynamic(over=lambda scale: scale // 2), "divide by /"),
        "changed places": (lambda *given: dynamic()(*given)[::-1], "have changed places"),
        "not halved": (dynamic(over=lambda scale: scale), "overflows as well"),
        "doubled at an overflow": (dynamic(over=lambda scale: 2 * scale), "larger still"),
        "from 1 again": (dynamic(over=lambda scale: 1.0), "underflow back"),
        "a quarter": (dynamic(over=lambda scale: scale / 4), "half of it"),
        "the count goes on": (dynamic(after_skip=lambda good: good), "starts from 0"),
        "not doubled": (dynamic(under=lambda scale: scale), "should be doubled"),
        "halved after good steps": (dynamic(under=lambda scale: scale / 2), "may grow"),
        "times every": (dynamic(under=lambda scale: scale * 10), "not"),
        "the count not reset": (dynamic(after_growth=lambda good: good + 1), "again from 0"),
        "not counted": (dynamic(count=lambda good: good), "one more"),
        "counted by two": (dynamic(count=lambda good: good + 2), "should be 3"),
        "one step late": (dynamic(full=lambda good, every: good == every), "should be doubled"),
        "always doubled": (dynamic(full=lambda good, every: True), "not complete yet"),
        "step 1 open": (dynamic(finite=lambda dW: True, count=lambda good: ...), "step 1: a gradient"),
        "step 2 open": (dynamic(over=lambda scale: ..., count=lambda good: ...), "step 2: the next scale"),
        "step 3 open": (dynamic(under=lambda scale: ..., count=lambda good: ...), "step 3: the next scale"),
        "one number": (lambda grads, scale, good, every, update: scale, "two numbers"),
        "a word": (dynamic(count=lambda good: "one more"), "step 4: the count of good steps should be a number"),
        "overwritten": (overwritten, "has changed"),
        "fewer arguments": (lambda grads, scale: (scale, 0), "arguments"),
    },
}  # fmt: skip
