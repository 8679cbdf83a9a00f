"""What lesson 16 measures and draws: the diagnosis on trial, the usual check beside it, and the clinic."""

from __future__ import annotations

import math
import re
from collections import Counter

import course
import numpy as np
import pytest

from vgrad import data, gradcheck, models
from vgrad.lessons.diagnosis.draw.clinic import ClinicPlot
from vgrad.lessons.diagnosis.draw.columns import MARKS, UNITS
from vgrad.lessons.diagnosis.draw.follow import paths
from vgrad.lessons.diagnosis.draw.trial import diagnosed
from vgrad.lessons.diagnosis.explore import PRESETS, clinic
from vgrad.lessons.diagnosis.measure import cases, faults, follow, grades, kinds, strangers
from vgrad.lessons.diagnosis.measure import clinic as measure_clinic
from vgrad.lessons.diagnosis.measure import illness as measure_illness
from vgrad.lessons.diagnosis.measure import nets as measure_nets
from vgrad.lessons.diagnosis.measure import patients as measure_patients
from vgrad.lessons.diagnosis.measure import trial as measure
from vgrad.lessons.diagnosis.say import clinic as say
from vgrad.lessons.diagnosis.say.follow import in_numbers
from vgrad.lessons.diagnosis.say.trial import graded, listed
from vgrad.ops import Affine


def table(name):
    return measure.nets(course.load(name))


# --- the check as taught ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "says"), [(0.0, "vanishing"), (9e-8, "vanishing"), (2e-7, "OK"), (999.0, "OK"), (1001.0, "exploding")]
)
def test_the_check_says_what_its_limits_say(total, says):
    weights, biases = np.zeros((2, 2)), np.array([total, 0.0])
    assert measure.check_gradients([models.Layer(Affine(weights, biases), None)]) == (pytest.approx(total), says)


@pytest.mark.parametrize("total", [np.inf, np.nan])
def test_a_norm_that_is_not_finite_is_not_ok(total):
    assert measure.verdict(total) == "exploding"


def test_a_fresh_network_is_looked_at_in_both_ways():
    look = measure.fresh("sigmoid", depth=8, width=16, seed=3)
    squares = sum((d**2).sum() for layer in look.grads for d in layer.affine)
    assert look.total_norm == pytest.approx(squares**0.5, rel=1e-12)
    assert look.health.measures.decades == pytest.approx(np.log10(look.flow.dh[0] / look.flow.dh[-1]), abs=1e-12)


# --- the tables ------------------------------------------------------------------------------------------------------


def test_a_table_holds_every_cell_of_its_grid():
    assert [cell.settings for cell in course.load("diagnosis_held_out")] == measure.HELD_OUT
    assert [cell.settings for cell in course.load("diagnosis_followed")] == [dict(name=name) for name in follow.NETS]


def test_cells_that_are_run_again_come_out_as_stored():
    cheap = [cell for cell in course.load("diagnosis_held_out") if cell.settings["depth"] <= 6]
    for k in np.random.default_rng(11).choice(len(cheap), 2, replace=False):
        (again,) = course.compute("diagnosis_held_out", [cheap[k].settings])
        for key, value in cheap[k].result.items():
            if key == "band":
                assert again.result[key] == value
            elif key != "accuracy":
                assert again.result[key] == pytest.approx(value, rel=2e-3, abs=2e-3)
        assert max(again.result["accuracy"]) == pytest.approx(max(cheap[k].result["accuracy"]), abs=0.05)


def test_the_bands_hold_on_networks_they_were_not_set_on():
    bands = measure.rates_of_bands(table("diagnosis_held_out"))
    assert sum(of for _, of in bands.values()) == len(measure.HELD_OUT) >= 150
    assert bands["red"][0] / bands["red"][1] < 0.05
    assert bands["green"][0] / bands["green"][1] > 0.85
    assert min(of for _, of in bands.values()) >= 30


def test_an_area_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    scores, trains = rng.integers(0, 6, 60).astype(float), rng.random(60) < 0.5
    scores[:3] = np.inf
    bad, good = scores[~trains][:, None], scores[trains][None]
    pairs = (bad > good).mean() + (bad == good).mean() / 2
    assert measure.roc("x", scores, trains).area == pytest.approx(pairs)


