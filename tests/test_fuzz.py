"""What is handed to a public function is answered: by a result that is right, or by an error that names the argument.

ROWS holds one valid call of each public function. Each of its arguments is then replaced by what it must not be. A
public function without a row is a failure; so is a broadcast, a warning, or an error from within.
"""

from __future__ import annotations

import importlib
import inspect
import re
import types
from fnmatch import fnmatch
from functools import cache

import numpy as np
import pytest

from vgrad import check, data, explorers, models, ops, probes, tape, train
from vgrad import experiments as of

MODULES = (
    "ops", "init", "tape", "data", "gradcheck", "cells", "theory", "models", "probes", "train", "experiments", "plots",
    "explorers", "check",
)  # fmt: skip


def public(module):
    """The functions of a module's ``__all__``, and of the modules in it; without one, all that it defines."""
    listed = getattr(module, "__all__", None)
    for name in listed or [name for name in vars(module) if not name.startswith("_")]:
        value = getattr(module, name)
        if isinstance(value, types.ModuleType):
            yield from public(value) if listed else ()
        elif inspect.isfunction(inspect.unwrap(value)) and (listed or value.__module__ == module.__name__):
            yield f"{value.__module__.removeprefix('vgrad.')}.{value.__name__}", value


FACE = {name: value for top in MODULES for name, value in public(importlib.import_module(f"vgrad.{top}"))}

# --- one valid call each ----------------------------------------------------------------------------------------------


def rng():
    return np.random.default_rng(0)


def array(*shape):
    return rng().standard_normal(shape)


@cache
def net():
    return models.init_mlp([3, 4, 4, 2], scheme="xavier_normal", rng=rng())


@cache
def normed():
    return models.init_mlp([3, 3, 3, 2], scheme="xavier_normal", rng=rng(), norm="layer", skip="post")


@cache
def walked():
    """A net's tape, with its readout, and a cotangent of its last output."""
    logits, steps = models.mlp(net(), array(5, 3), "tanh")
    return dict(tape=steps, cotangent=np.ones_like(logits))


@cache
def rnn(cell="rnn", **options):
    return models.init_recurrent(cell, 2, 3, rng=rng(), **options)


@cache
def unrolled(cell="rnn"):
    outputs, steps = models.unroll(cell, rnn(cell), array(4, 5, 2))
    return dict(tape=steps, doutputs=np.ones_like(outputs))


def stepped(cell, states=1):
    return dict(params=rnn(cell), x=array(5, 2), state=(array(5, 3),) * states)


def fitted():
    return dict(
        params=net(), model=train.classifier("tanh"), batches=[(array(5, 3), np.zeros(5, int))] * 2,
        optimizer=train.sgd(0.1), steps=2, clip_norm=1.0, clip_value=1.0,
    )  # fmt: skip


@cache
def stored(name):
    return of.stored.load(name)


@cache
def board():
    return of.scoreboard.board()


@cache
def view(name="relu"):
    return of.taught.view(board(), name)


@cache
def looked():
    return of.diagnosis.nets(stored("diagnosis_fit")[:8])


ONE = dict(depth=2, width=3, batch=2, seeds=1)
TIME = dict(T=3, width=2, batch=2)
LEARN = dict(depth=1, width=2, rates=(0.1, 0.2), steps=2, batch=2, seeds=1)
REMEMBER = dict(cell="gru", bias=1.0, T=3, width=2, steps=2, seeds=1, every=1)
TRAIN = dict(activation="tanh", depth=2, width=3, batch=2, steps=2, seeds=1, frozen=(1,))
PREDICTED = dict(activation="tanh", sigma_w=1.5, sigma_b=0.1)


