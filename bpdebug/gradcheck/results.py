"""What a gradient check found, in a form that goes through a file as JSON.

A number that JSON lacks is the string `NaN`, `Infinity` or `-Infinity`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

__all__ = ["Checked", "InputCheck", "ParameterCheck", "StepCheck", "verdict_of"]

Number = float | int | str
VERDICTS = ("wrong", "skipped", "kink", "right")
"""The worst first."""


class InputCheck(msgspec.Struct, omit_defaults=True):
    """The gradient of one input of one op.

    `role` is the gradient's (`gW`). `verdict`: `right`; `wrong`; `kink`: the forward computation has no derivative
    here, and the rule gave one of those that it has beside it; `skipped`, and `note` says why. `element`, `expected`,
    `found` tell of the first wrong element, or of the first kink; `off` is the relative error along a random direction.
    """

    role: str
    verdict: str
    element: list[int] | None = None
    expected: Number | None = None
    found: Number | None = None
    off: Number | None = None
    note: str = ""


class StepCheck(msgspec.Struct, tag_field="check", tag="step", omit_defaults=True):
    """One backward step. `seq` is its event; `defined` is the line of a script's own backward rule."""

    seq: int
    op: str
    cls: str
    inputs: list[InputCheck]
    note: str = ""
    defined: str = ""

    @property
    def verdict(self) -> str:
        """The worst of its inputs'; `skipped` for none."""
        return verdict_of(check.verdict for check in self.inputs)


class ParameterCheck(msgspec.Struct, tag_field="check", tag="parameter", omit_defaults=True):
    """The whole gradient of one parameter, from the loss: what a walk gave against differences of the loss.

    `seq` is the event at which the walk began; `name` the parameter's.
    """

    seq: int
    name: str
    verdict: str
    expected: Number | None = None
    found: Number | None = None
    off: Number | None = None
    note: str = ""


class Checked(msgspec.Struct, tag_field="check", tag="end", omit_defaults=True):
    """The last line of the checks of a running script: how many backward walks there were, and why it ended."""

    walks: int
    why: str = ""


def verdict_of(verdicts: Iterable[str]) -> str:
    """The worst; `skipped` for none."""
    found = set(verdicts)
    return next((verdict for verdict in VERDICTS if verdict in found), "skipped")
