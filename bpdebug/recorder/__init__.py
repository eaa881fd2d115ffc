"""What of a run is worth keeping: turns what a front end notices into events of the log.

Free of any framework: `frontends` knows those. Not for reading or showing.
"""

from .recorder import Recorder

__all__ = ["Recorder"]
