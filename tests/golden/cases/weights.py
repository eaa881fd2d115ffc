"""Initial weights, dropout masks and the order of examples: what comes out of the random generator."""

from __future__ import annotations

import numpy as np

__all__ = ["CASES", "ROUNDED"]

INITIALIZERS = {
    "Zero": {},
    "One": {},
    "Constant": {"fill_value": 0.25},
    "Normal": {},
    "LeCunNormal": {},
    "GlorotNormal": {},
    "HeNormal": {"scale": 2.0},
    "Uniform": {},
    "LeCunUniform": {},
    "GlorotUniform": {},
    "HeUniform": {},
    "NaN": {},
}


def initializers(ch):
    """Each initializer on a fresh float32 and float64 array of the shape of a weight."""
    arrays = {}
    for name, arguments in INITIALIZERS.items():
        initializer = getattr(ch.initializers, name)(**arguments)
        for dtype in ("f4", "f8"):
            array = np.zeros((5, 3), dtype)
            initializer(array)
            arrays[f"{name}.{dtype}"] = array
    square = np.zeros((3, 3), "f4")
    ch.initializers.Identity(2.0)(square)
    arrays["Identity"] = square
    arrays["generated"] = ch.initializers.generate_array(ch.initializers.Normal(0.5), (2, 3, 4), np)
    return arrays


def orthogonal(ch):
    """Rows at right angles; made by a decomposition, so rounded otherwise by another LAPACK."""
    arrays = {}
    for shape in ((3, 5), (4, 4), (2, 3, 2)):
        array = np.zeros(shape, "f4")
        ch.initializers.Orthogonal(1.5)(array)
        arrays[str(shape)] = array
    return arrays


def links(ch):
    """The parameters of links, in the order in which they are made."""
    L = ch.links
    arrays = {}
    plain = L.Linear(3, 5)
    settings = L.Linear(4, 2, initialW=ch.initializers.HeNormal(), initial_bias=0.5)
    constant = L.Linear(2, 2, initialW=np.array([[1, 2], [3, 4]], "f4"), nobias=True)
    late = L.Linear(None, 4)
    late(np.ones((2, 7), "f4"))
    doubled = L.Linear(6)  # one size alone is the number of outputs
    doubled(np.ones((2, 2), "f4"))
    with ch.using_config("dtype", np.dtype("f8")):
        wide = L.Linear(3, 2)
    for name, link in (
        ("plain", plain), ("settings", settings), ("constant", constant), ("late", late),
        ("doubled", doubled), ("wide", wide),
    ):  # fmt: skip
        for path, parameter in sorted(link.namedparams()):
            arrays[name + path] = parameter.array
    return arrays


def dropout(ch):
    """Which elements are kept, and nothing drawn outside training."""
    x = np.ones((4, 6), "f4")
    arrays = {"half": ch.functions.dropout(x).array, "fifth": ch.functions.dropout(x, ratio=0.2).array}
    with ch.using_config("train", False):
        arrays["off"] = ch.functions.dropout(x).array
    return arrays


def batches(ch):
    """The order in which an iterator hands out examples, over the ends of epochs."""
    arrays = {}
    for name, settings in {
        "shuffled": {}, "in_order": {"shuffle": False}, "once": {"repeat": False, "shuffle": True},
    }.items():  # fmt: skip
        iterator = ch.iterators.SerialIterator(np.arange(10), 4, **settings)
        order, epochs = [], []
        for _, batch in zip(range(6), iterator, strict=False):
            order += batch
            epochs.append((iterator.epoch, iterator.is_new_epoch, iterator.epoch_detail))
        arrays[f"{name}.order"] = np.array(order)
        arrays[f"{name}.epochs"] = np.array(epochs, "f8")
    return arrays


ROUNDED = {"orthogonal": orthogonal}
CASES = {"initializers": initializers, "links": links, "dropout": dropout, "batches": batches}
