"""Each preset shows what its name says."""

from __future__ import annotations

import math

import ipywidgets as widgets
import numpy as np
import pytest
from explored import button, ends, every_explorer, presets, same, tree, values
from truths import assert_sound

from vgrad.kit.explorers.rolling import RollExplorer
from vgrad.kit.explorers.training import TrainExplorer
from vgrad.lessons.deep_training import train_blocks
from vgrad.lessons.precision.measure.window import in_format


def moved(record):
    return np.median(record.movement, axis=0)


def keeps(record):
    """What reaches the first word in the gated net that keeps less of it."""
    return min(record.reach[cell].median[0] for cell in ("lstm", "gru"))


def learns(record):
    """Whether networks with the settings of a BlocksRecord classify most digits when they are trained to the end."""
    names = ("blocks", "norm", "start", "warmup", "rate", "steps", "seeds")
    return np.median(train_blocks(**{name: getattr(record, name) for name in names}).right) > 0.8


def no_scale_fits(record):
    """Whether at any scale most of the first layer is 0, or some entry of the net is infinite."""
    settings = {name: getattr(record, name) for name in ("precision", "activation", "depth", "factor", "width")}
    fitted = [in_format(scale=scale, seeds=record.seeds, **settings) for scale in range(0, 61, 4)]
    return all(other.shares[0, 0] > 0.5 or other.counts[3].any() for other in (record, *fitted))


