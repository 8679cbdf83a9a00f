"""What is handed to a public function is answered: by a result that is right, or by an error that names the argument.

ROWS holds one valid call of each public function. Each of its arguments is then replaced by what it must not be. A
public function without a row is a failure; so is a broadcast, a warning, or an error from within.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import types
from fnmatch import fnmatch
from functools import cache

import course
import numpy as np
import pytest

from vgrad import (
    bridge,
    data,
    kit,
    lessons,
    models,
    ops,
    probes,
    progress,
    tape,
    train,
)
from vgrad.lessons.chain_rule.measure import products
from vgrad.lessons.diagnosis.measure import trial as diagnosis_measure
from vgrad.lessons.edge_of_chaos import measure as edge_of_chaos_measure
from vgrad.lessons.scoreboard.measure import board as scoreboard_measure
from vgrad.lessons.scoreboard.measure import taught as scoreboard_measure_taught
from vgrad.lessons.stored import TABLES

ENGINE = ("ops", "init", "tape", "data", "gradcheck", "cells", "theory", "models", "probes", "train")
KIT = ("experiments.baseline", "experiments.flow", "experiments.learning", "experiments.reach", "experiments.tokens",
       "experiments.training", "experiments.twin", "investigation", "words.cells")  # fmt: skip
TORCH = ("vgrad.lessons.your_network.measure.modules",)  # it imports PyTorch
STOREYS = ("measure", "explore")  # what is drawn and said is reached through show, which knows a record by its type


def public(module):
    """The functions of a module's ``__all__``, and of the modules in it; without one, all that it defines."""
    listed = getattr(module, "__all__", None)
    for name in listed or [name for name in vars(module) if not name.startswith("_")]:
        value = getattr(module, name)
        if isinstance(value, types.ModuleType):
            yield from public(value) if listed else ()
        elif inspect.isfunction(inspect.unwrap(value)) and (listed or value.__module__ == module.__name__):
            yield f"{value.__module__.removeprefix('vgrad.')}.{value.__name__}", value


INNER = (  # they are made for one picture or one sentence, which is tried whole
    "*_sentence", "*_label", "kit.experiments.learning.usual", "kit.experiments.reach.r*_*",
    "kit.experiments.reach.rms", "kit.experiments.baseline.accuracy_on_test",
    "kit.experiments.flow.draw_networks", "kit.experiments.flow.sigmas", "lessons.*.illness.diagnose",
    "lessons.diagnosis.measure.kinds.*", "lessons.diagnosis.measure.faults.*",
    "lessons.diagnosis.measure.strangers.meet", "lessons.diagnosis.measure.grades.learns",
    "lessons.diagnosis.measure.nets.*",
    "lessons.attention.measure.columns.drawn_blocks",
    "lessons.memory.measure.nets.*", "lessons.memory.measure.solve.first_of", "lessons.memory.measure.solve.batches",
    "lessons.memory.measure.solve.trained", "lessons.memory.measure.solve.reach",
    "lessons.memory.measure.layered.after", "lessons.memory.measure.layered.networks",
    "lessons.deep_training.measure.lanes.*", "kit.experiments.learning.readout_alone",
    "kit.experiments.tokens.token_gradients", "lessons.attention.measure.training.column",
    "lessons.exploding.measure.training.train_on_adding", "lessons.recurrence.measure.recurrence.drawn_net",
    "lessons.precision.measure.nets.*", "bridge.watch",
    "lessons.your_network.measure.networks.build", "lessons.your_network.measure.trial.meet",
    "lessons.your_network.measure.trial.train", "lessons.your_network.measure.trial.area",
)  # fmt: skip
TRIED = ("kit.words.cells.*",)  # though their names are like those


def modules():
    """All modules whose functions are public: the engine, the kit, those beside them, and each storey of each room."""
    yield from (importlib.import_module(f"vgrad.{name}") for name in ENGINE)
    yield from (importlib.import_module(f"vgrad.kit.{name}") for name in KIT)
    yield bridge
    yield progress
    for found in pkgutil.walk_packages(lessons.__path__, "vgrad.lessons."):
        if set(found.name.split(".")) & set(STOREYS) and found.name not in TORCH:
            yield importlib.import_module(found.name)


def is_inner(name):
    return any(fnmatch(name, each) for each in INNER) and not any(fnmatch(name, each) for each in TRIED)


FACE = {name: value for module in modules() for name, value in public(module) if not is_inner(name)}

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
    return models.init_mlp([3, 3, 3, 2], scheme="xavier_normal", rng=rng(), norm="layer", skip="activation_last")


@cache
def attentive():
    return models.init_transformer(2, 4, scheme="xavier_normal", rng=rng(), readout=3)


@cache
def tokened():
    return kit.experiments.tokens.init_token_nets(1, 4, seeds=1, dtype="float64")


@cache
def walked():
    """A net's tape, with its readout, and a cotangent of its last output."""
    logits, steps = models.mlp(net(), array(5, 3), "tanh")
    return dict(tape=steps, cotangent=np.ones_like(logits))


@cache
def rnn(cell="rnn", **options):
    return models.init_recurrent(cell, 2, 3, rng=rng(), **options)


@cache
def linear(cell):
    return models.init_linear(cell, 2, 3, rng=rng())


@cache
def unrolled(cell="rnn"):
    outputs, steps = models.unroll(cell, rnn(cell), array(4, 5, 2))
    return dict(tape=steps, doutputs=np.ones_like(outputs))


def stepped(cell, states=1):
    return dict(params=rnn(cell), x=array(5, 2), state=(array(5, 3),) * states)