@cache
def record(name):
    """What a picture needs, by the name of what is drawn."""
    e = of
    return {
        "slopes": lambda: e.activation.slopes(units=50),
        "factors": lambda: [e.activation.sweep(sigmas=(1, 2), **ONE)],
        "cliff": lambda: e.cliff.walk(steps=2),
        "clinic": lambda: e.clinic.visit(1),
        "read": lambda: e.connectivity.connectivity("the key is", seeds=2),
        "agreement": lambda: e.connectivity.agree(distances=(2,), units=2, steps=1, batch=2, seeds=1),
        "flow": lambda: e.flow(**ONE),
        "flows": lambda: [e.flow(**ONE)],
        "gates": lambda: e.gates.compare(T=3, width=2, batch=2),
        "reaches": lambda: [e.gates.reach("lstm", T=3, width=2, batch=1, seeds=1)],
        "growth": lambda: [e.normalization.growth("relu", batches=(4, 6), depth=2, width=3, seeds=1)],
        "signal": lambda: e.initialization.signal(**ONE),
        "sweeps": lambda: [e.initialization.sweep("tanh", **ONE)],
        "forward": lambda: [e.initialization.signal(**ONE)],
        "spectra": lambda: [e.initialization.spectrum(depth=2, width=3, seeds=1)],
        "learnt": lambda: [e.learn(**LEARN)],
        "trained": lambda: e.training.run(**TRAIN),
        "trainings": lambda: [e.training.run(**TRAIN)],
        "runs": lambda: [e.exploding.train_rnn(T=3, steps=2, width=2, seeds=1)],
        "memory": lambda: e.memory.run(**REMEMBER),
        "memories": lambda: [e.memory.run(**REMEMBER)],
        "norms": lambda: e.normalization.compare(**ONE),
        "phase": lambda: e.phase.point(**ONE),
        "powers": lambda: e.recurrence.powers(T=3, one=np.eye(2)),
        "radii": lambda: e.recurrence.by_radius(radii=(0.5, 1.0), inputs=(0.0,), n=3, T=3, seeds=1),
        "recurrence": lambda: e.recurrence.unrolled(T=3),
        "products": lambda: e.products(depth=3, seeds=4),
        "paths": lambda: e.skips.both_ways(**ONE),
        "last": lambda: e.skips.last_layer(depths=(1, 2), width=3, batch=2, seeds=1),
        "shattered": lambda: [e.skips.shatter(depth=1, width=4, points=16, lags=6, seeds=1)],
        "kata": lambda: [e.kata.run("tanh")],
        "rocs": lambda: e.diagnosis.rocs(e.diagnosis.nets(stored("diagnosis_fit"))),
        "rates": lambda: {"all": e.diagnosis.rates_of_bands(looked())},
    }[name]()  # fmt: skip


def drawn(name, argument="record", **more):
    return lambda: {argument: record(name)} | more


def elementwise():
    return dict(z=array(2, 3))


