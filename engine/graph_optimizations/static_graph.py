"""`static_graph` under Chainer's name."""

from ..static_graph import static_graph

__all__ = ["static_graph"]
