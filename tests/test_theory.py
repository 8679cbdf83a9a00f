"""Mean-field theory: its integrals against closed forms and another quadrature, its predictions against networks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vgrad import experiments, ops, theory

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
    with pytest.raises(ValueError, match=f"depth is {depth!r}; allowed is a whole number of at least 1"):
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
        record = experiments.flow(
            depth=30, width=256, activation=name, scheme="scaled_normal", gain=gain, batch=8, seeds=8, **budget
        )
        predicted = slope(theory.flow(30, name, gain).dz ** 2)
        assert record.seeds == 8
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