def test_a_stored_number_that_was_not_finite_is_the_worst_there_is():
    (cell,) = course.load("diagnosis_held_out")[:1]
    (net,) = measure.nets([(cell.settings, cell.result | dict(range=None, signal=None, total_norm=None))])
    assert (net.band, net.warned, net.measures["range"]) == ("red", True, np.inf)


# --- networks that are followed while they train ----------------------------------------------------------------------

FOLLOWED = follow.followed(course.load("diagnosis_followed"))


def test_the_first_steps_come_out_as_stored():
    for stored in FOLLOWED:
        again = follow.follow(stored.name, steps=10)
        for name in ("left", "reaches", "first_layer"):
            assert np.allclose(again[name], getattr(stored, name)[:2], rtol=5e-3)
        assert again["states"] == stored.states[:2]


def test_two_numbers_tell_a_network_that_has_learned_from_one_that_cannot_move():
    tanh, sigmoid, deep = FOLLOWED
    for net in FOLLOWED:
        assert np.all(net.accuracy[net.left < 0.25] > 0.9)
        assert np.all(net.reaches[net.left < 0.25] > 1)
    assert np.all(deep.accuracy < 0.2)
    assert np.all(deep.reaches < 1e-5)
    assert {state for row in deep.states[1:] for state in row} == {"vanished"}
    assert set(tanh.states[-1] + sigmoid.states[-1]) == {"converged"}
    assert np.all(sigmoid.at(100).left > 0.9)  # it recovers only later


def test_no_threshold_of_the_norm_tells_them_apart():
    tanh, sigmoid, _ = FOLLOWED
    assert max(tanh.at(1000).dh_1) < min(sigmoid.at(100).dh_1)
    assert max(sigmoid.at(100).dh_1) < min(sigmoid.at(1000).dh_1)  # "Once B has learned, its norm is larger"
    assert min(tanh.at(1000).accuracy) > 0.9 > 0.2 > max(sigmoid.at(100).accuracy)


def test_a_step_at_which_nothing_was_examined_is_refused():
    with pytest.raises(ValueError, match=r"^step is "):
        FOLLOWED[0].at(5)


def test_the_table_in_words_has_a_row_for_each_network_and_step():
    rows = in_numbers(FOLLOWED, (0, 1000)).splitlines()
    assert len(rows) == 1 + 2 * len(FOLLOWED)
    assert rows[2].split()[-5:] == ["1000", "4.7e-04", "100%", "0.1%", "3.9"]


# --- strangers, and cases that people meet ----------------------------------------------------------------------------

STRANGERS = course.load("diagnosis_strangers")
CASES = course.load("diagnosis_cases")


def test_strangers_are_as_they_are_drawn_and_half_of_them_learn():
    assert [cell.settings for cell in STRANGERS] == strangers.STRANGERS
    assert len(STRANGERS) >= 150
    assert 0.3 < np.mean([grades.learns(cell) for cell in STRANGERS]) < 0.7
    assert sum(cell.settings["kind"] == "mlp" for cell in STRANGERS) <= len(STRANGERS) / 3


def test_the_report_tells_strangers_apart_better_than_the_usual_checks():
    areas = {one.name: one.area for one in grades.verdicts(STRANGERS)}
    assert areas["the report"] > 0.9
    assert areas["check_gradients"] < 0.7 < areas["first and last"] < 0.85
    low, high = grades.interval(STRANGERS, rng=np.random.default_rng(0))
    assert 0.85 < low < areas["the report"] < high < 0.97


def test_no_case_is_a_false_green_or_a_false_red():
    assert [cell.settings["name"] for cell in CASES] == [*cases.CASES]
    assert len(CASES) >= 30
    for name, result in CASES:
        accuracy = max(result["accuracy"])
        assert accuracy > 0.9 or accuracy < 0.7, name  # it is clear whether the network learns
        assert result["band"] != ("red" if accuracy > 0.9 else "green"), name


