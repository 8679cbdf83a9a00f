"""What does it do to training?  Networks that learn to classify digits: the loss, and how far each layer moves."""

from __future__ import annotations

from ...kit.experiments import training
from ...kit.explorers.controls import activation_choice, choice, networks, scale, three_digits, whole
from ...kit.explorers.training import FIRST, TrainExplorer
from ...kit.marks import grammar
from .draw import training as draw
from .say import training as say

PRESETS = {
    "1 · The first layers stand still": dict(depth=10),
    "2 · tanh moves all layers": dict(activation="tanh"),
    "3 · Adam moves all layers": dict(optimizer="adam", rate=0.003),
    "4 · Adam with twenty layers": dict(optimizer="adam", rate=0.003, depth=20),
    "5 · Batch norm": dict(norm="batch", depth=20),
    "6 · Too high a rate": dict(activation="relu", scheme="he_normal", rate=3.0),
}
SCHEMES = ("xavier_normal", "he_normal", "lecun_normal", "orthogonal")
NORMS = {"none": "none", "batch norm": "batch", "layer norm": "layer"}


def train_mlp(**values) -> TrainExplorer:
    """Explore loss, last update and movement by layer, while a network trains.   values : where its controls start."""
    optimizers = {name: key for key, name in say.OPTIMIZERS.items()}
    controls = {
        "activation": activation_choice("sigmoid"),
        "depth": whole("depth", 6, 1, 30),
        "scheme": choice("weights", "xavier_normal", {grammar.title(name): name for name in SCHEMES}),
        "norm": choice("norm", "none", NORMS),
        "optimizer": choice("optimizer", "sgd", optimizers),
        "rate": scale("learning rate", 0.1, 1e-4, 10.0, box_step=None),  # any rate can be typed
        "steps": whole("steps", 300, 20, 600),
        "seeds": networks(5, 10),
    }
    return TrainExplorer(
        train_mlp, controls, _watch, draw.TrainPlot,
        sentence=_told, alt=say.alt, presets=PRESETS, first=("activation", "depth", "rate"), start=values,
    )  # fmt: skip


def _watch(*, rate, **settings):
    """The records of the controls' values: the rate as its number box shows it."""
    return training.watch(rate=three_digits(rate), **settings)


def _told(record) -> str:
    """The sentence; of the first steps, which stand there before anybody has pressed Train, without a verdict."""
    return say.sentence(record, begun=record.step > FIRST or record.done)


EXPLORERS = {"train_mlp": train_mlp}
