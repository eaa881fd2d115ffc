"""Updaters: what one step of a training loop is."""

from .parallel_updater import ParallelUpdater
from .standard_updater import StandardUpdater

__all__ = ["ParallelUpdater", "StandardUpdater"]
