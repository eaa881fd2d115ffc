"""Spectral normalization: a weight divided by its largest singular value."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..configuration import config
from ..errors import WrongValue
from ..functions.array.reshape import reshape
from ..functions.array.transpose import transpose
from ..functions.math.matmul import matmul
from ..parameter import Parameter
from ..variable import Variable, as_array
from .replaced_weight import ReplacedWeight

__all__ = [
    "SpectralNormalization",
    "calculate_max_singular_value",
    "l2normalize",
    "update_approximate_vectors",
]


def l2normalize(xp: Any, v: Any, eps: float) -> Any:
    """An array divided by its L2 norm, to which eps is added."""
    return v / (xp.sqrt((v * v).sum()) + eps)


def update_approximate_vectors(
    weight_matrix: Any, u: Any, n_power_iteration: int, eps: float
) -> tuple[Any, Any]:
    """The singular vectors of the largest singular value, brought nearer by power iteration.

    Args:
        weight_matrix: array or variable (rows, columns).
        u: array (rows,), where to begin.
        n_power_iteration: how many steps.
        eps: keeps norms from being zero.

    Returns:
        The left vector (rows,) and the right one (columns,), arrays.
    """
    matrix = as_array(weight_matrix)
    xp = backend.get_array_module(matrix)
    v = None
    for _ in range(n_power_iteration):
        v = l2normalize(xp, u @ matrix, eps)
        u = l2normalize(xp, matrix @ v, eps)
    return u, v


def calculate_max_singular_value(weight_matrix: Any, u: Any, v: Any) -> Variable:
    """`u W v`, the largest singular value where u and v are its singular vectors.

    Args:
        weight_matrix: variable or array (rows, columns).
        u, v: arrays (rows,) and (columns,); constants for the gradient.
    """
    return matmul(matmul(u[None], weight_matrix), v[:, None])[0, 0]


class SpectralNormalization(ReplacedWeight):
    """Lets a link compute with its weight divided by an estimate of its largest singular value.

    The estimate comes from power iteration, whose vector is kept with the link as `W_u`.

    Args:
        n_power_iteration: iterations at each call.
        eps: keeps norms from being zero.
        use_gamma: whether the normalized weight is multiplied by a parameter `gamma`, which is learnt.
        factor: a number by which the normalized weight is multiplied.
        weight_name: the link's attribute.
        name: the hook's name.

    Raises (when added):
        ValueError: the link has no such weight.

    Reference: Miyato et al. 2018.
    """

    name = "SpectralNormalization"

    def __init__(
        self,
        n_power_iteration: int = 1,
        eps: float = 1e-6,
        use_gamma: bool = False,
        factor: float | None = None,
        weight_name: str = "W",
        name: str | None = None,
    ) -> None:
        if n_power_iteration < 1:
            raise WrongValue(f"n_power_iteration must be 1 or more, not {n_power_iteration}")
        self.n_power_iteration = n_power_iteration
        self.eps = eps
        self.use_gamma = use_gamma
        self.factor = factor
        self.weight_name = weight_name
        self.vector_name = f"{weight_name}_u"
        self.axis = 0
        if name is not None:
            self.name = name

    def added(self, link: Any) -> None:
        super().added(link)
        self.axis = 1 if type(link).__name__.startswith("Deconvolution") else 0
        if getattr(link, self.weight_name).array is not None:
            self._prepare(link)

    def deleted(self, link: Any) -> None:
        for name in (self.vector_name, "gamma" if self.use_gamma else ""):
            if name in link.__dict__:
                delattr(link, name)

    def _prepare(self, link: Any) -> None:
        W = getattr(link, self.weight_name)
        xp = W.xp
        u = xp.random.normal(size=(W.shape[self.axis],)).astype(W.dtype)
        link.add_persistent(self.vector_name, u)
        if self.use_gamma:
            largest = xp.linalg.svd(self.reshape_W(W.array), compute_uv=False)[0]
            with link.init_scope():
                link.gamma = Parameter(xp.asarray(largest, dtype=W.dtype))

    def reshape_W(self, W: Any) -> Any:
        """The weight, an array or a variable, as a matrix with one row an output channel."""
        if self.axis != 0:
            axes = (self.axis, *[axis for axis in range(W.ndim) if axis != self.axis])
            W = transpose(W, axes) if hasattr(W, "creator_node") else W.transpose(axes)
        if W.ndim == 2:
            return W
        shape = (W.shape[0], -1)
        return reshape(W, shape) if hasattr(W, "creator_node") else W.reshape(shape)

    def normalize_weight(self, link: Any) -> Any:
        """The link's weight, divided by its largest singular value; moves the estimate on in training."""
        return self.weight_for(link, getattr(link, self.weight_name))

    def weight_for(self, link: Any, W: Parameter) -> Any:
        if self.vector_name not in link.__dict__:
            self._prepare(link)
        u = link.__dict__[self.vector_name]
        matrix = self.reshape_W(W.array)
        u, v = update_approximate_vectors(matrix, u, self.n_power_iteration, self.eps)
        if config.train and not config.in_recomputing:
            link.__dict__[self.vector_name][...] = u
        sigma: Any = calculate_max_singular_value(self.reshape_W(W), u, v)
        factor = 1 if self.factor is None else self.factor
        return W * ((link.gamma * factor if self.use_gamma else factor) / sigma)