def test_misses_are_the_green_ones_that_fail_and_the_red_ones_that_learn():
    greens, reds = ([one for one in grades.misses(STRANGERS) if one.band == band] for band in ("green", "red"))
    (report, *_) = grades.verdicts(STRANGERS)
    assert max(one.accuracy for one in greens) <= 0.9 < min(one.accuracy for one in reds)
    assert (len(greens) + len(reds), len(reds)) == (len(grades.misses(STRANGERS)), report.blamed)
    assert len(listed(greens + reds).splitlines()) == 1 + len(greens + reds)
    assert sum(one.accuracy >= 0.75 for one in greens) == 8  # "eight of them reach 75 %"
    assert [one.optimizer for one in reds].count("adam") == 5


def test_the_bands_of_strangers_are_what_the_rule_and_the_misses_say():
    (report, *_) = grades.verdicts(STRANGERS)
    found = grades.bands(STRANGERS)
    fails = {band: networks - learn for band, (learn, networks) in found.items()}
    assert (fails["red"], found["red"][0], sum(fails.values())) == (report.caught, report.blamed, report.failing)
    assert (fails["green"], fails["amber"]) == (11, 17)  # "three of the 11 green ones that fail"
    *rows, last = graded(grades.verdicts(STRANGERS), found).splitlines()
    assert rows[0].startswith("the report      caught 50 of 78, false alarms 6 of 83, area 0.91")
    assert "71 of 82 green" in last


def test_the_worst_green_one_learns_without_its_fault():
    worst = grades.misses(STRANGERS)[0]
    (settings,) = [cell.settings for cell in STRANGERS if max(cell.result["accuracy"]) == worst.accuracy]
    healthy = {key: value for key, value in settings.items() if key not in ("fault", "amount")}
    assert settings["fault"] == worst.unusual == "one layer"
    assert max(strangers.meet(**healthy)["accuracy"]) > 0.9 > 0.2 > worst.accuracy


@pytest.mark.parametrize("name", ["all weights 0.1", "a readout that starts at 0", "tanh, converged, step 250"])
def test_a_case_that_is_run_again_is_told_the_same(name):
    (stored,) = [cell.result for cell in CASES if cell.settings["name"] == name]
    again = cases.case(name)
    assert again["band"] == stored["band"]
    assert max(again["accuracy"]) == pytest.approx(max(stored["accuracy"]), abs=0.15)


