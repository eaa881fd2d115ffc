"""`static_code` under Chainer's name."""

from ..static_graph import static_code

__all__ = ["static_code"]
