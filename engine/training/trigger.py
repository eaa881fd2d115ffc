"""Triggers: callables of the trainer that say whether it is time."""

from .triggers.choosing import get_trigger
from .triggers.interval_trigger import IntervalTrigger

__all__ = ["IntervalTrigger", "get_trigger"]