def fitted():
    return dict(
        params=net(), model=train.classifier("tanh"), batches=[(array(5, 3), np.zeros(5, int))] * 2,
        optimizer=train.sgd(0.1), steps=2, clip_norm=1.0, clip_value=1.0, scaling=train.loss_scaling(),
    )  # fmt: skip


@cache
def stored(name):
    return TABLES[name].load(name)


@cache
def board():
    return scoreboard_measure.board()


@cache
def view(name="relu"):
    return scoreboard_measure_taught.view(board(), name)


@cache
def looked():
    return diagnosis_measure.nets(stored("diagnosis_held_out")[:8])


ONE = dict(depth=2, width=3, batch=2, seeds=1)
TIME = dict(T=3, width=2, batch=2)
LEARN = dict(depth=1, width=2, rates=(0.1, 0.2), steps=2, batch=2, seeds=1)
REMEMBER = dict(cell="gru", bias=1.0, T=3, width=2, steps=2, seeds=1, every=1, span=2)
TRAIN = dict(activation="tanh", depth=2, width=3, batch=2, steps=2, seeds=1, frozen=(1,))
FEW_BLOCKS = dict(blocks=2, width=3, steps=2, seeds=1)
FEW_TOKENS = dict(blocks=1, width=4, cut="rows", steps=1, seeds=1)
PREDICTED = dict(activation="tanh", sigma_w=1.5, sigma_b=0.1)

TRUNCATED = dict(cell="gru", lag=1, T=3, width=2, batch=2, seeds=1, spans=(1, 2))
ECHO = dict(lag=1, span=2, steps=2, width=2, seeds=1)


@cache
def record(name):
    """What a picture needs, by the name of what is drawn."""
    return {
        "slopes": lambda: lessons.activations.measure.slopes(units=50),
        "factors": lambda: [lessons.activations.measure.sweep(sigmas=(1, 2), **ONE)],
        "twins": lambda: lessons.activations.measure.twins(**ONE),
        "cliff": lambda: lessons.exploding.measure.cliff.walk(steps=2),
        "clinic": lambda: lessons.diagnosis.measure.clinic.visit(1),
        "read": lambda: lessons.recurrence.measure.connectivity.connectivity("the key is", seeds=2),
        "flow": lambda: kit.experiments.flow.flow(**ONE),
        "gates": lambda: lessons.gates.measure.compare(T=3, width=2, batch=2),
        "reaches": lambda: [kit.experiments.reach.reach("lstm", T=3, width=2, batch=1, seeds=1)],
        "learnt": lambda: [kit.experiments.learning.learn(**LEARN)],
        "trained": lambda: kit.experiments.training.train_mlp(**TRAIN),
        "trainings": lambda: [kit.experiments.training.train_mlp(**TRAIN)],
        "runs": lambda: [lessons.exploding.measure.training.train_rnn(T=3, steps=2, width=2, seeds=1)],
        "spikes": lambda: lessons.exploding.measure.spikes.long_run(steps=2, depth=1, width=2, batch=2, seeds=1),
        "memory": lambda: lessons.memory.measure.adding.train_memory(**REMEMBER),
        "truncated": lambda: [lessons.memory.measure.truncation.truncation(**TRUNCATED)],
        "echoes": lambda: [lessons.memory.measure.truncation.echo(**ECHO)],
        "powers": lambda: lessons.recurrence.measure.recurrence.powers(T=3, one=np.eye(2)),
        "recurrence": lambda: lessons.recurrence.measure.recurrence.unrolled(T=3),
        "products": lambda: lessons.chain_rule.measure.products(depth=3, seeds=4),
        "shattered": lambda: [lessons.deep_training.measure.shatter(depth=1, width=4, points=16, lags=6, seeds=1)],
        "window": lambda: lessons.precision.in_format(depth=2, width=3, batch=2, seeds=1),
        "looked": looked,
        "followed": lambda: lessons.diagnosis.followed(stored("diagnosis_followed")),
    }[name]()  # fmt: skip


def drawn(name, argument="record", **more):
    return lambda: {argument: record(name)} | more


def elementwise():
    return dict(z=array(2, 3))


def gains(gain=1.0, seeds=5):
    """One number for each of so many networks."""
    return gain * np.arange(1.0, 1.0 + seeds)


def own(numbers):
    return numbers


