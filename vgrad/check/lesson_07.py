"""Questions and exercises of lesson 07, what a path around the layer buys."""

from __future__ import annotations

import math

import numpy as np

from .framework import Question, differences, is_number, unlike

QUESTIONS = {
    "path_sigmoid": Question(
        "Fifty sigmoid layers keep 1e-31 of the last layer's gradient. You put a path around each: h + φ(h) W. How "
        "much arrives in the first layer now?",
        {
            "about 1e-31, as before": "The slopes are as small as before. But the gradient no longer has to pass them: "
            "backward, a sum hands the gradient to both of its terms, whole.",
            "half: a half goes each way": "Water would share itself out at a fork. A derivative does not: both terms "
            "of a sum have slope 1, and each receives all of it.",
            "about as much as left": "The path's slope is exactly 1, fifty times over, and the small slopes only add a "
            "little to that.",
            "exactly as much as left": "Along the path, yes. But the branches hand something back too, and it adds up.",
        },
        right="about as much as left",
    ),
    "path_relu": Question(
        "Fifty ReLU layers with He's weights: without a path, the gradient holds. What does the path, h + φ(h) W, make "
        "of it?",
        {
            "it still holds: the path hands the gradient on untouched": "It does, and then the branch's gradient, just "
            "as large, is added to it. In every layer.",
            "about 50 times: one helping from each layer": "If each branch added one part of the first gradient. But "
            "it adds one part of all that has come so far: that is compound interest.",
            "more than a million times": "Two parts of size 1 make √2, and √2 forty-nine times over is more than seven "
            "decades.",
            "it vanishes": "The path cannot lose anything; what it was praised for is true.",
        },
        right="more than a million times",
    ),
    "path_alpha": Question(
        "Now the branch is multiplied by α = 1/√depth. How large is the gradient at the far end of 10, 20 and 50 "
        "layers, of what it was?",
        {
            "twice as deep, squared as much": "It is for a fixed α, say 0.1: whatever it is, enough layers make it "
            "explode. Here α shrinks as the net grows.",
            "about the same for all three, less than twice": "Each layer multiplies the square by 1 + 1/depth, and "
            "there are depth of them: (1 + 1/depth)^depth is near e, and √e is 1.6.",
            "the deeper, the smaller: α goes to 0": "α only weakens the branch. The path keeps its 1.",
            "exactly 1 for all three": "For α = 1/depth it is nearly so. With the root, each layer still adds its "
            "part.",
        },
        right="about the same for all three, less than twice",
    ),
    "path_norms": Question(
        "Two nets with a path around each block: in one, a layer norm stands in the branch, at its input (pre-norm); "
        "in the other after the sum (post-norm). You make both deeper. How large is the gradient of the last "
        "block's weights?",
        {
            "the same in both: the last block is next to the output": "That is what one would think. But how large the "
            "sum has become by then differs, and the last norm divides by it.",
            "with pre-norm it shrinks, with post-norm it stays": "With pre-norm the sum grows from block to block, and "
            "the norm at the end divides by it. With post-norm the sum is brought back to 1 each time.",
            "with post-norm it shrinks, with pre-norm it stays": "Of the first block's gradient something like that "
            "can happen. The last block's is the other way round.",
            "it grows in both": "The last block does not see how many blocks its gradient still has to pass.",
        },
        right="with pre-norm it shrinks, with post-norm it stays",
    ),
    "path_shatter": Question(
        "Walk through the inputs of 24 ReLU layers with batch norm, on a straight line, in 256 small steps. At each "
        "step look at the gradient of the output. After how many steps does it no longer resemble what it was?",
        {
            "after more than a hundred": "A network is a continuous function, but its gradient jumps wherever some "
            "unit switches on or off, and there are thousands of units.",
            "after about twenty": "So it is in a shallow net. Each layer adds kinks to those of the layer before.",
            "after one": "The gradient at neighbouring points has nothing to do with each other: it is noise.",
            "never: ReLU's slope is always 1 or 0": "It is, for each unit. How many of them are on changes with each "
            "step.",
        },
        right="after one",
    ),
    "path_learn": Question(
        "Eighty steps of training on the digits. Which of these networks learns?",
        {
            "fifty layers of ReLU, He's weights": "Their gradient holds, and that is necessary. It is not enough: what "
            "fifty layers hand on has hardly anything to do with the picture any more.",
            "fifty layers with a path, h + φ(h) W": "This is what 'add skip connections' usually means. At this depth "
            "and without more, the very first step ends in numbers that are not finite.",
            "a thousand layers with a path, α = 1/depth": "All thousand layers together begin as a small correction "
            "to doing nothing, and learn how large a one it should be.",
            "none: they are all too deep": "Too deep for what? The gradient of one of them is healthy in both "
            "directions.",
        },
        right="a thousand layers with a path, α = 1/depth",
    ),
}


