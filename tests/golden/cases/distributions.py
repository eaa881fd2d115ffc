"""Distributions: densities, samples, moments, divergences, and the gradients that go through them."""

from __future__ import annotations

import numpy as np

__all__ = ["CASES"]

A = np.array([[0.5, 1.2, 3.0], [2.0, 0.7, 1.5]])
B = np.array([[1.5, 2.5, 0.8], [1.0, 2.0, 3.0]])
P = np.array([[0.2, 0.3, 0.5], [0.1, 0.6, 0.3]])
Q = np.array([[0.4, 0.4, 0.2], [0.3, 0.5, 0.2]])
L = np.array([[[1.0, 0.0], [0.5, 2.0]], [[0.7, 0.0], [-0.3, 1.1]]])
M = np.array([[[2.0, 0.0], [0.1, 0.6]], [[1.5, 0.0], [0.4, 0.9]]])
WITHIN = np.array([[0.1, 0.4, 0.9], [0.6, 0.2, 0.7]])
AROUND = np.array([[-1.5, 0.3, 2.5], [0.6, 4.0, 1.0]])
COUNTS = np.array([[1, 3, 2], [5, 1, 4]])

# name -> (arguments of one, of the other of a pair; values to ask it about; what it has besides the usual)
ALL = ("log_prob", "prob", "cdf", "log_cdf", "survival_function", "log_survival_function")
USUAL = ("mean", "variance", "entropy")
MADE = {
    "Beta": ({"a": A, "b": B}, {"a": B, "b": A}, WITHIN, ("log_prob", *USUAL)),
    "Categorical": ({"p": P}, {"p": Q}, np.array([2, 0]), ("log_prob", "entropy")),
    "Cauchy": ({"loc": A, "scale": B}, None, AROUND, ("log_prob", "cdf", "icdf", "entropy")),
    "Chisquare": ({"k": A}, None, A, ("log_prob", *USUAL)),
    "Dirichlet": ({"alpha": A}, {"alpha": B}, P, ("log_prob", *USUAL)),
    "Exponential": ({"lam": A}, {"lam": B}, WITHIN, ("log_prob", "cdf", "icdf", *USUAL)),
    "Gamma": ({"k": A, "theta": B}, {"k": B, "theta": A}, A, ("log_prob", *USUAL)),
    "Geometric": ({"p": P}, {"p": Q}, COUNTS, ("log_prob", "mean", "variance")),
    "Gumbel": ({"loc": A, "scale": B}, {"loc": B, "scale": A}, AROUND, ("log_prob", *USUAL)),
    "Laplace": ({"loc": A, "scale": B}, {"loc": B, "scale": A}, AROUND,
                ("log_prob", "prob", "cdf", "icdf", "mode", "stddev", *USUAL)),
    "LogNormal": ({"mu": A, "sigma": B}, {"mu": B, "sigma": A}, A, ("log_prob", *USUAL)),
    "MultivariateNormal": ({"loc": A[:, :2], "scale_tril": L}, {"loc": B[:, :2], "scale_tril": M}, AROUND[:, :2],
                           ("log_prob", "mean", "covariance", "entropy")),
    "Normal": ({"loc": A, "scale": B}, {"loc": B, "scale": A}, AROUND, (*ALL, "icdf", "stddev", *USUAL)),
    "OneHotCategorical": ({"p": P}, {"p": Q}, np.eye(3)[[2, 0]], ("log_prob", "mean", "variance")),
    "Pareto": ({"scale": A, "alpha": B + 0.25}, {"scale": A / 2, "alpha": A}, A + WITHIN, ("log_prob", *USUAL)),
    "Poisson": ({"lam": A}, {"lam": B}, COUNTS, ("log_prob", "mean", "variance")),
    "Uniform": ({"low": A, "high": A + B}, {"low": A - 1, "high": A + B + 1}, A + WITHIN,
                ("log_prob", "cdf", "icdf", "stddev", *USUAL)),
}  # fmt: skip


def made(ch, name, arguments, dtype="f4"):
    """A distribution, and its parameters as variables."""
    parameters = {key: ch.Variable(array.astype(dtype)) for key, array in arguments.items()}
    return getattr(ch.distributions, name)(**parameters), parameters


def distribution_case(name):
    """Samples, all that can be asked, and the gradients with respect to the parameters."""
    first, second, values, wanted = MADE[name]

    def run(ch):
        F = ch.functions
        distribution, parameters = made(ch, name, first)
        arrays = {}
        whole = values.dtype.kind == "i"
        values_here = values.astype("i4" if whole else "f4")
        for what in wanted:
            found = getattr(distribution, what)
            if what == "icdf":
                found = found(WITHIN.astype("f4"))
            elif callable(found):
                found = found(values_here)
            arrays[what] = found.array
            for parameter in parameters.values():
                parameter.cleargrad()
            F.sum(found).backward()
            for key, parameter in parameters.items():
                if parameter.grad is not None:
                    arrays[f"{what}.g{key}"] = parameter.grad
        arrays["sample"] = distribution.sample(2).array
        arrays["sample.shaped"] = distribution.sample((3, 1)).array
        if second is not None:
            divergence = ch.kl_divergence(distribution, made(ch, name, second)[0])
            arrays["divergence"] = divergence.array
            for parameter in parameters.values():
                parameter.cleargrad()
            F.sum(divergence).backward()
            arrays |= {
                f"divergence.g{key}": parameter.grad
                for key, parameter in parameters.items()
                if parameter.grad is not None
            }
        return arrays

    return run


def independent(ch):
    """The last axes of a batch as one event, with the covariance of correlated parts."""
    D = ch.distributions
    rows = D.Independent(made(ch, "Normal", MADE["Normal"][0])[0])
    x = AROUND.astype("f4")
    arrays = {what: getattr(rows, what)(x).array for what in ALL}
    pair = D.Independent(made(ch, "MultivariateNormal", MADE["MultivariateNormal"][0])[0], 1)
    arrays["covariance"] = pair.covariance.array
    arrays["entropy"] = pair.entropy.array
    arrays["sample"] = pair.sample(3).array
    return arrays


def by_logit(ch):
    """Classes by the logarithms of their weights."""
    distribution = ch.distributions.Categorical(logit=np.array([[0.5, -1.0, 2.0]], "f4"))
    return {
        "p": distribution.p.array,
        "log_prob": distribution.log_prob(np.array([[1], [2]])).array,
        "sample": distribution.sample_n(5).array,
        "entropy": distribution.entropy.array,
    }


CASES = {f"distribution.{name}": distribution_case(name) for name in MADE} | {
    "distribution.Independent": independent,
    "distribution.by_logit": by_logit,
}