@pytest.mark.parametrize("number", [6007, 6081, 6122])
def test_a_stranger_that_is_met_again_is_as_stored(number):
    (stored,) = [cell for cell in STRANGERS if cell.settings["seed"] == number]
    again = strangers.meet(**stored.settings, steps=1)
    assert again["band"] == stored.result["band"]
    for name in ("range", "signal", "directions", "loss"):
        if stored.result[name] is not None:
            assert again[name] == pytest.approx(stored.result[name], rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_the_gradient_of_each_kind_of_network_is_right(kind):
    settings = dict(scheme="xavier_normal", gain=1.0, dtype="float64")
    own = dict(
        mlp=dict(depth=2, width=6, activation="tanh"),
        mixed=dict(widths=[7, 5], activations=["tanh", "gelu"]),
        convolutional=dict(depth=2, channels=2, activation="tanh"),
        transformer=dict(depth=1, width=8, activation="gelu", norm="layer"),
    )
    network = faults.draw(kind, 3, **settings, **own[kind])
    x = data.digits().x_train[:4]

    def f(params):
        logits, tape = network.forward(params, x)
        return logits, lambda dlogits: models.gradients(tape, dlogits)[0]

    assert gradcheck.directional(f, network.params, rng=np.random.default_rng(0)).verdict == "right"


# --- the clinic ------------------------------------------------------------------------------------------------------

NUMBERS = range(1, measure_patients.MOST + 1)
FIRST = {measure_patients.patient(number).illness: number for number in reversed(NUMBERS)}


def test_the_first_sixteen_patients_have_every_illness_and_none_comes_rarely():
    counted = Counter(measure_patients.patient(number).illness for number in NUMBERS)
    assert len(measure_patients.ILLNESSES) == 13
    assert {measure_patients.patient(number).illness for number in [*NUMBERS][:16]} == set(measure_patients.ILLNESSES)
    assert set(counted) == set(measure_patients.ILLNESSES)
    assert min(counted.values()) >= 5


def test_the_rule_names_every_patients_illness_from_the_findings_alone():
    for number in NUMBERS:
        found = measure_clinic.order_tests(number).findings
        assert measure_illness.diagnose(found)[0] == measure_patients.patient(number).illness, number


CURES = {
    "vanishing": ("batch norm", "a path, 1/depth"),
    "exploding": ("a path, 1/depth", "weights that fit"),
    "saturated": ("weights that fit",),
    "dead": ("weights that fit",),
    "collapsed": ("a path, 1/depth",),
    "shattered": ("a path, 1/depth",),
    "symmetry": ("weights that fit",),
    "unscaled input": ("scale the inputs",),
    "too low precision": ("float32",),
    "missing warm-up": ("a warm-up",),
    "rate too small": ("rate × 100",),
    "rate too large": ("rate ÷ 100",),
    "healthy": ("leave it alone",),
}


@pytest.mark.parametrize("illness", CURES)
def test_each_illness_has_a_treatment_that_works_and_the_right_words_pass(illness):
    visits = (measure_clinic.visit(FIRST[illness], diagnosis=illness, treatment=cure) for cure in CURES[illness])
    visit = next(visit for visit in visits if visit.passed)
    assert visit.course.accuracy > 0.9
    assert say.verdicts(visit)[0] == "PASSED"
    assert say.sentence(visit).startswith(f"Right: {illness}, because ")


@pytest.mark.parametrize("illness", sorted({*CURES} - {"healthy"}))
def test_clipping_cures_none_and_to_leave_an_illness_alone_is_no_cure(illness):
    clipped, left = (
        measure_clinic.visit(FIRST[illness], (), illness, cure) for cure in ("clip the gradient", "leave it alone")
    )
    assert not clipped.course.learns
    assert not left.passed
    assert "because what is wrong is wrong still." in say.sentence(left)
    assert say.verdicts(left)[0] == "NOT CURED"


def test_to_order_every_test_keeps_the_patient():
    explorer = clinic(patient=16)
    explorer.controls["patient"].value = 17
    explorer._preset(PRESETS["1 · Order every test"])
    assert (explorer.record.patient, len(explorer.record.ordered)) == (17, 6)


def test_a_random_guesser_does_not_pass():
    rng, passed = np.random.default_rng(0), []
    for number in [*NUMBERS][:15]:
        for _ in range(4):
            guess = dict(
                diagnosis=str(rng.choice(measure_patients.ILLNESSES)),
                treatment=str(rng.choice([*measure_patients.TREATMENTS])),
            )
            right = guess["diagnosis"] == measure_patients.patient(number).illness  # only then the training decides
            passed.append(right and measure_clinic.visit(number, **guess).passed)
    assert np.mean(passed) < 0.15


def test_a_healthy_network_needs_no_treatment_and_an_ill_one_does():
    treated = measure_clinic.visit(FIRST["healthy"], diagnosis="healthy", treatment="weights that fit")
    assert treated.course.learns
    assert not treated.passed
    assert "needs no treatment" in say.sentence(treated)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: measure_patients.patient(0), "patient"),
        (lambda: measure_patients.patient(measure_patients.MOST + 1), "patient"),
        (lambda: measure_clinic.treat(1, "tea"), "treatment"),
        (lambda: measure_clinic.visit(1, diagnosis="tired", treatment="batch norm"), "diagnosis"),
    ],
)
def test_the_clinic_refuses_what_it_does_not_know(call, named):
    with pytest.raises(ValueError, match=f"^{named} is "):
        call()


def test_a_chart_shows_only_what_was_ordered_and_nothing_of_the_illness():
    visit = measure_clinic.visit(16, ordered=("line",))
    words = say.sentence(visit)
    assert "gradient along a line" in words
    assert "gradient profile" not in words
    assert not any(f" {illness}" in words for illness in measure_patients.ILLNESSES)
    assert (visit.illness, visit.course, visit.passed) == (None, None, False)
    assert [*ClinicPlot(visit).panels] == ["line"]


def of(illness):
    """The numbers of the patients with an illness."""
    return [number for number in NUMBERS if measure_patients.patient(number).illness == illness]


@pytest.mark.parametrize("illness", ["symmetry", "unscaled input", "too low precision", "missing warm-up"])
def test_a_new_illness_is_cured_in_every_patient_who_has_it(illness):
    for number in of(illness):
        assert measure_clinic.treat(number, *CURES[illness]).learns, number