ROWS = {
    "kit.investigation.investigate": lambda: dict(
        claim="A gain of 2 gives more.",
        experiment=gains,
        quantity=own,
        direction="higher",
        changed="gain",
        net=dict(gain=2.0),
        control=dict(gain=1.0),
    ),
    "bridge.readings.readings": lambda: dict(names=["stem", "head"], steps=[0, 1]),
    "bridge.report.report": lambda: dict(readings=bridge.readings(["stem", "head"], [0, 1], dz=np.ones((2, 2)))),
    "bridge.show": lambda: dict(readings=bridge.readings(["stem", "head"], [0, 1], dz=np.ones((2, 2)))),
    "progress.collect": lambda: dict(folder="hand_ins"),
    "progress.download": lambda: dict(name="ada"),
    "progress.hand_in": lambda: dict(name="ada", path="progress.json"),
    "progress.keep": lambda: dict(path="progress.json"),
    "progress.record": lambda: dict(path="progress.json"),
    "progress.show": lambda: dict(record=progress.record()),
    "progress.stop": dict,
    "progress.upload": dict,
    **{f"ops.activations.{name}": elementwise for name in ops.ACTIVATIONS},
    "ops.linear.affine": lambda: dict(params=net()[0].affine, x=array(5, 3)),
    "ops.linear.product": lambda: dict(W=array(3, 4), x=array(5, 3)),
    "ops.linear.matmul": lambda: dict(a=array(5, 3), b=array(3, 4)),
    "ops.rounding.bfloat16": lambda: dict(a=array(5, 3), rng=rng()),
    "ops.rounding.in_bfloat16": lambda: dict(operation=ops.tanh),
    "ops.losses.mse": lambda: dict(prediction=array(5, 3), target=array(5, 3)),
    "ops.losses.softmax_cross_entropy": lambda: dict(logits=array(5, 3), labels=np.array([0, 1, 2, 1, 0])),
    **dict.fromkeys(
        ("ops.norms.batch_norm", "ops.norms.layer_norm"),
        lambda: dict(params=ops.Norm(np.ones(3), np.zeros(3)), z=array(5, 3)),
    ),
    "ops.norms.rms_norm": lambda: dict(params=ops.Norm(np.ones(3), None), z=array(5, 3)),
    "ops.attention.softmax": lambda: dict(z=array(5, 3)),
    "ops.attention.attention": lambda: dict(
        q=array(5, 3), k=array(4, 3), v=array(4, 2), causal=False, mask=np.ones((5, 4), bool)
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
    "tape.require_walk": walked,
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
    "cells.gated.rnn": lambda: stepped("rnn") | dict(activation=ops.tanh),
    "cells.gated.relu_rnn": lambda: stepped("relu_rnn"),
    "cells.gated.lstm": lambda: stepped("lstm", 2),
    "cells.gated.gru": lambda: stepped("gru"),
    "cells.linear.diagonal": lambda: dict(params=linear("diagonal"), x=array(5, 2), state=(array(5, 3),)),
    "cells.linear.gated_linear": lambda: dict(params=linear("gated_linear"), x=array(5, 2), state=(array(5, 3),)),
    "theory.gaussian.gaussian_nodes": dict,
    "theory.gaussian.moments": lambda: dict(activation="tanh", q=1.0),
    "theory.gaussian.pair_moment": lambda: dict(activation="tanh", c=0.5, q=1.0),
    "theory.layers.flow": lambda: (
        PREDICTED | dict(depth=3, norm="batch", skip="activation_last", alpha=1.0, batch=8, width=16)
    ),
    "theory.linear.gradient_ratio": lambda: dict(r=0.9, T=10),
    "theory.linear.memory_rms": lambda: dict(r=0.9, T=10, normalized=True),
    "theory.linear.ring_ratio": lambda: dict(t=10, r_min=0.5, r_max=0.9),
    "theory.maps.q_map": lambda: PREDICTED | dict(q=1.0),
    "theory.maps.q_fixed_point": lambda: PREDICTED | dict(q=1.0, layers=100),
    "theory.maps.chi": lambda: dict(activation="tanh", q=1.0, sigma_w=1.5),
    "theory.maps.depth_scale": lambda: dict(chi=0.9),
    "theory.maps.correlation_map": lambda: PREDICTED | dict(c=0.5, q=1.0),
    "theory.maps.correlations": lambda: PREDICTED | dict(depth=3, c=0.5),
    "theory.maps.norm_chi": lambda: dict(norm="batch", activation="tanh", batch=8),
    "models.linear.init_linear": lambda: dict(
        cell="diagonal", D=2, H=3, rng=rng(), ring=(0.5, 0.9), angle=1.0, readout=1
    ),
    "models.linear.ring_sizes": lambda: dict(ring=(0.5, 0.9), shape=(3,), rng=rng()),
    "models.mlp.gradients": walked,
    "models.mlp.hidden": lambda: dict(
        params=normed()[:-1], x=array(5, 3), activation="tanh", norm="layer", skip="activation_last"
    ),
    "models.mlp.mlp": lambda: dict(
        params=normed(), x=array(5, 3), activation="tanh", norm="layer", skip="activation_last"
    ),
    "models.mlp.init_affine": lambda: dict(fan_in=3, fan_out=4, scheme="he_normal", rng=rng(), activation="relu"),
    "models.mlp.init_mlp": lambda: dict(sizes=[3, 4, 2], scheme="he_normal", rng=rng(), activation="relu"),
    "models.recurrent_weights.init_recurrent": lambda: dict(cell="lstm", D=2, H=3, rng=rng(), readout=1, chrono=5.0),
    "models.transformer.init_transformer": lambda: dict(
        depth=2, width=4, scheme="he_normal", rng=rng(), hidden=8, heads=2, qk_norm=True, readout=3
    ),
    "models.transformer.transformer": lambda: dict(params=attentive(), x=array(6, 4), heads=2, tokens=3),
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
    "train.loop.fit": fitted,
    "train.model.classifier": lambda: dict(
        activation="tanh", norm="layer", skip="activation_last", precision="float16"
    ),
    "train.model.sequence": lambda: dict(cell="rnn", last=True, truncate=2, precision="bfloat16"),
    "train.precision.loss_scaling": lambda: dict(scale=16.0, every=2),
    "train.update.adam": lambda: dict(rate=0.1),
    "train.update.adamw": lambda: dict(rate=0.1, weight_decay=0.01),
    "train.update.momentum": lambda: dict(rate=0.1),
    "train.update.sgd": lambda: dict(rate=0.1),
    "train.update.warmup": lambda: dict(optimizer=train.sgd(0.1), steps=5),
    "train.update.clip_by_norm": lambda: dict(grads=net(), max_norm=1.0),
    "train.update.clip_by_value": lambda: dict(grads=net(), limit=1.0),
    "train.update.global_norm": lambda: dict(grads=net()),
    "lessons.activations.measure.slopes": lambda: dict(units=50),
    "lessons.activations.measure.slope_at": lambda: dict(activation="tanh", z=array(3)),
    "lessons.activations.measure.largest": lambda: dict(activation="tanh"),
    "lessons.activations.measure.sweep": lambda: dict(sigmas=(1.0, 2.0)) | ONE,
    "lessons.activations.measure.factor": lambda: dict(activation="tanh", sigma_w=1.5),
    "lessons.activations.measure.twins": lambda: dict(depth=2, width=3, batch=2, seeds=1),
    "lessons.activations.measure.critical": lambda: dict(activation="relu", low=1.0, high=2.0),
    "kit.experiments.twin.sigmoid_twin": lambda: dict(params=net()),
    "lessons.exploding.measure.cliff.gradient": lambda: dict(w=4.5, b=-3.0),
    "lessons.exploding.measure.cliff.descend": lambda: dict(w=4.5, b=-3.0, rate=0.3, threshold=1.0, steps=2),
    "lessons.exploding.measure.cliff.surface": lambda: dict(columns=3, rows=2),
    "lessons.exploding.measure.cliff.walk": lambda: dict(steps=2),
    "lessons.diagnosis.measure.patients.patient": lambda: dict(number=1),
    "lessons.diagnosis.measure.clinic.order_tests": lambda: dict(number=1),
    "lessons.diagnosis.measure.clinic.treat": lambda: dict(number=1, treatment="leave it alone"),
    "lessons.diagnosis.measure.clinic.visit": lambda: dict(
        number=1, ordered=("loss",), diagnosis="dead", treatment="leave it alone", earlier=("vanishing",), told=True
    ),
    "lessons.recurrence.measure.connectivity.connectivity": lambda: dict(sentence="the key is", seeds=1),
    "lessons.recurrence.measure.connectivity.agree": lambda: dict(distances=(2,), units=2, steps=1, batch=2, seeds=1),
    "lessons.diagnosis.measure.trial.check_gradients": lambda: dict(grads=net()),
    "lessons.diagnosis.measure.trial.verdict": lambda: dict(total=1.0),
    "lessons.diagnosis.measure.trial.trial": lambda: dict(
        activation="tanh", scheme="xavier_normal", depth=2, rates=(0.1,), width=3, batch=4, steps=2
    ),
    "lessons.diagnosis.measure.trial.fresh": lambda: dict(activation="tanh", depth=2, width=3, batch=4),
    "lessons.diagnosis.measure.trial.examine": lambda: dict(
        net=models.init_mlp([64, 3, 10], scheme="he_normal", rng=rng()), activation="relu", batch=4
    ),
    "lessons.diagnosis.measure.trial.nets": lambda: dict(cells=stored("diagnosis_held_out")[:4]),
    "lessons.diagnosis.measure.cases.case": lambda: dict(name="all weights 0"),
    "lessons.diagnosis.measure.strangers.stranger": lambda: dict(number=1),
    "lessons.diagnosis.measure.grades.verdicts": lambda: dict(cells=stored("diagnosis_strangers")[:6]),
    "lessons.diagnosis.measure.grades.bands": lambda: dict(cells=stored("diagnosis_strangers")[:6]),
    "lessons.diagnosis.measure.grades.misses": lambda: dict(cells=stored("diagnosis_strangers")[:6]),
    "lessons.diagnosis.measure.follow.follow": lambda: dict(name="tanh, 5 layers", seeds=2, width=3, steps=2, seed=0),
    "lessons.diagnosis.measure.follow.followed": lambda: dict(cells=stored("diagnosis_followed")),
    "lessons.diagnosis.measure.grades.interval": lambda: dict(
        cells=stored("diagnosis_strangers")[:6], draws=3, rng=rng()
    ),
    "lessons.diagnosis.measure.trial.roc": lambda: dict(name="score", scores=[1.0, 2.0], trains=[True, False]),
    "lessons.diagnosis.measure.trial.rates_of_bands": lambda: dict(found=looked()),
    "lessons.diagnosis.measure.trial.grid": lambda: dict(activations=("tanh",), depths=(3,), kinds=[{}], first_seed=0),
    "lessons.exploding.measure.spikes.long_run": lambda: dict(steps=2, depth=1, width=2, batch=2, seeds=1, clip=1.0),
    "lessons.exploding.measure.spikes.spikes_with": lambda: dict(steps=2, seeds=1, clip=1.0),
    "lessons.exploding.measure.thresholds.both_passes": lambda: dict(T=3, width=2, seeds=1),
    "lessons.exploding.measure.thresholds.clipped_at": lambda: dict(clip=1.0, T=3, steps=2, seeds=1),
    "lessons.exploding.measure.thresholds.norms_seen": lambda: dict(T=3, steps=2, seeds=1),
    "lessons.exploding.measure.training.autopsy": lambda: dict(steps=1, clip=1.0),
    "lessons.exploding.measure.training.train_rnn": lambda: dict(T=3, steps=2, width=2, seeds=1, clip=1.0),
    "lessons.exploding.measure.training.upscaled": lambda: dict(depth=2, width=3, seeds=1),
    "kit.experiments.flow.flow": lambda: ONE,
    "kit.experiments.reach.reach": lambda: dict(cell="lstm", seeds=1) | TIME,
    "lessons.gates.measure.compare": lambda: TIME,
    "lessons.gates.measure.defaults": lambda: dict(sigmas=(1.0,), seeds=1) | TIME,
    "lessons.gates.measure.stack": lambda: dict(layers=2, seeds=1) | TIME,
    "lessons.gates.measure.split": lambda: dict(tape=unrolled("lstm")["tape"]),
    "kit.experiments.reach.networks": lambda: dict(cell="lstm", T=3, width=2),
    "kit.experiments.reach.keeping": lambda: dict(
        cell="gru", params=rnn("gru"), xs=array(4, 5, 2), outputs=unrolled("gru")["doutputs"]
    ),
    "lessons.initialization.measure.sweep": lambda: dict(activation="tanh", sigma_ws=(1.0, 2.0)) | ONE,
    "lessons.edge_of_chaos.measure.spectrum": lambda: dict(depth=2, width=3, seeds=1),
    "lessons.start_here.measure.whispers": lambda: dict(record=record("flow"), people=2),
    "lessons.gradient_flow.measure.gradient_magnitudes": lambda: dict(activation="tanh"),
    "lessons.gradient_flow.measure.distribution": lambda: dict(record=record("flow")),
    "lessons.gradient_flow.measure.ten_layers": lambda: dict(activation="tanh"),
    "lessons.gradient_flow.measure.ten_layer_weights": dict,
    "lessons.gradient_flow.measure.lcg": lambda: dict(seed=42),
    "lessons.chain_rule.measure.powers": lambda: dict(slope=0.25, counts=(1, 2)),
    "lessons.learning.measure.readout": lambda: dict(depths=(0, 1), width=3, seeds=1),
    "lessons.learning.measure.sgd_readout": lambda: dict(depth=1, width=3, steps=2, seeds=1),
    "lessons.learning.measure.readout_after": lambda: dict(record=record("trained")),
    "lessons.learning.measure.trains": lambda: dict(record=record("trained")),
    "kit.experiments.baseline.baseline": lambda: dict(steps=2, batch=2),
    "kit.experiments.learning.learn": lambda: LEARN,
    "lessons.attention.measure.scores.softmax_jacobians": lambda: dict(stds=(1, 2), tokens=3, rows=4, seeds=1),
    "lessons.attention.measure.scores.one_layer": lambda: dict(d=2, T=3, scale=0.5, seeds=1),
    "lessons.attention.measure.cube.cube": lambda: dict(rests=(0.1, 0.2), T=3, width=2, seeds=1),
    "lessons.memory.measure.adding.train_memory": lambda: REMEMBER,
    "lessons.memory.measure.adding.watch": lambda: REMEMBER,
    "lessons.memory.measure.scan.scan": lambda: dict(r=0.9, v=array(4, 2)),
    "lessons.memory.measure.ring.ring": lambda: dict(
        r=(0.9, 1.01), between=(0.5, 0.9), angle=1.0, T=3, width=2, seeds=1
    ),
    "lessons.memory.measure.solve.solve": lambda: dict(
        task="first", cell="linear", T=3, ring=(0.5, 0.9), width=2, batch=2, steps=2, seeds=1
    ),
    "lessons.memory.measure.solve.table": lambda: dict(
        task="adding", cell="gru", T=3, width=2, batch=2, steps=10, seeds=1
    ),
    "lessons.memory.measure.layered.table": lambda: dict(
        activation="relu", T=3, rate=0.01, width=2, batch=2, steps=10, seeds=1, seed=0
    ),
    "lessons.memory.measure.adding.table": lambda: dict(cell="gru", T=3, width=2, steps=10, seeds=1),
    "lessons.memory.measure.truncation.truncation": lambda: TRUNCATED,
    "lessons.memory.measure.truncation.echo": lambda: ECHO,
    "lessons.memory.measure.truncation.table": lambda: ECHO,
    "lessons.scoreboard.measure.myths.measure_claim": lambda: dict(name="leaky"),
    "lessons.normalization.measure.compare": lambda: ONE,
    "lessons.normalization.measure.growth": lambda: dict(activation="relu", batches=(4,), depth=2, width=3, seeds=1),
    "lessons.normalization.measure.parts": lambda: dict(activation="relu", depth=2, width=3, batch=4, seeds=1),
    "lessons.normalization.measure.classify": lambda: dict(
        activation="relu", depth=1, width=3, batch=4, steps=2, rates=(0.1,), seeds=1
    ),
    "lessons.edge_of_chaos.measure.chart": lambda: dict(columns=3, rows=2),
    "lessons.edge_of_chaos.measure.point": lambda: ONE,
    "lessons.edge_of_chaos.measure.depth_scale": lambda: dict(sigma_w2=2.0),
    "lessons.edge_of_chaos.measure.pair": lambda: dict(c=0.5, depth=2, width=3, seeds=1),
    "lessons.edge_of_chaos.measure.correlation_scale": lambda: dict(sigma_w2=2.0),
    "lessons.edge_of_chaos.measure.trained": lambda: dict(sigma_w2=2.0) | LEARN,
    "lessons.edge_of_chaos.measure.steps_to_learn": lambda: dict(
        draw="normal", depth=1, width=3, rates=2, most=2, seeds=1
    ),
    "lessons.initialization.measure.train_from": lambda: dict(
        constant=0.1, noise=0.1, width=2, steps=2, batch=2, seeds=1
    ),
    "lessons.initialization.measure.he_or_xavier": lambda: dict(scheme="he_normal") | LEARN,
    "lessons.chain_rule.measure.products": lambda: dict(depth=3, seeds=2),
    "lessons.chain_rule.measure.coin": lambda: dict(tosses=3, players=2),
    "lessons.chain_rule.measure.chain": lambda: dict(layers=3, networks=2),
    "lessons.recurrence.measure.recurrence.unrolled": lambda: dict(T=3),
    "lessons.recurrence.measure.shared.parts": lambda: dict(T=3, seeds=2),
    "lessons.recurrence.measure.recurrence.tied": lambda: dict(n=2, T=2, draws=2),
    "lessons.recurrence.measure.recurrence.powers": lambda: dict(T=2, one=np.eye(2)),
    "lessons.recurrence.measure.recurrence.by_radius": lambda: dict(radii=(0.5,), inputs=(0.0,), n=3, T=2, seeds=1),
    "lessons.scoreboard.measure.board.cells": dict,
    "lessons.scoreboard.measure.board.measure": lambda: dict(
        net="tanh", what="gradient", activation="tanh", seeds=1, depth=2
    ),
    "lessons.scoreboard.measure.board.at_start": lambda: dict(activation="tanh", depth=2, width=3, seeds=1),
    "lessons.scoreboard.measure.board.board": dict,
    "lessons.scoreboard.measure.board.treat": lambda: dict(name="tanh", gain=2.0),
    "lessons.attention.measure.columns.token_columns": lambda: dict(depth=1, width=4, tokens=3, seeds=1),
    "lessons.skip_connections.measure.both_ways": lambda: ONE,
    "lessons.skip_connections.measure.last_layer": lambda: dict(depths=(1, 2), width=3, batch=2, seeds=1),
    "lessons.deep_training.measure.plain.shatter": lambda: dict(depth=1, width=4, points=16, lags=6, seeds=1),
    "lessons.deep_training.measure.plain.deep": lambda: dict(depth=2, steps=1),
    "lessons.deep_training.measure.plain.spiral_points": lambda: dict(points=4),
    "lessons.deep_training.measure.plain.train_plain": lambda: dict(hidden=2, width=3, steps=2, seeds=1),
    "lessons.deep_training.measure.plain.trained_plain": lambda: dict(hidden=2, width=3, steps=2, seeds=1),
    "lessons.deep_training.measure.blocks.first_step": lambda: dict(blocks=2, width=3, seeds=1),
    "lessons.deep_training.measure.blocks.train_blocks": lambda: FEW_BLOCKS,
    "lessons.deep_training.measure.blocks.trained": lambda: FEW_BLOCKS,
    "lessons.deep_training.measure.blocks.watch_blocks": lambda: FEW_BLOCKS,
    "lessons.scoreboard.measure.taught.verdict": lambda: dict(row=board()["relu"]),
    "lessons.scoreboard.measure.taught.learns": lambda: dict(row=board()["relu"]),
    "lessons.scoreboard.measure.taught.view": lambda: dict(board=board(), name="relu", priced=True),
    "lessons.scoreboard.measure.taught.judge": lambda: dict(board=board()),
    "lessons.scoreboard.measure.guide.guide": lambda: dict(board=board()),
    "kit.experiments.tokens.cut_into_tokens": lambda: dict(x=array(2, 64), cut="patches"),
    "kit.experiments.tokens.token_count": lambda: dict(cut="rows"),
    "kit.experiments.tokens.init_token_nets": lambda: dict(blocks=1, width=4, hidden=4, heads=2, seeds=1),
    "kit.experiments.tokens.token_logits": lambda: dict(params=tokened(), x=array(2, 64)),
    "kit.experiments.tokens.token_classifier": dict,
    "kit.experiments.tokens.attending": lambda: dict(params=tokened(), x=array(2, 64), labels=np.array([0, 1])),
    "lessons.attention.measure.training.train_tokens": lambda: FEW_TOKENS,
    "lessons.attention.measure.training.trained": lambda: FEW_TOKENS,
    "kit.experiments.training.train_mlp": lambda: TRAIN,
    "lessons.precision.measure.formats.bits": lambda: dict(number=0.1),
    "lessons.precision.measure.scaled.train_in": lambda: dict(
        precision="float16", factor=0.5, scale=2.0, every=3, depth=1, width=2, batch=2, steps=2, seeds=1
    ),
    "lessons.precision.measure.stored.store_in": lambda: dict(
        storage="bfloat16", depth=1, width=2, batch=2, steps=2, seeds=1
    ),
    "lessons.your_network.measure.unknown.unknown": dict,
    "lessons.your_network.measure.networks.settings_of": lambda: dict(number=3),
    "lessons.your_network.measure.trial.judge": lambda: dict(
        cells=TABLES["your_network_trial"].load("your_network_trial")
    ),
    "lessons.your_network.measure.trial.misses": lambda: dict(
        cells=TABLES["your_network_trial"].load("your_network_trial")
    ),
    "lessons.precision.measure.window.in_format": lambda: dict(depth=2, width=3, batch=2, seeds=1),
    "kit.experiments.training.watch": lambda: TRAIN,
    "kit.experiments.training.message": lambda: dict(record=record("trained"), pictures=4),
    "kit.experiments.training.deep": lambda: dict(rates=(0.1,), seeds=1, depth=2, width=3, batch=2, steps=2),
    "kit.words.cells.cell_label": lambda: dict(cell="lstm"),
    "kit.words.cells.record_label": lambda: dict(record=record("reaches")[0]),
    **{f"{f.__module__.removeprefix('vgrad.')}.{f.__name__}": dict for f in lessons.CATALOGUE.values()},
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
    "prediction": "target", "number": "patient", "sentence": "word", "W": "x", "q": "k", "tape": "inject", "a": "b",
}  # fmt: skip

ENGINE = (  # called in each step: a check here would cost more than the sentence is worth; models.* checks before them
    ("ops.linear.matmul", "b"), ("cells.*", "activation"), ("cells.*", "decay"), ("tape.tree_map", "*"),
    ("gradcheck.directional", "x"),
)  # fmt: skip

ACCEPTED = (  # function, argument, values, and why it is right to answer
    ("*", "*seed", "0", "the first seed"),
    ("ops.activations.*", "z", "3.0 [...,None] [...,:-1]", "an entry each, of any shape"),
    ("lessons.your_network.measure.networks.settings_of", "number", "0", "the first network"),
    ("lessons.your_network.measure.trial.misses", "step", "0", "before training"),
    ("bridge.readings.readings", "notes", "[] ('x',)", "sentences"),
    ("progress.keep", "path", "'x'", "a file with this name"),
    ("progress.*", "name", "'x'", "a name"),
    ("ops.rounding.bfloat16", "a", "3.0 [...,None] [...,:-1]", "an entry each, of any shape"),
    ("ops.linear.product", "W", "[...,:-1]", "fewer units"),
    ("ops.linear.matmul", "b", "[...,:-1]", "fewer columns"),
    ("ops.attention.softmax", "z", "[...,None] [...,:-1]", "a row of any length"),
    ("ops.attention.attention", "v", "[...,:-1]", "fewer units"),
    ("ops.attention.attention", "scale", "3", "a number"),
    ("models.transformer.transformer", "scale", "3", "a number"),
    ("models.transformer.init_transformer", "norm", "None", "no norm"),
    ("init.*", "shape", "[]", "a single number"),
    ("init.*", "activation", "*", "a scheme that was derived for no activation, or for another one, has one scale"),
    ("init.require_scheme", "name", "*", "what the argument is called by whoever asks"),
    ("tape.require_tape", "name", "*", "what the argument is called by whoever asks"),
    ("tape.leaves", "tree", "*", "a tree of one leaf, or of none"),
    ("tape.tree_map", "tree", "None [] 3", "a tree of one leaf, or of none"),
    ("data.sentences.agreement", "distance", "0", "the verb right behind its subject"),
    ("data.minibatches.batches", "[xy]", "[...,None] [...,:-1]", "rows of any shape"),
    ("lessons.memory.measure.scan.scan", "v", "[...,:-1]", "fewer units"),
    ("data.sequences.one_hot", "labels", "[...,None] [...,:-1]", "labels of any shape"),
    ("gradcheck.directional", "x", "[] 3.0 [...,None] [...,:-1]", "whatever f takes"),
    ("theory.*", "q", "inf", "the limit"),
    ("tape.require_walk", "tape", "[]", "a net of no layers"),
    ("models.mlp.gradients", "tape", "[]", "a net of no layers hands its cotangent on"),
    ("models.mlp.hidden", "params", "[]", "a net of no layers"),
    ("models.*", "ensemble", "[]", "one network"),
    ("models.linear.ring_sizes", "shape", "[]", "a single number"),
    ("theory.linear.ring_ratio", "t", "0", "no step, nothing lost"),
    ("probes.signal.autocorrelation", "lags", "0", "with itself: 1"),
    ("probes.signal.autocorrelation", "gradient", "[...,:-1]", "a shorter line"),
    ("probes.diagnosis.health", "loss", "3 1.5", "a loss"),
    ("probes.diagnosis.health", "loss", "nan inf", "a loss that is not finite is a result, and the verdict is red"),
    ("lessons.diagnosis.measure.strangers.stranger", "number", "0", "the first"),
    ("probes.*", "[ahJ]", "[...,None] [...,:-1]", "an array of another shape has a size too"),
    ("train.update.*", "ensemble", "0", "one network"),
    ("train.loop.fit", "batches", "[]", "no batch, no step"),
    ("lessons.activations.measure.slope_at", "z", "[...,None] [...,:-1]", "an entry each"),
    ("lessons.exploding.measure.cliff.*", "*", "nan inf", "a path may leave the plane; no threshold, no clipping"),
    ("lessons.diagnosis.measure.clinic.visit", "ordered", "[]", "no test is ordered"),
    ("lessons.diagnosis.measure.clinic.visit", "earlier", "[]", "nothing was said before"),
    ("lessons.recurrence.measure.connectivity.connectivity", "sentence", "'x'", "any word has a vector"),
    ("lessons.diagnosis.measure.trial.verdict", "total", "nan inf", "a norm that is not finite has exploded"),
    ("lessons.diagnosis.measure.trial.roc", "name", "'x'", "a name"),
    ("*", "multiply_adds", "1.5", "a budget"),
    ("kit.experiments.flow.flow", "sigma_b", "3", "a standard deviation"),
    ("kit.experiments.learning.learn", "clip_norm", "3", "a norm"),
    ("kit.experiments.learning.learn", "depth", "0", "a readout without hidden layers"),
    ("lessons.deep_training.measure.plain.deep", "depth", "0", "a readout without hidden layers"),
    ("lessons.initialization.measure.he_or_xavier", "depth", "0", "a readout without hidden layers"),
    ("lessons.scoreboard.measure.board.*", "depth", "0", "a readout without hidden layers"),
    ("lessons.normalization.measure.compare", "norms", "[]", "none of them is drawn"),
    ("lessons.normalization.measure.classify", "depth", "0", "a readout without hidden layers"),
    ("lessons.initialization.measure.he_or_xavier", "scheme", "None", "learn's own choice"),
    ("lessons.initialization.measure.train_from", "constant", "None", "random weights"),
    ("lessons.initialization.measure.train_from", "hidden", "0", "no hidden layer, which is the baseline"),
    ("lessons.memory.measure.adding.*", "span", "None", "the gradient of all steps"),
    ("lessons.edge_of_chaos.measure.trained", "depth", "0", "no hidden layer, which is the baseline"),
    ("lessons.deep_training.measure.plain.shatter", "lags", "0", "with itself"),
    ("lessons.deep_training.measure.*", "blocks", "0", "the readout alone"),
    ("lessons.deep_training.measure.*", "hidden", "0", "the readout alone"),
    ("lessons.deep_training.measure.*", "warmup", "0", "the full rate from the first step"),
    ("lessons.precision.measure.window.in_format", "factor", "0 -1", "a factor of 1, or of a half"),
    ("lessons.precision.measure.window.in_format", "gain", "0", "weights of 0"),
    ("lessons.precision.measure.formats.bits", "number", "nan", "a number that each format stores"),
    ("lessons.precision.measure.formats.bits", "number", "inf", "a number that each format stores"),
    ("kit.experiments.tokens.*", "scale", "3", "a number"),
    ("kit.experiments.tokens.*", "norm", "None", "no norm"),
    ("kit.experiments.tokens.init_token_nets", "hidden", "None", "four times the width"),
    ("lessons.attention.measure.training.*", "blocks", "0", "the readout of the pixels alone"),
    ("lessons.attention.measure.training.*", "clip_norm", "3", "a norm"),
    ("kit.experiments.training.*", "frozen", "[] 3", "no layer, or the readout alone"),
    ("*", "value", "nan inf", "said in words"),
    ("lessons.scoreboard.*", "numbers", "[...,None] [...,:-1]", "numbers"),
    ("lessons.learning.say.training.middle", "rows", "[...,None] [...,:-1]", "networks in rows"),
    ("kit.investigation.investigate", "claim", "'x'", "whether it is a sentence is said by the check"),
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


FUZZED = [name for name in FACE if ".explore." not in name]  # test_explorers moves every control of these


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(request, tmp_path, monkeypatch):
    """Where answers may be kept: what is tried of ``progress`` is tried with a kernel and a folder of its own."""
    if "[progress." in request.node.name:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(kit.journal, "_journal", kit.journal.Journal())
        (tmp_path / "hand_ins").mkdir()
        entry = kit.journal.Entry("exercise", "gates", "reach", time=kit.journal.now())
        (tmp_path / "hand_ins" / "a.json").write_text(kit.ledger.text([entry]), "utf-8")


def test_every_public_function_has_a_row():
    assert set(ROWS) == set(FACE)


@pytest.mark.parametrize("name", FUZZED)
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


PICTURED = (  # records of the rooms in SHOWN
    "slopes", "factors", "cliff", "read", "gates", "reaches", "learnt", "trained", "trainings", "runs", "spikes",
    "memory", "truncated", "echoes", "powers", "recurrence", "products", "shattered", "looked", "followed", "window",
)  # fmt: skip


@pytest.mark.parametrize("name", PICTURED)
def test_show_draws_a_record_and_refuses_another_picture_of_it_by_name(name):
    assert kit.show.show(record(name)).caption
    with pytest.raises(ValueError, match=r"^picture is 'x'; allowed is one of '"):
        kit.show.show(record(name), "x")


@pytest.mark.parametrize("name", PICTURED)
def test_show_refuses_a_list_with_something_else_in_it(name):
    records = record(name) if isinstance(record(name), list) else [record(name)]
    with pytest.raises(ValueError, match=r"^record is a list of \w+ and object; allowed is what an experiment"):
        kit.show.show([*records, THING])


@pytest.mark.parametrize(
    "given",
    [*ANYTHING.values(), *NUMBERS.values(), (), [None], ["x"], [THING], np.ones(3)],
    ids=lambda given: repr(given).partition(" at 0x")[0],
)
def test_show_refuses_what_is_no_record_by_name(given):
    with pytest.raises(ValueError, match=r"^record is .*; allowed is what an experiment of this lesson returns"):
        kit.show.show(given)


@pytest.mark.parametrize("label", [*ANYTHING, "3", "a list of two kinds", "a record of no picture"])
def test_what_is_no_record_has_no_picture(label):
    others = {"3": 3, "a list of two kinds": [THING, record("flow")], "a record of no picture": record("flow").net}
    for show in (lessons.gradient_flow.show, lessons.skip_connections.show):
        with pytest.raises(ValueError, match="; allowed is what an experiment of this lesson returns"):
            show((ANYTHING | others)[label])


@pytest.mark.parametrize(
    ("picture", "options", "named"),
    [
        ("flow", dict(shown=("h",)), "shown"),
        ("flow", dict(shown=[]), "shown"),
        ("flow", dict(scale="square"), "scale"),
        ("signal", dict(shown=("dW",)), "shown"),
        ("signal", dict(shown=("apart",)), "shown"),
        ("waves", {}, "picture"),
    ],
)
def test_what_a_picture_of_a_flow_may_not_show_is_refused_by_name(picture, options, named):
    with pytest.raises(ValueError, match=rf"^(len\()?{named}\b.*; allowed is "):
        lessons.initialization.show(record("flow"), picture, **options)


@pytest.mark.parametrize(
    ("picture", "options", "named"),
    [("grid", dict(columns=0), "columns"), ("spread", dict(by="tint"), "by"), ("grid", dict(columns="x"), "columns")],
)
def test_what_a_picture_of_many_flows_may_not_show_is_refused_by_name(picture, options, named):
    with pytest.raises(ValueError, match=rf"^{named} is .*; allowed is "):
        lessons.gradient_flow.show([record("flow")], picture, **options)


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
        lambda: edge_of_chaos_measure.spectrum("relu", sigma_w=2.0, depth=3, width=4, seeds=1),
        "sigma_w",
    ),
}


@pytest.mark.parametrize("what", MISMATCHED)
def test_what_does_not_belong_together_is_refused(what):
    call, argument = MISMATCHED[what]
    with pytest.raises(ValueError, match=rf"^{argument} "):
        call()


def test_another_experiments_record_is_told_from_the_one_asked_for():
    record = products(depth=3, seeds=2)
    for exercise in ("keep_far", "hold_path"):
        assert "hand over the whole record" in repr(course.answer(exercise, record))
