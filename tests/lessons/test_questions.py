"""Predictions have the right answer, measured here; exercises answer a blank, a wrong and a nearly right try apart."""

from __future__ import annotations

import html
import re

import course
import numpy as np
import pytest
from asked import opening, unfit

from vgrad import bridge, models, ops, probes, theory
from vgrad.kit import questions, styles
from vgrad.kit.experiments import reach, training
from vgrad.kit.experiments.flow import flow
from vgrad.kit.experiments.twin import sigmoid_twin
from vgrad.kit.questions import asking
from vgrad.lessons import ROOMS, gates, precision
from vgrad.lessons.attention import cube, softmax_jacobians, token_columns
from vgrad.lessons.deep_training import best
from vgrad.lessons.deep_training import measure as deep_training_measure
from vgrad.lessons.diagnosis.measure import clinic as diagnosis_measure
from vgrad.lessons.diagnosis.measure import follow as diagnosis_measure_follow
from vgrad.lessons.diagnosis.measure import grades as diagnosis_measure_grades
from vgrad.lessons.diagnosis.measure import trial as diagnosis_measure_trial
from vgrad.lessons.edge_of_chaos import measure as edge_of_chaos_measure
from vgrad.lessons.edge_of_chaos import training_map
from vgrad.lessons.exploding import tables as exploding_tables
from vgrad.lessons.exploding.measure import spikes as exploding_spikes
from vgrad.lessons.exploding.measure import training as exploding_measure
from vgrad.lessons.initialization import measure as initialization_measure
from vgrad.lessons.learning import measure as learning_measure
from vgrad.lessons.memory.measure.scan import scan
from vgrad.lessons.normalization import load as normalization_load
from vgrad.lessons.normalization import measure as normalization_measure
from vgrad.lessons.precision.measure import nets
from vgrad.lessons.recurrence.measure import connectivity as recurrence_measure_connectivity
from vgrad.lessons.recurrence.measure import recurrence as recurrence_measure
from vgrad.lessons.recurrence.measure.shared import parts as recurrence_parts
from vgrad.lessons.scoreboard.measure import board as scoreboard_measure
from vgrad.lessons.scoreboard.measure import taught as scoreboard_measure_taught
from vgrad.lessons.skip_connections import measure as skip_connections_measure


def attended(scores=lambda s, c: s, ds=lambda p, dp: ops.softmax(np.log(p))[1](dp), dv=lambda p, dy: p.T @ dy):
    """Attention of the lesson's three steps, one of which may be wrong."""

    def function(q, k, v):
        c = q.shape[-1] ** -0.5
        p, _ = ops.softmax(scores(c * q @ k.T, c))

        def pullback(dy):
            back = c * ds(p, dy @ v.T)
            return back @ k, back.T @ q, dv(p, dy)

        return p @ v, pullback

    return function


def _logged(log, names):
    """The readings of a log, with the layers in this order."""
    return bridge.readings(names, list(log), dz=[[row[name] for name in names] for row in log.values()])


def raising(z):
    raise RuntimeError("half finished")


def norm(slope, y=lambda unit: unit):
    """Batch norm whose pullback is slope(y, dy, std)."""

    def function(z):
        std = np.sqrt(z.var(axis=0) + 1e-5)
        unit = (z - z.mean(axis=0)) / std
        return y(unit), lambda dy: slope(unit, dy, std)

    return function


def along(y, dy):
    return y * (y * dy).mean(axis=0)


def across(dy):
    return dy.mean(axis=1, keepdims=True)


RATIOS = [0.71] * 4
CONTROL = dict(activation="relu", norm="batch", depth=40, width=32, batch=48, steps=80, optimizer="momentum")


def chained(down):
    """A backprop that goes up rightly, and ``down`` as it is told."""

    def backprop(functions, x, dy):
        y, pullbacks = x, []
        for function in functions:
            y, pullback = function(y)
            pullbacks.append(pullback)
        return y, down(pullbacks, x, dy)

    return backprop


def around(down):
    """A block with a path whose pullback is ``down`` of (h, W, alpha, the slope, dy)."""

    def block(h, W, alpha):
        t = np.tanh(h @ W)
        return h + alpha * t, lambda dy: down(h, W, alpha, 1 - t**2, dy)

    return block


def pathed(skip="activation_first", norm="layer", **settings):
    return skip_connections_measure.both_ways(skip=skip, norm=norm, **{"width": 64, **settings})


def adam_step(change):
    """A step of Adam whose means are right, (dW, m, s, t, rate) -> (ΔW, m, s)."""

    def function(dW, m, s, t, rate):
        m = 0.9 * m + 0.1 * dW
        s = 0.999 * s + 0.001 * dW**2
        return change(dW, m, s, t, rate), m, s

    return function


def drawn(std, mean=0.0):
    """An initializer of this standard deviation."""
    return lambda fan_in, fan_out, rng: mean + std(fan_in, fan_out) * rng.standard_normal((fan_in, fan_out))


def rnn_bptt(part=lambda old, dz: old.T @ dz, back=lambda dz, W: dz @ W.T, slope=lambda old, new: 1 - new**2):
    """Backpropagation through time, with other functions where a slip is wanted."""

    def through_time(W, hs, dh):
        dW = 0 * W
        for old, new in zip(hs[-2::-1], hs[:0:-1], strict=True):
            dz = dh * slope(old, new)
            dW = dW + part(old, dz)
            dh = back(dz, W)
        return dW, dh

    return through_time


def clipping(factor):
    """Clipping by norm, whose factor is factor(norm, limit)."""
    return lambda grads, limit: [array * factor(np.sqrt(sum((a**2).sum() for a in grads)), limit) for array in grads]


def each_alone(grads, limit):
    return [array * min(1.0, limit / (np.sqrt((array**2).sum()) + 1e-6)) for array in grads]


def mended(grads, limit):
    return [np.nan_to_num(array) for array in clipping(lambda norm, limit: min(1, limit / norm))(grads, limit)]


def nan_everywhere(grads, limit):
    broken = not all(np.isfinite(array).all() for array in grads)
    return [
        array * np.nan if broken else clipped for array, clipped in zip(grads, each_norm(grads, limit), strict=True)
    ]


def each_norm(grads, limit):
    return clipping(lambda norm, limit: min(1, limit / norm))(grads, limit)


def first_broken(broken):
    """Name the first array that is ``broken``."""
    return lambda numbers: next((name for name, array in numbers if broken(array)), None)


def lstm_three(three=lambda *three: three, *, by_h=True):
    """An LSTM's backward pass in three steps, with a part of it left out, and its three results changed."""

    def function(i, f, g, o, c, dh, dc):
        arrives = dc + by_h * dh * o * (1 - np.tanh(f * c + i * g) ** 2)
        return three(arrives, arrives * f, arrives * c * f * (1 - f))

    return function


def reached(cell="lstm", **settings):
    return reach.reach(cell, **settings)


def treated(*given):
    """Visits of patients, each with a diagnosis and a treatment."""
    return [diagnosis_measure.visit(k, diagnosis=illness, treatment=cure) for k, illness, cure in given]


def scored(**changes):
    """The three patients of the scoreboard's exercise, each with its cure, or with what is given."""
    cures = {"sigmoid": dict(norm="batch"), "relu batch": dict(norm="layer"), "relu skip": dict(alpha="1/depth")}
    cures |= {name.replace("_", " "): change for name, change in changes.items()}
    return [scoreboard_measure.treat(name, **cure) for name, cure in cures.items() if cure is not None]


def score_row(decades=lambda norms: np.log10(norms[:, 0] / norms[:, -1]), middle=np.median, word=None):
    def row(norms):
        found = decades(norms)
        said = "vanishes" if middle(found) < -1 else "explodes" if middle(found) > 1 else "holds"
        return middle(found), found.min(), found.max(), word or said

    return row


def recurrence(back):
    """A linear recurrence with γ, and a pullback that is back(γ, r, dh)."""

    def function(r, u):
        gamma = (1 - r**2) ** 0.5
        return scan(r, gamma * u), lambda dh: back(gamma, r, dh)

    return function


def scaler(over=lambda s: s / 2, under=lambda s: 2 * s, count=lambda good: good + 1, start=lambda good: 0):
    """A rule of dynamic loss scaling, with a part of it changed."""

    def rule(grads, scale, good, every, update):
        if not all(np.isfinite(dW).all() for dW in grads):
            return over(scale), start(good)
        update(grads)
        return (under(scale), 0) if good + 1 == every else (scale, count(good))

    return rule


