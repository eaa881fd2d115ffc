"""Five steps of each optimizer on one small model, with and without hooks."""

from __future__ import annotations

import numpy as np

from .steps import make_perceptron, note_parameters

__all__ = ["CASES"]

# Name of the case: class, its arguments, then the hooks in the order in which they are added.
OPTIMIZERS = {
    "SGD": ("SGD", {"lr": 0.1}, []),
    "SGD.default": ("SGD", {}, []),
    "MomentumSGD": ("MomentumSGD", {"lr": 0.05, "momentum": 0.8}, []),
    "Adam.default": ("Adam", {}, []),
    "Adam": ("Adam", {"alpha": 0.02, "beta1": 0.8, "beta2": 0.95, "eps": 1e-6}, []),
    "Adam.decaying": ("Adam", {"weight_decay_rate": 0.1, "eta": 0.5}, []),
    "AdamW": ("AdamW", {"weight_decay_rate": 0.1}, []),
    "AMSGrad": ("AMSGrad", {"alpha": 0.02}, []),
    "AdaBound": ("AdaBound", {"alpha": 0.02, "final_lr": 0.05}, []),
    "AMSBound": ("AMSBound", {"alpha": 0.02}, []),
    "SGD.WeightDecay": ("SGD", {"lr": 0.1}, [("WeightDecay", 0.05)]),
    "SGD.GradientClipping": ("SGD", {"lr": 0.1}, [("GradientClipping", 0.2)]),
    "MomentumSGD.both": (
        "MomentumSGD", {"lr": 0.1}, [("WeightDecay", 0.05), ("GradientClipping", 0.2)]),
    "Adam.both": ("Adam", {"alpha": 0.01}, [("GradientClipping", 0.2), ("WeightDecay", 0.05)]),
}  # fmt: skip


def trajectory_case(name):
    """Losses, parameters and (hooked) gradients of five steps."""
    cls, arguments, hooks = OPTIMIZERS[name]

    def case(ch):
        F = ch.functions
        x = np.random.normal(size=(6, 4)).astype("f4")
        t = np.array([0, 1, 2, 0, 1, 2], "i4")
        model = make_perceptron(ch, (4, 5, 3), F.tanh)
        optimizer = getattr(ch.optimizers, cls)(**arguments)
        optimizer.setup(model)
        for hook, rate in hooks:
            optimizer.add_hook(getattr(ch.optimizer_hooks, hook)(rate))
        arrays = {}
        for step in range(5):
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            arrays[f"{step}.loss"] = loss.array
            note_parameters(arrays, f"{step}", model)
        arrays["t"] = np.array(optimizer.t)
        return arrays

    return case


CASES = {f"optimizer.{name}": trajectory_case(name) for name in OPTIMIZERS}