def test_units_that_are_copies_are_those_of_the_report_and_no_others_are():
    for number in [*NUMBERS][:16]:
        file = measure_clinic.order_tests(number)
        symmetric = measure_patients.patient(number).illness == "symmetry"
        assert (file.equal[:-1] == symmetric).all(), number
        assert file.findings.copies == (file.findings.dead == 1 or symmetric), number


def test_the_first_loss_of_a_patient_whose_inputs_are_scaled_again_is_that_of_a_guess():
    for number in of("unscaled input"):
        case = measure_patients.patient(number)
        losses = measure_nets.trained(case.net | dict(spread=1.0, centre=0.0), case.seed, 1).losses
        assert measure_clinic.order_tests(number).findings.first_loss > 4 * losses[0], number


def test_a_loss_scale_cures_too_low_a_precision_as_well():
    case = measure_patients.patient(FIRST["too low precision"])
    assert measure_clinic.order_tests(case.number).findings.lost > 0.9
    unscaled = measure_nets.trained(case.net | dict(weight=1.0), case.seed, measure_clinic.TREATED)
    assert unscaled.accuracy > 0.9
    treated = measure_clinic.visit(case.number, (), "too low precision", "float32")
    assert say.sentence(treated).split("\n")[0].endswith("so it works, as a loss scale would.")


def test_training_without_a_warm_up_breaks_within_ten_steps_what_was_well():
    for number in of("missing warm-up"):
        found = measure_clinic.order_tests(number).findings
        assert (found.range < 1) & (found.later < -1.5), number
        case = measure_patients.patient(number)
        warm = measure_nets.trained(case.net | dict(warmup=measure_patients.WARMUP), case.seed, 10)
        assert measure_nets.dh_of(case.net, warm.soon)[0] > 0.1, number


# --- hints before the answer ------------------------------------------------------------------------------------------

WRONG = {number: next(i for i in measure_patients.ILLNESSES if i != measure_patients.patient(number).illness)
         for number in NUMBERS}  # fmt: skip


@pytest.mark.parametrize("illness", CURES)
def test_a_first_wrong_diagnosis_has_a_hint_and_the_second_the_answer(illness):
    number = FIRST[illness]
    first, second = [name for name in measure_patients.ILLNESSES if name != illness][:2]
    wrong = measure_clinic.visit(number, ("profile",), first)
    assert (wrong.illness, wrong.why, wrong.disclosed) == (None, None, False)
    assert wrong.hint is not None
    assert say.verdicts(wrong)[0] == "LOOK AGAIN"
    assert f" {illness}" not in say.sentence(wrong).replace(first, "")
    again = measure_clinic.visit(number, ("profile",), second, earlier=(first,))
    assert (again.illness, again.disclosed, again.hint) == (illness, True, None)
    assert f"It is {illness}, because {again.why}." in say.sentence(again)
    assert say.verdicts(again)[0] == "THE ANSWER"


def test_the_first_choice_counts():
    late = measure_clinic.visit(16, (), "vanishing", "batch norm", earlier=("dead",))
    assert (late.right, late.cured, late.passed) == (True, True, False)
    assert say.verdicts(late)[0] == "RIGHT, LATE"
    told = measure_clinic.visit(16, (), "vanishing", "batch norm", told=True)
    assert (told.right, told.cured, told.passed) == (True, True, False)
    assert measure_clinic.visit(16, (), "vanishing", "batch norm", earlier=("vanishing", "dead")).passed


def test_the_answer_comes_where_it_is_asked_for():
    told = measure_clinic.visit(16, told=True)
    assert told.illness == "vanishing"
    assert say.sentence(told).startswith("You asked for the answer. It is vanishing, because ")


