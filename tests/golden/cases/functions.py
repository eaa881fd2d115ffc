"""Functions and links with conventions of their own: places of samples, order of gates, kinds of statistics."""

from __future__ import annotations

import numpy as np

from . import links

__all__ = ["CASES", "EXACT"]

ROIS = np.array([[1, 1, 4, 5], [0.5, 0.3, 3, 7], [-2, 2.6, 2, 2.4], [3, 3, 9, 9]], "f4")
IMAGES = np.array([0, 1, 1, 0], "i4")
NUMBERED = np.concatenate([IMAGES[:, None].astype("f4"), ROIS[:, [1, 0, 3, 2]]], axis=1)
OBJECTS = np.array([[[0, 0, 1, 1], [2, 2, 1, 3]]], "i4")
ROW, COL = np.array([[0, 1], [1, -1]], "i4"), np.array([[1, 0], [2, -1]], "i4")


def running(x):
    """Running mean and variance for three channels, in the dtype of x."""
    return np.array([0.5, -0.2, 0.1]).astype(x.dtype), np.array([0.8, 1.5, 1.0]).astype(x.dtype)


def renormalized(F, x, gamma, beta):
    mean, var = running(x)
    return F.batch_renormalization(x, gamma, beta, 1.2, 0.3, running_mean=mean, running_var=var)


def sparse_product(F, x):
    from importlib import import_module

    utils = import_module(F.__name__.replace("functions", "utils"))
    elements = np.array([[2.0, 3.0], [4.0, 0.0]]).astype(x.dtype)
    return F.sparse_matmul(x, utils.CooMatrix(elements, ROW, COL, (2, 3)), transa=True)


def covariance(F, x):
    return F.matmul(x, x, transb=True) + np.eye(3).astype(x.dtype)


# name -> (op, shapes of its inputs, dtypes)
BOTH, SINGLE = ("f4", "f8"), ("f4",)
OPS = {
    "as_strided": (lambda F, x: F.as_strided(x, (3, 2), (1, 3), 1), [(2, 4)], BOTH),
    "batch_det": (lambda F, x: F.batch_det(x), [(2, 3, 3)], BOTH),
    "batch_inv": (lambda F, x: F.batch_inv(x), [(2, 3, 3)], BOTH),
    "batch_renormalization": (renormalized, [(5, 3), (3,), (3,)], BOTH),
    "cholesky": (lambda F, x: F.cholesky(covariance(F, x)), [(3, 3)], BOTH),
    "decorrelated_batch_normalization": (
        lambda F, x: F.decorrelated_batch_normalization(x, groups=2), [(6, 4)], BOTH),
    "deformable_convolution_2d_sampler": (
        lambda F, x, o, W, b: F.deformable_convolution_2d_sampler(x, o, W, b, (2, 1), (1, 2)),
        [(2, 3, 5, 4), (2, 12, 3, 7), (2, 3, 3, 2), (2,)], BOTH),
    "discriminative_loss": (
        lambda F, x: F.discriminative_margin_based_clustering_loss(x, OBJECTS, 0.1, 2.0, 3, 1, 1.0, 1.0, 1.0),
        [(1, 3, 2, 4)], BOTH),
    "einsum": (lambda F, x, y: F.einsum("...ii,ijk->...kj", x, y), [(2, 3, 3), (3, 4, 2)], BOTH),
    "fft": (lambda F, x, y: F.fft((x, y)), [(2, 5), (2, 5)], BOTH),
    "ifft": (lambda F, x, y: F.ifft((x, y)), [(2, 5), (2, 5)], BOTH),
    "local_convolution_2d": (
        lambda F, x, W, b: F.local_convolution_2d(x, W, b, stride=(2, 1)),
        [(2, 3, 5, 4), (2, 2, 3, 3, 3, 2), (2, 2, 3)], BOTH),
    "roi_average_align_2d": (
        lambda F, x: F.roi_average_align_2d(x, ROIS, IMAGES, (2, 3), 0.9, (2, None)), [(2, 2, 6, 7)], SINGLE),
    "roi_average_pooling_2d": (
        lambda F, x: F.roi_average_pooling_2d(x, ROIS, IMAGES, 2, 0.9), [(2, 2, 6, 7)], SINGLE),
    "roi_max_align_2d": (
        lambda F, x: F.roi_max_align_2d(x, ROIS[:3], IMAGES[:3], (1, 2), 0.9, (None, 2)), [(2, 2, 6, 7)], SINGLE),
    "roi_max_pooling_2d": (
        lambda F, x: F.roi_max_pooling_2d(x, ROIS[:3], IMAGES[:3], 2, 0.9), [(2, 2, 6, 7)], SINGLE),
    "roi_pooling_2d": (lambda F, x: F.roi_pooling_2d(x, NUMBERED, 2, 3, 0.9), [(2, 2, 6, 7)], SINGLE),
    "shift": (lambda F, x: F.shift(x, (3, 1), 2), [(1, 7, 5, 2)], BOTH),
    "slstm": (lambda F, *xs: F.slstm(*xs), [(4, 3), (4, 3), (4, 12), (4, 12)], BOTH),
    "sparse_matmul": (sparse_product, [(2, 2, 3)], BOTH),
    "spatial_transformer_grid": (lambda F, x: F.spatial_transformer_grid(x, (3, 2)), [(2, 2, 3)], BOTH),
    "spatial_transformer_sampler": (
        lambda F, x, g: F.spatial_transformer_sampler(x, g), [(2, 3, 4, 5), (2, 2, 3, 2)], BOTH),
    "tree_lstm": (lambda F, *xs: F.tree_lstm(*xs), [(4, 3), (4, 3), (4, 15)], BOTH),
}  # fmt: skip