ROWS = {
    **{f"ops.activations.{name}": elementwise for name in ops.ACTIVATIONS},
    "ops.linear.affine": lambda: dict(params=net()[0].affine, x=array(5, 3)),
    "ops.linear.product": lambda: dict(W=array(3, 4), x=array(5, 3)),
    "ops.linear.matmul": lambda: dict(a=array(5, 3), b=array(3, 4)),
    "ops.losses.mse": lambda: dict(prediction=array(5, 3), target=array(5, 3)),
    "ops.losses.softmax_cross_entropy": lambda: dict(logits=array(5, 3), labels=np.array([0, 1, 2, 1, 0])),
    **dict.fromkeys(
        ("ops.norms.batch_norm", "ops.norms.layer_norm"),
        lambda: dict(params=ops.Norm(np.ones(3), np.zeros(3)), z=array(5, 3)),
    ),
    **dict.fromkeys(
        [f"init.{name}" for name in ("lecun", "xavier", "he", "orthogonal_std", "standard", "recurrent_std")],
        lambda: dict(fan_in=3, fan_out=4, activation="tanh"),
    ),
    **dict.fromkeys(
        [f"init.{name}" for name in ("normal", "uniform", "orthogonal_draw", "identity_draw")],
        lambda: dict(rng=rng(), shape=(3, 4)),
    ),
    "init.scaled_normal": lambda: dict(sigma_w=2.0),
    "init.require_scheme": lambda: dict(name="scheme", scheme="he_normal"),
    "init.scheme_named": lambda: dict(scheme="he_normal"),
    "init.with_spectrum": lambda: dict(n=3, radius=0.9, nonnormality=0.5, rng=rng()),
    "tape.backprop": lambda: walked() | dict(inject=[None] * 5),
    "tape.require_tape": lambda: dict(name="tape", tape=walked()["tape"]),
    "tape.leaves": lambda: dict(tree=net()),
    "tape.tree_map": lambda: dict(f=np.negative, tree=net()),
    "data.handwritten.digits": lambda: dict(dtype="float64"),
    "data.minibatches.batches": lambda: dict(x=array(5, 3), y=np.arange(5), size=2, rng=rng()),
    "data.points.spirals": lambda: dict(n=6, classes=2, turns=1.5, noise=0.1, rng=rng()),
    "data.points.xor": lambda: dict(n=6, noise=0.1, rng=rng()),
    "data.sentences.agreement": lambda: dict(distance=4, N=3, rng=rng()),
    "data.sentences.encode": lambda: dict(sentence="the key near the doors"),
    "data.sequences.adding": lambda: dict(T=4, N=3, rng=rng()),
    "data.sequences.copy_memory": lambda: dict(T=4, N=3, symbols=3, length=2, rng=rng()),
    "data.sequences.copy_baseline": lambda: dict(T=4, symbols=3, length=2),
    "data.sequences.one_hot": lambda: dict(labels=np.array([0, 2]), classes=3),
    "gradcheck.directional": lambda: dict(f=ops.tanh, x=array(5, 3), rng=rng(), step=1e-6),
    "cells.rnn": lambda: stepped("rnn") | dict(activation=ops.tanh),
    "cells.relu_rnn": lambda: stepped("relu_rnn"),
    "cells.lstm": lambda: stepped("lstm", 2),
    "cells.gru": lambda: stepped("gru"),
    "theory.gaussian.gaussian_nodes": dict,
    "theory.gaussian.moments": lambda: dict(activation="tanh", q=1.0),
    "theory.gaussian.pair_moment": lambda: dict(activation="tanh", c=0.5, q=1.0),
    "theory.layers.flow": lambda: PREDICTED | dict(depth=3, norm="batch", skip="post", alpha=1.0, batch=8, width=16),
    "theory.maps.q_map": lambda: PREDICTED | dict(q=1.0),
    "theory.maps.q_fixed_point": lambda: PREDICTED | dict(q=1.0, layers=100),
    "theory.maps.chi": lambda: dict(activation="tanh", q=1.0, sigma_w=1.5),
    "theory.maps.depth_scale": lambda: dict(chi=0.9),
    "theory.maps.correlation_map": lambda: PREDICTED | dict(c=0.5, q=1.0),
    "theory.maps.correlations": lambda: PREDICTED | dict(depth=3, c=0.5),
    "theory.maps.norm_chi": lambda: dict(norm="batch", activation="tanh", batch=8),
    "models.mlp.gradients": walked,
    "models.mlp.hidden": lambda: dict(
        params=normed()[:-1], x=array(5, 3), activation="tanh", norm="layer", skip="post"
    ),
    "models.mlp.mlp": lambda: dict(params=normed(), x=array(5, 3), activation="tanh", norm="layer", skip="post"),
    "models.mlp.init_affine": lambda: dict(fan_in=3, fan_out=4, scheme="he_normal", rng=rng(), activation="relu"),
    "models.mlp.init_mlp": lambda: dict(sizes=[3, 4, 2], scheme="he_normal", rng=rng(), activation="relu"),
    "models.recurrent.init_recurrent": lambda: dict(cell="lstm", D=2, H=3, rng=rng(), readout=1, chrono=5.0),
    "models.recurrent.unroll": lambda: dict(cell="rnn", params=rnn(), xs=array(4, 5, 2), state=(array(5, 3),)),
    "models.recurrent.through_time": lambda: unrolled() | dict(truncate=2),
    "models.recurrent.back_through_time": lambda: unrolled() | dict(truncate=2),
    "probes.depth.change": lambda: dict(before=net(), after=net()),
    "probes.depth.flow": lambda: dict(params=net()) | walked(),
    "probes.depth.layers": walked,
    "probes.depth.norms": walked,
    "probes.depth.norms_and_entries": walked,
    "probes.depth.outputs": lambda: dict(tape=walked()["tape"]),
    "probes.depth.slopes": lambda: dict(tape=walked()["tape"]),
    "probes.depth.weights": lambda: dict(params=net()),
    "probes.diagnosis.band": lambda: dict(span=0.5, signal=-0.1),
    "probes.diagnosis.health": lambda: dict(params=net()) | walked(),
    "probes.signal.autocorrelation": lambda: dict(gradient=array(2, 9), lags=3),
    "probes.signal.signal_fraction": lambda: dict(h=array(5, 3)),
    "probes.size.entries": lambda: dict(a=array(5, 3)),
    "probes.size.norm": lambda: dict(a=array(5, 3)),
    "probes.size.joint_norm": lambda: dict(arrays=[array(5, 3), array(2, 2)]),
    **dict.fromkeys(
        [f"probes.time.{name}" for name in ("eigenvalues", "spectral_radius", "nonnormality")],
        lambda: dict(W=array(3, 3)),
    ),
    "probes.time.singular_values": lambda: dict(J=array(3, 4)),
    "probes.time.highway": lambda: dict(tape=unrolled("lstm")["tape"]),
    "probes.time.jacobian": lambda: dict(tape=unrolled()["tape"]),
    "probes.time.jacobian_columns": lambda: dict(tape=unrolled()["tape"]),
    "probes.time.jacobian_norms": lambda: dict(tape=unrolled()["tape"]),
    "probes.time.norms_in_time": unrolled,
    "probes.time.transitions": lambda: dict(tape=unrolled()["tape"]),
    "train.loop.classifier": lambda: dict(activation="tanh", norm="layer", skip="post"),
    "train.loop.fit": fitted,
    "train.loop.sequence": lambda: dict(cell="rnn", last=True, truncate=2),
    "train.update.adam": lambda: dict(rate=0.1),
    "train.update.momentum": lambda: dict(rate=0.1),
    "train.update.sgd": lambda: dict(rate=0.1),
    "train.update.clip_by_norm": lambda: dict(grads=net(), max_norm=1.0),
    "train.update.clip_by_value": lambda: dict(grads=net(), limit=1.0),
    "train.update.global_norm": lambda: dict(grads=net()),
    "experiments.activation.slopes": lambda: dict(units=50),
    "experiments.activation.slope_at": lambda: dict(activation="tanh", z=array(3)),
    "experiments.activation.largest": lambda: dict(activation="tanh"),
    "experiments.activation.sweep": lambda: dict(sigmas=(1.0, 2.0)) | ONE,
    "experiments.activation.factor": lambda: dict(activation="tanh", sigma_w=1.5),
    "experiments.activation.critical": lambda: dict(activation="relu", low=1.0, high=2.0),
    "experiments.activation.sigmoid_twin": lambda: dict(params=net()),
    "experiments.cliff.gradient": lambda: dict(w=4.5, b=-3.0),
    "experiments.cliff.descend": lambda: dict(w=4.5, b=-3.0, rate=0.3, threshold=1.0, steps=2),
    "experiments.cliff.surface": lambda: dict(columns=3, rows=2),
    "experiments.cliff.survey": lambda: dict(thresholds=(1.0,), steps=2, columns=2, rows=2),
    "experiments.cliff.walk": lambda: dict(steps=2),
    "experiments.cliff.quartic": lambda: dict(rate=1e-4, threshold=1.0, start=2.0, end=1.0, most=10),
    "experiments.clinic.patient": lambda: dict(number=1),
    "experiments.clinic.examine": lambda: dict(number=1),
    "experiments.clinic.treat": lambda: dict(number=1, treatment="leave it alone"),
    "experiments.clinic.visit": lambda: dict(number=1, ordered=("loss",), diagnosis="dead", treatment="leave it alone"),
    "experiments.connectivity.connectivity": lambda: dict(sentence="the key is", seeds=1),
    "experiments.connectivity.agree": lambda: dict(distances=(2,), units=2, steps=1, batch=2, seeds=1),
    "experiments.diagnosis.check_gradients": lambda: dict(grads=net()),
    "experiments.diagnosis.verdict": lambda: dict(total=1.0),
    "experiments.diagnosis.trial": lambda: dict(
        activation="tanh", scheme="xavier_normal", depth=2, rates=(0.1,), width=3, batch=4, steps=2
    ),
    "experiments.diagnosis.fresh": lambda: dict(activation="tanh", depth=2, width=3, batch=4),
    "experiments.diagnosis.examine": lambda: dict(
        net=models.init_mlp([64, 3, 10], scheme="he_normal", rng=rng()), activation="relu", batch=4
    ),
    "experiments.diagnosis.nets": lambda: dict(cells=stored("diagnosis_fit")[:4]),
    "experiments.diagnosis.roc": lambda: dict(name="score", scores=[1.0, 2.0], trains=[True, False]),
    "experiments.diagnosis.rocs": lambda: dict(found=looked()),
    "experiments.diagnosis.rates_of_bands": lambda: dict(found=looked()),
    "experiments.diagnosis.by_budget": lambda: dict(found=looked()),
    "experiments.diagnosis.grid": lambda: dict(activations=("tanh",), depths=(3,), kinds=[{}], first_seed=0),
    "experiments.exploding.first_overflow": lambda: dict(factor=1e99, most=5),
    "experiments.exploding.autopsy": lambda: dict(steps=1, clip=1.0),
    "experiments.exploding.train_rnn": lambda: dict(T=3, steps=2, width=2, seeds=1, clip=1.0),
    "experiments.exploding.upscaled": lambda: dict(depth=2, width=3, seeds=1),
    "experiments.gradient_flow.flow": lambda: ONE,
    "experiments.gates.reach": lambda: dict(cell="lstm", seeds=1) | TIME,
    "experiments.gates.compare": lambda: TIME,
    "experiments.gates.split": lambda: dict(tape=unrolled("lstm")["tape"]),
    "experiments.gates.networks": lambda: dict(cell="lstm", T=3, width=2),
    "experiments.gates.keeping": lambda: dict(
        cell="gru", params=rnn("gru"), xs=array(4, 5, 2), outputs=unrolled("gru")["doutputs"]
    ),
    "experiments.initialization.signal": lambda: ONE,
    "experiments.initialization.sweep": lambda: dict(activation="tanh", sigma_ws=(1.0, 2.0)) | ONE,
    "experiments.initialization.spectrum": lambda: dict(depth=2, width=3, seeds=1),
    "experiments.kata.gradient_magnitudes": lambda: dict(activation="tanh"),
    "experiments.kata.run": lambda: dict(activation="tanh"),
    "experiments.kata.weights": dict,
    "experiments.kata.lcg": lambda: dict(seed=42),
    "experiments.kata.powers": lambda: dict(slope=0.25, counts=(1, 2)),
    "experiments.kata.update_table": dict,
    "experiments.learning.learn": lambda: LEARN,
    "experiments.memory.run": lambda: REMEMBER,
    "experiments.memory.watch": lambda: REMEMBER,
    "experiments.memory.table": lambda: dict(cell="gru", T=3, width=2, steps=10, seeds=1),
    "experiments.myths.run": lambda: dict(name="eigenvalues"),
    "experiments.normalization.compare": lambda: ONE,
    "experiments.normalization.growth": lambda: dict(activation="relu", batches=(4,), depth=2, width=3, seeds=1),
    "experiments.phase.chart": lambda: dict(columns=3, rows=2),
    "experiments.phase.point": lambda: ONE,
    "experiments.phase.depth_scale": lambda: dict(sigma_w2=2.0),
    "experiments.phase.trained": lambda: dict(sigma_w2=2.0) | LEARN,
    "experiments.phase.steps_to_learn": lambda: dict(draw="normal", depth=1, width=3, rates=2, most=2, seeds=1),
    "experiments.phase.he_or_xavier": lambda: dict(scheme="he_normal") | LEARN,
    "experiments.products.products": lambda: dict(depth=3, seeds=2),
    "experiments.recurrence.unrolled": lambda: dict(T=3),
    "experiments.recurrence.tied": lambda: dict(n=2, T=2, draws=2),
    "experiments.recurrence.powers": lambda: dict(T=2, one=np.eye(2)),
    "experiments.recurrence.by_radius": lambda: dict(radii=(0.5,), inputs=(0.0,), n=3, T=2, seeds=1),
    "experiments.scoreboard.cells": dict,
    "experiments.scoreboard.measure": lambda: dict(net="tanh", what="gradient", activation="tanh", seeds=1, depth=2),
    "experiments.scoreboard.at_start": lambda: dict(activation="tanh", depth=2, width=3, seeds=1),
    "experiments.scoreboard.board": dict,
    "experiments.scoreboard.treat": lambda: dict(name="tanh", gain=2.0),
    "experiments.skips.both_ways": lambda: ONE,
    "experiments.skips.last_layer": lambda: dict(depths=(1, 2), width=3, batch=2, seeds=1),
    "experiments.skips.shatter": lambda: dict(depth=1, width=4, points=16, lags=6, seeds=1),
    "experiments.skips.deep": lambda: dict(depth=2, steps=1),
    "experiments.stored.load": lambda: dict(name="adding"),
    "experiments.stored.compute": lambda: dict(name="path_depth", cells=[dict(depth=2, steps=1)]),
    "experiments.stored.store": lambda: dict(name="path_depth"),
    "experiments.taught.verdict": lambda: dict(row=board()["relu"]),
    "experiments.taught.learns": lambda: dict(row=board()["relu"]),
    "experiments.taught.view": lambda: dict(board=board(), name="relu"),
    "experiments.taught.judge": lambda: dict(board=board()),
    "experiments.taught.forge": lambda: dict(board=board()),
    "experiments.training.run": lambda: TRAIN,
    "experiments.training.watch": lambda: TRAIN,
    "experiments.training.message": lambda: dict(record=record("trained"), pictures=4),
    "experiments.training.deep": lambda: dict(rates=(0.1,), seeds=1, depth=2, width=3, batch=2, steps=2),
    "experiments.training.updates": lambda: dict(rates=(0.1,), depth=2, width=3, batch=2, steps=2),
    **dict.fromkeys([f"plots.activation.{f}" for f in ("slopes", "sentence", "alt", "limits")], drawn("slopes")),
    "plots.activation.share": lambda: dict(value=0.5),
    "plots.activation.factors": drawn("factors", "records"),
    **dict.fromkeys([f"plots.cliff.{f}" for f in ("walk", "sentence", "alt")], drawn("cliff")),
    **dict.fromkeys([f"plots.clinic.{f}" for f in ("sentence", "alt")], drawn("clinic")),
    **dict.fromkeys([f"plots.connectivity.{f}" for f in ("read", "sentence", "alt")], drawn("read")),
    "plots.connectivity.agreement": drawn("agreement"),
    "plots.diagnosis.diagnosed": lambda: dict(nets=looked()),
    "plots.diagnosis.roc": drawn("rocs", "rocs"),
    "plots.diagnosis.bands": drawn("rates", "rates"),
    "plots.exploding.runs": drawn("runs", "records"),
    "plots.flow.flow": drawn("flow", shown=("dh",), scale="log"),
    "plots.gates.named": lambda: dict(cell="lstm"),
    "plots.gates.of": lambda: dict(record=record("reaches")[0]),
    **dict.fromkeys([f"plots.gates.{f}" for f in ("reach", "reach_sentence")], drawn("reaches", "records")),
    **dict.fromkeys([f"plots.gates.{f}" for f in ("gates", "sentence", "alt")], drawn("gates")),
    "plots.growth.growth": drawn("growth", "records"),
    "plots.initialization.signal": drawn("signal", shown=("h",)),
    **dict.fromkeys([f"plots.initialization.{f}" for f in ("sentence", "alt", "networks")], drawn("signal")),
    "plots.initialization.sweep": drawn("sweeps", "records"),
    "plots.initialization.glorot": drawn("forward", "records"),
    "plots.initialization.spectra": drawn("spectra", "records"),
    "plots.kata.bars": drawn("kata", "records"),
    "plots.learning.learning": drawn("learnt", "records"),
    **dict.fromkeys([f"plots.memory.{f}" for f in ("memory", "sentence", "alt")], drawn("memory")),
    "plots.memory.losses": drawn("memories", "records"),
    **dict.fromkeys([f"plots.memory.{f}" for f in ("adding", "learnt")], lambda: dict(cells=stored("adding"))),
    "plots.memory.name": lambda: dict(cell=stored("adding")[0]),
    "plots.multiples.grid": drawn("flows", "records", columns=1),
    "plots.multiples.spread": drawn("flows", "records"),
    **dict.fromkeys([f"plots.normalization.{f}" for f in ("norms", "sentence", "alt")], drawn("norms")),
    **dict.fromkeys([f"plots.phase.{f}" for f in ("phase", "sentence", "alt")], drawn("phase")),
    "plots.phase.phase_of": lambda: dict(chi=1.1),
    "plots.phase.trained": lambda: dict(
        cells=stored("phase_map"), scales={c.settings["sigma_w2"]: 5.0 for c in stored("phase_map")}
    ),
    "plots.phase.by_depth": lambda: dict(cells=stored("he_figure"), name="accuracy", of="scheme"),
    "plots.product_words.products_alt": drawn("products"),
    "plots.product_words.products_sentence": drawn("products"),
    "plots.products.products": drawn("products"),
    "plots.recurrence.powers": drawn("powers"),
    "plots.recurrence.radii": drawn("radii"),
    "plots.recurrence.unrolled": drawn("recurrence"),
    **dict.fromkeys([f"plots.recurrence_words.{f}" for f in ("sentence", "alt")], drawn("recurrence")),
    "plots.score_pages.table": lambda: dict(views=[view(), view("gru 1")]),
    "plots.score_pages.answers": lambda: dict(judgements=of.taught.judge(board()), board=board()),
    "plots.score_pages.guide": lambda: dict(board=board()),
    **dict.fromkeys([f"plots.scoreboard.{f}" for f in ("sentence", "alt")], lambda: dict(view=view())),
    **dict.fromkeys([f"plots.scoreboard.{f}" for f in ("share", "decades", "cost")], lambda: dict(row=board()["relu"])),
    **dict.fromkeys([f"plots.scoreboard.{f}" for f in ("span", "median")], lambda: dict(numbers=array(3))),
    **dict.fromkeys([f"plots.skips.{f}" for f in ("paths", "sentence", "alt")], drawn("paths")),
    "plots.skips.last_layer": drawn("last"),
    "plots.skips.shattered": drawn("shattered", "records"),
    "plots.training.training": drawn("trained"),
    "plots.training.moves": drawn("trainings", "records"),
    "plots.training.losses": drawn("trainings", "records"),
    **dict.fromkeys([f"plots.training_words.{f}" for f in ("sentence", "alt")], drawn("trained")),
    "plots.training_words.middle": lambda: dict(rows=array(3, 4)),
    "plots.training_words.named": drawn("trained", among=[record("trained")]),
    "plots.training_words.rough": lambda: dict(value=0.5),
    "plots.training_words.rough_loss": lambda: dict(value=0.5),
    "plots.training_tables.paradox": lambda: dict(cells=stored("depth_paradox")),
    "plots.training_tables.ratios": lambda: dict(cells=stored("update_ratio")),
    **dict.fromkeys([f"plots.words.{f}" for f in ("sentence", "alt")], drawn("flow")),
    **{f"{f.__module__.removeprefix('vgrad.')}.{f.__name__}": dict for f in explorers.CATALOGUE.values()},
    "check.answer": lambda: dict(name="softsign", given=3.0),
    "check.solution": lambda: dict(name="softsign", given=3.0),
    "check.predict": lambda: dict(name="sigmoid_30"),
}

