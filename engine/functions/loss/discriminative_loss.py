"""discriminative_margin_based_clustering_loss: pixels of one object drawn together, those of different ones apart."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidShape, WrongValue
from ...utils.type_check import require, require_float
from ...variable import Variable, as_variable
from ..activation.relu import relu
from ..array.broadcast import broadcast_to
from ..array.reshape import reshape
from ..math.sign import absolute
from ..math.sqrt import sqrt
from ..math.sum import sum

__all__ = ["discriminative_margin_based_clustering_loss"]


def discriminative_margin_based_clustering_loss(
    embeddings: Any,
    labels: Any,
    delta_v: float,
    delta_d: float,
    max_embedding_dim: int,
    norm: int = 1,
    alpha: float = 1.0,
    beta: float = 1.0,
    gamma: float = 0.001,
) -> tuple[Any, Any, Any]:
    """Three losses of the vectors that pixels are mapped to.

    With mu_c the mean vector of the pixels of object c of an image: how far pixels are from their mu, beyond `delta_v`,
    squared; how much nearer two mu are than `2 delta_d`, squared; and how far the mu are from 0.

    Args:
        embeddings: variable or array (n, max_embedding_dim, h, w), float.
        labels: integers (n, h, w): the number of the object of each pixel, from 1 to `max_embedding_dim`; 0 and larger
            numbers count for nothing.
        delta_v, delta_d: the two margins.
        max_embedding_dim: the length of a vector, and the number of objects.
        norm: 1 or 2, how distances are measured.
        alpha, beta, gamma: weights of the three losses.

    Returns:
        Variables (): the losses of variance, of distance and of regularization. The first is a mean over all pixels of
        an object in the whole batch, then over objects; the others are means over images.

    Raises:
        InvalidType: embeddings are no images of floats, or labels don't fit to them.
        ValueError: norm is neither, or `max_embedding_dim` is not the length of the vectors.

    Reference: De Brabandere et al. 2017, Semantic Instance Segmentation with a Discriminative Loss Function.
    """
    if norm not in (1, 2):
        raise ValueError(f"For discriminative loss, norm can only be 1 or 2. Obtained the value : {norm}")
    x: Any = as_variable(embeddings)
    labels = labels.array if isinstance(labels, Variable) else labels
    require_float("embeddings", x)
    require(x.ndim == 4, "embeddings.ndim == 4", f"{x.ndim} != 4", InvalidShape)
    require(
        labels.shape == (x.shape[0], *x.shape[2:]),
        "labels.shape == (n, h, w) of embeddings",
        f"{labels.shape}, {x.shape}",
    )
    if x.shape[1] != max_embedding_dim:
        raise WrongValue(
            f"max_embedding_dim is {max_embedding_dim}, but the embeddings have {x.shape[1]} numbers a pixel"
        )
    n, count = x.shape[0], max_embedding_dim
    objects = x.xp.arange(1, count + 1).reshape(count, 1, 1, 1, 1)
    mask = (labels[None, :, None] == objects).astype(x.dtype)  # (objects, n, 1, h, w)
    pixels = broadcast_to(reshape(x, (1, *x.shape)), (count, *x.shape))
    sizes = mask.sum(axis=(2, 3, 4)).clip(1, None).reshape(count, n, 1)
    mu = sum(pixels * x.xp.broadcast_to(mask, pixels.shape), (3, 4)) / x.xp.broadcast_to(
        sizes, (count, n, count)
    )
    variance = _variance(pixels, mu, mask, delta_v, norm)
    regularization = sum(_norm(mu, norm, 2)) / max(n * count, 1)
    return variance * alpha, _distance(mu, delta_d, norm) * beta, regularization * gamma


def _variance(pixels: Any, mu: Any, mask: Any, margin: float, norm: int) -> Any:
    centre = broadcast_to(reshape(mu, (*mu.shape, 1, 1)), pixels.shape)
    beyond = relu(_norm(pixels - centre, norm, 2) - margin)
    inside = mask[:, :, 0]
    of_object = sum(beyond * beyond * inside, (1, 2, 3)) / inside.sum(axis=(1, 2, 3)).clip(1, None)
    return sum(of_object) / len(inside)


def _distance(mu: Any, margin: float, norm: int) -> Any:
    count, n = mu.shape[:2]
    shape = (count, *mu.shape)
    one = broadcast_to(reshape(mu, (count, 1, *mu.shape[1:])), shape)
    other = broadcast_to(reshape(mu, (1, *mu.shape)), shape)
    near = relu(2 * margin - _norm(one - other, norm, 3))
    apart = 1 - mu.xp.eye(count, dtype=mu.dtype)
    pairs = near * near * mu.xp.broadcast_to(apart[:, :, None], near.shape)
    return sum(pairs) / max(n * count * (count - 1), 1)


def _norm(x: Any, norm: int, axis: int) -> Any:
    """The length of the vectors along `axis`; its slope at 0 is taken as 0."""
    if norm == 1:
        return sum(absolute(x), axis)
    square = sum(x * x, axis)
    zero = (square.array == 0).astype(x.dtype)
    return sqrt(square + zero) * (1 - zero)
