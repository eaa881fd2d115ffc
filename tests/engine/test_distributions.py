"""Distributions: densities against SciPy-free formulas, samples against moments, divergences against sums."""

import math

import numpy as np
import pytest

import engine
from engine import Variable, distributions

LOC, SCALE = np.array([[0.0, 1.0], [-2.0, 3.0]]), np.array([[1.0, 0.5], [2.0, 4.0]])


def divergence_by_integration(log_p, log_q, grid):
    step = grid[1] - grid[0]
    p = np.exp(log_p(grid))
    return float((p * (log_p(grid) - log_q(grid))).sum() * step)


def test_normal_has_its_density_and_moments():
    normal = distributions.Normal(LOC, SCALE)
    x = np.array([[0.3, 1.2], [4.0, 0.0]])
    expected = np.exp(-((x - LOC) ** 2) / (2 * SCALE**2)) / (SCALE * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(normal.prob(x).array, expected, rtol=1e-12)
    np.testing.assert_allclose(
        normal.entropy.array, 0.5 * np.log(2 * math.pi * math.e * SCALE**2), rtol=1e-12
    )
    assert normal.batch_shape == (2, 2)
    assert normal.event_shape == ()
    np.testing.assert_array_equal(normal.stddev.array, SCALE)


def test_normal_samples_have_its_moments_and_carry_gradients():
    np.random.seed(3)
    loc, scale = Variable(LOC), Variable(SCALE)
    sample = distributions.Normal(loc, scale).sample(20_000)
    assert sample.shape == (20_000, 2, 2)
    np.testing.assert_allclose(sample.array.mean(0), LOC, atol=0.1)
    np.testing.assert_allclose(sample.array.std(0), SCALE, rtol=0.03)
    engine.functions.sum(sample).backward()
    np.testing.assert_allclose(loc.grad, np.full((2, 2), 20_000.0))


def test_normal_takes_one_of_scale_and_log_scale():
    np.testing.assert_allclose(distributions.Normal(LOC, log_scale=np.log(SCALE)).scale.array, SCALE)
    for wrong in ({}, {"scale": SCALE, "log_scale": SCALE}):
        with pytest.raises(ValueError, match="either scale or log_scale"):
            distributions.Normal(LOC, **wrong)


def test_divergence_of_normals_is_the_integral():
    p, q = (
        distributions.Normal(np.array(0.5), np.array(1.5)),
        distributions.Normal(np.array(-1.0), np.array(2.0)),
    )
    grid = np.linspace(-15, 15, 20_001)
    expected = divergence_by_integration(lambda x: p.log_prob(x).array, lambda x: q.log_prob(x).array, grid)
    assert engine.kl_divergence(p, q).item() == pytest.approx(expected, rel=1e-6)
    assert engine.cross_entropy(p, q).item() == pytest.approx(p.entropy.item() + expected, rel=1e-6)


def test_bernoulli_has_its_probabilities_by_p_and_by_logit():
    p = np.array([0.2, 0.7])
    for bernoulli in (distributions.Bernoulli(p), distributions.Bernoulli(logit=np.log(p / (1 - p)))):
        np.testing.assert_allclose(bernoulli.prob(np.array([1.0, 0.0])).array, [0.2, 0.3])
        np.testing.assert_allclose(bernoulli.log_prob(np.array([1.0, 0.0])).array, np.log([0.2, 0.3]))
        np.testing.assert_allclose(
            bernoulli.entropy.array, -(p * np.log(p) + (1 - p) * np.log(1 - p)), rtol=1e-12
        )
    with pytest.raises(ValueError, match="either p or logit"):
        distributions.Bernoulli()


def test_bernoulli_of_certain_values_gives_no_nan():
    certain = distributions.Bernoulli(np.array([0.0, 1.0, 1.0]))
    with np.errstate(divide="ignore"):
        assert certain.log_prob(np.array([0.0, 1.0, 0.0])).array.tolist() == [0, 0, -np.inf]


def test_binary_check_gives_no_probability_to_other_values():
    checked = distributions.Bernoulli(np.array([0.5, 0.5]), binary_check=True)
    assert checked.log_prob(np.array([0.3, 1.0])).array.tolist() == [-np.inf, math.log(0.5)]


def test_divergence_of_bernoullis_is_the_sum():
    p, q = 0.3, 0.8
    found = engine.kl_divergence(distributions.Bernoulli(np.array(p)), distributions.Bernoulli(np.array(q)))
    assert found.item() == pytest.approx(p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q)))


