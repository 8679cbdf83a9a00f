"""A scheme is a unit draw times a scale: both are what they say, for every scheme."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import init, models, ops
from vgrad.init import SCHEMES

FANS = [(300, 200), (150, 400), (250, 250)]
UNIFORM = [name for name, scheme in SCHEMES.items() if scheme.draw is init.uniform]


def draw(fan_in=30, fan_out=20, seed=0, **options):
    return models.init_affine(
        fan_in, fan_out, **{"scheme": "xavier_normal", "rng": np.random.default_rng(seed)} | options
    )


def sampling_error(n):
    """Five standard deviations of the mean square of n normal numbers, relative: Var ζ² = 2."""
    return 5 * (2 / n) ** 0.5


@pytest.mark.parametrize("fans", FANS)
@pytest.mark.parametrize("name", SCHEMES)
def test_unit_draws_have_mean_square_1_and_where_chance_plays_mean_0(name, fans):
    unit = SCHEMES[name].draw(np.random.default_rng(1), fans)
    assert unit.shape == fans
    assert abs(np.mean(unit**2) - 1) < sampling_error(unit.size)
    assert name == "identity" or abs(np.mean(unit)) < 5 / unit.size**0.5


@pytest.mark.parametrize("gain", [1.0, 0.3, -2.0])
@pytest.mark.parametrize("fans", FANS)
@pytest.mark.parametrize("name", SCHEMES)
def test_the_variance_drawn_is_the_square_of_gain_times_std(name, fans, gain):
    W, _ = draw(*fans, scheme=name, gain=gain)
    expected = (gain * SCHEMES[name].std(*fans, None)) ** 2
    assert abs(np.mean(W**2) / expected - 1) < sampling_error(W.size)


@pytest.mark.parametrize(
    ("name", "activation", "variance"),
    [
        ("lecun_normal", None, 1 / 12),
        ("lecun_uniform", "tanh", 1 / 12),
        ("xavier_normal", None, 2 / 42),
        ("xavier_uniform", "relu", 2 / 42),
        ("he_normal", "relu", 2 / 12),
        ("he_uniform", None, 2 / 12),
        ("he_normal", "leaky_relu", 2 / (1 + ops.LEAK**2) / 12),
        ("orthogonal", None, 1 / 30),
        ("scaled_normal", None, 1 / 12),
        ("glorot_standard", None, 1 / 36),
        ("torch_linear", None, 1 / 36),
        ("torch_recurrent", None, 1 / 90),
        ("identity", None, 1 / 30),
    ],
)
def test_the_scales_are_those_of_the_papers(name, activation, variance):
    assert SCHEMES[name].std(12, 30, activation) ** 2 == pytest.approx(variance, rel=1e-14)


@pytest.mark.parametrize("sigma_w", [0.0, 0.5, 10.149])
def test_scaled_normal_has_fan_in_times_variance_equal_to_sigma_w_squared(sigma_w):
    W, _ = draw(200, 500, scheme=init.scaled_normal(sigma_w))
    assert 200 * np.mean(W**2) == pytest.approx(sigma_w**2, rel=sampling_error(W.size))


@pytest.mark.parametrize("fans", [(6, 6), (4, 9), (9, 4), (1, 5), (5, 1), (1, 1)])
@pytest.mark.parametrize("ensemble", [(), (3,)])
def test_orthogonal_weights_have_orthonormal_rows_or_columns(fans, ensemble):
    W, _ = draw(*fans, scheme="orthogonal", gain=1.5, ensemble=ensemble)
    gram = W.swapaxes(-1, -2) @ W if fans[0] >= fans[1] else W @ W.swapaxes(-1, -2)
    np.testing.assert_allclose(gram, np.broadcast_to(1.5**2 * np.eye(min(fans)), gram.shape), atol=1e-14)


@pytest.mark.parametrize("fans", [(6, 6), (4, 9), (9, 4), (1, 5), (5, 1), (1, 1)])
@pytest.mark.parametrize("ensemble", [(), (3,)])
def test_identity_weights_are_the_identity_and_hand_on_what_there_is_room_for(fans, ensemble):
    W, b = draw(*fans, scheme="identity", gain=1.5, ensemble=ensemble)
    np.testing.assert_allclose(W, np.broadcast_to(1.5 * np.eye(*fans), W.shape), rtol=1e-15)
    W[..., 0, 0] = 7  # each network has weights of its own, that may be written to
    assert not b.any()


def spectrum(n=20, radius=0.9, nonnormality=1.0, seed=0):
    return init.with_spectrum(n, radius=radius, nonnormality=nonnormality, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("n", [1, 2, 3, 20])
@pytest.mark.parametrize("radius", [0.0, 0.5, 1.1])
def test_a_matrix_with_spectrum_keeps_its_eigenvalues_whatever_its_nonnormality(n, radius):
    own = np.linalg.eigvals(spectrum(n, radius, 0.0))
    assert abs(own).max() == pytest.approx(radius, rel=1e-12)
    for nonnormality in (0.5, 1.0, 3.0):
        W = spectrum(n, radius, nonnormality)
        assert W.shape == (n, n)
        assert W.dtype == "float64"
        distances = abs(np.linalg.eigvals(W)[:, None] - own)
        assert max(distances.min(axis=0).max(), distances.min(axis=1).max()) < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_at_nonnormality_0_every_power_has_the_norm_that_the_radius_says(seed):
    W = spectrum(nonnormality=0.0, seed=seed)
    np.testing.assert_allclose(W @ W.T, W.T @ W, atol=1e-13)
    for t in (1, 10, 50):
        assert np.linalg.norm(np.linalg.matrix_power(W, t), 2) == pytest.approx(0.9**t, rel=1e-11)


def test_nonnormality_moves_one_matrix_in_proportion_and_stretches_it():
    normal, half, whole = (spectrum(nonnormality=nonnormality) for nonnormality in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(whole - normal, 2 * (half - normal), atol=1e-13)
    assert np.linalg.norm(normal) < np.linalg.norm(half) < np.linalg.norm(whole)


def test_at_nonnormality_1_a_matrix_with_spectrum_is_as_large_as_a_gaussian_one():
    assert np.mean(spectrum(200) ** 2) * 200 == pytest.approx(0.9**2, rel=0.1)


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        ("n", 0, "a whole number from 1 to"),
        ("radius", -0.5, "a finite number of at least 0"),
        ("radius", float("nan"), "a finite number of at least 0"),
        ("nonnormality", -1.0, "a finite number of at least 0"),
    ],
)
def test_bad_input_to_with_spectrum_is_named(argument, value, allowed):
    with pytest.raises(ValueError, match=f"{argument} is {value}; allowed is {allowed}"):
        spectrum(**{argument: value})


def test_orthogonal_matrices_are_drawn_uniformly():
    """Every entry is as often negative as positive, the diagonal's too: without the signs of R it would not be."""
    diagonals = np.diagonal(init.orthogonal_draw(np.random.default_rng(2), (4000, 3, 3)), axis1=-2, axis2=-1)
    assert (abs(np.mean(diagonals > 0, axis=0) - 0.5) < 5 * 0.5 / 4000**0.5).all()


