"""Questions and exercises of lesson 05, what a small gradient does to training."""

from __future__ import annotations

import numpy as np

from .framework import Question, is_number, slip

QUESTIONS = {
    "paradox": Question(
        "A sigmoid net with two layers learns to tell digits. You add layers, and train each net anew, at the best of "
        "four rates. What becomes of the training loss?",
        {
            "it falls: more layers can do more": "A deeper net could do all that a shallow one does, and more. But it "
            "has to find that, by steps along its gradient.",
            "it stays: spare layers do no harm": "They would do none if they passed on what they get. At random they "
            "do not, and somebody has to teach them.",
            "it rises a little with each layer": "So it does at first; but look at what happens from four to five.",
            "from some depth on the net only guesses": "With four layers it still learns, with five its loss is "
            "ln 10, as if it held each of the ten digits for equally likely.",
        },
        right="from some depth on the net only guesses",
    ),
    "frozen": Question(
        "Six layers of sigmoid, and three hundred steps of SGD. By how much of its own size has the first layer moved "
        "in the end?",
        {
            "by about a tenth": "So has the output layer, which sits next to the loss.",
            "by about a thousandth": "Each step moves it by a few millionths, and three hundred of them, nearly all in "
            "the same direction, by a thousandth. The output layer has moved a hundred times as far.",
            "by 0.25 to the 6th power of it": "That would be a power of the slope, and is often shown as this layer's "
            "update. It knows neither the weights nor how many steps there are.",
            "not at all": "It is said to be frozen; but a gradient of a millionth is not 0, and steps add up.",
        },
        right="by about a thousandth",
    ),
    "hold_first": Question(
        "Now a net that learns: six layers of tanh. You hold its first layer on purpose, exactly as it was drawn. How "
        "many digits will the net tell after three hundred steps?",
        {
            "one in ten, which is guessing": "It is what the sigmoid net does, whose first layer hardly moves. But "
            "that need not be the reason.",
            "about half": "A random layer mixes the pixels, and loses little of them. The layers after it work with "
            "what it gives.",
            "more than nine in ten": "A little fewer than when all layers learn. Random features of the first layer "
            "are good enough for the five after it.",
            "as many as when all layers learn": "Nearly! But the first layer does help, if it may: without it the loss "
            "is about three times as large.",
        },
        right="more than nine in ten",
    ),
    "adam": Question(
        "Adam divides each gradient by its own size, so that a gradient of a millionth moves a weight as far as one of "
        "1. Does a sigmoid net learn with Adam that only guesses with SGD?",
        {
            "yes, at any depth": "With six layers it does. But Adam can only enlarge the gradient that there is.",
            "no: a gradient that has vanished has vanished": "At six layers it is small, not gone: it still points "
            "down, and Adam makes up for its size.",
            "with six layers yes, with twenty no": "Adam repairs the size of a gradient. At twenty layers the net's "
            "output hardly depends on its input, and in two hundred steps it learns next to nothing.",
            "only if the rate is raised": "Rates are what SGD needs raised. Adam's step does not depend on the "
            "gradient's size.",
        },
        right="with six layers yes, with twenty no",
    ),
}


def _momentum_step(function) -> str | None:
    W, dW, v = np.random.default_rng(0).standard_normal((3, 4, 3))
    kept = W.copy(), dW.copy(), v.copy()
    result = function(W, dW, v, 0.1)
    if not (isinstance(result, tuple) and len(result) == 2):
        return "return two things, W and v"
    if any(thing is ... or thing is None for thing in result):
        return "the dots are still there: both W and v have to move"
    if not all(np.array_equal(now, then) for now, then in zip((W, dW, v), kept, strict=True)):
        return "the arrays that came in have changed: write W = W + ..., which makes a new one, not W += ..."
    new_W, new_v = (np.asarray(thing, float) for thing in result)
    if new_W.shape != W.shape or new_v.shape != v.shape:
        return f"W and v have the shape {W.shape}; yours have {new_W.shape} and {new_v.shape}"
    return _compare(W, dW, v, new_W, new_v)


