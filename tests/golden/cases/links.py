"""Initial weights, outputs and gradients of the links."""

from __future__ import annotations

import numpy as np

__all__ = ["CASES", "EXACT"]

IDS = np.array([[0, 4, 2], [2, -1, 0]], "i4")

LENGTHS = [(2, 3), (4, 3), (1, 3), (4, 3)]
CLASSES = np.array([0, 2, 1, 3, 2], "i4")
COUNTS = {0: 8, 1: 5, 2: 6, 3: 4}

# Name of the case: makes the link, then the shapes of what it is called with.
LINKS = {
    "Bilinear": (lambda L: L.Bilinear(2, 3, 4), [(5, 2), (5, 3)]),
    "Bilinear.nobias": (lambda L: L.Bilinear(2, 3, 4, nobias=True), [(5, 2), (5, 3)]),
    "Convolution1D": (lambda L: L.Convolution1D(3, 4, 2, stride=2, pad=1), [(2, 3, 7)]),
    "Convolution2D": (lambda L: L.Convolution2D(3, 4, 3, stride=2, pad=1), [(2, 3, 7, 6)]),
    "Convolution2D.late": (lambda L: L.Convolution2D(4, (3, 2)), [(2, 3, 7, 6)]),
    "Convolution2D.groups": (lambda L: L.Convolution2D(4, 6, 3, groups=2, dilate=2, nobias=True), [(2, 4, 7, 6)]),
    "Convolution3D": (lambda L: L.Convolution3D(2, 3, 2), [(2, 2, 3, 4, 3)]),
    "ConvolutionND": (lambda L: L.ConvolutionND(2, 3, 4, 2, 2, cover_all=True), [(2, 3, 6, 5)]),
    "Deconvolution1D": (lambda L: L.Deconvolution1D(3, 4, 3, 2), [(2, 3, 4)]),
    "Deconvolution2D": (lambda L: L.Deconvolution2D(3, 4, 3, 2, 1, outsize=(8, 6)), [(2, 3, 4, 3)]),
    "Deconvolution2D.late": (lambda L: L.Deconvolution2D(4, 3), [(2, 3, 4, 3)]),
    "Deconvolution3D": (lambda L: L.Deconvolution3D(2, 3, 2, nobias=True), [(1, 2, 3, 2, 2)]),
    "DeconvolutionND": (lambda L: L.DeconvolutionND(2, 4, 6, 3, groups=2), [(2, 4, 3, 4)]),
    "DepthwiseConvolution2D": (lambda L: L.DepthwiseConvolution2D(3, 2, 3, pad=1), [(2, 3, 4, 5)]),
    "DilatedConvolution2D": (lambda L: L.DilatedConvolution2D(3, 2, 3, pad=2, dilate=2), [(2, 3, 4, 5)]),
    "EmbedID": (lambda L: L.EmbedID(5, 3, ignore_label=-1), [IDS]),
    "BatchNormalization": (lambda L: L.BatchNormalization(3, decay=0.7), [(5, 3)]),
    "BatchNormalization.late": (lambda L: L.BatchNormalization(axis=(0, 1), use_gamma=False), [(5, 2, 3)]),
    "GroupNormalization": (lambda L: L.GroupNormalization(2, 4), [(2, 4, 3)]),
    "LayerNormalization": (lambda L: L.LayerNormalization(None), [(4, 3)]),
    "Inception": (lambda L: L.Inception(3, 2, 3, 4, 5, 6, 7), [(2, 3, 5, 4)]),
    "InceptionBN": (lambda L: L.InceptionBN(3, 2, 3, 4, 5, 6, "avg", 3), [(2, 3, 5, 4)]),
    "InceptionBN.max": (lambda L: L.InceptionBN(3, 0, 3, 4, 5, 6, "max", None, 2), [(2, 3, 6, 4)]),
    "MLPConvolution2D": (lambda L: L.MLPConvolution2D(3, (4, 2, 3), 3), [(2, 3, 5, 4)]),
    "Highway": (lambda L: L.Highway(3), [(5, 3)]),
    "LSTM": (lambda L: Twice(L.LSTM(3, 4)), [(5, 3), (4, 3), (2, 3)]),
    "LSTM.late": (lambda L: Twice(L.LSTM(4, bias_init=0.5, forget_bias_init=2)), [(5, 3), (5, 3)]),
    "StatelessLSTM": (lambda L: L.StatelessLSTM(3, 4), [(5, 4), (5, 4), (5, 3)]),
    "GRU": (lambda L: Twice(L.GRU(3, 4)), [(5, 3), (5, 3), (5, 3)]),
    "StatelessGRU": (lambda L: L.StatelessGRU(3, 4), [(5, 4), (5, 3)]),
    "Bias": (lambda L: L.Bias(1, (3,)), [(2, 3, 4)]),
    "Scale": (lambda L: L.Scale(1, (3,), bias_term=True), [(2, 3, 4)]),
    "PReLU": (lambda L: L.PReLU((3,)), [(2, 3, 4)]),
    "Swish": (lambda L: L.Swish((3,), 0.5), [(4, 3)]),
    "Swish.late": (lambda L: L.Swish(None), [(4, 3)]),
    "Maxout": (lambda L: L.Maxout(3, 4, 2), [(5, 3)]),
    "NStepLSTM": (lambda L: Sequences(L.NStepLSTM(2, 3, 4, 0.5), 2), LENGTHS),
    "NStepBiLSTM": (lambda L: Sequences(L.NStepBiLSTM(2, 3, 4, 0.5), 2), LENGTHS),
    "NStepGRU": (lambda L: Sequences(L.NStepGRU(2, 3, 4, 0.5), 1), LENGTHS),
    "NStepBiGRU": (lambda L: Sequences(L.NStepBiGRU(2, 3, 4, 0.0), 1), LENGTHS),
    "NStepRNNTanh": (lambda L: Sequences(L.NStepRNNTanh(2, 3, 4, 0.0), 1), LENGTHS),
    "NStepBiRNNReLU": (lambda L: Sequences(L.NStepBiRNNReLU(2, 3, 4, 0.5), 1), LENGTHS),
    "BinaryHierarchicalSoftmax": (
        lambda L: L.BinaryHierarchicalSoftmax(3, L.BinaryHierarchicalSoftmax.create_huffman_tree(COUNTS)),
        [(5, 3), CLASSES]),
    "NegativeSampling": (lambda L: L.NegativeSampling(3, [8, 5, 6, 4], 2), [(5, 3), CLASSES]),
    "CRF1d": (lambda L: Labelling(L.CRF1d(4, np.arange(16, dtype="f4").reshape(4, 4) / 8)), [(5, 4), (3, 4)]),
}  # fmt: skip


