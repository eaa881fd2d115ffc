"""Forward values and gradients of single ops, first order and for a few second order."""

from __future__ import annotations

import numpy as np

__all__ = ["CASES"]

LABELS = np.array([0, 2, -1, 1], "i4")
BITS = np.array([[0, 1, 0], [1, 1, -1], [0, 0, 1], [1, 0, 0]], "i4")

# Each op as a function of the package's `functions` and of Variables; then the shapes of its inputs.
OPS = {
    "relu": (lambda F, x: F.relu(x), [(4, 3)]),
    "sigmoid": (lambda F, x: F.sigmoid(x), [(4, 3)]),
    "tanh": (lambda F, x: F.tanh(x), [(4, 3)]),
    "softmax": (lambda F, x: F.softmax(x), [(4, 3)]),
    "softmax_axis": (lambda F, x: F.softmax(x, axis=2), [(2, 3, 4)]),
    "log_softmax": (lambda F, x: F.log_softmax(x), [(4, 3)]),
    "exp": (lambda F, x: F.exp(x), [(4, 3)]),
    "log": (lambda F, x: F.log(x * x + 1), [(4, 3)]),
    "sqrt": (lambda F, x: F.sqrt(x * x + 1), [(4, 3)]),
    "add": (lambda F, x, z: x + z, [(4, 3), (4, 3)]),
    "subtract": (lambda F, x, z: x - z, [(4, 3), (4, 3)]),
    "multiply": (lambda F, x, z: x * z, [(4, 3), (3,)]),
    "divide": (lambda F, x, z: x / (z * z + 1), [(4, 1), (4, 3)]),
    "with_numbers": (lambda F, x: 2 - (3 * x + 1) / 4 + 1 / (x * x + 1), [(4, 3)]),
    "power": (lambda F, x, z: (x * x + 1) ** z, [(4, 3), (4, 3)]),
    "power_number": (lambda F, x: x**3 + 2 ** (-x), [(4, 3)]),
    "absolute": (lambda F, x: abs(x), [(4, 3)]),
    "matmul": (lambda F, x, z: F.matmul(x, z), [(4, 3), (3, 5)]),
    "matmul_transposed": (lambda F, x, z: F.matmul(x, z, transa=True, transb=True), [(3, 4), (5, 3)]),
    "matmul_batch": (lambda F, x, z: F.matmul(x, z), [(2, 4, 3), (2, 3, 5)]),
    "linear": (lambda F, x, W, b: F.linear(x, W, b), [(4, 3), (2, 3), (2,)]),
    "linear_flattens": (lambda F, x, W: F.linear(x, W), [(4, 3, 2), (5, 6)]),
    "sum": (lambda F, x: F.sum(x), [(4, 3)]),
    "sum_axis": (lambda F, x: F.sum(x, axis=(0, 2), keepdims=True), [(4, 3, 2)]),
    "mean": (lambda F, x: F.mean(x), [(4, 3)]),
    "mean_axis": (lambda F, x: F.mean(x, axis=1), [(4, 3)]),
    "max": (lambda F, x: F.max(x), [(4, 3)]),
    "max_axis": (lambda F, x: F.max(x, axis=1), [(4, 3)]),
    "reshape": (lambda F, x: F.reshape(x, (2, -1)), [(4, 3)]),
    "transpose": (lambda F, x: F.transpose(x, (2, 0, 1)), [(4, 3, 2)]),
    "concat": (lambda F, x, z: F.concat((x, z), axis=1), [(4, 3), (4, 2)]),
    "broadcast_to": (lambda F, x: F.broadcast_to(x, (4, 3)), [(3,)]),
    "get_item": (lambda F, x: x[1:, ::2], [(4, 3)]),
    "get_item_index": (lambda F, x: x[[0, 2, 2]], [(4, 3)]),
    "dropout": (lambda F, x: F.dropout(x, 0.4), [(4, 3)]),
    "mean_squared_error": (lambda F, x, t: F.mean_squared_error(x, t), [(4, 3), (4, 3)]),
    "softmax_cross_entropy": (lambda F, x: F.softmax_cross_entropy(x, LABELS), [(4, 3)]),
    "softmax_cross_entropy_double": (
        lambda F, x: F.softmax_cross_entropy(x, LABELS, enable_double_backprop=True), [(4, 3)]),
    "softmax_cross_entropy_sum": (
        lambda F, x: F.softmax_cross_entropy(x, LABELS, normalize=False), [(4, 3)]),
    "softmax_cross_entropy_each": (
        lambda F, x: F.softmax_cross_entropy(x, LABELS, reduce="no"), [(4, 3)]),
    "softmax_cross_entropy_weighted": (
        lambda F, x: F.softmax_cross_entropy(x, LABELS, class_weight=np.array([1, 2, 3], x.dtype)), [(4, 3)]),
    "sigmoid_cross_entropy": (lambda F, x: F.sigmoid_cross_entropy(x, BITS), [(4, 3)]),
    "sigmoid_cross_entropy_sum": (lambda F, x: F.sigmoid_cross_entropy(x, BITS, normalize=False), [(4, 3)]),
    "sigmoid_cross_entropy_each": (lambda F, x: F.sigmoid_cross_entropy(x, BITS, reduce="no"), [(4, 3)]),
}  # fmt: skip