def _compare(W, dW, v, new_W, new_v) -> str | None:
    """Which slip, if any: each has a W or a v of its own."""
    speed = 0.9 * v + dW
    if not np.allclose(new_v, speed, rtol=1e-9):
        slips = {
            "v is v still; it becomes 0.9 v + dW": v,
            "v has forgotten its past: keep 0.9 of it, and add dW": dW,
            "v keeps all of its past; keep 0.9 of it": v + dW,
            "that is an average, as Adam has it; here dW is added whole": 0.9 * v + 0.1 * dW,
            "the minus and the rate belong to W; v gathers the gradients themselves": 0.9 * v - 0.1 * dW,
            "v gathers gradients with their own sign; the minus belongs to W": 0.9 * v - dW,
        }
        told = f"v[0, 0] is {new_v[0, 0]:.4f}, and 0.9 v + dW is {speed[0, 0]:.4f}"
        return slip(new_v, slips, rtol=1e-9) or told
    slips = {
        "W has not moved": W,
        "W climbs; to go down, take rate · v away": W + 0.1 * speed,
        "W moves along the gradient alone; let it move along v": W - 0.1 * dW,
        "W moves along the old v; take the new one": W - 0.1 * v,
        "the rate is missing: W moves by rate · v": W - speed,
    }
    if np.allclose(new_W, W - 0.1 * speed, rtol=1e-9):
        return None
    told = f"W[0, 0] is {new_W[0, 0]:.4f}, and W - rate · v is {(W - 0.1 * speed)[0, 0]:.4f}"
    return slip(new_W, slips, rtol=1e-9) or told


UPDATE = 4.5e-6  # of the first of six sigmoid layers, as a share of its weights, which the lesson prints


def _steps_needed(steps) -> str | None:
    if not is_number(steps):
        return "give a number"
    if not steps > 0:
        return "a number of steps is more than 0"
    right = 0.1 / UPDATE
    if 0.8 < steps / right < 1.25:
        return None
    if 0.8 < steps * right < 1.25:
        return "upside down: how often does the step go into the way?"
    if 0.8 < steps * UPDATE < 1.25:
        return "that moves it by its whole size; a tenth is asked for"
    if steps < 1000:
        return f"{steps:g} steps? In the three hundred above it moved by a thousandth; a hundred times that is asked"
    more = "more" if steps < right else "fewer"
    return f"{steps:g} it is not, but {more}: divide the way, 0.1, by the length of one step of the first layer"


def _leave_plateau(record) -> str | None:
    if not hasattr(record, "movement"):
        return "hand over the whole record that experiments.training.run returns"
    if record.activation != "sigmoid" or record.norm != "none" or record.scheme != "xavier_normal":
        return "the net asked for is sigmoid's, Xavier's weights, no norm: change how it is trained, not what it is"
    if record.depth < 8:
        return f"eight layers are asked for, yours has {record.depth}"
    if record.frozen or record.steps > 300 or record.seeds < 5:
        return "let all layers of 5 networks learn, in 300 steps at the most"
    if np.all(record.final < 2):
        return None
    return _stuck(record)


def _stuck(record) -> str:
    loss = float(np.median(record.final))
    if not np.isfinite(loss):
        return "the numbers are no longer finite: the rate is too high"
    if record.optimizer != "adam":
        return (
            f"the loss is {loss:.1f}, with {record.optimizer} at rate {record.rate:g}: one rate has to serve a layer "
            "whose gradient is a millionth and one next to the loss; which optimizer gives each its own?"
        )
    return f"the loss is {loss:.1f}: with Adam, and another rate than {record.rate:g}, it gets under 2 in each network"


EXERCISES = {
    "momentum_step": (_momentum_step, "v remembers, and W follows v; nine tenths kept is a memory of about ten steps"),
    "steps_needed": (_steps_needed, "some twenty thousand steps for a tenth, if all of them point the same way"),
    "leave_plateau": (
        _leave_plateau,
        "each layer takes a step of its own size, and the loss leaves ln 10; so far two digits in ten",
    ),
}
