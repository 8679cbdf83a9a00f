"""The kata's program, against an independent port of its recipe: one number at a time, and no arrays."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vgrad.lessons.chain_rule import measure as chain_rule_measure
from vgrad.lessons.gradient_flow import measure as gradient_flow_measure

ACTIVATIONS = ("sigmoid", "tanh", "leaky_relu")
LESSON = Path(__file__).parents[2] / "notebooks/03_gradient_flow.ipynb"
CASES = [(42, 1.0), (0, 1.0), (1, 3**0.5), (7, 0.5), (12345, 4.0), (2**64 - 1, 1.0), (2**63, -1.0)]

# --- the recipe, in plain Python -------------------------------------------------------------------------------------

WIDTHS = [4] + [8] * 9 + [1]


def random_numbers(seed):
    s = seed
    while True:
        s = (s * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        yield ((s >> 33) / 2147483648.0) * 2.0 - 1.0


def value(activation, z):
    if activation == "sigmoid":
        return 1.0 / (1.0 + math.exp(-z))
    if activation == "tanh":
        return math.tanh(z)
    return z if z > 0.0 else 0.01 * z


def derivative(activation, z):
    if activation == "sigmoid":
        return value("sigmoid", z) * (1.0 - value("sigmoid", z))
    if activation == "tanh":
        return 1.0 - math.tanh(z) ** 2
    return 1.0 if z > 0.0 else 0.01


def program(activation, seed, scale):
    """Layer 1's magnitude first: mean |g φ'(z)| over its units."""
    numbers = random_numbers(seed)
    layers = []
    for fan_in, fan_out in pairwise(WIDTHS):
        size = math.sqrt(2.0 / (fan_in + fan_out)) * scale
        layers.append([[next(numbers) * size for _ in range(fan_in)] for _ in range(fan_out)])
    h, pre_activations = [0.5, -0.3, 0.8, -0.1], []
    for rows in layers:
        z = []
        for row in rows:
            total = 0.0
            for i in range(len(row)):
                total += row[i] * h[i]
            z.append(total)
        pre_activations.append(z)
        h = [value(activation, one) for one in z]
    g, magnitudes = [1.0], []
    for rows, z in zip(reversed(layers), reversed(pre_activations), strict=True):
        delta = [g[j] * derivative(activation, z[j]) for j in range(len(z))]
        magnitudes.insert(0, sum(abs(d) for d in delta) / len(delta))
        g = [0.0] * len(rows[0])
        for i in range(len(g)):
            for j in range(len(rows)):
                g[i] += rows[j][i] * delta[j]
    return magnitudes


# --- agreement -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "scale"), CASES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_magnitudes_are_those_of_the_program(activation, seed, scale):
    magnitudes = gradient_flow_measure.gradient_magnitudes(activation, seed=seed, scale=scale)
    assert magnitudes.shape == (10,)
    np.testing.assert_allclose(magnitudes, program(activation, seed, scale), rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_program_starts_from_seed_42_at_its_own_scale(activation):
    np.testing.assert_array_equal(
        gradient_flow_measure.gradient_magnitudes(activation),
        gradient_flow_measure.gradient_magnitudes(activation, 42, 1.0),
    )
    record = gradient_flow_measure.ten_layers(activation)
    assert (record.activation, record.seed, record.scale) == (activation, 42, 1.0)
    assert record.ratio == pytest.approx(program(activation, 42, 1.0)[0] / program(activation, 42, 1.0)[-1], rel=1e-12)


def test_the_first_random_number_is_drawn_after_one_step():
    numbers, expected = gradient_flow_measure.lcg(42), random_numbers(42)
    first_step = (42 * 6364136223846793005 + 1442695040888963407) % 2**64
    assert [next(numbers) for _ in range(100)] == [next(expected) for _ in range(100)]
    assert next(gradient_flow_measure.lcg(42)) == (first_step >> 33) / 2**31 * 2 - 1


def test_its_own_run_contradicts_its_text():
    """Its "relu" comes out worse than tanh, and sigmoid's last bar is not 1: the activation follows the output too."""
    sigmoid, tanh, relu = (gradient_flow_measure.ten_layers(activation) for activation in ACTIVATIONS)
    assert sigmoid.ratio < relu.ratio < tanh.ratio < 1
    assert sigmoid.magnitudes[-1] <= 0.25


