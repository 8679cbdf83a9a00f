"""Questions and exercises of lesson 12, which cure for which illness."""

from __future__ import annotations

import numpy as np

from .framework import Question

CLAIMS = "Four claims that are often made. Three fall when they are measured; which one stands?"

QUESTIONS = {
    "score_false": Question(
        "The table has twelve cells: six solutions, and for each of two illnesses a yes, a no or a partly. You have "
        "measured all of it in this series. How many cells are contradicted?",
        {
            "none": "It is taught everywhere, and each line of it was true of the net it was first found in.",
            "two or three": "Batch norm and exploding, certainly. Go through the column of exploding once more, and "
            "then ask what each cure needs beside itself.",
            "five or six": "The column of exploding is nearly all too kind; and two cures of vanishing work only "
            "together with the right first weights or biases.",
            "ten or more": "No: what it says of vanishing is mostly right, and where it says no, it is no.",
        },
        right="five or six",
    ),
    "score_best": Question(
        "Fifty layers, 150 steps of training, the best of six rates. Of these four, which tells most digits?",
        {
            "ReLU with He's weights": "Its gradient holds. But after fifty layers all inputs point nearly the same "
            "way, and there is little left to tell apart.",
            "ReLU with He's weights and batch norm": "Each is the usual advice. Together they make an explosion.",
            "ReLU with He's weights and a skip, its branch over the depth": "Each layer changes a little, so that "
            "neither the gradient nor the message is lost.",
            "sigmoid with batch norm": "It learns well, and better than ReLU without a path. It is not the best here.",
        },
        right="ReLU with He's weights and a skip, its branch over the depth",
    ),
    "score_gate": Question(
        "A GRU with its default bias: before training, what reaches back a hundred steps is 1e-14 of the gradient. "
        "Does it learn to remember a hundred steps?",
        {
            "no: there is no gradient to learn from": "A plain RNN has far more of it at the start, and does not "
            "learn it. A gate can learn from nearby steps to stay open, and the gradient then reaches further.",
            "yes, in five networks of five": "The gradient before training is not destiny where the net can learn to "
            "open its own path. An LSTM with bias 0, as bad at the start, does not learn it in that time.",
            "only with clipping": "All of these were clipped; the plain RNN too, which does not learn it.",
        },
        right="yes, in five networks of five",
    ),
    "myths_layer": Question(
        CLAIMS,
        {
            "the Jacobian of two layers is the product of their derivatives, entry by entry": "Row by column: each "
            "entry sums over all units between.",
            "ReLU passes the gradient on unchanged": "Unchanged or not at all: half of the entries become 0.",
            "leaky ReLU cures vanishing: its slope is nowhere 0": "A slope of 0.01 is nearly 0. The weights decide.",
            "normal weights or uniform ones of the same variance: the gradient does not mind": "Only the variance "
            "counts, as each z is a sum of many terms.",
        },
        right="normal weights or uniform ones of the same variance: the gradient does not mind",
    ),
    "myths_weights": Question(
        CLAIMS,
        {
            "a ReLU layer with He's weights multiplies the gradient by 0.707": "That is √2 times the mean slope. Sizes "
            "are squares: it is √2 times the root of the mean squared slope.",
            "tanh with Xavier's weights settles at a variance of 0.25": "It looks so for a few layers. It falls on, "
            "ever more slowly.",
            "orthogonal weights keep every size, so a ReLU net of them keeps the gradient": "The weights do, and ReLU "
            "does not.",
            "a hundred ReLU layers with He's weights make any two inputs nearly the same": "Each layer brings them a "
            "little nearer to each other, and none takes them apart.",
        },
        right="a hundred ReLU layers with He's weights make any two inputs nearly the same",
    ),
    "myths_remedies": Question(
        CLAIMS,
        {
            "in float64 the gradient does not vanish": "It vanishes just as fast, and is 0 later.",
            "multiply the loss by 1024, and the first layer gets its share": "So does the last layer, and nothing has "
            "changed between them. It helps against numbers too small for float16.",
            "a larger rate makes up for a vanishing gradient": "For the first layer; the last one takes it too.",
            "with layer norm, weights ten times as large pass on the same gradient": "The norm divides their scale "
            "out, forward and back.",
        },
        right="with layer norm, weights ten times as large pass on the same gradient",
    ),
    "myths_tests": Question(
        CLAIMS,
        {
            "with batch norm three ReLU layers hold the gradient, so fifty do": "A factor of 1.2 hides in "
            "three layers.",
            "standardize the inputs, and the gradient arrives": "It is good for the first layer. The factors of the "
            "sigmoids after it stay as small as they were.",
            "half of all ReLUs are dead in a fresh net: ReLU is at fault": "They are, at weights a sixth of He's "
            "variance.",
            "a thousand layers can hold the gradient without any norm": "A path around each layer, and a branch over "
            "the depth: a thousand small changes.",
        },
        right="a thousand layers can hold the gradient without any norm",
    ),
    "myths_time": Question(
        CLAIMS,
        {
            "if all eigenvalues of W are below 1, a step makes every state shorter": "In the end. One step is a matter "
            "of the singular values.",
            "what Xavier keeps on average, it keeps in every direction": "A few directions carry the average.",
            "sigmoid nets vanish because their units are saturated": "Fresh ones are in the middle of the sigmoid, "
            "where its slope is largest: a quarter.",
            "an LSTM can pass on more than its forget gates let through": "The gradient also takes the way through the "
            "other gates.",
        },
        right="an LSTM can pass on more than its forget gates let through",
    ),
}


