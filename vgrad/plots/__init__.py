"""Record → picture, and the same record → one plain sentence. Nothing is measured: no other vgrad module is imported.

One visual grammar for all lessons (``grammar``): layers run from the input on the left to the output on the right;
sizes are in decades relative to the output side; the vanishing side is shaded blue, the exploding side orange, and the
band of one decade between stays clear; the median is solid, seeds are a band, theory is always the same dashed line.
"""

from __future__ import annotations

from . import (
    activation,
    cliff,
    clinic,
    connectivity,
    diagnosis,
    exploding,
    gates,
    initialization,
    memory,
    normalization,
    phase,
    recurrence,
    recurrence_words,
    score_pages,
    scoreboard,
    skips,
    training,
    training_words,
)
from .activation import ActivationPlot, factors, slopes
from .cliff import CliffPlot, walk
from .clinic import ClinicPlot
from .connectivity import ConnectivityPlot, agreement, read
from .diagnosis import bands, diagnosed, roc
from .exploding import runs
from .flow import FlowPlot, flow
from .gates import GatesPlot, reach
from .growth import growth
from .initialization import SignalPlot
from .kata import bars
from .learning import learning
from .memory import MemoryPlot, adding
from .multiples import grid, spread
from .normalization import NormsPlot, norms
from .phase import PhasePlot
from .picture import Picture
from .product_words import products_alt, products_sentence
from .products import ProductsPlot, products
from .recurrence import RecurrencePlot, powers, radii, unrolled
from .scoreboard import ScorePlot
from .training import TrainPlot, losses, moves
from .training_tables import paradox, ratios
from .ways import WaysPlot
from .words import alt, sentence

__all__ = [
    "ActivationPlot", "CliffPlot", "ClinicPlot", "ConnectivityPlot", "FlowPlot", "GatesPlot", "MemoryPlot",
    "NormsPlot", "PhasePlot", "Picture", "ProductsPlot", "RecurrencePlot", "ScorePlot", "SignalPlot", "TrainPlot",
    "WaysPlot", "activation", "adding", "agreement", "alt", "bands", "bars", "cliff", "clinic", "connectivity",
    "diagnosed", "diagnosis", "exploding", "factors", "flow", "gates", "grid", "growth", "initialization",
    "learning", "losses", "memory", "moves", "normalization", "norms", "paradox", "phase", "powers", "products",
    "products_alt", "products_sentence", "radii", "ratios", "reach", "read", "recurrence", "recurrence_words",
    "roc", "runs", "score_pages", "scoreboard", "sentence", "skips", "slopes", "spread", "training",
    "training_words", "unrolled", "walk",
]  # fmt: skip