# --- what they must not be --------------------------------------------------------------------------------------------

THING = object()
ANYTHING = {"None": None, "'x'": "x", "[]": [], "an object": THING}
NUMBERS = {"nan": np.nan, "inf": np.inf, "True": True}
SIZES = NUMBERS | {"0": 0, "-1": -1, "1.5": 1.5}


def wrong(valid) -> dict:
    """Values of the wrong kind, size or shape, by name, in place of a valid one."""
    if isinstance(valid, bool):
        return ANYTHING | {"3": 3}
    if isinstance(valid, int):
        return ANYTHING | SIZES
    if isinstance(valid, float):
        return ANYTHING | NUMBERS
    if isinstance(valid, np.ndarray):
        return ANYTHING | {"3.0": 3.0, "[..., None]": valid[..., None], "[..., :-1]": valid[..., :-1]}
    if isinstance(valid, (tuple, list)) and isinstance(valid[0] if valid else 1, (int, float)):
        return ANYTHING | {"3": 3, "(nan,)": (np.nan,), "(None,)": (None,), "('x',)": ("x",)}
    return ANYTHING | {"3": 3}


ALIASES = {  # the argument that a message names where two do not fit each other, or where one is made from the other
    "xs": "x", "logits": "labels", "gradient": "lags", "scores": "trains", "records": "record", "weights": "depth",
    "prediction": "target", "number": "patient", "sentence": "word", "W": "x", "tape": "inject",
}  # fmt: skip

