"""Mean-field theory: its integrals against closed forms and another quadrature, its predictions against networks."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from vgrad import init, models, ops, probes, theory
from vgrad.kit.experiments import flow as flow_experiments
from vgrad.theory import layers

ACTIVATIONS = tuple(ops.ACTIVATIONS)
SIZES = [1e-6, 0.1, 1.0, 7.0, 1e4]  # of q

# Written anew, as functions of a complex number: φ'(z) is the imaginary part of φ(z + ih) / h
SMOOTH = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "gelu": lambda z: z * (1 + np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))) / 2,
    "silu": lambda z: z / (1 + np.exp(-z)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
}


def dense_moments(phi, q):
    """The trapezoid rule on 200001 points of [-13, 13]: it converges exponentially for analytic functions."""
    zeta = np.linspace(-13, 13, 200_001)
    density = np.exp(-(zeta**2) / 2) / (2 * np.pi) ** 0.5 * (zeta[1] - zeta[0])
    values = phi(q**0.5 * zeta + 1e-30j)
    return density @ values.real**2, density @ (values.imag / 1e-30) ** 2


def exponential_moments(q):
    """E[(e^z - 1)²; z < 0] and E[e^2z; z < 0] of z ~ N(0, q), by completing the square."""

    def below(n):
        return math.exp(n * n * q / 2) * math.erfc(n * (q / 2) ** 0.5) / 2

    return below(2) - 2 * below(1) + 0.5, below(2)


@pytest.mark.parametrize("q", SIZES)
@pytest.mark.parametrize(("name", "slope"), [("identity", 1.0), ("relu", 0.0), ("leaky_relu", 0.01)])
def test_moments_of_kinked_functions_are_those_of_the_closed_form(name, slope, q):
    both_sides = (1 + slope**2) / 2
    assert theory.moments(name, q) == pytest.approx((both_sides * q, both_sides), rel=1e-10)


@pytest.mark.parametrize("q", SIZES[1:4])
@pytest.mark.parametrize(("name", "scale", "alpha"), [("elu", 1.0, 1.0), ("selu", ops.SELU_SCALE, ops.SELU_ALPHA)])
def test_moments_of_exponential_units_are_those_of_the_closed_form(name, scale, alpha, q):
    square, slope = exponential_moments(q)
    expected = (scale**2 * (q / 2 + alpha**2 * square), scale**2 * (0.5 + alpha**2 * slope))
    assert theory.moments(name, q) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("q", [1e-6, 0.1, 1.0, 7.0, 50.0])
@pytest.mark.parametrize("name", SMOOTH)
def test_moments_of_smooth_functions_agree_with_a_dense_quadrature(name, q):
    assert theory.moments(name, q) == pytest.approx(dense_moments(SMOOTH[name], q), rel=1e-10)


@pytest.mark.parametrize("q", [1e4, 1e6, 1e8])
@pytest.mark.parametrize(("name", "area"), [("sigmoid", 1 / 6), ("tanh", 4 / 3)])
def test_the_quadrature_sees_a_slope_much_steeper_than_the_gaussian(name, area, q):
    """E[φ'²] -> ∫φ'² / √(2πq), as the density is flat where the slope is."""
    assert theory.moments(name, q)[1] == pytest.approx(area / (2 * np.pi * q) ** 0.5, rel=2 / q)


def test_the_nodes_integrate_the_moments_of_a_gaussian():
    nodes, weights = theory.gaussian_nodes()
    for power, expected in ((0, 1), (2, 1), (4, 3), (6, 15), (8, 105)):
        assert weights @ nodes**power == pytest.approx(expected, rel=1e-12)
        assert abs(weights @ nodes ** (power + 1)) < 1e-10
    assert weights @ abs(nodes) == pytest.approx((2 / np.pi) ** 0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "sigma_w", "sigma_b", "chi", "tolerance"),
    [
        ("sigmoid", 1.0, 0.0, 0.0557, 5e-5),
        ("sigmoid", 2.0, 0.0, 0.1716, 5e-5),
        ("sigmoid", 4.0, 0.0, 0.3989, 5e-5),
        ("sigmoid", 6.0, 0.0, 0.6010, 5e-5),
        ("sigmoid", 10.149, 0.0, 1.0, 1e-4),
        ("tanh", 0.8**0.5, 0.05**0.5, 0.647, 5e-4),
        ("tanh", 1.2**0.5, 0.05**0.5, 0.845, 5e-4),
        ("tanh", 1.7610**0.5, 0.05**0.5, 1.0, 5e-5),
        ("tanh", 2.4**0.5, 0.05**0.5, 1.117, 5e-4),
        ("tanh", 3.6**0.5, 0.05**0.5, 1.291, 5e-4),
        ("selu", 1.0, 0.0, 1.072, 5e-4),
        ("relu", 2.0**0.5, 0.0, 1.0, 1e-12),
        ("leaky_relu", 1.3, 0.5, 1.69 * 1.0001 / 2, 1e-12),
        ("identity", 0.9, 0.3, 0.81, 1e-12),
    ],
)
def test_chi_at_the_fixed_point_is_that_of_the_literature(name, sigma_w, sigma_b, chi, tolerance):
    q = theory.q_fixed_point(name, sigma_w, sigma_b)
    assert abs(theory.chi(name, q, sigma_w) - chi) <= tolerance


def test_the_root_mean_square_slope_of_tanh_at_unit_variance():
    assert theory.moments("tanh", 1.0)[1] ** 0.5 == pytest.approx(0.6815, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "mean_square_slope"), [("relu", 0.5), ("leaky_relu", 1.0001 / 2), ("identity", 1.0), ("tanh", 1.0)]
)
def test_chi_at_a_fixed_point_of_0_is_its_limit(name, mean_square_slope):
    """A kink has two slopes there, and half of all units see each, however small q is."""
    q = theory.q_fixed_point(name, 0.9)
    assert q < 1e-300
    assert theory.chi(name, q, 0.9) == pytest.approx(0.81 * mean_square_slope, rel=1e-10)


@pytest.mark.parametrize("sigma_b", [0.0, 0.4])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_q_map_is_one_layer_of_the_moments(name, sigma_b):
    expected = 1.3**2 * theory.moments(name, 0.7)[0] + sigma_b**2
    assert theory.q_map(name, 0.7, 1.3, sigma_b) == pytest.approx(expected, rel=1e-14)
    assert theory.chi(name, 0.7, 1.3) == pytest.approx(1.69 * theory.moments(name, 0.7)[1], rel=1e-14)


@pytest.mark.parametrize(
    ("name", "sigma_w", "sigma_b"), [("tanh", 2.0, 0.3), ("sigmoid", 10.149, 0.0), ("relu", 1.0, 1.0), ("selu", 1, 0)]
)
def test_a_fixed_point_maps_to_itself_from_wherever_one_starts(name, sigma_w, sigma_b):
    q = theory.q_fixed_point(name, sigma_w, sigma_b)
    assert theory.q_map(name, q, sigma_w, sigma_b) == pytest.approx(q, rel=1e-11)
    assert theory.q_fixed_point(name, sigma_w, sigma_b, q=3 * q) == pytest.approx(q, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "sigma_w", "sigma_b", "q"),
    [
        ("relu", 1.0, 1.0, 2.0),  # q / 2 + 1
        ("identity", 0.5, 0.3, 0.09 / 0.75),
        ("relu", 2.0**0.5, 0.0, 1.0),  # every q is a fixed point
        ("relu", 1.0, 0.0, 0.0),
        ("identity", 1.1, 0.0, math.inf),
        ("relu", 1e30, 0.0, math.inf),
        ("tanh", 0.0, 0.5, 0.25),
        ("tanh", 0.0, 0.0, 0.0),
    ],
)
def test_fixed_points_known_by_hand(name, sigma_w, sigma_b, q):
    assert theory.q_fixed_point(name, sigma_w, sigma_b) == pytest.approx(q, rel=1e-9, abs=1e-300)


def test_tanh_at_criticality_falls_as_a_power_of_the_depth():
    """q ~ 1 / (2 k): it never settles, and the iteration ends at the number of layers asked for."""
    assert theory.q_fixed_point("tanh", 1.0, layers=4000) == pytest.approx(1 / 8000, rel=1e-2)


@pytest.mark.parametrize(
    ("chi", "xi"),
    [(1.0, math.inf), (math.e, 1.0), (1 / math.e, 1.0), (0.0, 0.0), (0.25, 1 / math.log(4)), (1, math.inf)],
)
def test_the_depth_scale_is_one_over_the_logarithm_of_chi(chi, xi):
    assert theory.depth_scale(chi) == pytest.approx(xi, rel=1e-14)


@pytest.mark.parametrize("chi", [-0.5, math.nan, "1"])
def test_the_depth_scale_of_no_factor_is_refused(chi):
    with pytest.raises(ValueError, match=f"chi is {chi!r}; allowed is a finite number of at least 0"):
        theory.depth_scale(chi)


@pytest.mark.parametrize("sigma_w", [0.5, 2.0**0.5, 3.0])
def test_the_flow_of_relu_is_a_power_of_sigma_w_squared_over_two(sigma_w):
    factor, k = sigma_w / 2**0.5, np.arange(1, 13)
    flow = theory.flow(12, "relu", sigma_w)
    np.testing.assert_allclose(flow.h, factor**k, rtol=1e-10)
    np.testing.assert_allclose(flow.dh, factor ** (12 - k), rtol=1e-10)
    np.testing.assert_allclose(flow.dz, factor ** (12 - k) * 0.5**0.5, rtol=1e-10)
    np.testing.assert_allclose(flow.dW, flow.dz * factor ** (k - 1), rtol=1e-10)


def test_the_flow_of_relu_does_not_end_where_q_underflows():
    """After 500 layers q is below the smallest float64, which is not 0 yet for h, and not for the last layers' dh."""
    factor = 0.7 / 2**0.5
    np.testing.assert_allclose(theory.flow(700, "relu", 0.7).dh[-20:], factor ** np.arange(19, -1, -1), rtol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_flow_is_the_recursion_written_out(name):
    """Every layer at its own q, from the mean square 1 of the input."""
    depth, sigma_w, sigma_b = 6, 1.2, 0.3
    q, square, dh = [], [1.0], [1.0]
    for _ in range(depth):
        q.append(sigma_w**2 * square[-1] + sigma_b**2)
        square.append(theory.moments(name, q[-1])[0])
    dz = []
    for k in reversed(range(depth)):
        dz.insert(0, dh[0] * theory.moments(name, q[k])[1] ** 0.5)
        dh.insert(0, sigma_w * dz[0])
    flow = theory.flow(depth, name, sigma_w, sigma_b)
    np.testing.assert_allclose(flow.h, np.sqrt(square[1:]), rtol=1e-12)
    np.testing.assert_allclose(flow.dh, dh[1:], rtol=1e-12)
    np.testing.assert_allclose(flow.dz, dz, rtol=1e-12)
    np.testing.assert_allclose(flow.dW, np.array(dz) * np.sqrt(square[:-1]), rtol=1e-12)


@pytest.mark.parametrize("sigma_w", [0.0, 1e-200, 1e6, 1e30])
@pytest.mark.parametrize("depth", [1, 100])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_flow_is_a_number_or_inf_at_the_extremes(name, depth, sigma_w):
    flow = theory.flow(depth, name, sigma_w)
    assert all(array.shape == (depth,) for array in flow)
    assert not any(np.isnan(array).any() for array in flow)
    assert flow.dh[-1] == 1


@pytest.mark.parametrize("depth", [0, -1, 2.5, "ten"])
def test_a_flow_of_no_depth_is_refused(depth):
    with pytest.raises(ValueError, match=f"depth is {depth!r}; allowed is a whole number from 1 to"):
        theory.flow(depth, "tanh", 1.0)


@pytest.mark.parametrize("call", [lambda name: theory.moments(name, 1.0), lambda name: theory.flow(3, name, 1.0)])
def test_an_unknown_activation_is_named(call):
    with pytest.raises(ValueError, match="activation is 'swish'; allowed is one of 'identity'"):
        call("swish")


SETTINGS = [
    *[("tanh", gain) for gain in (0.8, 1.5, 2.0, 2.5)],
    *[("sigmoid", gain) for gain in (1.0, 2.0, 4.0)],
    *[("relu", gain) for gain in (1.0, 2.0)],
    *[("identity", gain) for gain in (0.8, 1.2)],
    *[("elu", gain) for gain in (0.8, 1.5)],
    *[("selu", gain) for gain in (0.7, 1.3)],
    *[("gelu", gain) for gain in (1.0, 2.0)],
    *[("silu", gain) for gain in (1.0, 2.5)],
    *[("softplus", gain) for gain in (0.7, 2.0)],
    ("leaky_relu", 1.0),
]


def slope(square):
    """Per layer, of ln ‖dz‖²."""
    return np.polyfit(np.arange(len(square)), np.log(square), 1)[0]


def test_networks_of_width_256_do_what_theory_says_away_from_criticality():
    """The slope of ln E‖dz‖² over 30 layers: within 1 % in the median over the settings, within 10 % in each."""
    budget = dict(weights=10**9, multiply_adds=10**12)
    errors = {}
    for name, gain in SETTINGS:
        record = flow_experiments.flow(
            depth=30, width=256, activation=name, scheme="scaled_normal", gain=gain, batch=8, seeds=8, **budget
        )
        predicted = slope(theory.flow(30, name, gain).dz ** 2)
        assert record.net.seeds == 8
        assert abs(predicted) > 0.05
        errors[name, gain] = abs(slope(np.mean(record.dz**2, axis=0)) / predicted - 1)
    assert len(errors) >= 10
    assert np.median(list(errors.values())) < 0.01
    assert max(errors.values()) < 0.1, max(errors, key=errors.get)


@pytest.mark.parametrize("gain", [0.1, 1.0, 5.0, 6.0, 8.0, 20.0])
@pytest.mark.parametrize("depth", [20, 60, 100])
def test_the_weights_gradient_of_relu_is_the_same_in_all_layers(depth, gain):
    """What h gains going up, dz gains going down, at any gain."""
    predicted = theory.flow(depth, "relu", gain)
    np.testing.assert_allclose(predicted.dW / predicted.dW[-1], 1.0, rtol=1e-9)


# --- the correlation of two samples -----------------------------------------------------------------------------------

CORRELATIONS = [-1.0, -0.6, -0.1, 0.0, 0.3, 0.9, 1.0]


def arc_cosine(c):
    """E[relu(u) relu(v)] / q, Cho & Saul 2009, eq. 6."""
    return (math.sqrt(1 - c * c) + c * (math.pi - math.acos(c))) / (2 * math.pi)


@pytest.mark.parametrize("q", SIZES)
@pytest.mark.parametrize("c", CORRELATIONS)
def test_pairs_of_kinked_functions_are_those_of_the_arc_cosine_kernel(c, q):
    """Leaky ReLU is the difference of two ReLUs, relu(u) - a relu(-u)."""
    leak = ops.LEAK
    leaky = (1 + leak**2) * arc_cosine(c) - 2 * leak * arc_cosine(-c)
    for name, expected in (("identity", c), ("relu", arc_cosine(c)), ("leaky_relu", leaky)):
        assert theory.pair_moment(name, c, q) == pytest.approx(expected * q, rel=1e-12, abs=1e-14 * q)


def hermite_coefficients(name, q, n):
    """E[φ(√q ζ) He_k(ζ)] / √k! for k < n, with which E[φ(u) φ(v)] = Σ a_k² c^k (Mehler)."""
    nodes, weights = theory.gaussian_nodes()
    polynomials = [np.ones_like(nodes), nodes]
    for k in range(2, n):
        polynomials.append((nodes * polynomials[-1] - (k - 1) ** 0.5 * polynomials[-2]) / k**0.5)
    return np.array(polynomials) @ (weights * ops.ACTIVATIONS[name](q**0.5 * nodes)[0])


@pytest.mark.parametrize("q", [0.1, 1.0, 7.0, 100.0])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_pairs_agree_with_the_hermite_series(name, q):
    """At |c| = 0.6 its forty terms leave less than 1e-9."""
    squares = hermite_coefficients(name, q, 40) ** 2
    for c in (-0.6, -0.1, 0.0, 0.4, 0.6):
        expected = squares @ c ** np.arange(40.0)
        assert theory.pair_moment(name, c, q) == pytest.approx(expected, abs=1e-9 * squares.sum())


@pytest.mark.parametrize("q", [1e-6, 0.1, 1.0, 7.0, 300.0])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_pairs_at_the_ends_are_integrals_over_one_gaussian(name, q):
    nodes, weights = theory.gaussian_nodes()
    here, there = (ops.ACTIVATIONS[name](sign * q**0.5 * nodes)[0] for sign in (1, -1))
    square = weights @ here**2
    assert theory.pair_moment(name, 1.0, q) == pytest.approx(square, rel=1e-10)
    assert theory.pair_moment(name, -1.0, q) == pytest.approx(weights @ (here * there), abs=1e-10 * square)


@pytest.mark.parametrize("depth", [1, 5, 10, 20, 50])
def test_he_makes_samples_of_relu_alike(depth):
    expected = {1: 1 / math.pi, 5: 0.736, 10: 0.872, 20: 0.948, 50: 0.988}[depth]
    assert theory.correlations(50, "relu", 2**0.5)[depth - 1] == pytest.approx(expected, abs=5e-4)


CRITICAL = [("tanh", 2.0, 0.3), ("tanh", 0.8, 0.3), ("sigmoid", 4.0, 0.5), ("relu", 1.0, 1.0), ("selu", 0.9, 0.2)]


@pytest.mark.parametrize(("name", "sigma_w", "sigma_b"), [*CRITICAL, ("gelu", 1.2, 0.3), ("identity", 0.5, 1.0)])
def test_equal_samples_stay_equal_and_the_slope_there_is_chi(name, sigma_w, sigma_b):
    q = theory.q_fixed_point(name, sigma_w, sigma_b)
    near, at = (theory.correlation_map(name, c, q, sigma_w, sigma_b) for c in (1 - 1e-6, 1.0))
    assert at == pytest.approx(1.0, abs=1e-10)
    assert (at - near) / 1e-6 == pytest.approx(theory.chi(name, q, sigma_w), rel=2e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_correlation_map_rises_within_its_bounds(name):
    images = [theory.correlation_map(name, c, 1.3, 1.2, 0.2) for c in np.linspace(-1, 1, 21)]
    assert all(-1 <= image <= 1 for image in images)
    assert (np.diff(images) > 0)[10:].all()  # all its Taylor coefficients are positive


def test_in_chaos_samples_come_apart_to_where_order_keeps_them_together():
    """Tanh with biases: χ > 1 at c = 1 repels to a fixed point below, χ < 1 draws all pairs to 1."""
    apart, together = (theory.correlations(60, "tanh", sigma_w, 0.3, c=0.999)[-1] for sigma_w in (2.5, 0.9))
    assert apart < 0.3
    assert together == pytest.approx(1.0, abs=1e-6)


def test_without_biases_the_correlations_are_the_orbit_of_the_map():
    q, c, orbit = 1.5**2, 0.2, []
    for _ in range(8):
        c, q = theory.correlation_map("tanh", c, q, 1.5), theory.q_map("tanh", q, 1.5)
        orbit.append(c)
    np.testing.assert_allclose(theory.correlations(8, "tanh", 1.5, c=0.2), orbit, rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "sigma_w", "sigma_b"), [("relu", 2**0.5, 0.0), ("tanh", 1.5, 0.3), ("gelu", 1.3, 0.5)]
)
def test_networks_have_the_correlations_of_theory(name, sigma_w, sigma_b):
    params, x, _ = drawn(width=512, batch=8, depth=8, sigma_w=sigma_w, sigma_b=sigma_b)
    tape = models.hidden(params, x, name)[1]
    measured = []
    for step in tape[1::2]:
        gram = step.output @ step.output.swapaxes(-1, -2)
        square = np.trace(gram, axis1=-2, axis2=-1)
        measured.append(np.mean((gram.sum(axis=(-2, -1)) - square) / square) / 7)
    np.testing.assert_allclose(measured, theory.correlations(8, name, sigma_w, sigma_b), atol=0.02)


def test_no_correlation_is_left_where_nothing_is():
    assert np.isnan(theory.correlations(3, "relu", 0.0)).all()
    np.testing.assert_allclose(theory.correlations(3, "tanh", 0.0, 0.5), 1.0)  # the bias alone, the same for all


@pytest.mark.parametrize("c", [1.001, -2, math.nan])
def test_no_correlation_is_beyond_one(c):
    with pytest.raises(ValueError, match=r"c is .*; allowed is a finite number from -1.0 to 1.0"):
        theory.correlation_map("tanh", c, 1.0, 1.0)


# --- norms and skips --------------------------------------------------------------------------------------------------


def drawn(width, batch, depth, sigma_w, sigma_b=0.0, norm=None, skip=None, seeds=4):
    """``seeds`` networks with normal weights and biases, their inputs and cotangents."""
    rng = np.random.default_rng(5)
    options = dict(scheme=init.scaled_normal(sigma_w), rng=rng, norm=norm, skip=skip, ensemble=(seeds,))
    params = models.init_mlp([width] * (depth + 1) + [1], **options)[:-1]
    for block in params:
        for layer in [block] if isinstance(block, models.Layer) else block:
            layer.affine.b[...] = sigma_b * rng.standard_normal(layer.affine.b.shape)
    return params, *rng.standard_normal((2, seeds, batch, width))


def gap(name, sigma_w=1.0, sigma_b=0.0, *, norm=None, skip=None, alpha=1.0, width=128, batch=32, depth=8, seeds=4):
    """Measured over predicted, first layer against last, as a factor per layer: of dh, dz and dW."""
    params, x, cotangent = drawn(width, batch, depth, sigma_w, sigma_b, norm, skip, seeds)
    tape = models.hidden(params, x, name, norm=norm, skip=skip and models.Skip(skip, alpha))[1]
    measures, options = probes.norms(tape, cotangent), dict(norm=norm, skip=skip, alpha=alpha, batch=batch, width=width)
    predicted = theory.flow(depth, name, sigma_w, sigma_b, **options)
    ratios = []
    for quantity in ("dh", "dz", "dW"):
        measured, expected = getattr(measures, quantity), getattr(predicted, quantity)
        ratio = np.exp(np.log(measured[:, 0] / measured[:, -1]).mean()) / (expected[0] / expected[-1])
        ratios.append(ratio ** (1 / (depth - 1)))
    return np.array(ratios)


NETS = list(product(models.FORMS | {None: ()}, (None, *models.NORMS)))


@pytest.mark.parametrize(("name", "sigma_w"), [("relu", 2**0.5), ("tanh", 1.2), ("sigmoid", 1.5)])
@pytest.mark.parametrize(("skip", "norm"), NETS)
def test_networks_of_every_norm_and_skip_do_what_theory_says(skip, norm, name, sigma_w):
    """dh, dz and dW within 2 % a layer, at a width of 128 and a batch of 32."""
    np.testing.assert_allclose(gap(name, sigma_w, norm=norm, skip=skip), 1.0, atol=0.02)


@pytest.mark.parametrize(("skip", "norm"), NETS)
def test_biases_are_in_the_prediction_or_there_is_none(skip, norm):
    # places where variances are a unit's own
    of_units = ("after",) if skip == "activation_first" else ("after", "input", "output")
    ratios = gap("tanh", 1.2, 0.6, norm=norm, skip=skip)
    if norm in [f"batch_{place}" for place in of_units]:
        assert np.isnan(ratios).all()
    else:
        np.testing.assert_allclose(ratios, 1.0, atol=0.025)


@pytest.mark.parametrize("norm", [None, "batch", "layer_after"])
@pytest.mark.parametrize("skip", models.FORMS)
def test_a_skips_alpha_is_in_the_prediction(skip, norm):
    for alpha in (0.3, -1.5):
        np.testing.assert_allclose(gap("relu", 1.2, norm=norm, skip=skip, alpha=alpha), 1.0, atol=0.025)


def test_the_names_are_those_of_the_models():
    assert layers.NORMS == models.NORMS
    assert set(layers.FORMS) == {None, *models.FORMS}


@pytest.mark.parametrize(
    ("name", "batch", "layer"),
    [
        ("relu", (math.pi / (math.pi - 1)) ** 0.5, 1.0),
        ("identity", 1.0, 1.0),
        ("tanh", 1.0853, 1.0853),
        ("sigmoid", 1.0167, 0.3909),
        ("selu", 1.0352, 1.0352),
        ("gelu", 1.1484, 1.0354),
    ],
)
def test_the_factors_of_norms_are_those_of_the_literature(name, batch, layer):
    assert theory.norm_chi("batch", name) ** 0.5 == pytest.approx(batch, abs=5e-5)
    assert theory.norm_chi("layer", name) ** 0.5 == pytest.approx(layer, abs=5e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_batch_norm_explodes_unless_the_net_is_linear(name):
    """χ_BN = Σ n a_n² / Σ a_n² over n ≥ 1, with Hermite coefficients a_n; χ_LN also divides by a_0²."""
    a = hermite_coefficients(name, 1.0, 3)
    batch, layer = (theory.norm_chi(norm, name) for norm in ("batch", "layer"))
    assert batch == pytest.approx(1.0, abs=1e-9) if name == "identity" else batch > 1.03
    variance = theory.moments(name, 1.0)[0] - a[0] ** 2
    assert batch / layer == pytest.approx(1 + a[0] ** 2 / variance, rel=1e-9)


@pytest.mark.parametrize("sigma_w", [0.5, 2.0])
@pytest.mark.parametrize("norm", ["batch", "layer", "rms"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_flow_of_a_normed_net_is_a_power_of_its_chi_at_any_gain(name, norm, sigma_w):
    """But for ε = 1e-5 beside the variance."""
    flow = theory.flow(12, name, sigma_w, norm=norm)
    np.testing.assert_allclose((flow.dh[1:-1] / flow.dh[2:]) ** 2, theory.norm_chi(norm, name), rtol=2e-3)


@pytest.mark.parametrize("batch", [4, 5, 16, 1000])
def test_a_linear_net_explodes_under_a_batch_norm_by_the_batch_alone(batch):
    expected = (batch - 2) / (batch - 3)
    assert theory.norm_chi("batch", "identity", batch) == pytest.approx(expected, rel=1e-12)
    flow = theory.flow(6, "identity", 1.0, norm="batch", batch=batch)
    np.testing.assert_allclose((flow.dh[:-1] / flow.dh[1:]) ** 2, expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "norm", "batch"), [("identity", "batch", 8), ("relu", "batch", 16), ("relu", "batch_after", 16)]
)
def test_a_small_batch_is_in_the_prediction(name, norm, batch):
    """Within 2 % a layer, where the limit of a large batch is 4 % or more short."""
    small, limit = (theory.flow(10, name, 1.0, norm=norm, batch=size) for size in (batch, None))
    np.testing.assert_allclose(gap(name, norm=norm, width=256, depth=10, batch=batch), 1.0, atol=0.02)
    assert (small.dh[0] / limit.dh[0]) ** (1 / 9) > 1.035


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_batch_norm_of_fewer_than_four_has_no_prediction(batch):
    assert all(np.isnan(array).all() for array in theory.flow(5, "tanh", 1.0, norm="batch_after", batch=batch))
    assert not any(np.isnan(array).any() for array in theory.flow(5, "tanh", 1.0, norm="layer", batch=batch))


@pytest.mark.parametrize("depth", [10, 50])
@pytest.mark.parametrize(
    ("alpha", "limit"), [(lambda L: 1.0, None), (lambda L: L**-0.5, math.e), (lambda L: 1 / L, 1.0)]
)
def test_a_branch_of_mean_zero_grows_by_one_and_alpha_squared(alpha, limit, depth):
    """He's h + α relu(h) W: h² and dh² are (1 + α²)^k, so 2^depth, or about e, or about 1."""
    alpha, k = alpha(depth), np.arange(depth)
    flow = theory.flow(depth, "relu", 2**0.5, skip="activation_first", alpha=alpha)
    np.testing.assert_allclose(flow.h**2, (1 + alpha**2) ** (k + 1), rtol=1e-9)
    np.testing.assert_allclose(flow.dh[::-1] ** 2, (1 + alpha**2) ** k, rtol=1e-9)
    if limit:
        assert flow.h[-1] ** 2 == pytest.approx(limit, rel=1.1 / depth)


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_a_two_layer_branch_multiplies_by_both_of_its_maps(alpha):
    flow = theory.flow(9, "relu", 1.2, skip="branch", alpha=alpha)
    np.testing.assert_allclose((flow.dh[:-1] / flow.dh[1:]) ** 2, 1 + alpha**2 * 1.2**4 / 2, rtol=1e-9)
    # dz of the second map is α dh, and of the first that times σ_w² E[φ'²]
    np.testing.assert_allclose(flow.dz**2 / flow.dh**2, alpha**2 * (1 + 1.2**2 / 2), rtol=1e-9)


def test_the_mean_of_a_sum_behind_relu_piles_up():
    """h + relu(h W): h² grows by 1 + σ_w² / 2 and twice the product of the means, which is not small."""
    q, mean = 1.0, 0.0
    flow = theory.flow(20, "relu", 2**0.5, skip="activation_last")
    for h in flow.h:
        step = (q / math.pi) ** 0.5
        q, mean = 2 * q + 2 * mean * step, mean + step
        assert h**2 == pytest.approx(q, rel=1e-9)
    assert (flow.h[-1] / flow.h[-2]) ** 2 == pytest.approx(2.9, abs=0.02)
    np.testing.assert_allclose((flow.dh[:-1] / flow.dh[1:]) ** 2, 2.0, rtol=1e-9)  # and backward it does not, at first


@pytest.mark.parametrize(("name", "decades"), [("relu", 3.4), ("elu", 3.1), ("tanh", 0.0)])
def test_a_drift_that_all_units_share_carries_the_gradient_of_a_narrow_deep_net(name, decades):
    """50 layers of width 64: where φ has a mean, thousands of times what the limit of large width says."""
    sigma_w = {"relu": 2**0.5}.get(name, 1.0)
    narrow, wide = (theory.flow(50, name, sigma_w, skip="activation_last", width=width) for width in (64, None))
    assert math.log10(narrow.dh[0] / wide.dh[0]) == pytest.approx(decades, abs=0.1)
    ratios = gap(name, sigma_w, skip="activation_last", width=64, batch=8, depth=50, seeds=8) ** 49
    np.testing.assert_allclose(np.log10(ratios), 0.0, atol=0.4)


def test_the_drift_of_a_linear_net_changes_nothing_and_a_wide_nets_little():
    for name, width in (("identity", 1), ("tanh", 10**9), ("relu", 10**9)):
        narrow, wide = (theory.flow(12, name, 1.1, skip="activation_last", alpha=0.7, width=n) for n in (width, None))
        for one, other in zip(narrow, wide, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-7)


@pytest.mark.parametrize("sigma_w", [0.0, 0.1, 1e6])
@pytest.mark.parametrize(("skip", "norm"), [net for net in NETS if net[1]])
def test_a_normed_flow_is_a_number_at_the_extremes(skip, norm, sigma_w):
    for name, batch in product(("relu", "tanh"), (None, 4)):
        flow = theory.flow(100, name, sigma_w, norm=norm, skip=skip, batch=batch)
        assert not any(np.isnan(array).any() for array in flow)
        assert flow.dh[-1] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(norm="group"), "norm is 'group'; allowed is one of 'batch'"),
        (dict(skip="highway"), "skip is 'highway'; allowed is one of None"),
        (dict(skip="activation_last", alpha="1/depth"), "alpha is '1/depth'; allowed is a finite number"),
        (dict(norm="batch", batch=0), "batch is 0; allowed is a whole number from 1 to"),
        (dict(width=2.5), "width is 2.5; allowed is a whole number from 1 to"),
    ],
)
def test_a_flow_of_no_such_net_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        theory.flow(3, "tanh", 1.0, **options)


def test_a_factor_of_no_such_norm_is_refused():
    with pytest.raises(ValueError, match="norm is 'batch_after'; allowed is one of 'batch', 'layer'"):
        theory.norm_chi("batch_after", "tanh")
    with pytest.raises(ValueError, match="batch is 3; allowed is a whole number from 4 to 1000000000"):
        theory.norm_chi("batch", "tanh", 3)