def test_the_frobenius_norms_of_tanh_tell_another_story_than_its_bars():
    record = gradient_flow_measure.ten_layers("tanh")
    assert record.dW[0] / record.dW[-1] > 3 * record.ratio


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_weight_gradients_and_activations_agree_with_differences(activation):
    record, layers = gradient_flow_measure.ten_layers(activation, seed=3), gradient_flow_measure.ten_layer_weights(3)
    assert record.h.shape == record.dW.shape == record.variances.shape == (10,)
    assert abs(record.h[-1]) == pytest.approx(abs(forward(activation, layers)), rel=1e-12)
    for k, ((W, _), _) in enumerate(layers):
        explicit = np.empty(W.shape)
        for index in np.ndindex(W.shape):
            nudged = [W.copy(), W.copy()]
            for sign, copy in zip((1, -1), nudged, strict=True):
                copy[index] += sign * 1e-6
            up, down = (forward(activation, [*layers[:k], ((copy, 0), None), *layers[k + 1 :]], 0) for copy in nudged)
            explicit[index] = (up - down) / 2e-6
        assert record.dW[k] == pytest.approx(np.linalg.norm(explicit), rel=1e-4, abs=1e-10)


def forward(activation, layers, start=0):
    h = [0.5, -0.3, 0.8, -0.1]
    for (W, _), _ in layers[start:]:
        h = [value(activation, sum(a * w for a, w in zip(h, column, strict=True))) for column in W.T.tolist()]
    return h[0]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_listing_in_the_lesson_is_the_program(activation, capsys):
    text = "".join("".join(cell["source"]) for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"])
    (listing,) = re.findall(r"listing of the program.*?```python\n(.*?)```", text, re.DOTALL)
    names = {}
    exec(listing, names)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["sigmoid", "tanh", "relu"]
    found = names["magnitudes"](activation.removeprefix("leaky_"))
    np.testing.assert_allclose(found, gradient_flow_measure.gradient_magnitudes(activation), rtol=1e-12)
    told = f"first / last = {found[0] / found[-1]:.1e}, "
    told += f"the slopes alone = {gradient_flow_measure.TYPICAL_SLOPES[activation] ** 10:.1e}"
    assert lines[ACTIVATIONS.index(activation)].endswith(told)


# --- its weights and its tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scale", "of_xavier"), [(1.0, 1 / 3), (3**0.5, 1.0), (2.0, 4 / 3)])
def test_its_weights_have_a_third_of_xaviers_variance(scale, of_xavier):
    """(2 / 3) / 2 of U(-1, 1) over 200 seeds; five standard deviations, Var of r² being 4/45."""
    variances = np.array(
        [gradient_flow_measure.ten_layers("tanh", seed=seed, scale=scale).variances for seed in range(200)]
    )
    counts = np.array([fan_in * fan_out for fan_in, fan_out in pairwise(WIDTHS)])
    errors = abs(variances.mean(axis=0) - of_xavier) / scale**2
    assert (errors < 5 * (4 / 45 / (200 * counts)) ** 0.5).all()


def test_weights_are_drawn_output_row_by_output_row():
    numbers = random_numbers(9)
    for layer, (fan_in, fan_out) in zip(gradient_flow_measure.ten_layer_weights(9, 2.0), pairwise(WIDTHS), strict=True):
        rows = [[next(numbers) * (2 / (fan_in + fan_out)) ** 0.5 * 2.0 for _ in range(fan_in)] for _ in range(fan_out)]
        np.testing.assert_allclose(layer.affine.W.T, rows, rtol=1e-15)
        assert not layer.affine.b.any()


@pytest.mark.parametrize("slope", [0.25, 0.65, 1.0])
def test_its_table_of_powers(slope):
    expected = []
    for n in (1, 2, 3, 5, 10, 20, 50):
        product = 1.0
        for _ in range(n):
            product *= slope
        expected.append(product)
    np.testing.assert_allclose(chain_rule_measure.powers(slope), expected, rtol=1e-13)
    assert slope in gradient_flow_measure.TYPICAL_SLOPES.values()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(activation="relu"), ["activation is 'relu'", "'sigmoid', 'tanh', 'leaky_relu'"]),
        (dict(activation=None), ["activation is None", "'sigmoid'"]),
        (dict(seed=-1), ["seed is -1", "from 0 to"]),
        (dict(seed=2**64), ["seed is 1.8e19", "from 0 to"]),
        (dict(seed=1.5), ["seed is 1.5", "a whole number"]),
        (dict(seed=True), ["seed is True", "a whole number"]),
        (dict(scale=float("nan")), ["scale is nan", "a finite number"]),
        (dict(scale="big"), ["scale is 'big'", "a finite number"]),
    ],
)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(options, words):
    with pytest.raises(ValueError, match="allowed is") as caught:
        gradient_flow_measure.gradient_magnitudes(**{"activation": "tanh"} | options)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("scale", [0.0, 1e-200, 1e200])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_extreme_scales_raise_nothing(activation, scale):
    assert gradient_flow_measure.gradient_magnitudes(activation, scale=scale).shape == (10,)
