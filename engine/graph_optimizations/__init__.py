"""The decorators of `static_graph` under the names by which Chainer's documentation imports them."""

from .static_graph import static_graph
from .static_graph_utilities import static_code

__all__ = ["static_code", "static_graph"]