TWICE = ("sigmoid", "tanh", "softmax", "log_softmax", "matmul", "linear", "multiply", "divide", "power",
         "mean_squared_error", "softmax_cross_entropy_double", "sigmoid_cross_entropy")  # fmt: skip


def op_case(name):
    """Value and gradients of one op, in float32 and float64."""
    op, shapes = OPS[name]

    def case(ch):
        arrays = {}
        for dtype in ("f4", "f8"):
            xs = [ch.Variable(np.random.normal(size=shape).astype(dtype)) for shape in shapes]
            y = op(ch.functions, *xs)
            y.grad = np.random.normal(size=y.shape).astype(dtype)
            y.backward()
            arrays[f"{dtype}.y"] = y.array
            for place, x in enumerate(xs):
                arrays[f"{dtype}.gx{place}"] = x.grad
        return arrays

    return case


def twice_case(name):
    """Gradients of the gradients of one op: of the sum of squares of its input gradients."""
    op, shapes = OPS[name]

    def case(ch):
        F = ch.functions
        xs = [ch.Variable(np.random.normal(size=shape).astype("f8")) for shape in shapes]
        y = op(F, *xs)
        y.grad_var = ch.Variable(np.random.normal(size=y.shape).astype("f8"))
        gy = y.grad_var
        gxs = ch.grad([y], xs, [gy], enable_double_backprop=True)
        z = sum(F.sum(gx * gx) for gx in gxs)
        ggs = ch.grad([z], [*xs, gy])
        return {f"g{place}": gg.array for place, gg in enumerate(ggs) if gg is not None}

    return case


def accuracy(ch):
    """How many are right; labels to ignore."""
    y = np.random.normal(size=(4, 3)).astype("f4")
    return {
        "all": ch.functions.accuracy(y, np.array([0, 2, 1, 1], "i4")).array,
        "ignoring": ch.functions.accuracy(y, LABELS, ignore_label=-1).array,
    }


def retained(ch):
    """Gradients of what lies between, with retain_grad, and of a variable that forks."""
    F = ch.functions
    x = ch.Variable(np.random.normal(size=(2, 3)).astype("f4"))
    h = F.tanh(x)
    y = F.sum(h * h + F.sigmoid(h) * x)
    y.backward(retain_grad=True)
    return {"gx": x.grad, "gh": h.grad, "gy": y.grad}


CASES = {f"op.{name}": op_case(name) for name in OPS}
CASES |= {f"twice.{name}": twice_case(name) for name in TWICE}
CASES |= {"accuracy": accuracy, "retained": retained}
