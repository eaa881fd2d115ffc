"""One HTML page to look at in a browser: loss, weights, the graph and the steps of one iteration.

Self-contained: no script, nothing from anywhere else, and a policy in the page that forbids browsers both.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from ..errors import BpdebugError, ExportError
from ..log.schema import Kind
from ..text import clean, count_text, duration_text, number, shape_text
from ..timeline import Moment, TensorView, Timeline
from . import ExportOptions, ExportReport
from .event_tensors import LeftOut
from .html_drawings import Curve, chart, graph_drawing
from .iteration_graph import graph_of, options_for_iteration
from .scalars import ParameterScalars, each_iteration
from .selection import Selection

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["write"]

_MAX_STEPS = 500
_MAX_NOTES = 50
_MAX_VALUES = 64
_ROW = 12
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark;--line:#1f6fb2;--bad:#c2410c;--soft:#8886}
body{font:14px/1.45 system-ui,sans-serif;margin:0 auto;max-width:1200px;padding:16px}
h1{font-size:20px}h2{font-size:16px;border-bottom:1px solid var(--soft);margin-top:28px}
table{border-collapse:collapse}th,td{padding:2px 10px;text-align:right;border-bottom:1px solid var(--soft)}
th:first-child,td:first-child{text-align:left}td{white-space:nowrap}
.wide{overflow-x:auto}code,pre,.values td{font:12px/1.4 monospace}
pre{white-space:pre-wrap}summary{cursor:pointer}details{margin:2px 0 2px var(--depth,0)}
.bad{color:var(--bad);fill:var(--bad)}
.muted{opacity:.7}.charts{display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}
.values td{padding:1px 6px;white-space:nowrap}
svg text{font:12px system-ui,sans-serif;fill:currentColor}svg text.small{font-size:10.5px}
.line{fill:none;stroke:var(--line);stroke-width:1.5}.dot{fill:var(--line)}.axis{fill:none;stroke:var(--soft)}
.edge{fill:none;stroke:#888}.visited{fill:#1f6fb233;stroke:#1f6fb2}.unvisited{fill:#8882;stroke:#888}.here{fill:#e0a80066;stroke:#b58900}
"""


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the page. Curves are over the selected iterations, the rest is about one of them.

    Raises:
        OSError: the stream can't be written.
    """
    page = _Page(reader, options)
    for piece in page.pieces():
        stream.write(piece.encode("utf-8"))
    return page.left_out.report()


class _Page:
    """Makes the parts of one page."""

    def __init__(self, reader: LogReader, options: ExportOptions) -> None:
        self._reader = reader
        self._options = options
        self._timeline = Timeline(reader)
        self.left_out = LeftOut()

    def pieces(self) -> Iterator[str]:
        run, timeline = self._reader.run, self._timeline
        title = f"bpdebug: {clean(run.script)}"
        yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        yield f'<meta http-equiv="Content-Security-Policy" content="{_text(_POLICY)}">'
        yield '<meta name="viewport" content="width=device-width">'
        yield f"<style>{_STYLE}</style></head><body><h1>{_text(clean(run.script))}</h1>"
        about = [f"recorded {clean(run.created)} by {clean(run.writer)}", count_text(len(timeline), "event")]
        yield f"<p>{_text(' · '.join(about))}<br>{_text(timeline.reason_for_end())}</p>"
        yield from self._notes()
        yield from self._findings()
        yield from self._numbers()
        try:
            iteration, chosen = options_for_iteration(self._reader, self._options)
        except ExportError:
            yield "<h2>Graph</h2><p>No forward op is selected.</p>"
            chosen = self._options
        else:
            graph = graph_of(timeline.names, self._options)
            yield f"<h2>Graph of iteration {iteration}</h2>"
            yield '<p class="muted">Blue: a backward step came; |gx| is the norm of a gradient it sent back.</p>'
            yield graph_drawing(graph)
            yield f"<h2>Steps of iteration {iteration}</h2>"
        yield from self._steps(chosen)
        yield "</body></html>\n"

    def _notes(self) -> Iterator[str]:
        """Failures and warnings, wherever in the run, and the first event that made something not finite."""
        seqs = list(_few(Selection(self._reader, ExportOptions()).seqs(Kind.failed, Kind.warned), _MAX_NOTES))
        first = _first_nonfinite(self._reader)
        if not seqs and first is None:
            return
        yield "<h2>What to look at</h2><ul>"
        if first is not None:
            moment = self._timeline.moment(first)
            yield f'<li class="bad">first NaN or infinity: <code>{_text(moment.address)}</code> {_line(moment)}</li>'
        for seq in seqs:
            moment = self._timeline.moment(seq)
            yield f"<li><code>{_text(moment.address)}</code> {_text(moment.title)} {_line(moment)}</li>"
        yield "</ul>"

    def _findings(self) -> Iterator[str]:
        """What the rules say of the run, where somebody was asked to look."""
        if self._options.find is None:
            return
        found = self._options.find(self._reader)
        yield "<h2>Findings</h2>"
        if not found:
            yield "<p>Nothing found.</p>"
        for first, *rest in found:
            lines = _text("\n".join(rest))
            yield f'<details open><summary class="bad">{_text(first)}</summary><pre>{lines}</pre></details>'

    def _numbers(self) -> Iterator[str]:
        """Curves of what was reported, and the table of parameters."""
        reported: dict[str, Curve] = defaultdict(list)
        lengths: dict[str, dict[str, Curve]] = defaultdict(lambda: defaultdict(list))
        latest: dict[str, ParameterScalars] = {}
        options = self._options if not self._options.at else ExportOptions(progress=self._options.progress)
        for now in each_iteration(self._timeline.names, Selection(self._reader, options), self.left_out):
            for name, value in now.reported.items():
                reported[name].append((now.iteration, value))
            for name, parameter in now.parameters.items():
                latest[name] = parameter
                for what in ("value", "gradient", "ratio"):
                    found = getattr(parameter, what)
                    if found is not None:
                        lengths[name][what].append((now.iteration, found))
        yield "<h2>Reported</h2>"
        if not reported:
            yield "<p>Nothing was reported.</p>"
        yield '<div class="charts">'
        for name, curve in reported.items():
            first, last = number(curve[0][1]), number(curve[-1][1])
            yield f"<figure><figcaption>{_text(name)}: {first} → {last}</figcaption>{chart(name, curve)}</figure>"
        yield "</div><h2>Weights</h2>"
        if not latest:
            yield "<p>No parameter was updated, and none got a gradient.</p>"
            return
        yield '<div class="wide"><table><tr><th>parameter</th><th>|value|</th><th></th><th>|gradient|</th><th></th>'
        yield "<th>|update|</th><th>update / value</th><th></th></tr>"
        for name, parameter in latest.items():
            curves = lengths[name]
            cells = [_text(name)]
            for what in ("value", "gradient"):
                cells += [
                    _number(getattr(parameter, what)),
                    chart(f"{what} of {name}", curves[what], small=True),
                ]
            cells += [_number(parameter.update), _number(parameter.ratio)]
            cells.append(chart(f"update ratio of {name}", curves["ratio"], small=True))
            yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        yield '</table></div><p class="muted">L2 norms, of the last selected iteration that has them.</p>'

    def _steps(self, options: ExportOptions) -> Iterator[str]:
        seqs = Selection(self._reader, options).seqs()
        base: int | None = None
        for seq in _few(seqs, _MAX_STEPS):
            moment = self._timeline.moment(seq)
            self.left_out.events += 1
            self.left_out.damaged += moment.body is None
            base = moment.depth if base is None else min(base, moment.depth)
            depth = min(max(moment.depth - base, 0), 12)
            took = getattr(moment.body, "ns", 0)
            time = f' <span class="muted">{_text(duration_text(took / 1000))}</span>' if took > 0 else ""
            bad = ' class="bad"' if moment.nonfinite else ""
            yield f'<details style="--depth:{depth * 16}px"><summary{bad}>'
            yield f"{_text(moment.title)}{time}</summary><p><code>{_text(moment.address)}</code> {_line(moment)}</p>"
            if moment.facts:
                yield f"<pre>{_text(chr(10).join(moment.facts))}</pre>"
            if moment.tensors:
                yield '<div class="wide"><table><tr><th>tensor</th><th>shape</th><th>dtype</th><th>min</th><th>max</th>'
                yield "<th>mean</th><th>|.|</th></tr>"
                for view in moment.tensors:
                    yield _tensor_row(view)
                yield "</table></div>"
            yield "</details>"
        if next(seqs, None) is not None:
            yield f"<p>Only the first {_MAX_STEPS} steps are shown.</p>"


def _few(seqs: Iterator[int], count: int) -> Iterator[int]:
    """The first `count`, taking no more than these from `seqs`."""
    for _ in range(count):
        seq = next(seqs, None)
        if seq is None:
            return
        yield seq


def _first_nonfinite(reader: LogReader) -> int | None:
    for begin in range(0, len(reader.index), 1 << 16):
        rows = np.flatnonzero(reader.index["flags"][begin : begin + (1 << 16)] & 1)
        if rows.size:
            return begin + int(rows[0])
    return None


def _tensor_row(view: TensorView) -> str:
    cells = [_text(f"{view.group}: {view.title}")]
    cells += [_text(shape_text(view.shape)) if view.shape is not None else "", _text(view.dtype)]
    try:
        measured = view.statistics()
    except BpdebugError as error:
        return f'<tr><td>{cells[0]}</td><td colspan="6" class="muted">{_text(clean(str(error)))}</td></tr>'
    cells += [_number(found) for found in (measured.min, measured.max, measured.mean, measured.l2)]
    rows = "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    if measured.nonfinite:
        wild = f"{measured.nan} NaN, {measured.pos_inf + measured.neg_inf} infinite"
        rows += f'<tr><td></td><td colspan="6" class="bad">{wild}</td></tr>'
    return rows + _values_row(view)


def _values_row(view: TensorView) -> str:
    """The values of a small tensor, or why there are none."""
    try:
        array = view.array()
    except BpdebugError as error:
        return f'<tr><td></td><td colspan="6" class="muted">{_text(clean(str(error)))}</td></tr>'
    if array.size > _MAX_VALUES or array.ndim > 2:
        return ""
    return f'<tr><td></td><td colspan="6">{_values(array)}</td></tr>'


def _values(array: np.ndarray) -> str:
    """The elements of a small array, longer rows broken; red is below zero, blue above, as strong as they are large."""
    lines = [array.reshape(-1)] if array.ndim < 2 else list(array)
    lines = [line[i : i + _ROW] for line in lines for i in range(0, line.size, _ROW)]
    finite = (
        np.abs(array[np.isfinite(array)]).astype(np.float64) if array.dtype.kind in "fiub" else np.empty(0)
    )
    largest = float(finite.max()) if finite.size else 0.0
    rows = []
    for line in lines:
        cells = []
        for value in line.tolist():
            style = ""
            if largest and not isinstance(value, complex) and math.isfinite(value) and value:
                color = "31,111,178" if value > 0 else "194,65,12"
                style = f' style="background:rgba({color},{abs(value) / largest * 0.6:.2f})"'
            cells.append(f"<td{style}>{_text(number(value, array.dtype))}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table class="values">{"".join(rows)}</table>'


def _line(moment: Moment) -> str:
    return f'<span class="muted">{_text(clean(moment.frame.text))}</span>' if moment.frame else ""


def _number(value: float | int | None) -> str:
    if value is None:
        return "-"
    text = _text(number(value))
    return text if math.isfinite(value) else f'<span class="bad">{text}</span>'


def _text(text: str) -> str:
    """Text for any place in the page, quoted attributes included."""
    return escape(text, quote=True)