TRIES = {
    "three_cures": lambda: {
        "right": scored(),
        "clipped": scored(sigmoid=dict(clip_norm=1.0)),
        "two": scored(sigmoid=None),
        "the gain": scored(relu_batch=dict(gain=2.0)),
        "half cured": scored(relu_skip=dict(alpha=0.5)),
        "no skip": scored(relu_skip=dict(skip=None)),
        "another activation": scored(sigmoid=dict(activation="tanh")),
        "of batch norm": scored(relu_batch=dict(activation="sigmoid")),
        "one": scored()[0],
    },
    "row_by_hand": lambda: {
        "right": score_row(),
        "upside down": score_row(lambda norms: np.log10(norms[:, -1] / norms[:, 0])),
        "natural": score_row(lambda norms: np.log(norms[:, 0] / norms[:, -1])),
        "a mean": score_row(middle=np.mean),
        "one word": score_row(word="holds"),
        "dots": lambda norms: (..., ..., ..., "holds"),
        "a number": lambda norms: 3.0,
        "no function": 3,
        "raises": raising,
    },
    "share_right": lambda: {
        "right": lambda L, k, carried: 0.5 if k <= L else 1 if carried else 1 - L / (2 * k),
        "never guessed right": lambda L, k, carried: 0.0 if k <= L else 1 if carried else 1 - L / (2 * k),
        "all learned": lambda L, k, carried: 1.0,
        "as if reset": lambda L, k, carried: 0.5 if k <= L else 1 - L / (2 * k),
        "as if carried": lambda L, k, carried: 0.5 if k <= L else 1.0,
        "no function": 0.5,
        "raises": raising,
    },
    "recurrence": lambda: {
        "right": recurrence(lambda gamma, r, dh: gamma * scan(r, dh[::-1])[::-1]),
        "forwards": recurrence(lambda gamma, r, dh: gamma * scan(r, dh)),
        "no gamma": recurrence(lambda gamma, r, dh: scan(r, dh[::-1])[::-1]),
        "turned once": recurrence(lambda gamma, r, dh: gamma * scan(r, dh[::-1])),
        "no recurrence": recurrence(lambda gamma, r, dh: gamma * dh),
        "no function": 0.5,
        "raises": raising,
    },
    "static_scaling": lambda: {
        "right": lambda backward, scale: [dW.astype(float) / scale for dW in backward(scale)],
        "from 1": lambda backward, scale: [dW.astype(float) / scale for dW in backward(1.0)],
        "in float16": lambda backward, scale: [dW / np.float16(2**10) for dW in backward(scale)],
        "not divided": lambda backward, scale: [dW.astype(float) for dW in backward(scale)],
        "multiplied": lambda backward, scale: [dW.astype(float) * scale for dW in backward(scale)],
        "nothing": lambda backward, scale: None,
        "no function": 0.5,
        "raises": raising,
    },
    "from_log": lambda: {
        "right": lambda log: _logged(log, list(log[min(log)])[::-1]),
        "as they are": lambda log: _logged(log, list(log[min(log)])),
        "nothing": lambda log: None,
        "no function": 0.5,
        "raises": raising,
    },
    "culprit": lambda: {
        "right": (30, "hidden 4"),
        "what suffers": (44, "hidden 3"),
        "what the report says": (44, "hidden 4"),
        "late": (31, "hidden 4"),
        "a number": (30, 3),
    },
    "dynamic_scaling": lambda: {
        "right": scaler(),
        "not halved": scaler(over=lambda scale: scale),
        "not doubled": scaler(under=lambda scale: scale),
        "not counted": scaler(count=lambda good: good),
        "the count goes on": scaler(start=lambda good: good),
        "no function": 0.5,
        "raises": raising,
    },
    "worst_ratio": lambda: {
        "right": lambda norms: np.log10(norms.max()) - np.log10(norms.min()),
        "the ratio": lambda norms: norms.max() / norms.min(),
        "the sign": lambda norms: np.log10(norms.min() / norms.max()),
        "natural": lambda norms: np.log(norms.max() / norms.min()),
        "the norm": np.linalg.norm,
        "its logarithm": lambda norms: np.log10(np.linalg.norm(norms)),
        "the ends": lambda norms: abs(np.log10(norms[0] / norms[-1])),
        "one each": np.log10,
        "half": lambda norms: np.ptp(np.log10(norms)) / 2,
        "a floor": lambda norms: np.ptp(np.log10(np.maximum(norms, 1e-12))),
        "dots": lambda norms: ...,
        "raises": lambda norms: raising(norms),
        "no function": 3.0,
    },
    "state_in_training": lambda: {
        "right": lambda first, now, dh: (
            "converged" if now < first / 4 else "vanished" if dh < now / 1000 else "neither"
        ),
        "vanished first": lambda first, now, dh: "vanished" if dh < 1e-3 else "converged" if now < 0.02 else "neither",
        "always": lambda first, now, dh: "neither",
        "another word": lambda first, now, dh: "fine",
        "a number": lambda first, now, dh: dh / now,
        "dots": lambda first, now, dh: ...,
        "raises": lambda first, now, dh: raising(dh),
        "no function": "neither",
        "nothing": None,
    },
    "treat_three": lambda: {
        "right": treated(
            (5, "dead", "weights that fit"), (12, "rate too small", "rate × 100"), (16, "vanishing", "batch norm")
        ),
        "a wrong diagnosis": treated(
            (5, "vanishing", "weights that fit"), (12, "rate too small", "rate × 100"), (16, "vanishing", "batch norm")
        ),
        "a wrong treatment": treated(
            (5, "dead", "weights that fit"),
            (12, "rate too small", "rate × 100"),
            (16, "vanishing", "clip the gradient"),
        ),
        "one illness": treated(*[(5, "dead", "weights that fit")] * 3),
        "one": treated((5, "dead", "weights that fit")),
        "a word": "three",
        "nothing": None,
    },
    "lstm_steps": lambda: {
        "right": lstm_three(),
        "untouched": lambda i, f, g, o, c, dh, dc: (..., ..., ...),
        "one step": lstm_three(lambda arrives, dc_before, dz_f: (arrives, ..., ...)),
        "no h": lstm_three(by_h=False),
        "no f": lstm_three(lambda arrives, dc_before, dz_f: (arrives, arrives, dz_f)),
        "the sign": lstm_three(lambda arrives, dc_before, dz_f: (arrives, dc_before, -dz_f)),
        "changed places": lstm_three(lambda arrives, dc_before, dz_f: (dz_f, dc_before, arrives)),
        "two": lstm_three(lambda arrives, dc_before, dz_f: (arrives, dc_before)),
        "one number": lstm_three(lambda arrives, dc_before, dz_f: (arrives, dc_before, 1.0)),
        "nothing": lambda i, f, g, o, c, dh, dc: None,
        "raises": lambda i, f, g, o, c, dh, dc: raising(c),
        "no function": 3,
    },
    "keep_far": lambda: {
        "right": reached("gru", default="pytorch", bias=5.0, T=300),
        "untouched": reached("gru", default="pytorch", bias=1.0, T=300),
        "wide open": reached("gru", bias=7.0, T=300),
        "not enough": reached("gru", bias=4.0, T=300),
        "an LSTM": reached(bias=6.0, mode="paired", T=300),
        "an RNN": reached("rnn", T=300),
        "too short": reached("gru", bias=5.0, T=100),
        "one network": reached("gru", bias=5.0, T=300, seeds=1),
        "a number": 5.0,
    },
    "clip_by_hand": lambda: {
        "right": each_norm,
        "untouched": lambda grads, limit: grads,
        "a norm each": each_alone,
        "by value": lambda grads, limit: [np.clip(array, -limit, limit) for array in grads],
        "squared": clipping(lambda norm, limit: limit / norm**2),
        "a sum of norms": lambda grads, limit: [
            array * limit / sum(np.sqrt((a**2).sum()) for a in grads) for array in grads
        ],
        "no min": clipping(lambda norm, limit: limit / norm),
        "small ones too": clipping(lambda norm, limit: min(1, limit / norm) if norm > 1 else 0.5),
        "half": clipping(lambda norm, limit: min(1, limit / norm / 2)),
        "mended": mended,
        "all NaN": nan_everywhere,
        "nothing": lambda grads, limit: None,
        "dots": lambda grads, limit: ...,
        "one array": lambda grads, limit: grads[0],
        "flat": lambda grads, limit: [array.ravel()[:1] for array in grads],
        "raises": lambda grads, limit: raising(grads),
        "no function": 3,
    },
    "autopsy": lambda: {
        "right": first_broken(lambda array: not np.isfinite(array).all()),
        "no inf": first_broken(lambda array: np.isnan(array).any()),
        "no NaN": first_broken(lambda array: np.isinf(array).any()),
        "all broken": first_broken(lambda array: not np.isfinite(array).any()),
        "what is finite": first_broken(lambda array: np.isfinite(array).all()),
        "its place": lambda numbers: next((k for k, (_, a) in enumerate(numbers) if not np.isfinite(a).all()), None),
        "whether": lambda numbers: any(not np.isfinite(array).all() for _, array in numbers),
        "nothing": lambda numbers: None,
        "no function": 3,
    },
    "rnn_bptt": lambda: {
        "right": rnn_bptt(),
        "dots": lambda W, hs, dh: ...,
        "not transposed": rnn_bptt(back=lambda dz, W: dz @ W),
        "no W": rnn_bptt(back=lambda dz, W: dz),
        "the old slope": rnn_bptt(slope=lambda old, new: 1 - old**2),
        "not squared": rnn_bptt(slope=lambda old, new: 1 - new),
        "transposed parts": rnn_bptt(part=lambda old, dz: dz.T @ old),
        "halved": rnn_bptt(part=lambda old, dz: old.T @ dz / 2),
        "one thing": lambda W, hs, dh: dh,
        "another shape": lambda W, hs, dh: (0.0, rnn_bptt()(W, hs, dh)[1]),
        "raises": lambda W, hs, dh: raising(hs),
        "no function": 3,
    },
    "rnn_matrix": lambda: {
        "right": [[[0.8, 15], [0, 0.8]], [[0.8, 0], [0, 0.8]]],
        "calm": [[[0.8, 3], [0, 0.8]], [[0.8, 0], [0, 0.8]]],
        "large at once": [[[0.8, 30], [0, 0.8]], [[0.8, 0], [0, 0.8]]],
        "other eigenvalues": [[[0.9, 15], [0, 0.9]], [[0.8, 0], [0, 0.8]]],
        "both": [[[0.8, 15], [0, 0.8]]] * 2,
        "a number": 30,
    },
    "gelu_sigma": lambda: {
        "right": theory.moments("gelu", 1.0)[0] ** -0.5,
        "nearly": 1.54,
        "a square": 1 / theory.moments("gelu", 1.0)[0],
        "the gradient's": theory.moments("gelu", 1.0)[1] ** -0.5,
        "the gradient's square": 1 / theory.moments("gelu", 1.0)[1],
        "ReLU's": 2**0.5,
        "Xavier's": 1.0,
        "upside down": theory.moments("gelu", 1.0)[0] ** 0.5,
        "the average": theory.moments("gelu", 1.0)[0],
        "wrong": 3.0,
        "a word": "1.53",
    },
    "initializer": lambda: {
        "right": drawn(lambda n, m: (2 / n) ** 0.5),
        "half": drawn(lambda n, m: n**-0.5),
        "outputs": drawn(lambda n, m: (2 / m) ** 0.5),
        "Xavier's": drawn(lambda n, m: (2 / (n + m)) ** 0.5),
        "the variance": drawn(lambda n, m: 2 / n),
        "uniform": drawn(lambda n, m: (2 / n / 3) ** 0.5),
        "unit": drawn(lambda n, m: 1.0),
        "wrong": drawn(lambda n, m: 0.5),
        "a mean": drawn(lambda n, m: (2 / n) ** 0.5, mean=1.0),
        "no rng": lambda n, m, rng: np.random.default_rng(0).standard_normal((n, m)) * (2 / n) ** 0.5,
        "turned": lambda n, m, rng: rng.standard_normal((m, n)),
        "dots": lambda n, m, rng: ...,
        "raises": lambda n, m, rng: raising(n),
        "no function": 0.08,
    },
    "read_xi_c": lambda: {
        "right": [0.373, 0.906, 10.1],
        "a difference": [0.029, 0.906, 10.1],
        "a tenth": [0.373, 0.037, 10.1],
        "ten layers as one": [0.373, 0.906, 1.01],
        "a sign": [0.373, 0.906, -10.1],
        "a number": 10.1,
    },
    "tenfold": lambda: {
        "right": lambda chi: 2 * np.log(10) / abs(np.log(chi)),
        "ξ": lambda chi: 1 / abs(np.log(chi)),
        "the squared norm": lambda chi: np.log(10) / abs(np.log(chi)),
        "a sign": lambda chi: 2 * np.log(10) / np.log(chi),
        "e times": lambda chi: 2 / abs(np.log(chi)),
        "another base": lambda chi: 2 * np.log(10) / abs(np.log10(chi)),
        "wrong": lambda chi: 7.0,
        "nothing": lambda chi: None,
        "a number": 10.3,
    },
    "walk": lambda: {
        "right": [2 * np.tanh(1.5), (dh := 2 * np.tanh(1.5)) / np.cosh(1.5) ** 2, 3 * dh / np.cosh(1.5) ** 2],
        "slope at x": [1.0, 0.327, 0.981],
        "slope alone": [1.81, 0.181, 0.981],
        "still da": [1.81, 0.327, 0.327],
        "nearly": [1.81, 0.33, 0.981],
        "one done": [1.81, ..., ...],
        "one number": 0.981,
        "four numbers": [1.0, 1.81, 0.327, 0.981],
        "a word": "three",
        "nothing": None,
    },
    "backprop": lambda: {
        "right": chained(lambda pullbacks, x, dy: [dy := pullback(dy) for pullback in reversed(pullbacks)][-1]),
        "untouched": lambda functions, x, dy: (x, dy),
        "not down": chained(lambda pullbacks, x, dy: dy),
        "not reversed": chained(lambda pullbacks, x, dy: [dy := pullback(dy) for pullback in pullbacks][-1]),
        "only the last": chained(lambda pullbacks, x, dy: pullbacks[-1](dy)),
        "only the first": chained(lambda pullbacks, x, dy: pullbacks[0](dy)),
        "from one": chained(lambda pullbacks, x, dy: pullbacks[0](pullbacks[1](pullbacks[2](np.ones(3))))),
        "all at x": lambda functions, x, dy: (
            np.tanh(3 * x) ** 2,
            [dy := f(x)[1](dy) for f in reversed(functions)][-1],
        ),
        "another shape": chained(lambda pullbacks, x, dy: 1.0),
        "something else": chained(lambda pullbacks, x, dy: dy + 1),
        "half": chained(lambda pullbacks, x, dy: None),
        "one thing": lambda functions, x, dy: dy,
        "no function": 3,
        "raises": lambda functions, x, dy: raising(x),
    },
    "leaky_holds": lambda: {
        "right": [0.52, 0.52**0.5, 0.52**-0.5],
        "not squared": [0.6, 0.6**0.5, 0.6**-0.5],
        "a sum": [1.04, 1.04**0.5, 1.04**-0.5],
        "ReLU's square": [0.5, 0.5**0.5, 2**0.5],
        "no root": [0.52, 0.52, 1 / 0.52],
        "the mean slope": [0.52, 0.6, 1 / 0.6],
        "the slope": [0.52, 0.52**0.5, 0.52**0.5],
        "σ_w squared": [0.52, 0.52**0.5, 1 / 0.52],
        "ReLU's": [0.52, 0.52**0.5, 2**0.5],
        "nearly": [0.52, 0.52**0.5, 1.38],
        "wrong": [0.52, 0.52**0.5, 2],
        "half": [0.52, 0.52**0.5, ...],
        "a word": "two",
        "nothing": None,
    },
    "twin": lambda: {
        "right": lambda W, b: (4 * W, 2 * b - 2 * W.sum(axis=0)),
        "doubled once": lambda W, b: (2 * W, b - W.sum(axis=0)),
        "untouched": lambda W, b: (W, b),
        "smaller": lambda W, b: (W / 4, b),
        "other weights": lambda W, b: (3 * W, b),
        "b left": lambda W, b: (4 * W, b),
        "b doubled": lambda W, b: (4 * W, 2 * b),
        "not doubled": lambda W, b: (4 * W, b - W.sum(axis=0)),
        "b not doubled": lambda W, b: (4 * W, b - 2 * W.sum(axis=0)),
        "sum not doubled": lambda W, b: (4 * W, 2 * b - W.sum(axis=0)),
        "new columns": lambda W, b: (4 * W, 2 * b - 4 * W.sum(axis=0)),
        "the sign": lambda W, b: (4 * W, 2 * b + 2 * W.sum(axis=0)),
        "all columns": lambda W, b: (4 * W, 2 * b - 2 * W.sum()),
        "rows, with b": lambda W, b: (4 * W, 2 * b - 2 * W.sum(axis=1)),
        "wrong": lambda W, b: (4 * W, 0 * b),
        "rows": lambda W, b: (4 * W, 2 * W.sum(axis=1)),
        "one thing": lambda W, b: W,
        "half": lambda W, b: (4 * W, None),
        "raises": lambda W, b: raising(W),
        "no function": 4.0,
    },
    "adam_step": lambda: {
        "right": adam_step(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)),
        "dots": lambda dW, m, s, t, rate: (..., ..., ...),
        "one thing": lambda dW, m, s, t, rate: dW,
        "no correction": adam_step(lambda dW, m, s, t, rate: -rate * m / (np.sqrt(s) + 1e-8)),
        "up": adam_step(lambda dW, m, s, t, rate: rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)),
        "along dW": adam_step(lambda dW, m, s, t, rate: -rate * dW),
        "old means": lambda dW, m, s, t, rate: (-rate * dW, m, s),
        "raises": lambda dW, m, s, t, rate: raising(dW),
        "no function": 3,
    },
    "control": lambda: {
        "right": (training.train_mlp(optimizer="adam", rate=0.005, frozen=(1, 2, 3, 4, 5, 6)), False),
        "believed": (training.train_mlp(optimizer="adam", rate=0.005, frozen=(1, 2, 3, 4, 5, 6)), True),
        "no verdict": training.train_mlp(optimizer="adam", rate=0.005, frozen=(1, 2, 3, 4, 5, 6)),
        "untouched": training.train_mlp(optimizer="adam", rate=0.005),
        "one layer": training.train_mlp(optimizer="adam", rate=0.005, frozen=(1,)),
        "SGD": training.train_mlp(rate=0.005, frozen=(1, 2, 3, 4, 5, 6), steps=20),
        "one network": training.train_mlp(optimizer="adam", rate=0.005, frozen=(1, 2, 3, 4, 5, 6), seeds=1),
        "a number": 0.01,
    },
    "norm_pullback": lambda: {
        "right": norm(lambda y, dy, std: (dy - dy.mean(axis=0) - along(y, dy)) / std),
        "std alone": norm(lambda y, dy, std: dy / std),
        "no third term": norm(lambda y, dy, std: (dy - dy.mean(axis=0)) / std),
        "no second term": norm(lambda y, dy, std: (dy - along(y, dy)) / std),
        "no std": norm(lambda y, dy, std: dy - dy.mean(axis=0) - along(y, dy)),
        "plus": norm(lambda y, dy, std: (dy - dy.mean(axis=0) + along(y, dy)) / std),
        "a sum": norm(lambda y, dy, std: (dy - dy.mean(axis=0) - len(dy) * along(y, dy)) / std),
        "over the units": norm(lambda y, dy, std: (dy - across(dy) - y * across(y * dy)) / std),
        "over all": norm(lambda y, dy, std: (dy - dy.mean() - y * (y * dy).mean()) / std),
        "wrong": norm(lambda y, dy, std: -dy),
        "nothing": norm(lambda y, dy, std: None),
        "dots": norm(lambda y, dy, std: ...),
        "one number": lambda z: z,
        "other y": norm(lambda y, dy, std: dy, y=lambda unit: 2 * unit),
        "raises": raising,
        "another shape": norm(lambda y, dy, std: dy.T),
        "no function": 3,
    },
    "choose_control": lambda: {
        "right": (CONTROL | dict(optimizer="adam"), "learns"),
        "untouched": (..., ...),
        "the same": (CONTROL, "fails"),
        "two things": (CONTROL | dict(optimizer="adam", width=128), "learns"),
        "plain SGD": (CONTROL | dict(optimizer="sgd"), "fails"),
        "more steps": (CONTROL | dict(steps=300), "fails"),
        "less deep, and it fails": (CONTROL | dict(depth=10), "fails"),
        "narrower": (CONTROL | dict(width=16), "fails"),
        "Adam, and it fails": (CONTROL | dict(optimizer="adam"), "fails"),
        "wider, and it learns": (CONTROL | dict(width=128), "learns"),
        "nothing said": (CONTROL | dict(optimizer="adam"), ...),
        "a number": 1.0,
    },
    "attention": lambda: {
        "right": attended(),
        "not divided": attended(scores=lambda s, c: s / c),
        "no mean": attended(ds=lambda p, dp: p * dp),
        "its own weight": attended(ds=lambda p, dp: p * (1 - p) * dp),
        "dp": attended(ds=lambda p, dp: dp),
        "not transposed": attended(dv=lambda p, dy: p @ dy),
        "dy": attended(dv=lambda p, dy: dy),
        "y alone": lambda q, k, v: ops.attention(q, k, v)[0],
        "a number": 1.0,
    },
    "later": lambda: {
        "right": lambda r, share, blocks: (r / 2 ** (blocks / 2), share / 2**blocks),
        "untouched": lambda r, share, blocks: (..., ...),
        "once": lambda r, share, blocks: (r / 2**0.5, share / 2),
        "as r": lambda r, share, blocks: (r / 2 ** (blocks / 2), share / 2 ** (blocks / 2)),
        "halves": lambda r, share, blocks: (r / 2**blocks, share / 2**blocks),
        "grows": lambda r, share, blocks: (r * 2 ** (blocks / 2), share * 2**blocks),
        "one thing": lambda r, share, blocks: r,
        "raises": lambda r, share, blocks: raising(r),
        "no function": 0.05,
    },
    "skip_pullback": lambda: {
        "right": around(lambda h, W, alpha, slope, dy: dy + alpha * (dy * slope) @ W.T),
        "the branch alone": around(lambda h, W, alpha, slope, dy: alpha * (dy * slope) @ W.T),
        "the path alone": around(lambda h, W, alpha, slope, dy: dy),
        "no alpha": around(lambda h, W, alpha, slope, dy: dy + (dy * slope) @ W.T),
        "no slope": around(lambda h, W, alpha, slope, dy: dy + alpha * dy @ W.T),
        "not transposed": around(lambda h, W, alpha, slope, dy: dy + alpha * (dy * slope) @ W),
        "slope at h": around(lambda h, W, alpha, slope, dy: dy + alpha * (dy * (1 - np.tanh(h) ** 2)) @ W.T),
        "slope after W": around(lambda h, W, alpha, slope, dy: dy + alpha * slope * (dy @ W.T)),
        "alpha on both": around(lambda h, W, alpha, slope, dy: alpha * (dy + (dy * slope) @ W.T)),
        "wrong": around(lambda h, W, alpha, slope, dy: -dy),
        "one number": around(lambda h, W, alpha, slope, dy: dy.sum()),
        "dots": around(lambda h, W, alpha, slope, dy: ...),
        "no path forward": lambda h, W, alpha: (alpha * np.tanh(h @ W), lambda dy: dy),
        "no pullback": lambda h, W, alpha: h,
        "raises": lambda h, W, alpha: raising(h),
        "no function": 3,
    },
    "weights": lambda: {
        "right": lambda hidden, width: 3 * width + (hidden - 1) * (width + 1) * width + (width + 1) * 2,
        "no bias": lambda hidden, width: (hidden - 1) * width**2 + 4 * width,
        "one layer too many": lambda hidden, width: 3 * width + hidden * (width + 1) * width + (width + 1) * 2,
        "nothing between": lambda hidden, width: 5 * width + 2,
        "no outputs": lambda hidden, width: 3 * width + (hidden - 1) * (width + 1) * width,
        "a word": "4178",
        "nothing": None,
    },
    "warm": lambda: {
        "right": lambda rate, steps, t: rate * min(1.0, t / steps),
        "without an end": lambda rate, steps, t: rate * t / steps,
        "the larger": lambda rate, steps, t: rate * max(1.0, t / steps),
        "from 0": lambda rate, steps, t: rate * min(1.0, (t - 1) / steps),
        "no warm-up": lambda rate, steps, t: rate,
        "the share": lambda rate, steps, t: min(1.0, t / steps),
        "a word": "slowly",
        "nothing": None,
    },
    "hold_path": lambda: {
        "right": pathed(),
        "no norm": pathed(norm=None),
        "untouched": pathed("activation_last", "batch"),
        "the other norm": pathed(norm="batch"),
        "no path": pathed(None),
        "tanh": pathed(activation="tanh"),
        "too short": pathed(depth=10),
        "weakened": pathed(alpha=0.1, norm=None),
        "one network": pathed(seeds=1),
        "a number": 1.0,
    },
    "exponent": lambda: {
        "right": ([0.71, 0.7, 0.72, 0.7], -0.5),
        "upside down": ([1.4, 1.43, 1.39, 1.42], 0.5),
        "subtracted": ([-0.11, -0.08, -0.06, -0.04], -0.5),
        "to the first": ([0.71, 0.5, 0.36, 0.25], -0.5),
        "the sign": (RATIOS, 0.5),
        "the ratio": (RATIOS, 0.71),
        "natural": (RATIOS, -0.35),
        "base 10": (RATIOS, -0.15),
        "halves": (RATIOS, -1),
        "all four": (RATIOS, -2),
        "one of the two": (RATIOS, ...),
        "neither": (..., ...),
        "a number": -0.5,
    },
    "refute": lambda: {
        "right": [("relu", "xavier_normal"), ("tanh", "xavier_normal"), ("sigmoid", "he_normal")],
        "untouched": [("relu", ...), ("tanh", ...), (..., "he_normal")],
        "holds": [("relu", "he_normal"), ("tanh", "xavier_normal"), ("sigmoid", "he_normal")],
        "vanishes": [("relu", "xavier_normal"), ("tanh", "torch_linear"), ("sigmoid", "he_normal")],
        "another row": [("relu", "xavier_normal"), ("tanh", "xavier_normal"), ("sigmoid", "orthogonal")],
        "turned round": [("xavier_normal", "relu"), ("tanh", "xavier_normal"), ("sigmoid", "he_normal")],
        "unknown": [("relu", "xavier"), ("tanh", "xavier_normal"), ("sigmoid", "he_normal")],
        "no pair": ["relu", ("tanh", "xavier_normal"), ("sigmoid", "he_normal")],
        "a number": -18.3,
    },
}


