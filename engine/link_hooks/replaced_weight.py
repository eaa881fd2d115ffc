"""What the link hooks have in common that let a link compute with a function of its weight."""

from __future__ import annotations

from typing import Any

from ..link_hook import LinkHook
from ..parameter import Parameter

__all__ = ["ReplacedWeight"]


class ReplacedWeight(LinkHook):
    """During the link's call, its weight is replaced by what a subclass's `weight_for` computes of it.

    Gradients go through that computation to the weight itself, which an optimizer changes as ever.
    """

    weight_name: str
    original_weight: Any = None

    def __enter__(self) -> Any:
        raise NotImplementedError("This hook is not supposed to be used as context manager.")

    def weight_for(self, link: Any, W: Parameter) -> Any:
        """What the link computes with, as a variable of the weight's shape."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define weight_for(link, W)")

    def added(self, link: Any) -> None:
        """Check that the link has the weight.

        Raises:
            ValueError: it has not.
        """
        if not hasattr(link, self.weight_name):
            raise ValueError(f"Weight '{self.weight_name}' does not exist!")

    def forward_preprocess(self, args: Any) -> None:
        link = args.link
        W = getattr(link, self.weight_name)
        if not isinstance(W, Parameter):  # an exception ended the call before
            W = self.original_weight
        if W.array is None:  # the first call would give it its shape; this needs it before
            x = args.args[0]
            link._initialize_params(x.size // len(x) if hasattr(link, "in_size") else x.shape[1])
        self.original_weight = W
        link.__dict__[self.weight_name] = self.weight_for(link, W)

    def forward_postprocess(self, args: Any) -> None:
        args.link.__dict__[self.weight_name] = self.original_weight
