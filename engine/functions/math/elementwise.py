"""What elementwise functions of one argument share; no functions here."""

from __future__ import annotations

from ..op import Op

__all__ = ["_Elementwise"]


class _Elementwise(Op):
    """y = f(x), elementwise; the label is the op's name."""

    x_roles = ("x",)
    y_roles = ("y",)
    retained_x: tuple[int, ...] = (0,)

    @property
    def label(self) -> str:
        return self.op_name