def test_every_exercise_is_tried():
    assert TRIES.keys() == course.EXERCISES.keys()


@pytest.mark.parametrize("name", TRIES)
def test_only_the_right_answer_is_correct_and_each_other_gets_its_own_reason(name):
    replies = {kind: course.answer(name, given) for kind, given in {"blank": ..., **TRIES[name]()}.items()}
    assert [kind for kind, reply in replies.items() if reply.correct] == ["right"]
    assert replies["right"].text.startswith("correct: ")
    wrong = [reply.text for kind, reply in replies.items() if kind != "right"]
    assert all(text.startswith("not yet: ") for text in wrong)
    distinct = {text for kind, text in ((k, r.text) for k, r in replies.items()) if kind not in ("nothing", "a word")}
    assert len(distinct) == len(replies) - len({"nothing", "a word"} & replies.keys())


@pytest.mark.parametrize(
    ("given", "shown"), [((RATIOS, -0.5), None), ((RATIOS, 3), "Exercise, not yet solved: "), (..., "Exercise, ")]
)
def test_feedback_is_the_same_in_text_and_on_the_page(given, shown):
    reply = course.answer("exponent", given)
    first, *rest = repr(reply).splitlines()
    if shown:  # a stored page says that it is an exercise, and what to do
        assert first.startswith(shown)
        assert first.endswith(reply.text.removeprefix("not yet: "))
        assert rest == ["Change this cell, and run it again."]
    else:
        assert (first, rest) == (reply.text, [])
    assert all(line in reply._repr_html_() for line in (first, *rest))
    assert 'role="status"' in reply._repr_html_()


