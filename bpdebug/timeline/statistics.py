"""What one array holds, in a few numbers: `log.statistics`, under the name that readers use."""

from __future__ import annotations

from ..log.statistics import Statistics, joint_norm, statistics

__all__ = ["Statistics", "joint_norm", "statistics"]