ENGINE = (  # called in each step: a check here would cost more than the sentence is worth; models.* checks before them
    ("ops.linear.matmul", "b"), ("cells.*", "activation"), ("tape.tree_map", "*"), ("gradcheck.directional", "x"),
)  # fmt: skip

ACCEPTED = (  # function, argument, values, and why it is right to answer
    ("*", "*seed", "0", "the first seed"),
    ("ops.activations.*", "z", "3.0 [...,None] [...,:-1]", "an entry each, of any shape"),
    ("ops.linear.product", "W", "[...,:-1]", "fewer units"),
    ("ops.linear.matmul", "b", "[...,:-1]", "fewer columns"),
    ("init.*", "shape", "[]", "a single number"),
    ("init.*", "activation", "*", "a scheme that was derived for no activation, or for another one, has one scale"),
    ("init.require_scheme", "name", "*", "what the argument is called by whoever asks"),
    ("tape.require_tape", "name", "*", "what the argument is called by whoever asks"),
    ("tape.leaves", "tree", "*", "a tree of one leaf, or of none"),
    ("tape.tree_map", "tree", "None [] 3", "a tree of one leaf, or of none"),
    ("data.sentences.agreement", "distance", "0", "the verb right behind its subject"),
    ("data.minibatches.batches", "[xy]", "[...,None] [...,:-1]", "rows of any shape"),
    ("data.sequences.one_hot", "labels", "[...,None] [...,:-1]", "labels of any shape"),
    ("gradcheck.directional", "x", "[] 3.0 [...,None] [...,:-1]", "whatever f takes"),
    ("theory.*", "q", "inf", "the limit"),
    ("models.mlp.gradients", "tape", "[]", "a net of no layers hands its cotangent on"),
    ("models.mlp.hidden", "params", "[]", "a net of no layers"),
    ("models.*", "ensemble", "[]", "one network"),
    ("probes.signal.autocorrelation", "lags", "0", "with itself: 1"),
    ("probes.signal.autocorrelation", "gradient", "[...,:-1]", "a shorter line"),
    ("probes.diagnosis.band", "*", "nan inf", "measured, not chosen: what is not finite is a result"),
    ("probes.*", "[ahJ]", "[...,None] [...,:-1]", "an array of another shape has a size too"),
    ("train.update.*", "ensemble", "0", "one network"),
    ("train.loop.fit", "batches", "[]", "no batch, no step"),
    ("experiments.activation.slope_at", "z", "[...,None] [...,:-1]", "an entry each"),
    ("experiments.cliff.*", "*", "nan inf", "a path may leave the plane; without a threshold nothing is clipped"),
    ("experiments.clinic.visit", "ordered", "[]", "no test is ordered"),
    ("experiments.connectivity.connectivity", "sentence", "'x'", "any word has a vector"),
    ("experiments.diagnosis.verdict", "total", "nan inf", "a norm that is not finite has exploded"),
    ("experiments.diagnosis.roc", "name", "'x'", "a name"),
    ("experiments.*", "multiply_adds", "1.5", "a budget"),
    ("experiments.learning.learn", "clip_norm", "3", "a norm"),
    ("experiments.normalization.compare", "norms", "[]", "none of them is drawn"),
    ("experiments.phase.he_or_xavier", "scheme", "None", "learn's own choice"),
    ("experiments.skips.both_ways", "skip", "None", "no path"),
    ("experiments.skips.shatter", "lags", "0", "with itself"),
    ("experiments.training.*", "frozen", "[] 3", "no layer, or the readout alone"),
    ("plots.*", "value", "nan inf", "said in words"),
    ("plots.phase.phase_of", "chi", "nan inf", "said in words"),
    ("plots.*", "shown", "[]", "the record's own"),
    ("plots.scoreboard.*", "numbers", "[...,None] [...,:-1]", "numbers"),
    ("plots.training_words.middle", "rows", "[...,None] [...,:-1]", "networks in rows"),
    ("check.*", "given", "*", "an answer is met with words, whatever it is"),
)  # fmt: skip


