"""The plain text of the pane of breakpoints and watches."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import cell_width
from ..timeline import Moment, Timeline
from ..timeline.watches import WatchValues, stop_rows
from .show_views import Wanted

__all__ = ["stop_lines"]


def stop_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """Each breakpoint with its hits, each watch with its values up to the event."""
    if not (wanted.breakpoints or wanted.watches):
        yield "  none: --break, --break-on and --watch set them"
        return
    watches = [WatchValues(timeline.recorded, text) for text in wanted.watches]
    rows = [
        row
        for row in stop_rows(timeline, wanted.breakpoints, watches, (), moment.seq)
        if row.kind in ("breakpoint", "watch")
    ]
    width = max(cell_width(row.text) for row in rows)
    for row in rows:
        mark = "*" if row.kind == "breakpoint" else "="
        text = row.text + " " * (width - cell_width(row.text))
        yield f"  {row.number:>3} {mark} {text}  {row.detail}  {row.spark}".rstrip()