@pytest.mark.parametrize("name", UNIFORM)
def test_uniform_weights_fill_their_bounds_and_stay_inside(name):
    W, _ = draw(60, 500, scheme=name)
    bound = (3 * SCHEMES[name].std(60, 500, None) ** 2) ** 0.5
    assert 0.999 * bound < W.max() <= bound
    assert -bound <= W.min() < -0.999 * bound


def test_torch_linear_has_the_bounds_of_pytorch():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    theirs, ours = torch.nn.Linear(20, 5000), draw(20, 5000, scheme="torch_linear")
    for array, its in ((ours.W, theirs.weight), (ours.b, theirs.bias)):
        assert abs(array).max() == pytest.approx(its.abs().max().item(), rel=2e-3)
        assert abs(array).max() <= 20**-0.5


@pytest.mark.parametrize("D", [1, 20, 400])
def test_torch_recurrent_has_bounds_that_its_inputs_do_not_move(D):
    W, b = draw(D, 100, scheme="torch_recurrent", ensemble=(200,))
    assert 0.099 < abs(W).max() <= 0.1
    assert 0.099 < abs(b).max() <= 0.1


@pytest.mark.parametrize("name", SCHEMES)
def test_only_the_schemes_of_pytorch_draw_biases(name):
    assert (draw(scheme=name).b != 0).any() == name.startswith("torch_")


@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("ensemble", [(), (2,), (2, 3)])
@pytest.mark.parametrize("name", SCHEMES)
def test_parameters_have_the_ensemble_axes_and_the_precision_asked_for(name, ensemble, dtype):
    params = draw(4, 7, scheme=name, ensemble=ensemble, dtype=dtype, gain=np.float64(0.7))
    assert isinstance(params, ops.Affine)
    assert (params.W.shape, params.b.shape) == ((*ensemble, 4, 7), (*ensemble, 7))
    assert params.W.dtype == params.b.dtype == dtype


@pytest.mark.parametrize("name", SCHEMES)
def test_gain_scales_one_draw_and_gain_0_leaves_nothing(name):
    once, twice, nothing = (draw(scheme=name, gain=gain).W for gain in (1.0, 2.0, 0.0))
    np.testing.assert_array_equal(twice, 2 * once)
    assert not nothing.any()


def test_networks_of_an_ensemble_and_of_other_seeds_differ():
    W, _ = draw(ensemble=(2,))
    assert (W[0] != W[1]).all()
    assert (draw(seed=0).W == draw(seed=0).W).all()
    assert (draw(seed=0).W != draw(seed=1).W).all()


def test_a_scheme_goes_by_its_name_or_itself():
    assert all(init.scheme_named(name) is scheme is init.scheme_named(scheme) for name, scheme in SCHEMES.items())
    assert repr(SCHEMES["he_normal"]) == "Scheme('he_normal')"


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        ("scheme", "kaiming", "'he_normal'"),
        ("scheme", None, "'he_normal'"),
        ("dtype", "float8", "'float16', 'float32', 'float64'"),
        ("fan_in", 0, "a whole number from 1 to"),
        ("fan_in", 2.5, "a whole number from 1 to"),
        ("fan_out", True, "a whole number from 1 to"),
        ("gain", float("nan"), "a finite number"),
        ("gain", float("inf"), "a finite number"),
        ("gain", "1", "a finite number"),
    ],
)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(argument, value, allowed):
    with pytest.raises(ValueError, match="allowed is") as caught:
        draw(**{argument: value})
    assert str(caught.value).startswith(f"{argument} is {value!r}; ")
    assert allowed in str(caught.value)


@pytest.mark.parametrize("sigma_w", [-1.0, float("nan"), "2", None])
def test_scaled_normal_refuses_what_is_no_scale(sigma_w):
    with pytest.raises(ValueError, match=r"sigma_w is .*; allowed is a finite number of at least 0"):
        init.scaled_normal(sigma_w)
