"""Links: what has parameters and is called on variables."""

from .base import Link
from .chain import Chain
from .chain_list import ChainList
from .ownership import owner_of

__all__ = ["Chain", "ChainList", "Link", "owner_of"]