def test_markup_in_an_answer_is_not_run():
    assert "<b>" not in course.answer("exponent", (RATIOS, "<b>3</b>"))._repr_html_()


@pytest.mark.parametrize("show", [gates.ask, lambda name: gates.check.answer(name, 1)])
def test_an_unknown_name_is_refused_with_those_that_exist(show):
    with pytest.raises(ValueError, match=r"name is 'nowhere'; allowed is one of '\w+'"):
        show("nowhere")


def fresh(name):
    """A question that nobody has answered yet, and the ``ask`` that asks it."""
    ask = questions.Asker(course.QUESTIONS)
    return ask(name), ask


def said(prediction):
    """The words of the card under a question."""
    return html.unescape(re.sub(r"<[^>]*>", " ", prediction.children[-1].value)).strip()


@pytest.mark.parametrize("name", course.QUESTIONS)
def test_every_choice_of_a_question_is_answered_by_its_own_reply_and_nothing_before_it(name):
    prediction, _ = fresh(name)
    assert prediction.reply == ""
    replies = []
    for choice in prediction.question.choices:
        prediction.choose(choice)
        replies.append(prediction.reply)
        assert prediction.reply == prediction.question.replies[choice]
        assert said(prediction).startswith(prediction.reply)
        right = choice == prediction.question.right
        assert ("and it is right." in said(prediction)) == (right and choice == prediction.first)
        assert (f"“{choice}” is right." in said(prediction)) == (right and choice != prediction.first)
    assert len(set(replies)) == len(replies)


@pytest.mark.parametrize("name", course.QUESTIONS)
def test_a_wrong_reply_says_what_is_right_about_the_choice_and_then_what_is_not(name):
    question = course.QUESTIONS[name]
    assert unfit(question.replies, question.right) == []


@pytest.mark.parametrize(
    "reply",
    [
        "Tempting, but no. A quarter is what one layer leaves.",
        "Yes. But each layer keeps a quarter.",
        "But a quarter is what one layer leaves.",
        "A quarter is what one layer leaves.",
        "a quarter is one layer's. But there are thirty.",
        "That would be a sum. But losses multiply.",
        "A quarter is what one layer leaves. But there are thirty",
    ],
)
def test_a_reply_that_is_unfit_is_found(reply):
    assert reply in unfit({"a quarter": reply, "1e-18": "Each layer keeps a quarter."}, "1e-18")


