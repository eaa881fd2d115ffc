"""The one table of keys: bindings, the help screen and the line of keys at the bottom are all made from it.

Lower case goes forward in time, upper case the same thing backward. A key means the same in every pane.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingsMap, BindingType

if TYPE_CHECKING:
    from textual.dom import DOMNode

__all__ = ["GROUPS", "KEYMAP", "MAIN", "Key", "bindings_for", "key_of", "shown_key", "take_keys"]

MAIN = "main"
"""The `where` of keys that work in every pane."""

GROUPS = (
    "Step", "Jump", "Two runs", "Breakpoints", "Search", "Screen", "Program",
    "Source", "Timeline", "Tensor", "Weights", "Loss", "Graph", "Explain", "Breakpoint list",
    "Findings", "Console",
)  # fmt: skip


@dataclass(frozen=True)
class Key:
    """One thing that a key does.

    Attributes:
        id: names it in a user's own keymap.
        keys: key names as Textual spells them, separated by commas; the first is the one that is shown.
        action: what it calls, as Textual spells actions.
        help: one line, for the help screen.
        group: one of `GROUPS`, the heading that it has there.
        hint: one word for the line of keys; "" leaves it out there.
        where: `MAIN`, or the pane that must be focused.
        live: only for a script that runs under the debugger, not for a recorded run.
        two: only where there is a second run beside the first.
        priority: answered before the focused widget sees it.
    """

    id: str
    keys: str
    action: str
    help: str
    group: str
    hint: str = ""
    where: str = MAIN
    live: bool = False
    two: bool = False
    priority: bool = False


# fmt: off
KEYMAP: tuple[Key, ...] = (
    Key("step", "s,f11", "move('step')", "step to the next event, into scopes and steps", "Step", "step"),
    Key("step_back", "S", "move('step_back')", "step back to the previous event", "Step", "back"),
    Key("next_difference", "right_parenthesis", "difference(1)", "next that differs", "Two runs", "differs", two=True),
    Key("previous_difference", "left_parenthesis", "difference(-1)", "previous that differs", "Two runs", two=True),
    Key("first_divergence", "number_sign", "first_divergence", "the first divergence", "Two runs", two=True),
    Key("other_run", "vertical_line", "other_run", "the other run at the same event", "Two runs", "B or A", two=True),
    Key("over", "n,f10", "move('over')", "step over: next event at this level or above", "Step", "over"),
    Key("over_back", "N", "move('over_back')", "step over, backward", "Step"),
    Key("finish", "f,shift+f11,f23", "move('finish')", "finish: to the end of this scope or phase", "Step", "finish"),
    Key("finish_back", "F", "move('finish_back')", "to the beginning of this scope or phase", "Step"),
    Key("continue", "c,f5", "move('continue')", "continue to the next breakpoint", "Step", "continue"),
    Key("continue_back", "C", "move('continue_back')", "back to the previous breakpoint", "Step"),
    Key("run_to", "t", "run_to(False)", "run to the selected line or timeline row", "Step"),
    Key("run_to_back", "T", "run_to(True)", "run back to the selected line or timeline row", "Step"),
    Key("count", "1,2,3,4,5,6,7,8,9,0", "digit", "before a step: how often (10s); alone: go to that pane", "Step"),
    Key("cross", "x", "move('cross')", "cross over: forward op to its backward step, and back", "Jump", "cross"),
    Key("next_iteration", "right_square_bracket", "move('next_iteration')", "next iteration", "Jump", "iteration"),
    Key("previous_iteration", "left_square_bracket", "move('previous_iteration')", "previous iteration", "Jump"),
    Key("next_phase", "right_curly_bracket", "move('next_phase')", "next phase", "Jump", "phase"),
    Key("previous_phase", "left_curly_bracket", "move('previous_phase')", "previous phase", "Jump"),
    Key("first", "g", "move('first')", "first event", "Jump"),
    Key("last", "G", "move('last')", "last event (the live head)", "Jump"),
    Key("frame_out", "u", "frame(1)", "outer user frame in the Source pane", "Jump"),
    Key("frame_in", "d", "frame(-1)", "inner user frame in the Source pane", "Jump"),
    Key("breakpoint", "b,f9", "breakpoint", "breakpoint on this op; in Source, on the line", "Breakpoints", "break"),
    Key("edit_breakpoint", "B", "edit_breakpoint", "edit a breakpoint, give it a condition", "Breakpoints"),
    Key("watch", "w", "watch", "watch the tensor that is shown, or an expression", "Breakpoints", "watch"),
    Key("watch_changes", "W", "watch_changes", "stop where the shown tensor changes", "Breakpoints"),
    Key("gradcheck", "K", "gradcheck", "check this step's gradients by differences", "Jump"),
    Key("bookmark", "m", "bookmark", "mark this event, or take the mark away", "Jump"),
    Key("next_bookmark", "apostrophe", "to_bookmark(1)", "next marked event", "Jump"),
    Key("previous_bookmark", "quotation_mark", "to_bookmark(-1)", "previous marked event", "Jump"),
    Key("visited_back", "ctrl+o,alt+left", "visited(1)", "back to where you were before", "Jump"),
    Key("visited_forward", "alt+right", "visited(-1)", "forward again, after going back", "Jump"),
    Key("search", "slash", "search", "search events by words of their address", "Search", "search"),
    Key("search_next", "full_stop", "search_step(1)", "next event found", "Search"),
    Key("search_previous", "comma", "search_step(-1)", "previous event found", "Search"),
    Key("next_pane", "tab", "pane(1)", "next pane", "Screen", "pane"),
    Key("previous_pane", "shift+tab", "pane(-1)", "previous pane", "Screen"),
    Key("console", "o", "console", "console: what the script printed; again: back", "Screen"),
    Key("zoom", "z", "zoom", "zoom the pane, and back", "Screen", "zoom"),
    Key("grow", "plus,equals_sign", "resize_pane(1)", "grow the pane", "Screen"),
    Key("shrink", "minus", "resize_pane(-1)", "shrink the pane", "Screen"),
    Key("copy", "y", "copy", "copy the value, line or address to the clipboard", "Screen", "copy"),
    Key("copy_whole", "Y", "copy_whole", "copy the whole tensor as NumPy; elsewhere the address", "Screen"),
    Key("run", "space", "run_or_pause", "run the script, or pause it", "Program", "run", live=True),
    Key("edit", "e", "edit", "change the tensor under the cursor; the script goes on with it", "Program", live=True),
    Key("restart", "R", "restart", "start the script anew, with these breakpoints and watches", "Program", live=True),
    Key("messages", "M", "messages", "the messages so far, in full, the latest first", "Program"),
    Key("prompt", "colon", "prompt", "command prompt: goto, break, ...", "Program", "command"),
    Key("palette", "ctrl+p", "palette", "command palette: all that can be done, found by its name", "Program"),
    Key("cancel", "escape", "cancel", "forget a count, a search or a step under way", "Program"),
    Key("interrupt", "ctrl+c", "interrupt", "pause the running script", "Program", live=True),
    Key("help", "question_mark,f1", "help", "this help", "Program", "help"),
    Key("quit", "q", "quit_debugger", "quit", "Program", "quit"),
    Key("quit_now", "ctrl+q", "quit_debugger", "quit, also from an input line", "Program", priority=True),
    Key("line_up", "up,k", "cursor(-1)", "line up", "Source", where="source"),
    Key("line_down", "down,j", "cursor(1)", "line down", "Source", where="source"),
    Key("line_page_up", "pageup", "cursor_page(-1)", "page up", "Source", where="source"),
    Key("line_page_down", "pagedown", "cursor_page(1)", "page down", "Source", where="source"),
    Key("line_first", "home", "cursor_end(-1)", "first line", "Source", where="source"),
    Key("line_last", "end", "cursor_end(1)", "last line", "Source", where="source"),
    Key("line_left", "left,h", "shift(-8)", "scroll left", "Source", where="source"),
    Key("line_right", "right,l", "shift(8)", "scroll right", "Source", where="source"),
    Key("row_enter", "enter", "enter", "go to this event; fold or unfold a group", "Timeline", where="timeline"),
    Key("row_up", "up,k", "cursor(-1)", "row up", "Timeline", where="timeline"),
    Key("row_down", "down,j", "cursor(1)", "row down", "Timeline", where="timeline"),
    Key("row_page_up", "pageup", "cursor_page(-1)", "page up", "Timeline", where="timeline"),
    Key("row_page_down", "pagedown", "cursor_page(1)", "page down", "Timeline", where="timeline"),
    Key("row_first", "home", "cursor_end(-1)", "first row", "Timeline", where="timeline"),
    Key("row_last", "end", "cursor_end(1)", "last row", "Timeline", where="timeline"),
    Key("row_fold", "left,h", "fold", "fold, or to the row that holds this one", "Timeline", where="timeline"),
    Key("row_unfold", "right,l", "unfold", "unfold, or to the first row inside", "Timeline", where="timeline"),
    Key("row_columns", "v", "columns", "columns: time and memory of each op", "Timeline", where="timeline"),
    Key("tensor_next", "greater_than_sign", "tensor(1)", "next tensor of the event", "Tensor", where="tensor"),
    Key("tensor_previous", "less_than_sign", "tensor(-1)", "previous tensor", "Tensor", where="tensor"),
    Key("tensor_view", "v", "view", "numbers, heat map, both, or a histogram", "Tensor", where="tensor"),
    Key("tensor_notation", "p", "notation", "notation: auto, fixed, scientific", "Tensor", where="tensor"),
    Key("tensor_index_next", "i", "slice(1)", "next index on the chosen axis", "Tensor", where="tensor"),
    Key("tensor_index_previous", "I", "slice(-1)", "previous index on it", "Tensor", where="tensor"),
    Key("tensor_axis_next", "a", "axis(1)", "choose the next leading axis", "Tensor", where="tensor"),
    Key("tensor_axis_previous", "A", "axis(-1)", "choose the previous leading axis", "Tensor", where="tensor"),
    Key("tensor_slice", "semicolon", "type_slice", "type which slice to show: [0, :, :, 3]", "Tensor", where="tensor"),
    Key("tensor_max", "circumflex_accent", "find('max')", "the largest element", "Tensor", where="tensor"),
    Key("tensor_min", "underscore", "find('min')", "the smallest element", "Tensor", where="tensor"),
    Key("tensor_bad", "exclamation_mark", "find('nonfinite')", "the next NaN or infinity", "Tensor", where="tensor"),
    Key("tensor_origin", "at", "origin", "go to the event that made this tensor", "Tensor", where="tensor"),
    Key("tensor_run", "r", "run(1)", "A, B, or how far they are apart", "Tensor", where="tensor", two=True),
    Key("tensor_explain", "enter", "explain", "explain this element", "Tensor", where="tensor"),
    Key("tensor_up", "up,k", "cursor(-1,0)", "element above", "Tensor", where="tensor"),
    Key("tensor_down", "down,j", "cursor(1,0)", "element below", "Tensor", where="tensor"),
    Key("tensor_left", "left,h", "cursor(0,-1)", "element to the left", "Tensor", where="tensor"),
    Key("tensor_right", "right,l", "cursor(0,1)", "element to the right", "Tensor", where="tensor"),
    Key("tensor_page_up", "pageup", "page(-1)", "page up", "Tensor", where="tensor"),
    Key("tensor_page_down", "pagedown", "page(1)", "page down", "Tensor", where="tensor"),
    Key("tensor_home", "home", "edge(False)", "first element of the row, of the sheet", "Tensor", where="tensor"),
    Key("tensor_end", "end", "edge(True)", "last element of the row, of the sheet", "Tensor", where="tensor"),
    Key("weights_up", "up,k", "cursor(-1)", "parameter above", "Weights", where="weights"),
    Key("weights_down", "down,j", "cursor(1)", "parameter below", "Weights", where="weights"),
    Key("weights_page_up", "pageup", "page(-1)", "page up", "Weights", where="weights"),
    Key("weights_page_down", "pagedown", "page(1)", "page down", "Weights", where="weights"),
    Key("weights_first", "home", "edge(-1)", "first parameter", "Weights", where="weights"),
    Key("weights_last", "end", "edge(1)", "last parameter", "Weights", where="weights"),
    Key("weights_part_next", "greater_than_sign,right,l", "part(1)", "towards after", "Weights", where="weights"),
    Key("weights_part_previous", "less_than_sign,left,h", "part(-1)", "towards before", "Weights", where="weights"),
    Key("weights_view", "v", "view", "table, one parameter, or both", "Weights", where="weights"),
    Key("weights_go", "enter", "go", "go to the latest update of this parameter", "Weights", where="weights"),
    Key("loss_next", "greater_than_sign", "curve(1)", "next curve", "Loss", where="loss"),
    Key("loss_previous", "less_than_sign", "curve(-1)", "previous curve", "Loss", where="loss"),
    Key("loss_scale", "p", "scale", "scale: linear or logarithmic", "Loss", where="loss"),
    Key("loss_smoothing", "a", "smoothing", "smoothing: running mean of 5, 20, 100 values", "Loss", where="loss"),
    Key("loss_marker_right", "right,l", "marker(1)", "marker to the next value", "Loss", where="loss"),
    Key("loss_marker_left", "left,h", "marker(-1)", "marker to the value before", "Loss", where="loss"),
    Key("loss_marker_far_right", "pagedown", "marker(10)", "marker far to the right", "Loss", where="loss"),
    Key("loss_marker_far_left", "pageup", "marker(-10)", "marker far to the left", "Loss", where="loss"),
    Key("loss_first", "home", "marker_edge(False)", "marker to the first value", "Loss", where="loss"),
    Key("loss_last", "end", "marker_edge(True)", "marker to the last value", "Loss", where="loss"),
    Key("loss_zoom_in", "up,k", "zoom_in", "stretch the x axis around the marker", "Loss", where="loss"),
    Key("loss_zoom_out", "down,j", "zoom_out", "show more of the x axis", "Loss", where="loss"),
    Key("loss_whole", "v", "whole", "the whole run, without marker", "Loss", where="loss"),
    Key("loss_go", "enter", "go", "go to the event at the marker", "Loss", where="loss"),
    Key("graph_go", "enter", "go", "go to this op, to its backward step where one was made", "Graph", where="graph"),
    Key("graph_view", "v", "view", "ops and layers, or one of them", "Graph", where="graph"),
    Key("graph_up", "up,k", "cursor(-1)", "op above", "Graph", where="graph"),
    Key("graph_down", "down,j", "cursor(1)", "op below", "Graph", where="graph"),
    Key("graph_page_up", "pageup", "page(-1)", "page up", "Graph", where="graph"),
    Key("graph_page_down", "pagedown", "page(1)", "page down", "Graph", where="graph"),
    Key("graph_first", "home", "edge(-1)", "first op", "Graph", where="graph"),
    Key("graph_last", "end", "edge(1)", "last op", "Graph", where="graph"),
    Key("explain_follow", "enter", "follow", "follow: the op that this gradient came from", "Explain", where="explain"),
    Key("explain_check", "k", "check", "check this step's gradients by differences", "Explain", where="explain"),
    Key("explain_next", "greater_than_sign", "tensor(1)", "the event's next tensor", "Explain", where="explain"),
    Key("explain_previous", "less_than_sign", "tensor(-1)", "previous tensor", "Explain", where="explain"),
    Key("explain_up", "up", "scroll_by(-1)", "line up", "Explain", where="explain"),
    Key("explain_down", "down,j", "scroll_by(1)", "line down", "Explain", where="explain"),
    Key("explain_page_up", "pageup", "scroll_page(-1)", "page up", "Explain", where="explain"),
    Key("explain_page_down", "pagedown", "scroll_page(1)", "page down", "Explain", where="explain"),
    Key("findings_go", "enter", "go", "go to the first event that shows it", "Findings", where="findings"),
    Key("findings_up", "up,k", "cursor(-1)", "finding above", "Findings", where="findings"),
    Key("findings_down", "down,j", "cursor(1)", "finding below", "Findings", where="findings"),
    Key("findings_first", "home", "edge(-1)", "first finding", "Findings", where="findings"),
    Key("findings_last", "end", "edge(1)", "last finding", "Findings", where="findings"),
    Key("stop_enter", "enter", "enter", "to its last hit, or its value", "Breakpoint list", where="breakpoints"),
    Key("stop_remove", "D,delete", "remove", "take it away", "Breakpoint list", where="breakpoints"),
    Key("stop_up", "up,k", "cursor(-1)", "row up", "Breakpoint list", where="breakpoints"),
    Key("stop_down", "down,j", "cursor(1)", "row down", "Breakpoint list", where="breakpoints"),
    Key("stop_page_up", "pageup", "cursor_page(-1)", "page up", "Breakpoint list", where="breakpoints"),
    Key("stop_page_down", "pagedown", "cursor_page(1)", "page down", "Breakpoint list", where="breakpoints"),
    Key("stop_first", "home", "cursor_end(-1)", "first row", "Breakpoint list", where="breakpoints"),
    Key("stop_last", "end", "cursor_end(1)", "last row", "Breakpoint list", where="breakpoints"),
    Key("evaluate", "enter", "screen.evaluate", "type Python for the paused script", "Console", where="console"),
    Key("text_up", "up,k", "scroll_by(-1)", "line up", "Console", where="console"),
    Key("text_down", "down,j", "scroll_by(1)", "line down", "Console", where="console"),
    Key("text_page_up", "pageup", "scroll_page(-1)", "page up", "Console", where="console"),
    Key("text_page_down", "pagedown", "scroll_page(1)", "page down", "Console", where="console"),
    Key("text_first", "home", "scroll_edge(-1)", "first line", "Console", where="console"),
    Key("text_last", "end", "scroll_edge(1)", "last line, and follow", "Console", where="console"),
)
# fmt: on

_BY_ID = {key.id: key for key in KEYMAP}

_SHOWN = {
    "space": "space", "plus": "+", "minus": "-", "slash": "/", "comma": ",", "full_stop": ".", "colon": ":",
    "equals_sign": "=", "question_mark": "?", "number_sign": "#", "at": "@",
    "left_square_bracket": "[", "right_square_bracket": "]",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "escape": "esc", "pageup": "PgUp",
    "pagedown": "PgDn", "up": "↑", "down": "↓", "left": "←", "right": "→", "home": "Home", "end": "End",
}  # fmt: skip


def bindings_for(where: str, keys: Mapping[str, Sequence[str]] | None = None) -> list[BindingType]:
    """Textual bindings of the keys that belong to `where` (`MAIN` or a pane), one a key name.

    Args:
        where: a place of the table.
        keys: names of keys by id, in place of the table's own.
    """
    made: list[BindingType] = []
    for key in KEYMAP:
        if key.where != where:
            continue
        for name in key.keys.split(",") if keys is None else keys[key.id]:
            action = f"digit({name})" if key.action == "digit" else key.action
            made.append(Binding(name, action, key.help, show=False, priority=key.priority, id=key.id))
    return made


def take_keys(node: DOMNode, where: str, keys: Mapping[str, Sequence[str]]) -> None:
    """Let a widget or screen answer to these keys, by id, instead of those of the table.

    Textual's own keymaps replace the keys of one binding, whatever others of the same key do, and at every key anew.
    """
    ours = BindingsMap(bindings_for(where, keys)).key_to_bindings
    left = {
        name: kept
        for name, bound in node._bindings.key_to_bindings.items()
        if (kept := [one for one in bound if key_of(one.id) is None])
    }
    node._bindings.key_to_bindings = left | ours


def key_of(binding_id: str | None) -> Key | None:
    """The table's row of a live binding, None for a binding that isn't from the table."""
    return _BY_ID.get(binding_id or "")


def shown_key(name: str) -> str:
    """A key name as people read it: `+` for `plus`, `F5` for `f5`, `Shift-F11` for `shift+f11`."""
    *modifiers, last = name.split("+")
    if last in _SHOWN:
        last = _SHOWN[last]
    elif len(last) > 1:
        last = _character(last) or last.capitalize()  # capitalize makes `f5` `F5`, too
    return "-".join([*(word.capitalize() for word in modifiers), last])


def _character(name: str) -> str:
    """The character of a key that Textual calls by its Unicode name: `>` for `greater_than_sign`; "" for others."""
    try:
        found = unicodedata.lookup(name.replace("_than_", "-than_").replace("_", " ").upper())
    except KeyError:
        return ""
    # Control characters have names, too: `tab` and `delete` are keys of their own.
    return found if found.isprintable() else ""