LINKS = {
    "BatchRenormalization": (lambda L: L.BatchRenormalization(3, 1.5, 0.5), [(5, 3)]),
    "ChildSumTreeLSTM": (lambda L: L.ChildSumTreeLSTM(4, 3), [(2, 3), (2, 3), (2, 3), (2, 3), (2, 4)]),
    "ChildSumTreeLSTM.leaf": (lambda L: L.ChildSumTreeLSTM(None, 3), [(2, 4)]),
    "DecorrelatedBatchNormalization": (lambda L: L.DecorrelatedBatchNormalization(4, 2), [(6, 4)]),
    "DeformableConvolution2D": (
        lambda L: L.DeformableConvolution2D(3, 2, 2, pad=1, deform_initialW=0.5), [(2, 3, 4, 5)]),
    "LocalConvolution2D": (lambda L: L.LocalConvolution2D(3, 2, (5, 4), 2), [(2, 3, 5, 4)]),
    "NaryTreeLSTM": (lambda L: L.NaryTreeLSTM(4, 3), [(2, 3), (2, 3), (2, 3), (2, 3), (2, 4)]),
    "SimplifiedDropconnect": (lambda L: L.SimplifiedDropconnect(3, 4, 0.3), [(5, 3)]),
    "StatefulMGU": (lambda L: links.Twice(L.StatefulMGU(4, 3)), [(2, 4), (2, 4)]),
    "StatefulPeepholeLSTM": (lambda L: links.Twice(L.StatefulPeepholeLSTM(4, 3)), [(2, 4), (2, 4)]),
    "StatefulZoneoutLSTM": (lambda L: links.Twice(L.StatefulZoneoutLSTM(4, 3)), [(2, 4), (2, 4)]),
}  # fmt: skip


def function_case(op, shapes, dtypes):
    """Outputs and gradients."""

    def case(ch):
        arrays = {}
        for dtype in dtypes:
            xs = [ch.Variable(np.random.normal(size=shape).astype(dtype)) for shape in shapes]
            ys = op(ch.functions, *xs)
            ys = ys if isinstance(ys, (tuple, list)) else (ys,)
            gys = [ch.Variable(np.random.normal(size=y.shape).astype(y.dtype)) for y in ys]
            arrays |= {f"{dtype}.y{place}": y.array for place, y in enumerate(ys)}
            for place, gx in enumerate(ch.grad(ys, xs, gys)):
                arrays[f"{dtype}.gx{place}"] = gx.array
        return arrays

    return case


def running_statistics(ch):
    """What the running statistics of the two normalizations are afterwards."""
    x = np.random.normal(size=(5, 3)).astype("f4")
    mean, var = running(x)
    one = np.ones(3, "f4")
    ch.functions.batch_renormalization(
        x, one, one, 1.2, 0.3, running_mean=mean, running_var=var, decay=0.7, update_statistics=True
    )
    centre, projection = np.zeros((3, 1), "f4"), np.ones((3, 1, 1), "f4")
    ch.functions.decorrelated_batch_normalization(
        x, groups=3, running_mean=centre, running_projection=projection, decay=0.7
    )
    return {"mean": mean, "var": var, "centre": centre, "projection": projection}


EXACT = {f"weights.{name}": links.weights_case(*spec) for name, spec in LINKS.items()}
CASES = {f"link.{name}": links.link_case(*spec) for name, spec in LINKS.items()}
CASES |= {f"function.{name}": function_case(*spec) for name, spec in OPS.items()}
CASES["function.running_statistics"] = running_statistics
