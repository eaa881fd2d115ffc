"""Six updates of one parameter by given gradients: nothing but the update rule's own arithmetic."""

from __future__ import annotations

import numpy as np

__all__ = ["CASES", "EXACT"]

RULES = {
    "AdaDelta": ("AdaDelta", {}, []),
    "AdaDelta.own": ("AdaDelta", {"rho": 0.8, "eps": 1e-3}, []),
    "AdaGrad": ("AdaGrad", {}, []),
    "AdaGrad.own": ("AdaGrad", {"lr": 0.1, "eps": 1e-3}, []),
    "CorrectedMomentumSGD": ("CorrectedMomentumSGD", {"lr": 0.05, "momentum": 0.7}, []),
    "MSVAG": ("MSVAG", {}, []),
    "MSVAG.own": ("MSVAG", {"lr": 0.05, "beta": 0.7, "eta": 0.5, "weight_decay_rate": 0.1}, []),
    "NesterovAG": ("NesterovAG", {"lr": 0.05, "momentum": 0.7}, []),
    "RMSprop": ("RMSprop", {}, []),
    "RMSprop.own": ("RMSprop", {"lr": 0.1, "alpha": 0.8, "eps": 1e-3, "eps_inside_sqrt": True}, []),
    "RMSpropGraves": ("RMSpropGraves", {}, []),
    "RMSpropGraves.own": ("RMSpropGraves", {"lr": 0.01, "alpha": 0.8, "momentum": 0.5, "eps": 1e-2}, []),
    "SMORMS3": ("SMORMS3", {}, []),
    "SMORMS3.own": ("SMORMS3", {"lr": 0.1, "eps": 1e-6}, []),
    "SGD.Lasso": ("SGD", {"lr": 0.1}, [("Lasso", (0.05,))]),
    "SGD.GradientHardClipping": ("SGD", {"lr": 0.1}, [("GradientHardClipping", (-0.5, 0.25))]),
    "SGD.GradientNoise": ("SGD", {"lr": 0.1}, [("GradientNoise", (0.3,))]),
    "SGD.GradientLARS": ("SGD", {"lr": 0.1}, [("GradientLARS", (0.01, 0.05))]),
}  # fmt: skip


def updates_case(name):
    """The parameter and the (hooked) gradient after each update, and what the rule remembers at the end."""
    cls, arguments, hooks = RULES[name]

    def case(ch):
        arrays = {}
        for dtype in ("f4", "f8"):
            link = ch.Link()
            with link.init_scope():
                link.W = ch.Parameter(np.random.normal(size=(4, 3)).astype(dtype))
            optimizer = getattr(ch.optimizers, cls)(**arguments)
            optimizer.setup(link)
            for hook, settings in hooks:
                optimizer.add_hook(getattr(ch.optimizer_hooks, hook)(*settings))
            for step in range(6):
                link.W.grad = np.random.normal(size=(4, 3)).astype(dtype)
                optimizer.update()
                arrays |= {f"{dtype}.{step}.W": link.W.array.copy(), f"{dtype}.{step}.gW": link.W.grad.copy()}
            state = link.W.update_rule.state or {}
            arrays |= {f"{dtype}.state.{key}": state[key] for key in sorted(state)}
        return arrays

    return case


# Norms, quotients of differences, and a power, which another NumPy or processor rounds differently.
ROUNDED = ("MSVAG", "MSVAG.own", "SGD.GradientLARS", "SGD.GradientNoise")

EXACT = {f"rule.{name}": updates_case(name) for name in RULES if name not in ROUNDED}
CASES = {f"rule.{name}": updates_case(name) for name in ROUNDED}
