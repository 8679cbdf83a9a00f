"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the trial of the report on held-out networks.
"""

from __future__ import annotations

from ....kit.marks import grammar

LOOKS = {
    "green": grammar.Look("#00805d", "o", "green"),
    "amber": grammar.Look("#b07400", "s", "amber"),
    "red": grammar.Look("#b3261e", "v", "red"),
}
SCORES = {
    "range": grammar.Look("#12305c", "", "range of dh"),
    "score": grammar.Look("#00716b", "", "the gravest sign"),
    "check_gradients": grammar.Look("#c23b00", "", "check_gradients"),
}


def diagnosed_sentence(nets) -> str:
    """Say how many networks of each verdict were trained with success."""
    groups = {band: [net.trains for net in nets if net.band == band] for band in LOOKS}
    told = "; ".join(f"{sum(group)} of {len(group)} {band}" for band, group in groups.items())
    lost = [net for net in nets if not net.trains]
    warned = f"check_gradients warned of {sum(net.warned for net in lost)} of the {len(lost)} that do not"
    return f"Of {grammar.count(len(nets), 'fresh network')}, these train: {told}; {warned}."


def roc_sentence(rocs) -> str:
    """The area under each ROC curve."""
    areas = "; ".join(f"{SCORES[one.name].label} {one.area:.2f}" for one in rocs)
    return f"Area under the ROC curve, where 1 is always right and 0.5 is a coin: {areas}."


def bands_sentence(rates) -> str:
    """For each group of networks, how many of each verdict were trained with success."""
    told = (
        f"{name}: " + ", ".join(f"{band}: {good} of {of}" for band, (good, of) in groups.items())
        for name, groups in rates.items()
    )
    return f"Networks that train. {'; '.join(told)}."