def accepted(name, argument, label) -> bool:
    """Whether ACCEPTED says that this is no mistake."""
    kept = [values for who, what, values, _ in ACCEPTED if fnmatch(name, who) and fnmatch(argument, what)]
    return any(values == "*" or label.replace(" ", "") in values.split() for values in kept)


def refusal(function, given):
    """The message of a TypeError or ValueError; None if there is an answer. A generator's first item is one too."""
    try:
        answer = function(**given)
        if inspect.isgenerator(answer):
            next(answer, None)
    except (TypeError, ValueError) as problem:
        return str(problem)
    return None


def arguments(name) -> dict:
    """Each argument of a function, with a valid value."""
    parameters = inspect.signature(FACE[name]).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty} | ROWS[name]()


FUZZED = [name for name in FACE if not name.startswith("explorers.")]  # test_explorers moves every control of these


def test_every_public_function_has_a_row():
    assert set(ROWS) == set(FACE)


@pytest.mark.parametrize("name", [name for name in FUZZED if name != "experiments.stored.store"])
def test_a_valid_call_is_answered(name):
    assert refusal(FACE[name], ROWS[name]()) is None


@pytest.mark.parametrize("name", FUZZED)
def test_a_wrong_argument_is_refused_by_its_name(name):
    wrongly, parameters = [], inspect.signature(FACE[name]).parameters
    for argument, valid in arguments(name).items():
        exempt = any(fnmatch(name, who) and fnmatch(argument, what) for who, what in ENGINE)
        for label, value in wrong(valid).items():
            if argument in parameters and parameters[argument].default is value:
                continue
            said, fine = refusal(FACE[name], ROWS[name]() | {argument: value}), accepted(name, argument, label)
            names = "|".join(filter(None, (argument, ALIASES.get(argument))))
            named = said and re.search(rf"^[^;]*\b({names})\b", said, re.DOTALL)
            if (said and not (named or exempt)) or (said is None and not fine):
                wrongly.append(f"{argument} = {label}: {said or 'answered'}")
    assert not wrongly, "\n".join(wrongly)