WRITTEN = ROOMS[: ROOMS.index("diagnosis") + 1]  # the rooms of the lessons 00 to 16


@pytest.mark.parametrize("room", [room for room in WRITTEN if len(questions.read(f"vgrad.lessons.{room}")) > 1])
def test_the_right_choice_stands_at_each_place_equally_often(room):
    asked = questions.read(f"vgrad.lessons.{room}").values()
    assert {len(question.choices) for question in asked} == {4}
    places = [question.choices.index(question.right) for question in asked]
    counts = [places.count(place) for place in range(4)]
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("name", course.QUESTIONS)
def test_a_reason_does_not_tell_which_choice_is_right(name):
    """The right choice is not the only one that has a reason, nor the only one that has none."""
    question = course.QUESTIONS[name]
    reasoned = {choice: bool(re.search(r"\bbecause\b|, but\b", choice)) for choice in question.choices}
    right = reasoned.pop(question.right)
    assert right in reasoned.values()


def test_no_opening_is_repeated_until_it_is_a_formula():
    assert opening(course.QUESTIONS.values())[1] <= 6, opening(course.QUESTIONS.values())


def test_nothing_is_answered_before_somebody_says_that_it_is_the_answer():
    prediction, _ = fresh("narrow")
    _, radios, row, reply = prediction.children
    sure, button = row.children
    assert (button.description, reply.value) == ("This is my answer", "")
    button.click()
    assert (prediction.first, prediction.reply) == (None, "")
    assert "Choose an answer first." in reply.value
    for choice in prediction.question.choices:  # as the arrow keys go through them
        radios.value = choice
    assert (prediction.first, prediction.reply) == (None, "")
    button.click()
    assert prediction.first == prediction.question.choices[-1]
    assert sure.layout.display == "none"  # it is about the first choice alone


@pytest.mark.parametrize("confidence", ["", *asking.SURE])
@pytest.mark.parametrize("right", [True, False])
def test_the_reply_and_the_measurement_say_how_sure_somebody_was(confidence, right):
    prediction, ask = fresh("sixty")
    wrong = next(choice for choice in prediction.question.choices if choice != prediction.question.right)
    choice = prediction.question.right if right else wrong
    prediction.choose(choice, confidence)
    joined = "but" if confidence == "certain" and not right else "and"
    verdict = f", {joined} it is {'right' if right else 'not right'}."
    assert asking.FIRST[confidence].format(choice) + verdict in said(prediction)
    assert ask.beside("sixty", 4.5e-38).text == f"You said “{choice}”{asking.SAID[confidence]}. We measure 4.5e-38."
    assert (confidence or "first choice") in said(prediction).replace("You guessed", "guess")


def test_confidence_is_that_of_the_first_choice_and_need_not_be_said():
    prediction, _ = fresh("sixty")
    first, second, *_ = prediction.question.choices
    prediction.choose(first, "certain")
    prediction.choose(second)
    assert prediction.confidence == "certain"
    assert f"You were certain of “{first}”." in said(prediction)
    with pytest.raises(ValueError, match="confidence is 'very'; allowed is one of 'guess', 'fairly sure', 'certain'"):
        fresh("sixty")[0].choose(first, "very")


def test_the_first_choice_counts_and_stays_marked_while_the_others_are_read():
    prediction, ask = fresh("narrow")
    first, *others = prediction.question.choices
    prediction.choose(first)
    assert f"“{first}” was your first choice, and it is not right." in said(prediction)
    for other in others:
        prediction.choose(other)
        assert prediction.first == first
        assert prediction.reply == prediction.question.replies[other]
        assert f"“{first}” was your first choice." in said(prediction)
        assert [mark for mark in prediction._dom_classes if "first" in mark] == ["vgrad-first-1"]
    assert prediction.children[2].children[1].description == "Read the reply to this choice"
    assert ask("narrow") is prediction  # and running the cell again does not undo it


def test_as_many_choices_can_be_marked_as_a_question_has():
    marked = {int(k) for k in re.findall(r"vgrad-first-(\d)", styles.style("questions"))}
    assert marked == set(range(1, 1 + max(len(question.choices) for question in course.QUESTIONS.values())))


@pytest.mark.parametrize("mime", ["text/plain", "text/html"])
@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("name", course.QUESTIONS)
def test_a_page_without_a_kernel_shows_the_question_but_not_the_answer(name, answered, mime):
    prediction, _ = fresh(name)
    question = prediction.question
    if answered:
        prediction.choose(question.right)
    data = html.unescape(prediction._repr_mimebundle_()[mime])
    assert question.prompt in data
    assert all(choice in data for choice in question.choices)
    assert not any(reply in data for reply in question.replies.values())
    assert "Run this cell to answer." in data
    assert "first choice" not in data


# --- a measurement beside a choice ----------------------------------------------------------------------------------


def test_a_measurement_stands_beside_the_first_choice_also_where_that_comes_later():
    prediction, ask = fresh("sixty")
    early = ask.beside("sixty", 4.5e-38)
    assert early.text == "We measure 4.5e-38. Answer the question above, and your answer will stand here beside it."
    nothing = "exactly 0, because a computer has a smallest number"
    prediction.choose(nothing)
    late = ask.beside("sixty", "4.5e-38")
    prediction.choose(prediction.question.right)
    assert early.text == late.text == f"You said “{nothing}”. We measure 4.5e-38."
    assert early.text in early.value
    assert early.text == early._repr_mimebundle_()["text/plain"]
    assert early.text in early._repr_mimebundle_()["text/html"]


def test_a_measurement_of_nothing_or_of_no_question_is_refused():
    _, ask = fresh("sixty")
    assert ask.beside("sixty", np.float64(0)).text.startswith("We measure exactly 0. ")
    with pytest.raises(ValueError, match="name is 'nowhere'; allowed is one of"):
        ask.beside("nowhere", 1.0)
    for nothing in (None, [1.0], float("nan")):
        with pytest.raises((ValueError, TypeError), match="measured"):
            ask.beside("sixty", nothing)


def test_markup_in_a_measurement_is_not_run():
    beside = fresh("narrow")[1].beside("narrow", "<b>3</b>")
    assert "<b>" not in beside.value + beside._repr_mimebundle_()["text/html"]


# --- the form of a question -----------------------------------------------------------------------------------------

QUESTION = """# What a teacher writes above the first question is not read.

## quarter
Concept: losses multiply

How much is left
after two layers?

- [ ] a half

  That would be a sum.
- [x] a sixteenth

  Each layer keeps
  a quarter.

  So two keep a sixteenth.
"""


def test_a_question_is_read_from_its_text():
    ((name, question),) = questions.parse(QUESTION).items()
    assert name == question.id == "quarter"
    assert (question.concept, question.prompt) == ("losses multiply", "How much is left after two layers?")
    assert (question.choices, question.right) == (("a half", "a sixteenth"), "a sixteenth")
    replies = {"a half": "That would be a sum."}
    replies |= {"a sixteenth": "Each layer keeps a quarter. So two keep a sixteenth."}
    assert question.replies == replies


def test_each_heading_is_a_question():
    assert list(questions.parse(QUESTION + QUESTION.replace("## quarter", "## half"))) == ["quarter", "half"]
    assert questions.parse("no question yet") == {}


