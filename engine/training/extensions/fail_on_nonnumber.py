"""The extension that ends a training whose parameters are no longer numbers."""

from __future__ import annotations

from typing import Any

from ..extension import Extension

__all__ = ["FailOnNonNumber"]


class FailOnNonNumber(Extension):
    """Raises RuntimeError as soon as a parameter holds an inf or a NaN."""

    def __call__(self, trainer: Any) -> None:
        for name, optimizer in trainer.updater.get_all_optimizers().items():
            for path, param in optimizer.target.namedparams():
                if param.array is not None and not bool(param.xp.isfinite(param.array).all()):
                    raise RuntimeError(
                        f"Kill the process since parameters in optimizer '{name}' diverge. R.I.P.\n"
                        f"{path} holds inf or NaN after iteration {trainer.updater.iteration}."
                    )