def _skip_pullback(function) -> str | None:
    rng = np.random.default_rng(0)
    h, dy, W, alpha = *rng.standard_normal((2, 5, 4)), 0.6 * rng.standard_normal((4, 4)), 0.3
    result = function(h.copy(), W.copy(), alpha)
    if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
        return "return two things, y and the function pullback"
    y, pullback = result
    if np.shape(y) != h.shape or not np.allclose(y, _block(h, W, alpha), rtol=1e-6, atol=1e-6):
        return "y is not h + alpha * tanh(h @ W) yet"
    dh = pullback(dy.copy())
    if dh is None or dh is ...:
        return "pullback(dy) returns nothing yet; it should return dh"
    if np.shape(dh) != h.shape:
        return f"pullback(dy) returns something of shape {np.shape(dh)}; dh has h's shape, {h.shape}"
    return _compare(h, W, alpha, dy, np.asarray(dh, float))


def _block(h, W, alpha):
    return h + alpha * np.tanh(h @ W)


def _compare(h, W, alpha, dy, dh) -> str | None:
    """The learner's dh against difference quotients; the frequent slips are known by their own numbers."""
    right, slope = differences(lambda h: (dy * _block(h, W, alpha)).sum(), h), 1 - np.tanh(h @ W) ** 2
    branch = (dy * slope) @ W.T
    slips = {
        "that is the branch alone: the path hands dy on too, and where two ways meet, gradients add": alpha * branch,
        "that is the path alone: the branch hands something back too": dy,
        "the branch was multiplied by alpha on the way forward; so is its gradient on the way back": dy + branch,
        "z went through tanh: its slope, 1 - tanh(z)**2, is missing": dy + alpha * dy @ W.T,
        "forward was h @ W; backward is dz @ W.T": dy + alpha * (dy * slope) @ W,
        "the slope is at z = h @ W, not at h": dy + alpha * (dy * (1 - np.tanh(h) ** 2)) @ W.T,
        "backward, the slope comes first, as tanh came last: (dy * slope) @ W.T, not slope * (dy @ W.T)": (
            dy + alpha * slope * (dy @ W.T)
        ),
        "alpha belongs to the branch; the path hands dy on untouched": alpha * (dy + branch),
    }
    return unlike("dh", dh, right, slips)


def _skip_alpha(alpha) -> str | None:
    if not is_number(alpha):
        return "give a number"
    most = math.expm1(1 / 50) ** 0.5
    if 0.141 < alpha < most + 1e-6:
        return None
    if abs(alpha - most**2) < 3e-3:
        return f"{alpha:g} is near α²; the layer's factor is 1 + α². Of α² take the root"
    if abs(alpha - math.expm1(1 / 49) ** 0.5) < 2e-4:
        return "that is for 49 factors; from the input to the fiftieth layer there are 50"
    if abs(alpha - math.expm1(2 / 50) ** 0.5) < 2e-3:
        return "with that the size is multiplied by e, and its square by e²"
    if abs(alpha - math.expm1(1) ** 0.5) < 1e-2:
        return "that multiplies the square by e in one layer; there are fifty"
    if not 0 <= alpha < math.inf:
        return "take an α of 0 or more; its sign makes no difference"
    return (
        f"{alpha:g} is too {'small' if alpha < most else 'large'}: fifty layers make the square {_fifty(alpha)} times"
    )


def _fifty(alpha: float) -> str:
    exponent = 50 * math.log10(1 + alpha**2)
    return f"{10**exponent:.4g}" if exponent < 4 else f"1e{exponent:.0f}"


def _hold_path(record) -> str | None:
    if not all(hasattr(record, name) for name in ("forward", "back", "over")):
        return "hand over the whole record that experiments.skips.both_ways returns, not a number of it"
    if record.flow.skip is None:
        return "the net asked for has a path: skip='post', 'pre' or 'branch'"
    if record.activation != "relu":
        return f"ReLU is asked for, yours is {record.activation}"
    if record.depth < 50:
        return f"fifty layers are asked for, yours has {record.depth}"
    if record.alpha != 1 or record.over != "1":
        return "an α below 1 does it, and you know that already; here the branch counts in full, α = 1"
    if record.flow.width < 32 or record.seeds < 5 or record.flow.batch < 16:
        return "few units, networks or samples are a matter of luck; take at least 32 units, 5 networks and 16 samples"
    return _held(record)


def _held(record) -> str | None:
    sizes = {"going forward, h": record.forward, "coming back, dh": record.back}
    if record.flow.norm == "batch" and 10 <= max(sizes.values()) < 15:
        return "nearly: just over ten, and what is too much is batch norm's own growth; try the other norm"
    lost = [f"{name} becomes {size:.2g} of what it was" for name, size in sizes.items() if not 0.1 < size < 10]
    return f"{'; '.join(lost)}. Which norm, and where, in which form?" if lost else None


EXERCISES = {
    "skip_pullback": (_skip_pullback, "as difference quotients have it: the path's dy, and the branch's on top"),
    "skip_alpha": (
        _skip_alpha,
        "√(e^(1/50) - 1) at the most, and 1/√50 is a little below: 1 + 1/50 is less than e^(1/50)",
    ),
    "hold_path": (_hold_path, "fifty layers that hold both ways, with a path that is not weakened"),
}
