"""An investigation is accepted where control, seeds and effect support the claim, and in no other case.

RIGHT has designs of each room that are to be accepted. WRONG has one flaw each, with the word that the reply must name.
The rule itself is tried on pure noise, because a rule that noise passes often would teach the wrong thing.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

from vgrad.kit import claims, evidence, verdicts
from vgrad.kit.investigation import investigate
from vgrad.lessons import deep_training, memory, precision, scoreboard

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PAGES = {deep_training: "09", memory: "13", precision: "15", scoreboard: "18"}
NOISE = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-1, 1, shape),
    "heavy tails": lambda rng, shape: rng.standard_t(2, shape),
    "two values": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
    "three values": lambda rng, shape: rng.integers(-1, 2, shape).astype(float),
}


def decades(dh):
    return np.log10(dh[:, 0] / dh[:, -1])


def noisy(gain=1.0, seeds=5, seed=0):
    """Numbers in which ``gain`` changes nothing but the draw."""
    return np.random.default_rng((seed, round(10 * gain))).standard_normal(seeds)


def accuracy(numbers):
    return numbers


def lost(numbers):
    return np.where(np.arange(len(numbers)) % 2, np.nan, numbers)


SMALL = dict(blocks=1, width=16, steps=30)
ECHO = dict(lag=1, span=2, steps=300, width=8)
ECHOES = dict(experiment=memory.echo, changed="lag", net=ECHO, control=ECHO | dict(lag=2))
HALF = dict(precision="float16", factor=2.0**-24, depth=1, width=16, steps=40)
SIGMOID = dict(activation="sigmoid", depth=10, seeds=5)
RIGHT = {  # claim, experiment, quantity, direction, changed, settings of both, of the net, of the control
    "a learning rate": (
        deep_training, "With a learning rate of 0.01 the test accuracy is higher than with 0.",
        deep_training.train_blocks, "test", "higher", "rate", SMALL, dict(rate=0.01), dict(rate=0.0),
    ),
    "hidden layers that stay as they were": (
        deep_training, "Frozen layers learn the spirals less well.", deep_training.train_plain,
        "test", "lower", "frozen", dict(steps=300), dict(frozen=True), dict(),
    ),
    "a state that is carried": (
        memory, "A state that is carried over brings more right answers.", memory.echo,
        "accuracy", "higher", "carried", ECHO, dict(), dict(carried=False),
    ),
    "r near 1": (
        memory, "With r near 1 the score is higher.", memory.solve, "final", "higher", "ring",
        dict(task="first", cell="linear", T=40, steps=60), dict(ring=(0.99, 0.999)), dict(ring=(0.1, 0.5)),
    ),
    "a loss scale": (
        precision, "Loss scaling makes float16 classify more digits.", precision.train_in,
        "right", "higher", "scale", HALF, dict(scale=2.0**20), dict(scale=1.0),
    ),
    "a format of weights": (
        precision, "Weights in bfloat16 end at a higher loss than in float32.", precision.store_in,
        "loss", "higher", "storage", dict(depth=1, width=16, steps=150), dict(storage="bfloat16"), dict(),
    ),
    "a norm": (
        scoreboard, "Batch norm keeps the gradient of sigmoid layers.", scoreboard.at_start,
        decades, "higher", "norm", SIGMOID, dict(norm="batch"), dict(),
    ),
    "depth": (
        scoreboard, "Ten plain sigmoid layers have a lower test accuracy than no hidden layer.", scoreboard.learn,
        "test", "lower", "depth", dict(activation="sigmoid", steps=60, rates=(0.1,)), dict(depth=10), dict(depth=0),
    ),
}  # fmt: skip
FIRST = {room: next(name for name, right in RIGHT.items() if right[0] is room) for room in PAGES}


def design(name):
    """The room of a right design, and what ``investigate`` takes."""
    room, claim, experiment, quantity, direction, changed, both, net, control = RIGHT[name]
    return room, dict(
        claim=claim, experiment=experiment, quantity=quantity, direction=direction, changed=changed,
        net=both | net, control=both | control,
    )  # fmt: skip


def no_control(given):
    return given | dict(control=given["net"])


def without_network(given):
    return given | dict(control=given["net"] | dict(seed=3), net=given["net"] | dict(seed=3))


def confounded(given):
    return given | dict(net=given["net"] | dict(width=12))


def another_setting(given):
    return given | dict(changed="width")


def four_seeds(given):
    return given | {side: given[side] | dict(seeds=4) for side in ("net", "control")}


def one_seed(given):
    return given | {side: given[side] | dict(seeds=1) for side in ("net", "control")}


def other_seeds(given):
    return given | dict(net=given["net"] | dict(seed=5))


def more_seeds_in_one(given):
    return given | dict(control=given["control"] | dict(seeds=7))


def opposite(given):
    turned = given["claim"].replace("higher", "lower").replace("more", "fewer")
    return given | dict(claim=turned, direction="lower" if given["direction"] == "higher" else "higher")


def exchanged(given):
    return given | dict(net=given["control"], control=given["net"])


def no_sentence(given):
    return given | dict(claim="it helps")


def question(given):
    return given | dict(claim=given["claim"].rstrip(".") + "?")


def unnamed_setting(given):
    return given | dict(claim="My network is clearly better in test accuracy, gradient, loss, score and right answers.")


def unnamed_quantity(given):
    return given | dict(claim=f"Another value of {given['changed']} makes everything much better.")


def below_the_spread(given):
    return given | dict(
        claim="A gain of 2 gives a higher accuracy.", experiment=noisy, quantity=accuracy, direction="higher",
        changed="gain", net=dict(gain=2.0), control=dict(gain=1.0),
    )  # fmt: skip


def not_finite(given):
    return below_the_spread(given) | dict(quantity=lambda numbers: lost(numbers))


def a_table(given):
    return below_the_spread(given) | dict(quantity=lambda numbers: np.outer(numbers, numbers))


def four_of_its_own(given):
    return below_the_spread(given) | dict(experiment=lambda gain: noisy(gain, seeds=4))


def without_effect(given):
    return below_the_spread(given) | dict(quantity=lambda numbers: np.arange(5.0))


WRONG = {
    "the control is the net": (no_control, "no control"),
    "the control is the net with another seed": (without_network, "no control"),
    "two settings differ": (confounded, "width"),
    "another setting than the one that is named": (another_setting, "another setting"),
    "four seeds": (four_seeds, "at least 5"),
    "one seed": (one_seed, "1 seed,"),
    "other seeds": (other_seeds, "other seeds"),
    "more seeds in one": (more_seeds_in_one, "other seeds"),
    "the direction turned round": (opposite, "Turn the claim round"),
    "net and control exchanged": (exchanged, "Turn the claim round"),
    "no sentence": (no_sentence, "whole sentence"),
    "a question": (question, "question"),
    "the sentence does not name the setting": (unnamed_setting, "what is changed"),
    "the sentence does not name the quantity": (unnamed_quantity, "what is measured"),
    "an effect below the spread": (below_the_spread, "larger than the spread"),
    "NaN": (not_finite, "seeds 2 and 4"),
    "more than a number per seed": (a_table, "one number per seed"),
    "four numbers": (four_of_its_own, "at least 5"),
    "no effect at all": (without_effect, "changes nothing"),
}
OTHER_QUANTITIES = {  # what the claim of the first right design speaks of, and what is measured in its place
    deep_training: ("ratio", "A learning rate of 0.01 gives a higher test accuracy."),
    memory: ("by_position", "A carried state lets more of the gradient arrive."),
    precision: ("zeros", "A loss scale ends at a lower loss."),
    scoreboard: (decades, "Batch norm gives a higher test accuracy."),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_fair_investigation_with_a_clear_effect_is_accepted(name):
    room, given = design(name)
    record = room.investigate(**given)
    reply = room.check.answer("investigation", record)
    assert reply.text.startswith("correct: the claim is supported. The mean of "), reply
    assert "for these settings and this task" in reply.text
    assert reply.picture.caption == room.show(record).caption


@pytest.mark.parametrize("flaw", WRONG)
@pytest.mark.parametrize("room", PAGES, ids=lambda room: room.__name__.rpartition(".")[2])
def test_a_flaw_is_named(room, flaw):
    plant, word = WRONG[flaw]
    reply = room.check.answer("investigation", investigate(**plant(design(FIRST[room])[1])))
    assert not reply.correct
    assert reply.text.startswith("not yet: ")
    assert word in reply.text, reply.text
    assert repr(reply).startswith("Investigation, not yet supported: ")


@pytest.mark.parametrize("room", PAGES, ids=lambda room: room.__name__.rpartition(".")[2])
def test_a_claim_about_another_quantity_than_the_one_measured_is_told(room):
    quantity, claim = OTHER_QUANTITIES[room]
    reply = room.check.answer(
        "investigation", investigate(**design(FIRST[room])[1] | dict(quantity=quantity, claim=claim))
    )
    assert not reply.correct
    assert "you measured another quantity" in reply.text, reply.text


@pytest.mark.parametrize(
    ("room", "experiment", "quantity", "settings"),
    [
        (deep_training, deep_training.train_plain, "ratio", dict(hidden=0, steps=2)),
        (memory, memory.train_memory, "open", dict(cell="rnn", T=3, width=4, steps=2, seeds=5)),
    ],
    ids=["no hidden layer", "no gate"],
)
def test_a_quantity_that_the_experiment_does_not_have_is_told(room, experiment, quantity, settings):
    claim = "A learning rate of 0.1 changes gradient and gate."
    given = dict(claim=claim, experiment=experiment, quantity=quantity, direction="higher", changed="rate")
    record = investigate(**given, net=settings | dict(rate=0.1), control=settings | dict(rate=0.01))
    assert "not a finite number" in room.check.answer("investigation", record).text


# --- what is not an investigation yet ---------------------------------------------------------------------------------


@pytest.mark.parametrize("part", evidence.PARTS)
def test_what_is_still_open_is_asked_for_and_nothing_is_measured(part):
    _, given = design("a norm")
    record = investigate(**given | {part: ...})
    assert record.of_net is None
    reply = scoreboard.check.answer("investigation", record)
    assert repr(reply).startswith("Investigation, not yet begun: ")
    assert verdicts.BEGIN[part] in reply.text


def test_a_setting_that_is_still_open_is_asked_for():
    _, given = design("a norm")
    record = investigate(**given | dict(net=dict(activation="sigmoid", norm=...)))
    assert verdicts.BEGIN["net"] in scoreboard.check.answer("investigation", record).text


@pytest.mark.parametrize("given", [..., None, 3, "a claim", np.ones(3), [], object(), {}, print])
@pytest.mark.parametrize("room", PAGES, ids=lambda room: room.__name__.rpartition(".")[2])
def test_what_is_no_investigation_is_met_with_words(room, given):
    reply = room.check.answer("investigation", given)
    assert not reply.correct
    assert repr(reply).startswith("Investigation, not yet begun: ")


def test_a_room_without_the_name_says_which_names_there_are():
    with pytest.raises(ValueError, match=r"^name is 'x'; allowed is one of .*'investigation'"):
        memory.check.answer("x", 1)


def test_an_unfair_design_is_not_measured():
    ran = []

    def experiment(gain=1.0, bias=0.0, seeds=5):
        ran.append(gain)
        return np.arange(seeds) + gain

    given = dict(experiment=experiment, quantity=accuracy, direction="higher", changed="gain")
    record = investigate("A gain of 2 is better.", **given, net=dict(gain=2, bias=1), control=dict(gain=1))
    assert ran == []
    assert "bias and gain" in evidence.fault(record) or "gain and bias" in evidence.fault(record)
    investigate("A gain of 2 is better.", **given, net=dict(gain=2), control=dict(gain=1))
    assert ran == [2, 1]


def test_a_setting_that_is_left_out_is_the_default():
    _, given = design("a state that is carried")
    assert "no control" in evidence.design_fault(investigate(**given | dict(control=ECHO | dict(carried=True))))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(net=dict(activation="sigmoid", nrm="batch"), experiment=scoreboard.learn), "a setting of net is 'nrm'"),
        (dict(changed="nrm"), "changed is 'nrm'"),
        (dict(control=dict(depth=3)), "control is .* that also hold activation"),
        (ECHOES | dict(quantity="right"), "quantity is 'right'"),
    ],
    ids=["an unknown setting", "an unknown change", "a missing setting", "an unknown quantity"],
)  # fmt: skip
def test_a_slip_is_refused_by_its_name(changes, message):
    _, given = design("a norm")
    with pytest.raises(ValueError, match=f"^{message}"):
        investigate(**given | changes)


def test_train_blocks_shows_the_settings_that_it_hands_on():
    shown = inspect.signature(deep_training.train_blocks).parameters
    assert list(shown) == list(inspect.signature(deep_training.watch_blocks).parameters)
    assert deep_training.train_blocks(**dict(SMALL, steps=1)).warmup == shown["warmup"].default


# --- the rule on pure noise -------------------------------------------------------------------------------------------


def of(differences, direction="higher"):
    """An investigation whose networks differ from their controls by so much."""
    zeros = np.zeros(len(differences))
    return evidence.Investigation(
        "A gain of 2 is higher.", "noisy", "accuracy", direction, "gain", dict(gain=2), dict(gain=1),
        np.asarray(differences), zeros,
    )  # fmt: skip


def passes(differences):
    """The rule for many sets of five differences at once."""
    mean, spread = differences.mean(axis=1), differences.std(axis=1, ddof=1)
    return (mean > spread) & np.all(differences > 0, axis=1)


def test_the_rule_is_that_of_the_docstring():
    rng = np.random.default_rng(0)
    some = np.concatenate([rng.standard_normal((300, 5)), rng.standard_normal((300, 5)) + 1.5])
    accepted = [evidence.fault(of(each)) is None for each in some]
    assert accepted == list(passes(some))
    assert 50 < sum(accepted) < 400
    assert [evidence.fault(of(-each, "lower")) is None for each in some] == accepted


@pytest.mark.parametrize("kind", NOISE)
def test_noise_is_accepted_in_fewer_than_one_of_twenty_cases(kind):
    drawn = NOISE[kind](np.random.default_rng(1), (100_000, 5))
    share = passes(drawn).mean()
    assert share < 1 / 32 + 0.002  # which is the share of all five signs alike
    assert share < 1 / 20


def test_the_shares_that_the_docstring_names():
    drawn = np.random.default_rng(2).standard_normal((200_000, 5))
    said = " ".join(evidence.__doc__.split())
    assert "in 3 of 100 cases" in said
    assert round(100 * passes(drawn).mean()) == 3
    mean_alone = (drawn.mean(axis=1) > drawn.std(axis=1, ddof=1)).mean()
    assert "would accept 4.5 of 100" in said
    assert abs(mean_alone - 0.045) < 2e-3
    turned = (passes(drawn) | passes(-drawn)).mean()
    assert "to 5.6 of 100" in said
    assert abs(turned - 0.056) < 2e-3


@pytest.mark.parametrize(
    ("differences", "word"),
    [
        ([3.0, 3.1, 2.9, 3.2, 2.8], None),
        ([1.0, 1.0, 1.0, 1.0, 1.0], None),
        ([5.0, 5.0, 5.0, 5.0, -0.1], "at seed 5 of 5"),
        ([5.0, 5.0, 0.0, 5.0, 5.0], "at seed 3 of 5"),
        ([0.1, 0.1, 0.1, 0.1, 9.0], "larger than the spread"),
        ([-1.0, 2.0, -2.0, 1.0, -0.5], "larger than the spread"),
        ([-3.0, -3.1, -2.9, -3.2, -2.8], "it is lower by 3"),
        ([0.0, 0.0, 0.0, 0.0, 0.0], "changes nothing"),
    ],
)
def test_what_is_said_of_differences(differences, word):
    why = evidence.fault(of(differences))
    assert why is None if word is None else word in why, why


# --- words and pictures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "words", "found"),
    [
        ("A warm-up helps.", ["warmup"], True),
        ("A WARM UP helps.", ["warmup"], True),
        ("A longer T helps.", ["T"], True),
        ("This helps it.", ["T"], False),
        ("Xavier is better than He.", ["He"], True),
        ("The network is better.", ["He"], False),
        ("With a rate of 0.02 it learns.", [0.02], True),
        ("With a rate of 0.025 it learns.", [0.02], False),
        ("Batch norm helps.", ["batch"], True),
        ("It is the greatest of all.", ["test"], False),
        ("It classifies more digits.", ["classif"], True),
        ("It helps.", [True, None, 3.0], False),
    ],
)
def test_a_word_is_found_in_a_sentence(sentence, words, found):
    assert claims.names(sentence, words) == found


SPANS = dict(changed="span", net=dict(lag=4, span=3), control=dict(lag=4, span=8))
CELLS = dict(changed="cell", net=dict(cell="gru"), control=dict(cell="rnn"))
WIDTHS = dict(changed="width", net=dict(width=32), control=dict(width=4))
FIRST_TASK, ADDING = (CELLS | dict(net=dict(cell="gru", task=task)) for task in ("first", "adding"))
SENTENCES = {  # a claim, the quantity, the direction, the settings, and what the reply says, or None
    "fits": ("With windows of 3 steps, a GRU has a lower accuracy than with 8.", "accuracy", "lower", SPANS, None),
    "contradicts": (
        "With windows of 3 steps, a GRU has a higher accuracy than with 8.", "accuracy", "lower", SPANS,
        "your sentence says 'higher', and direction says 'lower'",
    ),
    "contradicts by fewer": (
        "Windows of 3 steps give fewer right answers than 8.", "accuracy", "higher", SPANS, "'fewer', and direction",
    ),
    "contradicts by a verb": ("A GRU raises the accuracy.", "accuracy", "lower", CELLS, "'raises', and direction"),
    "contradicts behind": ("With a GRU the accuracy drops.", "accuracy", "higher", CELLS, "'drops', and direction"),
    "begins with the control": (
        "Windows of 8 steps give a higher accuracy than those of 3.", "accuracy", "lower", SPANS, None,
    ),
    "calls the control": ("An RNN gives fewer right answers than a GRU.", "accuracy", "higher", CELLS, None),
    "calls the control by its size": ("A smaller width gives a lower accuracy.", "accuracy", "higher", WIDTHS, None),
    "calls the net by its size": (
        "A larger width gives a lower accuracy.", "accuracy", "higher", WIDTHS, "'lower', and direction",
    ),
    "more of the setting": ("More units of width lower the loss.", "loss", "lower", WIDTHS, None),
    "turned round": ("Without a GRU the accuracy is lower.", "accuracy", "higher", CELLS, None),
    "what is lost": ("An RNN cell loses more accuracy.", "accuracy", "lower", CELLS, None),
    "no way": ("A GRU changes the accuracy.", "accuracy", "lower", CELLS, None),
    "claims nothing": ("The span may or may not matter for the accuracy.", "accuracy", "lower", SPANS, "'may'"),
    "a hedge": ("Perhaps a GRU has a higher accuracy.", "accuracy", "higher", CELLS, "'Perhaps'"),
    "right answers of solve": (
        "A GRU gives more right answers than an RNN.", "final", "higher", FIRST_TASK, None,
    ),
    "right more often": ("A GRU is right more often than an RNN.", "accuracy", "higher", CELLS, None),
    "correctly in solve": (
        "With a GRU the first symbol is named correctly more often.", "final", "higher", FIRST_TASK, None,
    ),
    "a share of solve": (
        "A GRU has a larger share of right answers.", "final", "higher", FIRST_TASK, None,
    ),
    "right answers where final is a loss": (
        "A GRU gives more right answers.", "final", "higher", ADDING,
        "you measured another quantity, final",
    ),
    "each word is proposed once": (
        "A GRU is better at this.", "accuracy", "higher", CELLS,
        "such as 'accuracy', 'right answers', 'score' and 'share'",
    ),
    "whole words are proposed": (
        "A GRU of its own has a higher accuracy.", "accuracy", "higher", SPANS,
        "'span', 'window', 'truncate' and 'truncation'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_what_a_sentence_claims_fits_its_direction(name):
    claim, quantity, direction, settings, word = SENTENCES[name]
    record = of([1.0] * 5, direction)._replace(claim=claim, quantity=quantity, **settings)
    rooms = memory.check._exercises
    why = claims.words_fault(record, rooms.quantities, rooms.settings)
    assert why is None if word is None else word in why, why


def test_a_longer_name_of_another_quantity_is_not_taken_for_the_shorter_one():
    _, given = design("a learning rate")
    record = investigate(**given | dict(claim="A learning rate of 0.01 gives a higher training accuracy."))
    assert "another quantity" in deep_training.check.answer("investigation", record).text


@pytest.mark.parametrize("room", PAGES, ids=lambda room: room.__name__.rpartition(".")[2])
def test_the_picture_says_and_shows_what_was_measured(room):
    record = room.investigate(**design(FIRST[room])[1])
    picture = room.show(record)
    finding, protocol, settings = picture.caption.split("\n")
    assert finding.endswith("so the effect stands out.")
    assert all(len(sentence.split()) <= 20 for sentence in (*re.split(r"(?<=\.) ", finding), protocol))
    assert f"{len(record.of_net)} pairs of networks" in protocol
    assert record.changed in protocol
    assert f"{record.changed} " not in settings.replace("learning", "")
    assert len(re.findall(r"\d+(?:\.\d+)?", picture.alt)) >= 2 * len(record.of_net)
    axes = picture.figure.axes[0]
    assert axes.get_title(loc="left").replace("\n", " ") == record.claim
    dots = [line for line in axes.lines if line.get_marker() in ("s", "o")]
    np.testing.assert_allclose([line.get_ydata() for line in dots], [record.of_control, record.of_net])
    assert len({line.get_marker() for line in dots}) == 2
    joined = [
        line.get_ydata() for line in axes.lines if len(line.get_xdata()) == 2 and list(line.get_xdata()) == [0, 1]
    ]
    np.testing.assert_allclose(
        np.sort(joined, axis=0), np.sort(np.stack([record.of_control, record.of_net], 1), axis=0)
    )


def test_an_effect_that_does_not_stand_out_is_not_said_to():
    _, given = design("a norm")
    picture = scoreboard.show(investigate(**below_the_spread(given)))
    assert "so the effect does not stand out." in picture.caption
    assert "not finite" in scoreboard.show(investigate(**not_finite(given))).caption


@pytest.mark.parametrize("plant", [no_control, a_table])
def test_what_was_not_measured_has_no_picture(plant):
    record = investigate(**plant(design("a norm")[1]))
    with pytest.raises(ValueError, match=r"^record is .*; allowed is one that was measured"):
        scoreboard.show(record)
    assert "one number per seed" in evidence.fault(record) or "no control" in evidence.fault(record)
    assert not scoreboard.check.answer("investigation", record).correct


def test_a_reply_shows_its_picture_below_its_words(monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **options: shown.append(data))
    scoreboard.check.answer("investigation", investigate(**design("a norm")[1]))._ipython_display_()
    assert [sorted(data) for data in shown] == [["text/html", "text/plain"], ["image/png"], ["text/html", "text/plain"]]
    assert shown[0]["text/plain"].startswith("correct: ")


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", PAGES, ids=lambda room: room.__name__.rpartition(".")[2])
def test_the_hint_of_a_page_names_settings_that_there_are(room):
    path = next(NOTEBOOKS.glob(f"{PAGES[room]}_*.ipynb"))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = next("".join(cell["source"]) for cell in cells if "investigation" in cell["metadata"].get("tags", []))
    found = re.findall(r"he settings of `(\w+)` are ([^.]*)\.|Those(?:\s+of)\s+`(\w+)` are ([^.]*)\.", text)
    assert found
    for first, its, second, other in found:
        listed = set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", its or other)))
        assert listed == set(inspect.signature(getattr(room, first or second)).parameters)