class Wrapped:
    """A link with another way to call it."""

    def __init__(self, link, cells=0):
        self.link = link
        self.cells = cells

    def namedparams(self):
        return self.link.namedparams()

    def namedlinks(self):
        return self.link.namedlinks()


class Sequences(Wrapped):
    """A link for sequences, which begins with states of zeros."""

    def __call__(self, *xs):
        return self.link(*[None] * self.cells, list(xs))


class Labelling(Wrapped):
    """A link that is called on steps and their labels."""

    def __call__(self, *xs):
        score, path = self.link.argmax(xs)
        loss = self.link(xs, [CLASSES, CLASSES[:3]], reduce="no")
        mean = self.link(xs, [CLASSES, CLASSES[:3]])
        return (loss, mean, score * 1.0, *[score * 0 + labels.sum() for labels in path])


class Twice(Wrapped):
    """A link with memory, called on one input after the other."""

    def __call__(self, *xs):
        return tuple([self.link(x) for x in xs])


def arguments(specs):
    """Arrays of the shapes, or what is given instead."""
    return [np.random.normal(size=spec).astype("f4") if isinstance(spec, tuple) else spec for spec in specs]


def flat(value):
    """All variables in nested lists and tuples."""
    if isinstance(value, (list, tuple)):
        return [part for item in value for part in flat(item)]
    return [value]


def weights_case(make, specs):
    """What the weights are before anything was computed (a link without input size: after the first call)."""

    def case(ch):
        link = make(ch.links)
        if any(param.array is None for _, param in link.namedparams()):
            link(*arguments(specs))
        return {path: param.array for path, param in sorted(link.namedparams())}

    return case


def link_case(make, specs):
    """Outputs and gradients of a link, what it remembers, and its outputs in evaluation."""

    def case(ch):
        link = make(ch.links)
        xs = [ch.Variable(x) if x.dtype.kind == "f" else x for x in arguments(specs)]
        ys = flat(link(*xs))
        arrays = {f"y{place}": y.array for place, y in enumerate(ys)}
        for _, param in link.namedparams():
            param.cleargrad()
        # Numbers, not drawn ones: cosines of their places, so that no two gradients are alike.
        loss = sum([ch.functions.sum(y * np.cos(np.arange(y.size, dtype="f4")).reshape(y.shape)) for y in ys])
        loss.backward()
        for place, x in enumerate(xs):
            if isinstance(x, ch.Variable):
                arrays[f"gx{place}"] = x.grad
        for path, param in sorted(link.namedparams()):
            if param.grad is not None:
                arrays[f"g{path}"] = param.grad
        for path, part in link.namedlinks():
            arrays |= {f"{path}:{key}": getattr(part, key) for key in sorted(part._persistent)}
        with ch.using_config("train", False):
            ys = flat(link(*xs)) if not isinstance(link, Twice) else ()
        return arrays | {f"evaluated{place}": y.array for place, y in enumerate(ys)}

    return case


EXACT = {f"weights.{name}": weights_case(*spec) for name, spec in LINKS.items()}
CASES = {f"link.{name}": link_case(*spec) for name, spec in LINKS.items()}
