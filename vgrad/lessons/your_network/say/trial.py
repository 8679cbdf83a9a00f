"""What the trial of the report says, in words."""

from __future__ import annotations

import numpy as np

from ....kit.words.phrases import lines
from ..records import LEARNS, WARNS, Trial

MOMENTS = {0: "at step 0", 50: "after 50 steps"}


def trial_sentence(record: Trial) -> str:
    """How many of the failures were warned of after fifty steps, and how many of the others."""
    warned = record.scores[50] >= WARNS
    failed = ~record.learns
    caught = f"{np.sum(warned & failed)} of the {np.sum(failed)} networks that fail"
    blamed = f"{np.sum(warned & record.learns)} of the {np.sum(record.learns)} that learn"
    finding = f"After 50 steps the report warns of {caught}, and of {blamed}."
    protocol = f"{len(failed)} PyTorch networks drawn at random; learning is an accuracy over {LEARNS:.0%}."
    score = f"The score is the sum of the signs, each of which is 1 at its limit. From {WARNS:.0f} on it warns."
    later = "In training, each tenth of the error that is gone lowers it by 1."
    return lines(finding, protocol, [score, later])


def trial_alt(record: Trial) -> str:
    """The areas of the four rules, in words."""
    areas = "; ".join(f"{rule} {each[0]:.2f} and {each[50]:.2f}" for rule, each in record.areas.items())
    return f"Areas under the ROC curve at step 0 and after 50 steps. {areas}. Accuracy lies over the report's score."


def miss_words(settings: dict) -> str:
    """One network that the report was wrong about, in a few words."""
    kind = settings.get("cell") or {True: "pre-norm", False: "post-norm"}.get(settings.get("norm_first")) or "conv"
    size = f"{settings['pieces']} time steps" if "pieces" in settings else f"depth {settings['depth']}"
    return f"{kind}, {size}, {settings['optimizer']} at {settings['rate']:.1g}"
