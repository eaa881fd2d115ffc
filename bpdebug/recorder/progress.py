"""Which iteration and which phase a run is in: the rules, free of everything else.

An iteration ends with an update of the parameters. The next one begins when the model is next called for training,
so that evaluation, clearing of gradients, prints and further optimizers between the two still belong to the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..log.schema import Phase
from ..native import fields_of

__all__ = ["BACKWARD", "EVALUATION", "FORWARD", "SETUP", "UPDATE", "Progress"]

# Plain numbers: hashing a member of an enumeration is a call of Python code, and every event does it.
SETUP = int(Phase.setup)
FORWARD = int(Phase.forward)
BACKWARD = int(Phase.backward)
UPDATE = int(Phase.update)
EVALUATION = int(Phase.evaluation)

if TYPE_CHECKING:
    _Fields = object
else:
    _Fields = fields_of("Progress")


class Progress(_Fields):
    """Counts iterations and remembers the phase; one for all threads of a run."""

    def __init__(self) -> None:
        self.iteration = 0
        self.phase = SETUP
        """The phase of the latest op, walk or update, and of everything that happens until the next one."""
        self.on_iteration: Callable[[int], None] | None = None
        """Told of each iteration that begins; it may raise, and then ends the script."""
        self._iteration_is_over = False
        self._has_optimizer = False
        # Of the iteration that goes on, or what follows it: what was computed in it, and what a walk went over.
        self._computed_for_training = False
        self._computed_in_evaluation = False
        self._walked_in_evaluation = False
        self._trains_in_evaluation = False

    def model_called(self, training: bool) -> int:
        """An op is computed, or a link is called, outside of any backward walk and update."""
        if self._iteration_is_over and (training or self._trains_in_evaluation):
            self._iteration_is_over = False
            self.iteration += 1
            if self.on_iteration is not None:
                self.on_iteration(self.iteration)
        if training:
            self._computed_for_training = True
            self.phase = FORWARD
        else:
            self._computed_in_evaluation = True
            self.phase = EVALUATION
        return self.phase

    def backward_started(self) -> int:
        self._walked_in_evaluation = self._computed_in_evaluation
        self.phase = BACKWARD
        return self.phase

    def backward_finished(self, double: bool, failed: bool) -> None:
        """Without an optimizer, a walk ends an iteration, unless it is itself part of a graph."""
        if not self._has_optimizer and not double and not failed:
            self._end_iteration()

    def optimizer_set_up(self) -> None:
        self._has_optimizer = True

    def update_started(self) -> int:
        self._has_optimizer = True
        self.phase = UPDATE
        return self.phase

    def update_finished(self) -> None:
        self._end_iteration()

    def _end_iteration(self) -> None:
        if (
            self._computed_for_training or self._walked_in_evaluation
        ):  # else: one more update of the same iteration
            self._trains_in_evaluation = not self._computed_for_training
        self._computed_for_training = self._computed_in_evaluation = self._walked_in_evaluation = False
        self._iteration_is_over = True