FORM = "needs two choices or more, a reply to each, and one tick"
MALFORMED = {
    "no tick": (("[x]", "[ ]"), FORM),
    "two ticks": (("[ ]", "[x]"), FORM),
    "no concept": (("Concept: ", ""), "has no line 'Concept: …' under its heading"),
    "a choice without a reply": (("  That would be a sum.\n", ""), FORM),
    "a single choice": (("- [ ] a half\n\n  That would be a sum.\n", ""), FORM),
    "a choice twice": (("a half", "a sixteenth"), FORM),
    "no choice": (("- [", "* ["), FORM),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_question_is_refused_by_its_name(what):
    (old, new), said = MALFORMED[what]
    text = QUESTION.replace(old, new)
    assert text != QUESTION
    with pytest.raises(ValueError, match=rf"^gates/questions.md: question 'quarter' {said}$"):
        questions.parse(text, "gates/questions.md")


# --- the right choices, measured ------------------------------------------------------------------------------------


def test_whispers():
    assert 0.25**5 < 1e-3 < 0.25**4
    assert course.QUESTIONS["whispers"].right == "after 5"


def test_tenth_more():
    product = 1.0
    for _ in range(50):
        product *= 1.1
    assert 100 < product < 1e6
    assert pytest.approx(2, rel=0.05) == 1.1**7
    assert course.QUESTIONS["tenth_more"].right == "over a hundred"


def test_coin():
    for seed in range(5):
        held = np.random.default_rng(seed).choice([1.5, 0.6], size=(2000, 100)).prod(axis=1)
        assert 1e-3 < np.median(held) < 1e-2
    assert course.QUESTIONS["coin"].right == "less than a hundredth"


def test_which_slope():
    x, step = 0.5, 1e-6
    measured = (np.tanh(3 * (x + step)) ** 2 - np.tanh(3 * (x - step)) ** 2) / (2 * step)
    h = np.tanh(1.5)
    assert measured == pytest.approx(2 * h * (1 - h**2) * 3, rel=1e-6)
    assert course.QUESTIONS["which_slope"].right == "at h = tanh(1.5), which enters the square"


def test_kink():
    for step in 10.0 ** -np.arange(2, 9):
        quotient = (ops.relu(step)[0] - ops.relu(-step)[0]) / (2 * step)
        assert quotient == pytest.approx(0.5, rel=1e-12)
    assert course.QUESTIONS["kink"].right == "1/2, the mean of both"


def test_one_relu():
    for seed in range(5):
        z, dh = np.random.default_rng(seed).standard_normal((2, 100, 1000))
        assert np.linalg.norm(ops.relu(z)[1](dh)) / np.linalg.norm(dh) == pytest.approx(0.7, abs=0.02)
    assert course.QUESTIONS["one_relu"].right == "by about 0.7"


def test_deep_tanh():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        params = models.init_mlp([128] * 21, scheme="xavier_normal", rng=rng)
        tape = models.hidden(params, rng.standard_normal((64, 128)), "tanh")[1]
        first, *_, last = (np.mean(slope**2) ** 0.5 for slope in probes.slopes(tape))
        assert first == pytest.approx(0.68, abs=0.02)
        assert last > 0.95
    assert course.QUESTIONS["deep_tanh"].right == "close to 1, because z shrinks from layer to layer"


def test_large_weights():
    for seed in range(5):
        net = dict(depth=30, activation="sigmoid", seed=seed)
        four, ten, twenty = (flow(gain=gain, **net).ratio for gain in (4, 10.15, 20))
        assert four < 1e-4
        assert 0.1 < ten < 10
        assert twenty > 100
    assert course.QUESTIONS["large_weights"].right == "yes, but σ_w = 4 is not nearly enough"


def test_twin():
    rng = np.random.default_rng(0)
    params = models.init_mlp([8] * 6 + [3], scheme="torch_linear", rng=rng)
    x = rng.standard_normal((5, 8))
    ours, theirs = models.mlp(params, x, "tanh")[0], models.mlp(sigmoid_twin(params), x, "sigmoid")[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-14)
    assert course.QUESTIONS["twin"].right == "yes, the same outputs, for every input"


def test_sixty():
    for seed in range(5):
        thirty, sixty = (flow(depth=depth, activation="sigmoid", seed=seed).ratio for depth in (30, 60))
        assert 3e-19 < thirty < 2e-18
        assert 2e-38 < sixty < 2e-37
        assert 0.1 < sixty / thirty**2 < 0.4  # one more step lies between the two halves
    assert course.QUESTIONS["sixty"].right == "about 1e-37, because thirty more layers do the same again"


def test_tanh_160():
    for seed in range(5):
        kept = [flow(depth=k, activation="tanh", scheme="orthogonal", seed=seed).ratio for k in (10, 20, 40, 160)]
        assert kept == pytest.approx((0.39, 0.28, 0.2, 0.1), rel=0.05)
    assert course.QUESTIONS["tanh_160"].right.startswith("about 0.1,")


def test_tanh_dW():
    for seed in range(5):
        relative = flow(depth=200, activation="tanh", scheme="orthogonal", seed=seed).relative
        assert relative["dh"].median[0] < 1 / 10
        assert 1 / 2 < relative["dW"].median[0] < 2
    assert course.QUESTIONS["tanh_dW"].right == "about the same"


def test_init_equal():
    equal, one, usual = (
        initialization_measure.train_from(**start) for start in (dict(constant=0.1), dict(width=1), {})
    )
    assert 0.1 < equal.train.min() <= equal.train.max() < 0.25
    assert np.median(one.train) < 0.25
    assert usual.train.min() > 0.95
    assert course.QUESTIONS["init_equal"].right == "between 10 % and 25 %, because the units stay equal"


def test_init_noise():
    same, near = (initialization_measure.train_from(constant=0.1, noise=noise) for noise in (0, 0.01))
    assert min(near.different) == 50
    assert np.median(near.train) == pytest.approx(np.median(same.train), abs=0.03)
    assert course.QUESTIONS["init_noise"].right == "about as little as without the noise"


def test_init_relu():
    for seed in range(5):
        run = flow(activation="relu", scheme="xavier_normal", depth=30, width=64, seeds=8, seed=seed)
        assert 1e-5 < run.forward < 1e-4
    assert course.QUESTIONS["init_relu"].right == "about 3e-5"


def test_init_pixels():
    scaled, raw = (
        initialization_measure.train_from(activation="relu", pixels=pixels, steps=1)
        for pixels in ("standardized", "0 to 255")
    )
    assert 2.3 < np.median(scaled.loss) < 4
    assert 50 < np.median(raw.loss) / np.median(scaled.loss) < 150
    assert course.QUESTIONS["init_pixels"].right == "about a hundred times as large"


def test_edge_both():
    for seed in range(5):
        run = edge_of_chaos_measure.point(sigma_w=2.0, sigma_b=0.2, width=256, seed=seed)
        assert np.median(run.flow.each("h"), axis=0)[-21:] == pytest.approx(0.73, abs=0.02)
        assert 50 < run.flow.ratio < 100
    assert run.chi / 2**2 == pytest.approx(0.34, abs=0.005)
    assert all(30 < 1.36 ** (factors / 2) < 300 for factors in (29, 30))  # a reader may take thirty
    assert course.QUESTIONS["edge_both"].right == "between 30 and 300, because χ is above 1"


def test_edge_pair():
    run = edge_of_chaos_measure.pair(activation="relu", sigma_w=2**0.5, sigma_b=0.0)
    assert run.correlation[:, 0] == pytest.approx(1 / np.pi, abs=0.15)
    assert run.correlation[:, -1].min() > 0.9
    assert (np.diff(run.theory) > 0).all()  # it rises in every layer
    right = "It comes near 1, because every layer removes negative products."
    assert course.QUESTIONS["edge_pair"].right == right


def test_edge_depth():
    nets = training_map(course.load("phase_map"))
    column = list(np.round(nets.sigma_w, 2)).index(1.67)
    assert (round(6 * nets.xi[column]), round(6 * nets.xi_c[column])) == (36, 59)
    assert nets.depths[nets.learned[:, column]].tolist() == [5, 10, 20]
    assert nets.seeds == 5
    assert course.QUESTIONS["edge_depth"].right == "20 layers, because 40 is above 36"


def test_edge_orthogonal():
    run = edge_of_chaos_measure.spectrum("tanh", "normal")
    assert np.median(run.values, axis=1).max() < 1e-6
    assert 0.5 < np.median(np.mean(run.values**2, axis=1) ** 0.5) < 2
    draws = np.random.default_rng(1).normal(size=(5, 100, 100)) / 10
    assert np.median(np.linalg.svd(draws, compute_uv=False), axis=1) == pytest.approx(0.8, abs=0.06)
    right = "far below 1, because most directions shrink again and again"
    assert course.QUESTIONS["edge_orthogonal"].right == right


def test_narrow():
    net = dict(depth=40, activation="relu", scheme="he_normal", batch=1, seeds=200)
    for seed in range(5):
        wide, record = (flow(width=width, seed=seed, **net) for width in (64, 8))
        ratios = wide.dh[:, 0] / wide.dh[:, -1]
        assert np.mean((ratios > 0.18) & (ratios < 1.8)) > 0.7
        assert record.silent > 0
        assert np.mean(record.dh[:, 0] < record.dh[:, -1] / 100) > 0.5
    assert course.QUESTIONS["narrow"].right == "most keep less than a hundredth, and some exactly 0"


def test_paradox():
    read = {c.settings["depth"]: c.result["accuracy"] for c in course.load("depth_paradox")[:10]}
    assert min(read[2]) > 0.97
    assert min(read[4]) > 0.4
    assert all(max(read[depth]) < 0.15 for depth in (5, 6, 8, 10, 20, 50))
    assert course.QUESTIONS["paradox"].right == "from some depth on, the net only guesses"


def test_hold_first():
    free, held = (training.train_mlp("tanh", frozen=layers) for layers in ((), (1,)))
    assert np.all((held.test > 0.8) & (held.test < 0.9))
    assert 0.9 < np.median(free.test) < 0.94
    assert course.QUESTIONS["hold_first"].right.startswith("between 80 % and 90 %, because later layers")


def test_readable():
    for seed in range(5):
        record = learning_measure.readout(depths=(0, 6), seed=seed)
        assert np.all(record.fraction[1] < 4e-4)
        assert np.median(record.test[1]) > 0.8
        assert np.median(record.test[0]) - np.median(record.test[1]) < 0.06
    assert course.QUESTIONS["readable"].right.startswith("more than 80 %")


def test_adam():
    adam = dict(optimizer="adam", rate=0.005, seeds=5)
    assert learning_measure.trains(training.train_mlp(depth=6, **adam))
    assert not learning_measure.trains(training.train_mlp(depth=20, **adam))
    assert not learning_measure.trains(training.train_mlp(depth=6))
    assert course.QUESTIONS["adam"].right.startswith("the one with six layers, because")


def test_norms_sigmoid():
    for seed in range(5):
        flows = normalization_measure.compare(activation="sigmoid", seed=seed).flows
        assert flows["none"].ratio < 1e-17
        assert 0.1 < flows["batch"].ratio < 10
        assert flows["layer"].ratio < 1e-8
    assert course.QUESTIONS["norms_sigmoid"].right.startswith("only batch norm")


def test_norms_relu():
    settings = dict(activation="relu", scheme="he_normal", depth=50, width=64, batch=64, seeds=4)
    for seed in range(5):
        flows = normalization_measure.compare(norms=("none", "batch"), seed=seed, **settings).flows
        assert 0.1 < flows["none"].ratio < 10
        assert flows["batch"].ratio ** (1 / 49) == pytest.approx(1.21, abs=0.03)
    assert course.QUESTIONS["norms_relu"].right.startswith("it explodes, because")


def test_norms_learn():
    """Of the deep nets sigmoid with batch norm learns most, in the stored table and with two of five networks anew."""
    nets = [record for record in normalization_load("norms_trained") if record.depth]
    best = max(nets, key=lambda record: record.training.min())
    assert (best.activation, best.norm) == ("sigmoid", "batch")
    assert best.training.min() > max(record.training.max() for record in nets if record != best)
    assert normalization_measure.classify("sigmoid", norm="batch", rates=(0.03,), seeds=2).learnt == 2
    assert np.median(normalization_measure.classify("relu", norm="batch", depth=10, rates=(0.1,)).training) > 0.8
    assert course.QUESTIONS["norms_learn"].right.startswith("sigmoid with batch norm")


def test_path_sigmoid():
    for seed in range(5):
        plain, path = (
            skip_connections_measure.both_ways(skip=s, activation="sigmoid", seed=seed).ratio
            for s in (None, "activation_first")
        )
        assert 1e-33 < plain < 1e-29
        assert 1.2 < path < 3
    assert course.QUESTIONS["path_sigmoid"].right.startswith("more than all of it")


def test_path_relu():
    assert all(
        skip_connections_measure.both_ways(skip="activation_first", width=64, seed=seed).ratio > 1e6
        for seed in range(5)
    )
    assert course.QUESTIONS["path_relu"].right.startswith("more than a million times as large, because")


def test_path_alpha():
    for depth in (10, 20, 50):
        for seed in range(5):
            net = skip_connections_measure.both_ways(
                skip="activation_first", alpha="1/sqrt(depth)", depth=depth, width=64, seed=seed
            )
            assert 1.4 < net.ratio < 2
    assert course.QUESTIONS["path_alpha"].right == "nearly the same factor in all three, and less than 2"


def test_path_norm():
    for seed in range(5):
        net = dict(activation="sigmoid", skip="activation_first", width=64, seeds=5, seed=seed)
        assert 1e-3 < skip_connections_measure.both_ways(norm="layer_output", **net).ratio < 0.01
        assert skip_connections_measure.both_ways(norm="layer_input", **net).ratio > 1
    assert course.QUESTIONS["path_norm"].right.startswith("less than a hundredth, because")


def deep_first_steps():
    return [deep_training_measure.first_step(rate=0.01, seed=seed) for seed in range(5)]


def test_deep_steps():
    steps = deep_first_steps()
    assert abs(np.median(steps[0].added, axis=0)[:2] - (2.1, 2.8)).max() < 0.1
    assert abs(np.median(steps[0].returned, axis=0)[1] - 1.8) < 0.1
    before, after, _ = np.median([np.median(step.ratio, axis=0) for step in steps], axis=0)
    assert 0.3 < before < 3
    assert 0.01 < after < 0.1
    assert abs((2.8 / 3.8) ** 12 - 0.026) < 0.001
    assert course.QUESTIONS["deep_steps"].right == "about 0.03 times as large"


def test_deep_signs():
    for step in deep_first_steps():
        before, adam, any_sign = np.median(step.added, axis=0)
        assert abs(any_sign - before) < 0.5 * (adam - before)
        assert abs(any_sign - before) < 0.3
    assert course.QUESTIONS["deep_signs"].right.startswith("about 2.1")


def test_deep_warmup():
    tests = {
        (norm, warmup): np.median(best("warm_up", norm=norm, warmup=warmup, rate=2e-3).result["test"])
        for norm in ("pre", "post")
        for warmup in (0, 100)
    }
    assert tests["post", 100] > tests["post", 0] + 0.2
    assert tests["pre", 100] < tests["pre", 0] + 0.02
    assert course.QUESTIONS["deep_warmup"].right.startswith("only in the post-norm net")


def test_deep_wide():
    deep, wide, none = (best("spirals", **net).result for net in (
        dict(hidden=4, width=36), dict(hidden=1, width=800), dict(hidden=0)
    ))  # fmt: skip
    assert abs(deep["weights"] / wide["weights"] - 1) < 0.05
    assert max(none["test"]) < 0.65 < min(wide["test"])
    assert max(wide["test"]) < min(deep["test"])
    assert course.QUESTIONS["deep_wide"].right.startswith("the deep one")


def test_rnn_shared():
    slope = ((3 + 1e-6) ** 2 - (3 - 1e-6) ** 2) / 2e-6
    assert slope == pytest.approx(6)
    assert course.QUESTIONS["rnn_shared"].right.startswith("6 times as fast")


def test_rnn_parts():
    for seed in range(5):
        shared = recurrence_parts(T=30, seed=seed)
        assert np.median(shared.off[9]) < 0.01  # the last ten steps
        assert np.median(shared.dh[0]) < 1e-6
        assert np.median(shared.dW[-1]) > 0.5  # and the whole does not vanish, as its last part does not
        assert (np.diff(np.median(shared.dW, axis=1)[::5]) > 0).all()
    assert 5e-8 < recurrence_measure.unrolled(T=30).norms[-1, 0] < 1e-7  # the picture above it
    assert course.QUESTIONS["rnn_parts"].right.startswith("the parts of the last ten steps")


def test_rnn_eigen():
    sizes = [np.linalg.norm(np.linalg.matrix_power([[0.9, 10], [0, 0.9]], t), 2) for t in (0, 9, 200)]
    assert sizes[1] > 38
    assert sizes[2] < 1e-3
    assert course.QUESTIONS["rnn_eigen"].right.startswith("it grows first and vanishes in the end")


def _spread_of_z(seed):
    """The standard deviation of z in a network like those of ``by_radius`` at 1.5, once its start is forgotten."""
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((100, 100))
    W *= 1.5 / np.abs(np.linalg.eigvals(W)).max()
    h, zs = np.zeros((1, 100)), []
    for x in rng.standard_normal((100, 1, 100)):
        zs.append(x + h @ W)
        h = np.tanh(zs[-1])
    return np.std(zs[10:])


def test_rnn_radius():
    for seed in range(5):
        sizes = recurrence_measure.by_radius(radii=(1.5,), inputs=(1.0,), seed=seed).sizes
        assert (sizes**0.01 < 0.9).all()
        assert _spread_of_z(seed) == pytest.approx(1.4, abs=0.1)
    assert 1.5 * theory.chi("tanh", 1.4**2, 1.0) ** 0.5 == pytest.approx(0.89, abs=0.005)
    assert course.QUESTIONS["rnn_radius"].right.startswith("it vanishes")


def test_rnn_agree():
    record = recurrence_measure_connectivity.agree(distances=(2, 5, 50))
    assert record.learnt.tolist() == [5, 5, 0]
    assert 0.4 < np.median(record.before[1]) < 0.6  # "about half of the gradient arrives"
    assert 5e-3 < np.median(record.before[2]) < 0.02  # "about a hundredth"
    assert np.median(record.states[2, 0]) < 0.4 < 0.6 < np.median(record.states[2, 1])
    assert np.median(record.after[2]) < 1e-6
    assert course.QUESTIONS["rnn_agree"].right.startswith("those with 2 and 5 words")


def test_nan_step():
    records = [exploding_measure.autopsy("float64", seed=seed) for seed in range(5)]
    assert {record.step for record in records} == {2}
    assert all(1e10 < record.norm[0] < 1e12 for record in records)
    assert course.QUESTIONS["nan_step"].right.startswith("at step 2")


def test_which_threshold():
    medians = {limit: np.median(exploding_tables.at_threshold(limit)["last"]) for limit in (0.15, 1.0, 15.0, None)}
    assert min(medians, key=medians.get) == 15.0
    assert course.QUESTIONS["which_threshold"].right.startswith("a threshold of 15")


def test_clip_learns():
    record = exploding_measure.train_rnn(T=100, clip=15.0, seeds=2)
    assert record.finite == 2
    assert (record.last > 0.95).all()
    assert course.QUESTIONS["clip_learns"].right.startswith("they stay finite and learn nothing")


def test_spike_cure():
    changes = ("clipping at 1.0", "the loss times 1024", "a floor of 1e-12", "a floor of 1e-4")
    spikes = [sum(step >= 0 for step in exploding_tables.with_remedy(name)["first"]) for name in changes]
    assert spikes == [10, 10, 10, 0]
    again = exploding_spikes.long_run(floor=1e-4, seeds=2, seed=2)
    assert not again.spiked.any()
    assert course.QUESTIONS["spike_cure"].right.startswith("a floor of 1e-4")


def test_gates_default():
    assert abs(reach.reach("rnn").ratio ** 0.01 - 0.85) < 0.005
    for seed in range(5):
        rnn, lstm = (reach.reach(cell, seed=seed).ratio ** 0.01 for cell in ("rnn", "lstm"))
        assert 0.5 < lstm < 0.75 < 0.8 < rnn
    assert abs(0.5**100 / 8e-31 - 1) < 0.05
    assert course.QUESTIONS["gates_default"].right.startswith("less than in the RNN")


def test_gates_three():
    f = 1 / (1 + np.exp(-3))
    for seed in range(5):
        record = reach.reach("lstm", bias=3.0, seed=seed)
        assert np.mean(record.sizes[:, 0] > 1) > 0.5
        assert 1 < record.ratio**0.01 < f + 0.25
    assert f == pytest.approx(0.953, abs=0.0005)
    assert 0.007 < f**100 < 0.0085
    assert course.QUESTIONS["gates_three"].right.startswith("it grows")


def test_a_large_forget_bias_alone_drives_c_to_where_tanh_is_flat():
    slopes = {}
    for bias in (0.0, 3.0):
        xs = np.random.default_rng(1).standard_normal((100, 20, 1, 2))
        _, tape = models.unroll("lstm", reach.networks("lstm", bias=bias, seeds=20), xs)
        slopes[bias] = np.mean([1 - np.tanh(step.output[1]) ** 2 for step in tape[20:]])
    assert slopes[3.0] < 0.4 < 0.9 < slopes[0.0]


def test_gates_library():
    W_h = models.init_recurrent("rnn", 2, 32, rng=np.random.default_rng(0), scheme="torch_recurrent").W_h
    assert W_h.std() * 32**0.5 == pytest.approx(0.58, rel=0.03)
    for seed in range(5):
        rnn, lstm = (reach.reach(cell, default="pytorch", seed=seed).ratio ** 0.01 for cell in ("rnn", "lstm"))
        assert rnn < 0.59 < 0.61 < lstm < 0.65
    xavier = [reach.reach(cell).ratio ** 0.01 for cell in ("rnn", "lstm")]
    assert [round(ratio, 2) for ratio in xavier] == [0.85, 0.73]
    assert course.QUESTIONS["gates_library"].right.startswith("the LSTM")


def test_pytorchs_lstm_also_keeps_its_gradient_by_its_detours():
    for seed in range(5):
        xs = np.random.default_rng((seed, 1)).standard_normal((100, 2, 2))
        parts = []
        for params in reach.networks("lstm", default="pytorch", seeds=5, seed=seed, apart=True):
            split = gates.split(models.unroll("lstm", params, xs)[1])
            parts.append([reach.rms(part)[0] / 32**0.5 for part in (split.highway, split.gates)])
        highway, detours = np.median(parts, axis=0)
        assert highway < 1e-22 < 1e-21 < detours


def test_gates_stack():
    for seed in range(5):
        first, *others = gates.stack(opened="first", seeds=10, seed=seed).medians
        assert first > 1e-2 > 1e-3 > 1e-10 > max(others)
    assert course.QUESTIONS["gates_stack"].right.startswith("that of the first layer alone")


def test_gates_learn():
    cells = {(cell.settings["cell"], cell.settings.get("bias")): cell for cell in course.load("adding")}
    gru = cells["gru", 0.0].result
    assert f"{np.median(gru['reach'][0]):.0e}" == "2e-15"
    assert len(gru["solved"]) == 5
    assert all(step <= 800 for step in gru["solved"])
    assert np.median(gru["widest"][-1]) > np.median(gru["widest"][0]) + 0.3
    assert np.max(np.array(gru["loss"])[:, -5:]) < 0.05 < 1 / 12
    assert course.QUESTIONS["gates_learn"].right.endswith("because the last steps train a gate that all steps share.")


def test_cut_window():
    right = {
        (cell.settings["span"], cell.settings["carried"]): np.median(cell.result["accuracy"])
        for cell in course.load("echo")
        if (cell.settings["cell"], cell.settings["lag"], cell.settings["frozen"]) == ("gru", 4, False)
    }
    assert right[5, True] > 0.97 > 0.8 > right[4, True]
    assert abs(right[5, False] - 0.6) < 0.05  # what is said of a state that is reset
    assert course.QUESTIONS["cut_window"].right.startswith("nearly all")


def test_ring_state():
    r, u = 0.999, np.random.default_rng(0).standard_normal((20_000, 200))
    h = scan(r, u)[10_000:]
    assert np.mean(h**2) == pytest.approx(1 / (1 - r**2), rel=0.1)
    assert 1 / (1 - r**2) == pytest.approx(500, rel=0.01)
    assert scan(r, np.ones((20_000, 1)))[-1, 0] ** 2 == pytest.approx(1_000_000, rel=0.01)
    assert course.QUESTIONS["ring_state"].right.startswith("about 500, because each step multiplies")


def test_linear_add():
    solved = {}
    for cell in course.load("long_adding"):
        if (cell.settings["T"], cell.settings.get("ring")) == (100, [0.99, 0.9999]):
            assert np.median(cell.result["reach"]) > 0.5
            solved.setdefault(cell.settings["cell"], []).extend(step is not None for step in cell.result["solved"])
    assert not any(solved["linear"])
    assert sum(solved["selective"]) >= 5
    behind = {cell.settings["activation"]: cell.result["solved"] for cell in course.load("layered")}
    assert None not in behind["relu"]  # what the reply says of a nonlinear layer before the recurrence
    assert set(behind["identity"]) == {None}
    assert course.QUESTIONS["linear_add"].right.startswith("no, because it adds a number")


def test_halvings():
    halved = [np.float16(1)]
    while halved[-1] > 0:
        halved.append(np.float16(halved[-1] / 2))
    assert len(halved) - 1 == 25
    assert np.finfo(np.float16).tiny == 2.0**-14 == halved[14]
    assert np.finfo(np.float16).smallest_subnormal == halved[24] == 2.0**-24
    assert course.QUESTIONS["halvings"].right.startswith("after 25,")


def test_ordinary_loss():
    for seed in range(5):
        single, half = (precision.train_in(name, seeds=1, seed=seed) for name in ("float32", "float16"))
        assert min(single.right, half.right) > 0.9
        assert abs(single.right - half.right) < 0.05
        assert half.zeros < 0.01
        labels = next(nets.batches(32, seed))[1]
        dlogits = ops.softmax_cross_entropy(
            models.mlp(nets.drawn(4, 32, 1, seed), next(nets.batches(32, seed))[0], "tanh")[0], labels
        )[1](1.0)
        assert 0.001 < np.median(abs(dlogits)) < 0.006  # "near 0.003"
        assert np.median(abs(dlogits)) / 6e-8 == pytest.approx(50_000, rel=0.5)
    assert course.QUESTIONS["ordinary_loss"].right.startswith("neither,")


def test_bfloat16_loss():
    for seed in range(5):
        single, brain, half = (
            precision.train_in(name, factor=2.0**-20, seeds=1, seed=seed) for name in ("float32", "bfloat16", "float16")
        )
        assert min(single.right, brain.right) > 0.9 > 0.3 > half.right  # the control: the same 16 bits, and 5 exponents
        assert abs(single.right - brain.right) < 0.05
    assert precision.train_in("float16", factor=2.0**-20, scale=2.0**10).right.min() > 0.9  # "such a scale is enough"
    assert course.QUESTIONS["bfloat16_loss"].right.startswith("as in float32, because")


def test_thousand_steps():
    w = np.float32(0.75)
    for _ in range(1000):
        w = ops.bfloat16(w + np.float32(0.001))
    assert w == 0.75
    assert ops.bfloat16(np.float32(0.75 + 0.0025)) == pytest.approx(0.7539, abs=1e-4)  # "the next number above 0.75"
    assert course.QUESTIONS["thousand_steps"].right.startswith("0.75, because")


def test_one_number():
    looks = [diagnosis_measure_trial.fresh("sigmoid", depth=50, seed=seed) for seed in range(5)]
    assert all(look.verdict == "OK" and look.flow.dW[0] < 1e-28 for look in looks)
    assert course.QUESTIONS["one_number"].right.startswith('"OK", because')


def test_two_networks():
    tanh, sigmoid, _ = diagnosis_measure_follow.followed(course.load("diagnosis_followed"))
    learned, guessing = tanh.at(1000), sigmoid.at(100)
    assert np.median(learned.dh_1) == pytest.approx(0.00047, rel=0.02)  # network A
    assert np.median(guessing.dh_1) == pytest.approx(0.0016, rel=0.02)  # network B
    assert min(learned.accuracy) > 0.9 > 0.2 > max(guessing.accuracy)
    assert course.QUESTIONS["two_networks"].right.startswith("not which is which, because")


def test_caught():
    strangers = course.load("diagnosis_strangers")
    check = {one.name: one for one in diagnosis_measure_grades.verdicts(strangers)}["check_gradients"]
    assert (len(strangers), check.failing) == (161, 78)
    assert 0 < check.caught < 10
    assert check.blamed == 0  # "Where it warns, it is right"
    assert course.QUESTIONS["caught"].right.startswith("fewer than ten, because")


def test_score_false():
    wrong = [cell for cell in scoreboard_measure_taught.judge(scoreboard_measure.board()) if not cell.right]
    assert len(wrong) in (5, 6)
    assert course.QUESTIONS["score_false"].right == "five or six"


def test_score_depth():
    rows = scoreboard_measure.board().rows
    deep = [row for row in rows.values() if row.deep and row.trained]
    assert len(deep) == 20
    assert all(np.median(row.test) < np.median(rows["none"].test) + 0.01 for row in deep)
    assert course.QUESTIONS["score_depth"].right.startswith("not a single one")


# --- attention --------------------------------------------------------------------------------------------------------


def test_attention_sum():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        s = rng.standard_normal(3)
        p, pullback = ops.softmax(s)
        np.testing.assert_allclose(ops.softmax(s + 0.01)[0], p)
        ds = pullback(np.array([1.0, 2.0, 4.0]))
        assert abs(ds.sum()) < 1e-12
        assert ds.min() < 0 < ds.max()
    assert course.QUESTIONS["attention_sum"].right.startswith("0, because")


def test_attention_scale():
    for seed in range(5):
        record = softmax_jacobians(stds=(1, 8), tokens=64, seeds=1, seed=seed)
        one, eight = record.share(0.5)[0]
        assert 0.9 < eight / one < 1.2
        unit = np.random.default_rng([seed, 14]).standard_normal((2000, 64))
        weights = np.sort(ops.softmax(8 * unit)[0], axis=-1)[:, ::-1]
        assert 0.8 < np.median(weights[:, 0]) < 0.9  # no single token has it all
        assert np.median(weights[:, :4].sum(axis=-1)) > 0.9
    assert course.QUESTIONS["attention_scale"].right.startswith("It stays about as large")


def test_attention_once():
    for seed in range(5):
        record = cube(rests=(0.1, 0.01), seeds=1, seed=seed)
        assert abs(np.log10(record.after[0, 0] / record.after[0, 1]) - 3) < 0.1
    assert course.QUESTIONS["attention_once"].right.startswith("1000 times")


def test_attention_late():
    for seed in range(5):
        record = token_columns(norm="pre", depth=8, width=64, tokens=16, seeds=10, seed=100 * seed)
        assert record.gone <= 6
        assert 0.1 < np.median(record.dh[:, 0] / record.dh[:, -1]) < 10
        assert (record.dW_q / record.dW_v)[:, 6:].max() < 1e-12
        assert (record.dW_v / record.dW_v[:, :1]).min() > 0.01
    assert course.QUESTIONS["attention_late"].right.startswith("W_q and W_k")