@pytest.mark.parametrize("ordered", [(), measure_clinic.TESTS])
def test_a_hint_never_says_the_illness_and_says_what_the_patients_own_numbers_do(ordered):
    for number in [*NUMBERS][:24]:
        truth, found = measure_patients.patient(number).illness, measure_clinic.order_tests(number).findings
        for guess in measure_patients.ILLNESSES:
            if guess == truth:
                continue
            visit = measure_clinic.visit(number, ordered, guess)
            finding = say.sentence(visit).split("\n")[0]
            assert truth not in finding.replace(guess, "").replace("decides", ""), finding
            assert visit.hint.ordered == bool(ordered)
            if not ordered:
                assert "order that test next" in finding
            elif visit.hint.shows:
                assert "You are right that" in finding
            else:
                assert finding.startswith(f"To judge {guess}, ")
            if guess == "vanishing":
                assert visit.hint.shows == (not found.range < 2 and found.decades < 0)
            if guess == "missing warm-up":
                assert visit.hint.shows == (not found.later > -1)
            if guess == "rate too large":
                assert visit.hint.shows == (not found.last_loss < found.first_loss)


@pytest.mark.parametrize(
    ("number", "guess", "ordered", "said"),
    [
        (12, "vanishing", ("profile",), "the first layer's dh is 1.2 of the last's, and a gradient that vanishes"),
        (12, "vanishing", (), "The gradient profile would tell, so order that test next."),
        (16, "rate too small", ("updates",), "But the gradient profile decides here, so order that test."),
        (
            1,
            "symmetry",
            ("updates",),
            "But in some layer 0% of the units are copies, and with symmetry it is over 50 %.",
        ),
        (1, "too low precision", ("profile",), "But float32 loses at most 0% of a layer's dh, and"),
        (4, "unscaled input", ("loss",), "But the loss starts at 2.3, and unscaled inputs start it over 10."),
        (1, "missing warm-up", (), "The profile in training would tell, so order that test next."),
        (16, "rate too small", ("updates", "profile"), "But the gradient profile decides here, and you have ordered"),
        (5, "saturated", ("activations",), "that test shows more, so read all of its numbers"),
    ],
)
def test_a_hint_says_what_speaks_against_it_or_which_test_would_tell(number, guess, ordered, said):
    assert said in say.sentence(measure_clinic.visit(number, ordered, guess))


def test_every_sentence_of_a_finding_is_short():
    for number in [*NUMBERS][:24]:
        for guess in measure_patients.ILLNESSES:
            for earlier in ((), (WRONG[number],)):
                visit = measure_clinic.visit(number, measure_clinic.TESTS, guess, earlier=earlier)
                finding, protocol, _ = say.sentence(visit).split("\n")
                for words in (*re.split(r"(?<=[a-z%]\.) ", finding), protocol):
                    said = words.replace(visit.why or "", "").split()  # why is the clinic's own rule
                    assert len(said) <= 20, words


def test_the_explorer_remembers_what_was_said_until_another_patient_comes_or_reset():
    explorer = clinic(patient=16)
    explorer.controls["diagnosis"].value = "dead"
    assert (explorer.record.tries, explorer.record.disclosed) == (("dead",), False)
    explorer.controls["profile"].value = True
    assert explorer.record.tries == ("dead",)
    explorer.controls["diagnosis"].value = "vanishing"
    assert explorer.record.tries == ("dead", "vanishing")
    explorer.controls["treatment"].value = "batch norm"
    assert (explorer.record.cured, explorer.record.passed) == (True, False)
    explorer.reset()
    assert explorer.record.tries == ()
    explorer.controls["diagnosis"].value = "dead"
    explorer.controls["patient"].value = 17
    explorer.controls["patient"].value = 16
    assert (explorer.record.tries, explorer.record.ordered) == ((), ())


# --- pictures --------------------------------------------------------------------------------------------------------


def test_every_picture_of_the_trial_draws_and_says_its_numbers():
    nets = table("diagnosis_held_out")
    rates = measure.rates_of_bands(nets)
    for picture, told in (
        (diagnosed(nets), [f"{good} of {of}" for good, of in rates.values()]),
        (paths(FOLLOWED), ["10 of 15 networks have converged", "in 5 the gradient has vanished"]),
    ):
        assert picture.png().startswith(b"\x89PNG")
        assert all(words in picture.caption for words in told)


def test_a_chart_moved_to_another_patient_and_back_is_the_same_picture():
    one, other = measure_clinic.visit(5), measure_clinic.visit(16, ordered=("profile",))
    plot = ClinicPlot(one)
    before = plot.png()
    plot.update(other)
    assert plot.png() != before
    plot.update(one)
    assert plot.png() == before


