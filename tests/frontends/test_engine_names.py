"""What links and parameters are called in a log."""

from __future__ import annotations

from bpdebug.frontends import engine_names
from engine import Chain, links


def test_a_link_may_get_attributes_while_one_is_looked_for() -> None:
    """By another thread, or by a finalizer."""
    link = Chain()
    link.steps, link.parts = links.Linear(1, 1), {"first": 1}
    seen = []
    for name, _ in engine_names._attributes(link):
        seen.append(name)
        setattr(link, f"late_{len(seen)}", 0)
        link.parts[f"late_{len(seen)}"] = 0
    assert "steps" in seen
    assert "parts.first" in seen