PRESETS = {
    "precision": {
        "1 · float16: the gradient is zero": lambda record: (
            record.precision == "float16" and record.scale == 0 and (record.shares[0] == 1).all()
        ),
        "2 · A loss scale saves it": lambda record: (
            record.scale > 0 and record.factor == -20 and (record.shares[2] > 0.98).all()
        ),
        "3 · Too large a scale overflows": lambda record: record.forward and (record.shares[3] == 1).all(),
        "4 · bfloat16 needs no scale": lambda record: (
            (record.precision, record.scale, record.factor) == ("bfloat16", 0, -20) and (record.shares[2] == 1).all()
        ),
        "5 · An ordinary loss needs none": lambda record: (
            (record.precision, record.scale, record.factor) == ("float16", 0, 0) and (record.shares[2] > 0.98).all()
        ),
        "6 · Vanishing: no scale fits": lambda record: (
            no_scale_fits(record) and record.shares[0, 0] > 0.99 and record.shares[2, -1] > 0.99
        ),
    },
    "scoreboard": {
        "1 · Sigmoid vanishes": lambda record: np.median(record.chosen.decades) < -30,
        "2 · Healthy, and does not learn": lambda record: (
            abs(np.median(record.chosen.decades)) < 1 and record.chosen.learnt < 0.5
        ),
        "3 · Batch norm explodes": lambda record: np.median(record.chosen.decades) > 3,
        "4 · Clipping does not help": lambda record: record.chosen.finite == 1 and record.chosen.learnt < 0.2,
        "5 · As good as any, without depth": lambda record: (
            record.chosen is record.baseline and record.chosen.learnt > max(row.learnt for row in record.rows) - 0.01
        ),
        "6 · Vanishes, and learns": lambda record: np.median(record.chosen.decades) < -10 and record.chosen.learnt == 1,
    },
    "clinic": {
        "1 · Order every test": lambda record: len(record.ordered) == 6 and record.course is None,
        "2 · Another patient": lambda record: record.patient == 2 and not record.ordered,
        "3 · A wrong diagnosis gets a hint": lambda record: record.hint is not None and not record.disclosed,
        "4 · A case, solved": lambda record: record.passed and record.illness == "vanishing",
        "5 · Well named, and not cured": lambda record: record.right and record.course and not record.cured,
        "6 · Well at first": lambda record: (
            record.file.findings.range < 1 and record.file.findings.later < -1 and record.chosen == (None, None)
        ),
    },
    "cliff": {
        "1 · At the cliff": lambda record: (
            record.free.longest > 10 and record.clipped.loss[-1] < 0.01 < 0.08 < record.free.loss[-1]
        ),
        "2 · A threshold of 100": lambda record: record.free.longest > 100 and record.clipped.longest > 10,
        "3 · A threshold of 0.01": lambda record: (
            record.clipped.loss[-1] > 0.3 and (record.clipped.norm > record.threshold).all()
        ),
        "4 · Another start": lambda record: (
            0.5 < record.free.longest < 1 and record.clipped.loss[-1] > 10 * record.free.loss[-1]
        ),
        "5 · Far from the cliff": lambda record: same(record.free, record.clipped) and record.free.loss[-1] < 0.001,
    },
    "recurrence": {
        "1 · Eigenvalue 1.5, and it vanishes": lambda record: (
            np.abs(record.eigenvalues).max() == pytest.approx(1.5) and record.norms[-1, 0] < 1e-6
        ),
        "2 · Without inputs it holds": lambda record: (
            record.radius == 1.5 and record.sigma == 0 and (np.abs(np.log10(record.norms[-1])) < 1).all()
        ),
        "3 · Eigenvalue 0.9 explodes over 30 steps": lambda record: (
            np.abs(record.eigenvalues).max() == pytest.approx(0.9) and record.norms[-1, 0] > 1e4
        ),
        "4 · No shear: the rule is nearly right": lambda record: (
            record.singular[0] == pytest.approx(record.radius)
            and abs(np.log10(record.norms[-1, 0] / record.bounds["radius"][-1])) < 1
        ),
        "5 · ReLU explodes": lambda record: record.cell == "relu_rnn" and record.norms[-1, 0] > 10,
        "6 · An LSTM vanishes too": lambda record: record.cell == "lstm" and record.norms[-1, 0] < 1e-4,
    },
    "connectivity": {
        "1 · Gates without a bias: all fade": lambda record: (
            all(band.median[0] < 0.1 for band in record.reach.values()) and record.forget_bias == 0
        ),
        "2 · Gates told to keep": lambda record: record.reach["rnn"].median[0] < 0.1 < keeps(record),
        "3 · A longer sentence": lambda record: 20 < len(record.words) < 30 and record.reach["rnn"].median[0] < 1e-4,
        "4 · Longer, and gates that keep": lambda record: 20 < len(record.words) < 30 and keeps(record) > 0.1,
        "5 · Sixty words": lambda record: (
            len(record.words) == 60
            and not record.left_out
            and all(band.median[0] < 1e-4 for band in record.reach.values())
        ),
        "6 · Larger weights: the RNN holds": lambda record: 0.1 < record.reach["rnn"].median[0] < 10,
    },
    "gates": {
        "1 · Bias 0: the RNN keeps more": lambda record: (
            record.forget_bias == 0
            and record.highway[0] < 1e-25
            and record.kept["lstm"][0] < 1e-12
            and record.kept["rnn"][0] > 100 * max(record.kept["lstm"][0], record.kept["gru"][0])
        ),
        "2 · Bias 1: the detours carry": lambda record: record.T == 100 and record.gates[0] > 1e3 * record.highway[0],
        "3 · Bias 4: it grows": lambda record: record.kept["lstm"][0] > 10 and record.highway[0] < 0.3,
        "4 · The input gate closed": lambda record: record.highway[0] > record.gates[0] and record.total[0] > 0.1,
        "5 · Chrono": lambda record: record.mode == "chrono" and 0.1 < record.kept["lstm"][0] < 1,
        "6 · No inputs": lambda record: record.sigma == 0 and record.kept["rnn"][0] > record.kept["gru"][0],
    },
    "train_memory": {  # before training
        "1 · A GRU adds": lambda record: record.cell == "gru",
        "2 · An RNN does not": lambda record: record.cell == "rnn",
        "3 · LSTM, forget bias 0": lambda record: record.cell == "lstm" and record.bias == 0,
        "4 · LSTM, both gates set": lambda record: record.mode == "paired" and record.bias == 3,
        "5 · Linear: it all arrives": lambda record: record.cell == "linear" and np.median(record.sizes[:, 0]) > 0.5,
        "6 · A linear cell that selects": lambda record: record.cell == "selective" and record.T == 30,
    },
    "signal_propagation": {
        "1 · Xavier halves ReLU": lambda record: record.sigma_w == pytest.approx(1) and record.ratio < 1e-3,
        "2 · He keeps both": lambda record: 0.1 < record.ratio < 10 and 0.1 < record.forward < 10,
        "3 · Forward kept, backward not": lambda record: 0.5 < record.forward < 1 and record.ratio > 10,
        "4 · Xavier, but sigmoid": lambda record: record.net.activation == "sigmoid" and record.ratio < 1e-10,
        "5 · A linear net vanishes too": lambda record: record.net.activation == "identity" and record.ratio < 1e-5,
        "6 · Perfect norms, dead signal": lambda record: (
            0.1 < record.ratio < 10 and "apart" in record.shown and record.relative["apart"].median[-1] < 0.5
        ),
    },
    "phase_diagram": {
        "1 · Order": lambda record: record.chi < 0.9 and record.flow.ratio < 0.1,
        "2 · Chaos": lambda record: record.chi > 1.1 and record.flow.ratio > 10,
        "3 · The edge": lambda record: abs(record.chi - 1) < 0.03,
        "4 · Xavier": lambda record: (record.flow.sigma_w, record.flow.sigma_b) == (1, 0),
        "5 · Sigmoid: order, nearly everywhere": lambda record: (
            record.flow.net.activation == "sigmoid" and (record.chart.chi < 1).mean() > 0.95
        ),
        "6 · ReLU: biases do not matter": lambda record: record.flow.sigma_b == 0.5 and abs(record.chi - 1) < 0.01,
    },
    "skip": {
        "1 · No path: sigmoid vanishes": lambda record: record.net.skip is None and record.ratio < 1e-20,
        "2 · A path cures sigmoid": lambda record: record.net.activation == "sigmoid" and 1 < record.ratio < 3,
        "3 · 2 to the depth": lambda record: (
            record.theory["h"][-1] ** 2 == pytest.approx(2**100, rel=1e-3) and min(record.forward, record.ratio) > 1e12
        ),
        "4 · 1/√depth tames": lambda record: (
            record.net.alpha == "1/sqrt(depth)" and all(1.2 < size < 2.2 for size in (record.forward, record.ratio))
        ),
        "5 · 1/depth: hardly a change": lambda record: (
            record.net.alpha == "1/depth" and all(0.9 < size < 1.1 for size in (record.forward, record.ratio))
        ),
        "6 · A norm on the path": lambda record: (
            (record.net.norm, record.net.skip) == ("layer_output", "activation_first") and 1e-3 < record.ratio < 0.02
        ),
    },
    "attention": {
        "1 · Attention alone: one token": lambda record: record.net.law == "cube" and record.gone == 4,
        "2 · A skip delays it": lambda record: (
            record.net.skip
            and record.net.norm == "none"
            and record.relative["r"].median[4] > 0.5 > 0.02 > record.left > 0.001
        ),
        "3 · Pre-norm: slowly": lambda record: (
            record.net.norm == "pre" and record.net.depth == 24 and record.left > 0.2
        ),
        "4 · Post-norm: halved in two blocks": lambda record: (
            record.net.norm == "post" and (record.left / record.relative["r"].median[12]) ** (1 / 6) < 0.6
        ),
        "5 · Without 1/√d: three blocks later": lambda record: (
            record.net.law == "cube"
            and record.net.scores == pytest.approx(record.net.width**0.5, rel=1e-3)
            and record.gone == 7
        ),
        "6 · A causal mask: steadily": lambda record: (
            record.net.causal
            and not record.net.skip
            and record.gone is None
            and np.ptp(np.diff(np.log10(record.relative["r"].median[[3, 10, 17, 24]]))) < 0.5
        ),
    },
    "train_deep": {
        "1 · Post-norm fails": lambda record: record.norm == "post" and np.median(record.ratio[:, 2]) < 0.01,
        "2 · Pre-norm learns": lambda record: record.norm == "pre" and learns(record),
        "3 · Small branches help post-norm": lambda record: record.norm == "post" and learns(record),
        "4 · No norm, branches from 0": lambda record: record.norm == "none" and learns(record),
    },
    "train_mlp": {
        "1 · The first layers stand still": lambda record: moved(record)[0] < 1e-3 < 1e-2 < moved(record)[-1],
        "2 · tanh moves all layers": lambda record: (
            record.activation == "tanh" and moved(record)[0] > moved(record)[-1] / 3
        ),
        "3 · Adam moves all layers": lambda record: (
            record.optimizer == "adam" and moved(record)[0] > moved(record)[-1] / 3
        ),
        "4 · Adam with twenty layers": lambda record: (
            record.optimizer == "adam" and moved(record)[0] < 1e-4 * moved(record)[-1]
        ),
        "5 · Batch norm": lambda record: record.norm == "batch" and record.depth == 20 and moved(record).min() > 1e-3,
        "6 · Too high a rate": lambda record: np.nanmax(record.loss) > 10,
    },
    "activation": {
        "1 · At most a quarter": lambda record: record.largest == 0.25 and record.rms > 0.249,
        "2 · tanh has slopes of all sizes": lambda record: (
            record.activation == "tanh" and all(record.shares[(record.edges[:-1] > 0) & (record.edges[1:] < 1)] > 0.005)
        ),
        "3 · ReLU is half 0, half 1": lambda record: (
            record.stopped == pytest.approx(0.5, abs=0.02) and record.rms == pytest.approx(0.5**0.5, abs=0.02)
        ),
        "4 · Saturated": lambda record: record.saturated + record.stopped > 0.7,
        "5 · Nearly linear": lambda record: record.activation == "tanh" and record.rms > 0.98,
        "6 · Slopes above 1": lambda record: record.largest > 1.1 and record.shares[record.edges[:-1] > 1].sum() > 0.05,
    },
    "normalization": {
        "1 · Batch norm rescues sigmoid": lambda record: (
            record.net.activation == "sigmoid"
            and record.flows["none"].ratio < 1e-10 < 0.1 < record.flows["batch"].ratio < 10
        ),
        "2 · Layer norm does not rescue sigmoid": lambda record: (
            record.net.activation == "sigmoid" and record.flows["none"].ratio < record.flows["layer"].ratio < 1e-8
        ),
        "3 · Batch norm explodes ReLU": lambda record: (
            record.net.activation == "relu" and record.flows["batch"].ratio > 1e3
        ),
        "4 · Layer norm fixes ReLU": lambda record: (
            record.net.activation == "relu"
            and record.flows["none"].ratio < 1e-5
            and 0.1 < record.flows["layer"].ratio < 10
        ),
        "5 · Tiny batches": lambda record: (
            record.net.activation == "identity" and record.net.batch < 10 and record.flows["batch"].ratio > 10
        ),
        "6 · Norms forget the gain": lambda record: (
            record.net.gain == 3 and record.flows["none"].ratio > 1e10 and 0.1 < record.flows["layer"].ratio < 10
        ),
    },
    "products": {
        "1 · A quarter, ten times": lambda record: record.over_seeds.median[-1] == 0.25**10,
        "2 · Near 1, two hundred times": lambda record: (
            record.depth == 200 and 0.9 < record.factor < 1.1 and 0.1 < record.over_seeds.median[-1] < 10
        ),
        "3 · Nearly the same coin": lambda record: (
            record.law == "coin"
            and record.factor * math.exp(record.spread) == pytest.approx(1.5, abs=0.01)
            and record.factor * math.exp(-record.spread) == pytest.approx(0.6, abs=0.01)
        ),
        "4 · Typical against mean": lambda record: (
            0.5 < np.median(record.products[:, -1]) < 2 and record.products[:, -1].mean() > 1000
        ),
        "5 · A mean factor of 1 vanishes": lambda record: (
            record.factor * math.exp(record.spread**2 / 2) == pytest.approx(1, abs=0.01)
            and np.median(record.products[:, -1]) < 1e-4
        ),
        "6 · One product": lambda record: record.products.shape == (1, 100),
    },
    "gradient_flow": {
        "1 · Sigmoid vanishes": lambda record: record.ratio < 1e-10,
        "2 · He keeps ReLU": lambda record: 0.1 < record.ratio < 10 and record.theory["dh"][0] == pytest.approx(1),
        "3 · Too large explodes": lambda record: record.ratio > 1e4,
        "4 · Only eight units": lambda record: 0 < (record.dh[:, 0] == 0).mean() < 1 and record.net.width < 10,
        "5 · Batch norm explodes": lambda record: record.net.norm == "batch" and record.ratio > 100,
        "6 · Skips keep it": lambda record: (
            record.net.skip == "activation_last" and record.net.depth == 100 and 0.5 < record.ratio < 2
        ),
    },
}


@every_explorer
def test_presets_show_what_their_names_say_wherever_one_comes_from(explorer, name):
    start = values(explorer)
    explorer.set(**{key: ends(w)[0] for key, w in explorer.controls.items()})
    for label, true_of in PRESETS[name].items():  # each from where the one before it has led
        button(explorer, label).click()
        assert true_of(explorer.record), label
        assert values(explorer) != start
        assert_sound(explorer, name)


@every_explorer
def test_presets_are_numbered_and_no_more_than_six(explorer):
    labels = [preset.description for preset in presets(explorer)]
    assert len(labels) <= 6
    assert [label.partition(" · ")[0] for label in labels] == [str(k + 1) for k in range(len(labels))]


@every_explorer
def test_the_buttons_are_the_presets_reset_save_and_share(explorer, name):
    labels = [w.description for w in tree(explorer) if isinstance(w, widgets.Button)]
    trains = ["Train", "Stop"] if isinstance(explorer, TrainExplorer) else []
    rolls = ["Step", "Play", "Stop"] if isinstance(explorer, RollExplorer) else []
    assert sorted(labels) == sorted([*PRESETS[name], *trains, *rolls, "Reset", "Save picture", "Share"])
