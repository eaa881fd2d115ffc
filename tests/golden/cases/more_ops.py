"""Forward values and gradients of the ops beyond those that a perceptron needs: shapes, images, sequences."""

from __future__ import annotations

import numpy as np

__all__ = ["CASES"]

CHOICE = np.array([[True, False, True], [False, True, True]])
IDS = np.array([[0, 4], [2, -1]], "i4")
PICKED = np.array([2, 0, 1, 1], "i4")

# As in `values.py`; an op may give a tuple.
OPS = {
    "leaky_relu": (lambda F, x: F.leaky_relu(x, 0.3), [(4, 3)]),
    "softplus": (lambda F, x: F.softplus(x, beta=2.0), [(4, 3)]),
    "min": (lambda F, x: F.min(x, axis=0), [(4, 3)]),
    "average": (lambda F, x, w: F.average(x, axis=1, weights=w * w + 1), [(4, 3), (3,)]),
    "cast": (lambda F, x: F.cast(x, "f8"), [(4, 3)]),
    "copy": (lambda F, x: F.copy(x, -1), [(4, 3)]),
    "identity": (lambda F, x, z: F.identity(x, z), [(4, 3), (2,)]),
    "select_item": (lambda F, x: F.select_item(x, PICKED), [(4, 3)]),
    "where": (lambda F, x, z: F.where(CHOICE, x, z), [(2, 3), (2, 3)]),
    "stack": (lambda F, x, z: F.stack((x, z), axis=1), [(4, 3), (4, 3)]),
    "hstack": (lambda F, x, z: F.hstack((x, z)), [(4, 3), (4, 2)]),
    "vstack": (lambda F, x, z: F.vstack((x, z)), [(4, 3), (2, 3)]),
    "dstack": (lambda F, x, z: F.dstack((x, z)), [(4, 3), (4, 3)]),
    "split_axis": (lambda F, x: F.split_axis(x, [1, 3], axis=1), [(2, 4)]),
    "separate": (lambda F, x: F.separate(x, axis=1), [(2, 3)]),
    "squeeze": (lambda F, x: F.squeeze(x, axis=1), [(4, 1, 3)]),
    "expand_dims": (lambda F, x: F.expand_dims(x, 1), [(4, 3)]),
    "swapaxes": (lambda F, x: F.swapaxes(x, 0, 2), [(4, 3, 2)]),
    "moveaxis": (lambda F, x: F.moveaxis(x, 0, -1), [(4, 3, 2)]),
    "rollaxis": (lambda F, x: F.rollaxis(x, 2), [(4, 3, 2)]),
    "flatten": (lambda F, x: F.flatten(x), [(4, 3)]),
    "sum_to": (lambda F, x: F.sum_to(x, (1, 3)), [(4, 3)]),
    "embed_id": (lambda F, W: F.embed_id(IDS, W, ignore_label=-1), [(5, 3)]),
    "convolution_2d": (
        lambda F, x, W, b: F.convolution_2d(x, W, b, stride=2, pad=1), [(2, 3, 7, 6), (4, 3, 3, 2), (4,)]),
    "convolution_2d_groups": (
        lambda F, x, W: F.convolution_2d(x, W, dilate=2, groups=2), [(2, 4, 7, 6), (6, 2, 3, 2)]),
    "convolution_1d": (lambda F, x, W: F.convolution_1d(x, W, pad=1), [(2, 3, 7), (4, 3, 3)]),
    "deconvolution_2d": (
        lambda F, x, W, b: F.deconvolution_2d(x, W, b, stride=2, pad=1), [(2, 3, 4, 5), (3, 4, 3, 3), (4,)]),
    "max_pooling_2d": (lambda F, x: F.max_pooling_2d(x, 3, stride=2, pad=1), [(2, 3, 6, 7)]),
    "max_pooling_2d_inside": (lambda F, x: F.max_pooling_2d(x, 2, cover_all=False), [(2, 3, 5, 7)]),
    "average_pooling_2d": (lambda F, x: F.average_pooling_2d(x, 3, stride=2, pad=1), [(2, 3, 6, 7)]),
    "batch_normalization": (
        lambda F, x, gamma, beta: F.batch_normalization(x, gamma, beta), [(5, 3), (3,), (3,)]),
    "batch_normalization_image": (
        lambda F, x, gamma, beta: F.batch_normalization(x, gamma, beta, eps=1e-3), [(2, 3, 4, 5), (3,), (3,)]),
    "fixed_batch_normalization": (
        lambda F, x, gamma, beta, mean, root: F.fixed_batch_normalization(x, gamma, beta, mean, root * root + 1),
        [(5, 3), (3,), (3,), (3,), (3,)]),
    "lstm": (lambda F, c, x: F.lstm(c, x), [(4, 3), (4, 12)]),
}  # fmt: skip


def op_case(name):
    """Values and gradients of one op with one or several outputs, in float32 and float64."""
    op, shapes = OPS[name]

    def case(ch):
        arrays = {}
        for dtype in ("f4", "f8"):
            xs = [ch.Variable(np.random.normal(size=shape).astype(dtype)) for shape in shapes]
            ys = op(ch.functions, *xs)
            ys = ys if isinstance(ys, (tuple, list)) else (ys,)
            gys = [ch.Variable(np.random.normal(size=y.shape).astype(y.dtype)) for y in ys]
            arrays |= {f"{dtype}.y{place}": y.array for place, y in enumerate(ys)}
            for place, gx in enumerate(ch.grad(ys, xs, gys)):
                arrays[f"{dtype}.gx{place}"] = gx.array
        return arrays

    return case


def places(ch):
    """Where the largest and the smallest elements are, the first of equals."""
    x = np.round(np.random.normal(size=(4, 6)) * 2).astype("f4")
    F = ch.functions
    return {"max": F.argmax(x, axis=1).array, "min": F.argmin(x, axis=0).array, "of_all": F.argmax(x).array}


def running_statistics(ch):
    """What batch normalization keeps for later."""
    mean, var = np.zeros(3, "f4"), np.ones(3, "f4")
    gamma, beta = np.ones(3, "f4"), np.zeros(3, "f4")
    for _ in range(3):
        x = np.random.normal(size=(5, 3)).astype("f4")
        ch.functions.batch_normalization(x, gamma, beta, running_mean=mean, running_var=var, decay=0.8)
    return {"mean": mean, "var": var}


CASES = {f"op.{name}": op_case(name) for name in OPS}
CASES |= {"places": places, "running_statistics": running_statistics}