KEEP = {
    "sigmoid": (dict(activation="sigmoid"), "sigmoid"),
    "relu batch": (dict(activation="relu"), "ReLU"),
    "relu skip": (dict(activation="relu", skip="post"), "ReLU and its skip"),
}


def _three_cures(given) -> str | None:
    if not isinstance(given, (list, tuple)) or any(not hasattr(one, "after") for one in given):
        return "hand over the list of the three records that treat returns"
    by_name = {one.name: one for one in given}
    if missing := [name for name in KEEP if name not in by_name]:
        return f"one of the three is missing: {missing[0]}"
    for name, (kept, words) in KEEP.items():
        settings = by_name[name].settings
        if any(settings.get(key) != value for key, value in kept.items()):
            return f"{name} is to keep {words}: change something else of it"
    for name in KEEP:
        if not abs(np.median(by_name[name].after)) < 1:
            return _no_cure(by_name[name])
    return None


def _no_cure(one) -> str:
    before, after = np.median(one.before), np.median(one.after)
    if set(one.changes) == {"clip_norm"}:
        return f"{one.name}: clipping changes no layer's share of the gradient; it is still {after:+.1f} decades"
    did = "as before" if abs(after - before) < 0.05 else f"it was {before:+.1f}"
    return f"{one.name}: {after:+.1f} decades now, {did}; within one decade is what holds"


CASES = {
    "one network": [[1e-3, 0.1, 1.0]],
    "three networks": [[1e-3, 1.0, 10.0], [200.0, 7.0, 2.0], [3.0, 1.0, 2.0]],
    "one lost gradient": [[0.0, 1.0, 2.0], [1e-2, 3.0, 2.0], [1e-4, 3.0, 2.0]],
    "growth": [[1e5, 1.0, 1.0], [1e3, 3.0, 1.0], [1e4, 2.0, 1.0]],
    "a network that just vanishes": [[0.05, 1.0]],
    "a network that just holds": [[7.0, 1.0]],
}


def _row(norms) -> tuple[float, float, float, str]:
    with np.errstate(divide="ignore"):
        decades = np.log10(norms[:, 0] / norms[:, -1])
    middle = float(np.median(decades))
    word = "vanishes" if middle < -1 else "explodes" if middle > 1 else "holds"
    return middle, float(decades.min()), float(decades.max()), word


def _row_by_hand(function) -> str | None:
    for what, rows in CASES.items():
        norms = np.array(rows)
        with np.errstate(divide="ignore"):
            given = function(norms.copy())
        if not isinstance(given, tuple) or len(given) != 4:
            return "return four things, with commas between: the median of the decades, the lowest, the highest, a word"
        if why := _wrong_row(given, _row(norms)):
            return f"of {what}: {why}"
    return None


def _wrong_row(given, right) -> str | None:
    names = ("the median", "the lowest", "the highest")
    for name, one, other in zip(names, given, right, strict=False):
        if one is ... or not np.isscalar(one) or isinstance(one, str):
            return f"{name} is not a number yet"
        if not np.isclose(one, other, rtol=1e-6):
            if np.isclose(one, -other, rtol=1e-6):
                return f"{name} has the wrong sign: first layer over last, so that vanishing is negative"
            if np.isclose(one, other * np.log(10), rtol=1e-6):
                return f"{name} is in natural logarithms; decades are log10"
            return f"{name} is {one:.3g}, and should be {other:.3g}"
    if given[3] == right[3]:
        return None
    return f"at a median of {right[0]:+.1f} decades the word is not {given[3]!r}; the words: vanishes, holds, explodes"


def _false_cell(given) -> str | None:
    if not isinstance(given, tuple) or len(given) != 2 or not hasattr(given[0], "verdicts"):
        return "hand over two things: the table, and the name of its false row"
    table, name = given
    if name is ...:
        return "put the name of a net where the three dots are, as it stands in the table"
    if name not in table.labels:
        return f"no row is called {name!r}; write it as the table does"
    at = table.labels.index(name)
    if _row(10.0 ** np.array([[table.decades[at], 0.0]]))[3] != table.verdicts[at]:
        return None
    return f"{table.decades[at]:+.1f} decades: {table.verdicts[at]} is right there"


EXERCISES = {
    "three_cures": (_three_cures, "three nets, three cures, and each was measured"),
    "row_by_hand": (_row_by_hand, "a row that can stand in the scoreboard: median, spread and verdict"),
    "false_cell": (_false_cell, "its number says otherwise, and the number was measured"),
}