def test_labels_in_a_column_are_no_silent_broadcast():
    logits, labels = array(5, 3), np.zeros((5, 1), int)
    with pytest.raises(ValueError, match=r"^labels has shape \(5, 1\)"):
        ops.softmax_cross_entropy(logits, labels)
    with pytest.raises(ValueError, match=r"^target has shape \(5,\)"):
        ops.mse(array(5, 1), array(5))
    with pytest.raises(ValueError, match=r"^y has shape"):
        data.batches(array(5, 3), np.zeros((1, 5)), 2, rng=rng())


def _unrolled(cell):
    xs = array(4, 5, 3)
    return models.unroll(cell, models.init_recurrent(cell, 3, 4, rng=rng()), xs)[1]


def _shallow():
    params = models.init_mlp([3, 2], scheme="xavier_normal", rng=rng())
    return params, models.mlp(params, array(5, 3), "tanh")[1]


def _trained_at(rate):
    batches = [(array(5, 3), np.zeros(5, int))]
    return list(train.fit(net(), train.classifier("tanh"), batches, optimizer=train.sgd(rate), steps=1))


MISMATCHED = {
    "an MLP's gradients of an RNN's tape": (lambda: models.gradients(_unrolled("rnn"), array(5, 4)), "cotangent"),
    "a GRU with an RNN's weights": (
        lambda: models.unroll("gru", models.init_recurrent("rnn", 3, 4, rng=rng()), array(4, 5, 3)),
        "params",
    ),
    "an RNN with a GRU's weights": (
        lambda: models.unroll("rnn", models.init_recurrent("gru", 3, 4, rng=rng()), array(4, 5, 3)),
        "params",
    ),
    "through time along an MLP's tape": (lambda: models.through_time(_shallow()[1], array(5, 2)), "tape"),
    "one array for a state of two": (
        lambda: [*tape.backprop(_unrolled("lstm"), (array(5, 4), array(5, 4)), [(array(5, 4),), None, None, None])],
        "inject",
    ),
    "an activation without a pullback": (lambda: models.mlp(net(), array(2, 3), np.tanh), "activation"),
    "no hidden layer to measure": (lambda: probes.flow(*_shallow(), array(5, 2)), "tape"),
    "no hidden layer to take norms of": (lambda: probes.norms(_shallow()[1], array(5, 2)), "tape"),
    "no hidden layer to diagnose": (lambda: probes.health(*_shallow(), array(5, 2)), "tape"),
    "no layer between two states": (lambda: probes.jacobian_norms(_shallow()[1]), "tape"),
    "two rates for one network": (lambda: _trained_at([0.1, 0.2]), "rate"),
    "a spectrum where h runs away": (
        lambda: of.initialization.spectrum("relu", sigma_w=2.0, depth=3, width=4, seeds=1),
        "sigma_w",
    ),
}


@pytest.mark.parametrize("what", MISMATCHED)
def test_what_does_not_belong_together_is_refused(what):
    call, argument = MISMATCHED[what]
    with pytest.raises(ValueError, match=rf"^{argument} "):
        call()


def test_another_experiments_record_is_told_from_the_one_asked_for():
    record = of.products(depth=3, seeds=2)
    for exercise in ("turn_down", "hold_sigmoid"):
        assert "hand over the whole record" in repr(check.answer(exercise, record))