def test_uniform_has_its_density_inside_and_none_outside():
    uniform = distributions.Uniform(low=np.array([0.0, 2.0]), high=np.array([4.0, 3.0]))
    assert uniform.log_prob(np.array([1.0, 5.0])).array.tolist() == [-math.log(4), -np.inf]
    assert uniform.cdf(np.array([1.0, 5.0])).array.tolist() == [0.25, 1]
    assert uniform.icdf(np.array([0.25, 0.5])).array.tolist() == [1, 2.5]
    by_length = distributions.Uniform(loc=np.array([0.0, 2.0]), scale=np.array([4.0, 1.0]))
    np.testing.assert_array_equal(by_length.variance.array, uniform.variance.array)
    with pytest.raises(ValueError, match="either low and high"):
        distributions.Uniform(low=np.zeros(2))


def test_divergence_of_uniforms_is_infinite_where_the_other_gives_no_probability():
    narrow = distributions.Uniform(low=np.array([0.0, 0.0]), high=np.array([1.0, 3.0]))
    wide = distributions.Uniform(low=np.array([0.0, 0.0]), high=np.array([2.0, 2.0]))
    assert engine.kl_divergence(narrow, wide).array.tolist() == [math.log(2), np.inf]


def test_independent_takes_the_last_axes_as_one_event():
    normal = distributions.Normal(LOC, SCALE)
    x = np.array([[0.3, 1.2], [4.0, 0.0]])
    rows = distributions.Independent(normal)
    assert (rows.batch_shape, rows.event_shape) == ((2,), (2,))
    np.testing.assert_allclose(rows.log_prob(x).array, normal.log_prob(x).array.sum(1))
    np.testing.assert_allclose(rows.prob(x).array, normal.prob(x).array.prod(1))
    assert rows.sample(3).shape == (3, 2, 2)
    whole = distributions.Independent(normal, 2)
    assert whole.entropy.item() == pytest.approx(normal.entropy.array.sum())
    other = distributions.Independent(distributions.Normal(LOC + 1, SCALE))
    np.testing.assert_allclose(engine.kl_divergence(rows, other).array, (0.5 / SCALE**2).sum(1), rtol=1e-12)
    with pytest.raises(ValueError, match="axes as an event"):
        engine.kl_divergence(rows, whole)
    with pytest.raises(ValueError, match="can't become an event"):
        distributions.Independent(normal, 3)


def test_a_pair_without_rule_says_how_to_add_one():
    with pytest.raises(KeyError, match="register_kl"):
        engine.kl_divergence(distributions.Normal(LOC, SCALE), distributions.Bernoulli(np.array(0.5)))


def test_a_class_without_probability_adds_nothing():
    certain = distributions.Categorical(np.array([[0.0, 1.0]]))
    with np.errstate(divide="ignore", invalid="ignore"):
        assert certain.entropy.array.tolist() == [0]
        assert engine.kl_divergence(certain, certain).array.tolist() == [0]
    with pytest.raises(ValueError, match="either p or logit"):
        distributions.Categorical(np.ones(2), logit=np.ones(2))


def test_classes_are_drawn_by_their_probabilities():
    np.random.seed(1)
    p = np.array([[0.2, 0.3, 0.5], [0.7, 0.1, 0.2]])
    drawn = distributions.Categorical(p).sample(20_000).array
    shares = [[(drawn[:, i] == k).mean() for k in range(3)] for i in range(2)]
    np.testing.assert_allclose(shares, p, atol=0.02)
    vectors = distributions.OneHotCategorical(p).sample((2, 3)).array
    assert vectors.shape == (2, 3, 2, 3)
    np.testing.assert_array_equal(vectors.sum(-1), np.ones((2, 3, 2)))


