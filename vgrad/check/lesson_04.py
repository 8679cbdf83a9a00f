"""Questions and exercises of lesson 04, how large the first weights should be."""

from __future__ import annotations

import numpy as np

from .framework import Question, is_number, slip

QUESTIONS = {
    "init_relu": Question(
        "Thirty ReLU layers of equal width, with Xavier's weights: variance 1/n for n units. The input has size 1. How "
        "large is the last layer's output?",
        {
            "about 1: that is what Xavier's weights are for": "They are, for an activation that hands on what it gets. "
            "ReLU hands on half of the mean square.",
            "about a half": "Half of the mean square is lost, but in each layer anew.",
            "about 3e-5": "Each layer halves the mean square, so it multiplies the size by 0.71, thirty times over.",
            "exactly 0": "Some units give 0, for some inputs. Half of them do not.",
        },
        right="about 3e-5",
    ),
    "init_both": Question(
        "Thirty tanh layers, with weights twice as large as Xavier's: σ_w = 2. Going forward, h soon has a size of "
        "0.73 and keeps it, layer after layer. And the gradient, coming back?",
        {
            "it holds too: what is kept forward is kept backward": "So it is for ReLU and for a linear net, where both "
            "factors are the same number. A tanh squeezes h back to below 1; nothing squeezes the gradient.",
            "it vanishes: tanh saturates": "Many slopes are small, but the weights are large, and the others have "
            "slopes near 1. What counts is the product.",
            "it explodes": "h is held in place by tanh's ends, not by the weights. The gradient meets the slopes and "
            "the weights, whose mean square together is over 1.",
        },
        right="it explodes",
    ),
    "init_depth": Question(
        "A chart says that squared gradients of a net change by e over ξ = 10 layers. About how deep can such a net "
        "be, and still be trained?",
        {
            "10 layers": "Over ten layers a squared gradient changes by 2.7, and the gradient by 1.6. That is little.",
            "60 layers": "Six ξ, as a published experiment found: the gradient has then changed by e to the 3, some "
            "twenty times.",
            "any depth, with the right learning rate": "The rate makes all layers faster or slower. It cannot serve "
            "a first and a last layer whose gradients are thousands apart.",
        },
        right="60 layers",
    ),
    "init_dead": Question(
        "Fifty ReLU layers with He's weights, wide. Norms are perfect: h keeps its size, and so does the gradient. Two "
        "inputs that have nothing in common go in. What comes out?",
        {
            "two outputs that have nothing in common": "Their sizes are kept. But ReLU is never negative, so "
            "two of them always share something, and more of it in each layer.",
            "two outputs with a correlation of about 0.3": "That is after the first layer.",
            "nearly the same output twice": "Their correlation is 0.32 after one layer, 0.74 after five, and 0.99 "
            "after fifty.",
            "zeros": "With He's weights the sizes hold.",
        },
        right="nearly the same output twice",
    ),
}


GELU = 0.42519, 0.45582  # E[φ²] and E[φ'²] at z ~ N(0, 1), which the learner asks theory for


def _gelu(sigma_w) -> str | None:
    if not is_number(sigma_w):
        return "give a number"
    square, slope = GELU
    slips = {
        "that is σ_w²; the scale of the weights is its root": 1 / square,
        "that keeps the gradient, which meets the slopes; h is asked for, the other of the two averages": slope**-0.5,
        "that is the slopes', and not yet a root; h is asked for, the other of the two averages": 1 / slope,
        "that is ReLU's; GELU leaves a little less of the mean square than a half": 2**0.5,
        "that is for an activation that hands on all; this one loses more than half of the mean square": 1.0,
        "upside down: that is by what the activation multiplies, and the weights make up for it": square**0.5,
        "that is what GELU leaves of the mean square; by what σ_w² is it made 1 again?": square,
    }
    if abs(sigma_w - square**-0.5) < 1e-3:
        return None
    if why := slip(sigma_w, slips, rtol=0, atol=1e-3):
        return why
    if abs(sigma_w - square**-0.5) < 0.02:
        return f"nearly: {sigma_w:.4g} is rounded too far; let Python compute it"
    return (
        f"with {sigma_w:.3g} a mean square of 1 becomes {sigma_w**2 * square:.3g} in the next layer; it should stay 1"
    )


def _initializer(function) -> str | None:
    if not callable(function):
        return "hand over the function itself, without calling it"
    W = function(300, 500, np.random.default_rng(0))
    if W is None or W is ...:
        return "it returns nothing yet; it should return W"
    if np.shape(W) != (300, 500):
        return f"for 300 inputs and 500 outputs it returns the shape {np.shape(W)}; rows are inputs"
    size = float(np.std(W))
    if abs(np.mean(W)) > 0.1 * size:
        return "its weights have a mean that is not 0"
    if abs(size / (2 / 300) ** 0.5 - 1) < 0.03:
        again = function(300, 500, np.random.default_rng(1))
        return "it draws the same weights whatever the rng" if np.array_equal(again, W) else None
    slips = {
        "this variance is 1 / fan_in: ReLU then halves the mean square in each layer": 300**-0.5,
        "this variance is 2 / fan_out, which keeps the gradient; q asks how many inputs a unit sums": (2 / 500) ** 0.5,
        "that is Xavier's: it keeps neither, for ReLU": (2 / 800) ** 0.5,
        "2 / fan_in is the variance; what multiplies a unit draw is its root": 2 / 300,
        "a number drawn uniformly up to s has the variance s² / 3": (2 / 300 / 3) ** 0.5,
        "unit weights: a unit that sums 300 of them is 300 times too large, squared": 1.0,
    }
    if why := slip(size, slips, rtol=0.03, atol=0):
        return why
    return f"of 300 inputs, a weight's standard deviation is {size:.3g}; which variance times 300 is 2?"


def _edge(record) -> str | None:
    if not hasattr(record, "depth_scale"):
        return "hand over the whole record that experiments.phase.point returns"
    if record.activation != "tanh":
        return f"tanh is asked for, yours is {record.activation}"
    if record.sigma_b < 0.1:
        return f"σ_b = {record.sigma_b:g} is too easy; take one of at least 0.1"
    if record.depth_scale > 50:
        return None
    scale = f"ξ is {record.depth_scale:.3g} layers"
    if record.chi < 1:
        return f"χ is {record.chi:.3g}, below 1: order, and {scale}; a larger σ_w leads towards the edge"
    return f"χ is {record.chi:.3g}, above 1: chaos, and {scale}; a smaller σ_w leads towards the edge"


EXERCISES = {
    "gelu_sigma": (_gelu, "1 / √0.425; no name says it, one average does (and the gradient asks for another one)"),
    "initializer": (_initializer, "variance 2 / fan_in: each unit sums fan_in numbers, of which ReLU has left a half"),
    "find_edge": (_edge, "close to the edge: the gradient reaches over many layers"),
}
