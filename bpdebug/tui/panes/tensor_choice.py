"""Which of an event's tensors is shown: the role that the person chose, as far as the event has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...timeline import Moment, TensorView

__all__ = ["TensorChoice"]


class TensorChoice:
    """Attributes: the event's tensors `views`, and the `place` of the chosen one among them."""

    def __init__(self) -> None:
        self.views: list[TensorView] = []
        self.place = 0
        self._wanted: tuple[str, str] | None = None

    def use(self, moment: Moment | None) -> None:
        """Choose among the tensors of this event."""
        self.views = moment.tensors if moment is not None else []
        self.place = self._wanted_place()

    def like(self, other: TensorChoice) -> None:
        """Want what another choice wants, from the next event on."""
        self._wanted = other._wanted

    def choose(self, place: int) -> None:
        """Choose one by its place, which may lie outside: after the last comes the first."""
        if self.views:
            self.place = place % len(self.views)
            view = self.views[self.place]
            self._wanted = (view.group, view.role)

    @property
    def view(self) -> TensorView | None:
        """The chosen one."""
        return self.views[self.place] if self.place < len(self.views) else None

    def _wanted_place(self) -> int:
        if self._wanted is not None:
            pairs = [(view.group, view.role) for view in self.views]
            if self._wanted in pairs:
                return pairs.index(self._wanted)
            roles = [role for _, role in pairs]
            if self._wanted[1] in roles:
                return roles.index(self._wanted[1])
        # Where the person has chosen none of these: a NaN is what they are looking for.
        return next((place for place, view in enumerate(self.views) if view.nonfinite), 0)