@pytest.mark.parametrize("number", [5, 14, 16, 1])
def test_the_columns_have_a_unit_color_each_by_the_profile_and_none_before(number):
    dh = measure_clinic.order_tests(number).dh
    blind = ClinicPlot(measure_clinic.visit(number, ("loss",))).columns.get_facecolors()
    assert len(blind) == 1  # all the same
    colors = ClinicPlot(measure_clinic.visit(number, ("profile",))).columns.get_facecolors()
    assert len(colors) == UNITS * len(dh)
    for size, color in zip(dh, colors[::UNITS], strict=True):
        decades = np.log10(size) if size > 0 else -np.inf
        if abs(decades) < 1:
            assert np.ptp(color[:3]) < 0.02
        else:
            assert (color[2] > color[0]) == (decades < 0)


@pytest.mark.parametrize(("number", "mark"), [(11, "equal"), (9, "lost"), (10, "flat")])
def test_a_mark_in_a_unit_says_what_its_test_has_found_and_nothing_before(number, mark):
    test, _, meaning = MARKS[mark]
    for ordered, seen in (((test,), True), ((), False)):
        texts = ClinicPlot(measure_clinic.visit(number, ordered)).page.texts
        assert any(meaning in text.get_text() for text in texts) == seen


def test_below_the_columns_stands_the_gradient_before_training_and_in_it():
    dh, later = (getattr(measure_clinic.order_tests(7), name) for name in ("dh", "later"))
    for ordered, rows in ((("profile",), [dh]), (("later",), [later]), (("profile", "later"), [dh, later])):
        texts = [text.get_text() for text in ClinicPlot(measure_clinic.visit(7, ordered)).page.texts]
        told = [text for text in texts if re.fullmatch(r"[+-]\d+\.\d", text)]
        assert told == [f"{np.log10(size):+.1f}" for row in rows for size in row[::2]]


def test_the_list_has_a_tick_at_each_test_that_is_ordered_and_at_no_other():
    plot = ClinicPlot(measure_clinic.visit(16, ("profile", "loss")))
    texts = [text.get_text() for text in plot.page.texts]
    ticks = [texts[texts.index(title) - 1] for title in say.TESTS.values()]
    assert ticks == ["☑", "☐", "☐", "☐", "☐", "☑"]


@pytest.mark.parametrize(
    "visit",
    [
        dict(diagnosis="vanishing", treatment="batch norm"),
        dict(diagnosis="rate too small", treatment="clip the gradient", earlier=("rate too large",)),
        dict(diagnosis="dead", told=True),
        {},
    ],
)
def test_the_stamp_says_the_verdict_and_lies_in_its_frame(visit):
    record = measure_clinic.visit(16, **visit)
    plot = ClinicPlot(record)
    title, lines, _ = say.verdicts(record)
    assert [" ".join(text.get_text().split()) for text in plot.stamp] == [title, *lines]
    (frame,) = plot.page.patches
    box = frame.get_window_extent()
    for text in plot.stamp:
        words = text.get_window_extent()
        assert box.x0 <= words.x0 < words.x1 <= box.x1
        assert box.y0 <= words.y0 < words.y1 <= box.y1


def test_a_check_that_cannot_take_a_0_is_told_so():
    said = course.answer("worst_ratio", lambda norms: math.log10(max(norms)) - math.log10(min(norms)))
    assert "may be exactly 0" in repr(said)


def test_a_healthy_patient_who_was_treated_is_told_to_need_nothing():
    others = (5, "dead", "weights that fit"), (16, "vanishing", "batch norm")
    visits = [measure_clinic.visit(k, diagnosis=illness, treatment=cure) for k, illness, cure in others]
    visits.append(measure_clinic.visit(FIRST["healthy"], diagnosis="healthy", treatment="batch norm"))
    assert "needs no treatment" in repr(course.answer("treat_three", visits))


def test_the_solution_in_the_lesson_passes():
    given = {5: ("dead", "weights that fit"), 12: ("rate too small", "rate × 100"), 16: ("vanishing", "batch norm")}
    visits = [
        measure_clinic.visit(k, diagnosis=illness, treatment=treatment) for k, (illness, treatment) in given.items()
    ]
    assert course.answer("treat_three", visits).correct