def test_cauchy_warns_that_it_has_no_moments():
    cauchy = distributions.Cauchy(LOC, SCALE)
    for name in ("mean", "variance"):
        with pytest.warns(RuntimeWarning, match="undefined"):
            assert np.isnan(getattr(cauchy, name).array).all()


def test_values_outside_have_no_probability():
    half = np.array([0.5])
    with np.errstate(divide="ignore", invalid="ignore"):
        for distribution in (
            distributions.Beta(half, half),
            distributions.Exponential(half),
            distributions.Gamma(half, half),
            distributions.Pareto(half, half),
            distributions.Poisson(half),
        ):
            assert distribution.log_prob(np.array([-1.0])).array.tolist() == [-np.inf], distribution
    assert distributions.Exponential(half).cdf(np.array([-1.0])).array.tolist() == [0]


def test_pareto_with_a_heavy_tail_has_infinite_moments():
    heavy = distributions.Pareto(np.array([1.0, 1.0]), np.array([0.5, 1.5]))
    assert heavy.mean.array.tolist() == [np.inf, 3]
    assert heavy.variance.array.tolist() == [np.inf, np.inf]


def test_an_event_of_several_numbers_survives_where_each_does_and_has_no_inverse_cdf():
    normal = distributions.Normal(LOC, SCALE)
    rows = distributions.Independent(normal)
    x = LOC + 1
    np.testing.assert_allclose(
        rows.survival_function(x).array, normal.survival_function(x).array.prod(1), rtol=1e-12
    )
    with pytest.raises(RuntimeError, match="no inverse"):
        rows.icdf(x)


def test_distributions_without_axes_compare_with_their_bounds():
    one, x = np.array(1.0), np.array(0.5)
    for distribution in (
        distributions.Beta(one, one),
        distributions.Exponential(one),
        distributions.Gamma(one, one),
        distributions.Pareto(x, np.array(3.0)),
        distributions.Poisson(one),
        distributions.Uniform(low=np.array(0.0), high=one),
    ):
        found = distribution.log_prob(x)
        assert found.shape == ()
        assert np.isfinite(found.array)
        if not isinstance(distribution, distributions.Poisson):
            assert abs(engine.kl_divergence(distribution, distribution).array) < 1e-12
    assert distributions.Exponential(one).cdf(np.array(-0.5)).array == 0
    assert distributions.Pareto(one, x).mean.array == np.inf


@pytest.mark.parametrize(
    ("name", "methods"),
    [
        ("Normal", "log_prob prob cdf log_cdf survival_function log_survival_function"),
        ("Cauchy", "log_prob cdf"),
        ("Laplace", "log_prob prob cdf"),
        ("Gumbel", "log_prob"),
        ("Exponential", "log_prob cdf"),
        ("Geometric", "log_prob"),
    ],
)
def test_a_number_is_a_value_of_every_distribution_of_a_batch(name, methods):
    a, b = np.array([0.2, 0.5], "f"), np.array([1.0, 2.0], "f")
    distribution = getattr(distributions, name)(*((a,) if name in ("Exponential", "Geometric") else (a, b)))
    for method in methods.split():
        found = getattr(distribution, method)(2)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found.array, getattr(distribution, method)(np.full(2, 2, "f")).array)


@pytest.mark.parametrize(
    "distribution",
    [distributions.Normal(np.zeros((3, 2)), np.ones((3, 2))), distributions.Bernoulli(np.full((3, 2), 0.25))],
)
def test_values_are_stretched_to_the_batch_of_the_distribution(distribution):
    x = np.array([0.0, 1.0])
    for method in ("log_prob", "prob"):
        found = getattr(distribution, method)(x).array
        np.testing.assert_array_equal(found, getattr(distribution, method)(np.tile(x, (3, 1))).array)
