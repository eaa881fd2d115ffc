"""What the child process reports: how the run starts and ends, what the script prints, warns and dies of."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec

from ..log.plain import utf8_text
from ..log.records import (
    EditedBody,
    FailedBody,
    OutputBody,
    RunFinishedBody,
    RunStartedBody,
    WarnedBody,
)
from ..log.schema import NOTHING, Kind
from .emitter import PARAMETER, Emitter
from .tracebacks import message_of, user_traceback

__all__ = ["RunEvents"]

_MOST_BYTES = 2**63 - 1
"""Of a budget, for the log: so much is no limit anyway."""
OUTPUT_PIECE = 1 << 16
"""Characters of output in one event: one print of 100 MB must not become one line of the log."""

P = ParamSpec("P")


def _guarded(method: Callable[P, None]) -> Callable[P, None]:
    """A fault of ours ends the recording, not the script: see `Emitter.fail`."""

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        recorder: Any = args[0]
        if recorder.disabled:
            return
        try:
            method(*args, **kwargs)
        except Exception as error:
            recorder.fail(error)

    return guarded


_NOTED = "_noted_by_bpdebug"
"""Set on an exception: its id would be that of another one soon."""


class RunEvents(Emitter):
    """Events that no framework is needed for."""

    @_guarded
    def run_started(
        self,
        argv: Sequence[str],
        script: str,
        cwd: str,
        versions: Mapping[str, str],
        devices: Sequence[str],
        random_state: str,
    ) -> None:
        """The script is about to run.

        Args:
            argv: as the script sees it.
            script: its path; relative ones start from `cwd`.
            versions: `python`, `numpy`, `blas`, `platform`, `bpdebug`, and `cupy` where it is there.
            devices: names such as `cpu`, `cuda:0`.
            random_state: fingerprint of NumPy's global generator.
        """
        self.call_sites.set_script(script, cwd)
        plan = self.capturing.plan
        body = RunStartedBody(
            argv=list(argv),
            script=script,
            cwd=cwd,
            versions=dict(versions),
            devices=list(devices),
            random_state=random_state,
            capture=plan.text,
            max_bytes=min(plan.max_bytes or 0, _MOST_BYTES),
            keep_when=plan.keep_when,
            until=plan.until,
        )
        self._emit(Kind.run_started, body, self.writer.text("run_started"))

    @_guarded
    def output(self, stream: str, text: str) -> None:
        """The script wrote `text` to `stream` (`stdout` or `stderr`)."""
        site = self.call_sites.here()
        label = self.writer.text(stream)
        for start in range(0, len(text), OUTPUT_PIECE):
            body = OutputBody(stream, text[start : start + OUTPUT_PIECE])
            self._emit(Kind.output, body, label, site=site)

    @_guarded
    def warned(self, category: str, text: str, frames: Iterable[tuple[str, int, str]] | None = None) -> None:
        """Python warned; `frames` are `(path, line, function)`, outermost first, of the caller's stack if None."""
        site = self.call_sites.here() if frames is None else self.call_sites.of_frames(frames)
        label = self.writer.text(f"warning:{category}")
        self._emit(Kind.warned, WarnedBody(category, text), label, site=site)

    @_guarded
    def script_failed(self, error: BaseException) -> None:
        """An exception left the script."""
        body = FailedBody(
            type=type(error).__name__,
            text=message_of(error),
            traceback=user_traceback(error, [], self.call_sites.is_user),
            left="script",
        )
        frames = []
        traceback = error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            frames.append((code.co_filename, traceback.tb_lineno or 0, code.co_qualname))
            traceback = traceback.tb_next
        if isinstance(error, SyntaxError) and error.filename and error.lineno:
            frames.append((error.filename, error.lineno, "<syntax>"))
        site = self.call_sites.of_frames(frames)
        self._emit(Kind.failed, body, self.writer.text(f"failed:{type(error).__name__}"), site=site)

    def op_failed(
        self,
        error: BaseException,
        op: str,
        shapes: Sequence[str],
        training: bool = True,
        operands: Sequence[tuple[str, Any]] = (),
    ) -> None:
        """An exception leaves an op; of one that leaves several, only the innermost is noted.

        Args:
            op: its label.
            shapes: what it was computing with, one text an array.
            training: whether it ran in training mode with the graph on.
            operands: role and array (or None) of what it was computing with.
        """
        thread = self.threads.state
        if getattr(error, _NOTED, False):
            return
        phase = thread.phase if thread.phase >= 0 else self._progress.model_called(training)
        with contextlib.suppress(AttributeError):  # one that lets nothing be set is noted once more
            setattr(error, _NOTED, True)
        site = self.call_sites.here()
        body = FailedBody(
            type=type(error).__name__,
            text=message_of(error),
            traceback=user_traceback(error, self.call_sites.frames_of(site), self.call_sites.is_user),
            op=op,
            shapes=list(shapes),
            operands=[self._row_or_none(array) for _, array in operands],
            roles=[role for role, _ in operands],
        )
        label = self.writer.text(f"failed:{type(error).__name__}")
        if self.on_event is not None:
            thread.arrays = {"operands": [array for _, array in operands]}
        self._emit(Kind.failed, body, label, phase, site=site)

    def _row_or_none(self, array: Any) -> int | None:
        """The row of an array; None for what is none: an op may have been given anything."""
        return self.tensor(array) if hasattr(array, "dtype") and hasattr(array, "shape") else None

    @_guarded
    def edited(self, variable: int, before: Any, array: Any, what: str, of: str) -> None:
        """The person has changed a tensor of the paused run.

        Args:
            variable: number of the variable.
            before: its content before.
            array: the very array, with its content now.
            what: what was typed.
            of: `value`, or `gradient`.
        """
        variables = self.writer.variables
        known = variables[variable] if variable < len(variables) else None
        (after,), flags = self._rows((array,))
        self._edited[of, variable] = self._content(array)
        body = EditedBody(variable, self.tensor(before), after, what, of)
        if known is not None and known.parameter:
            flags |= PARAMETER
        if self.on_event is not None:
            self.threads.state.arrays = {"before": (before,), "after": (array,)}
        label = self.writer.text(f"edit:{known.name if known is not None else of}")
        self._emit(Kind.edited, body, label, site=self.call_sites.here(), flags=flags)

    @_guarded
    def run_finished(self, status: int, reason: str) -> None:
        """The run is over: the last event. Everything is on disk when this returns."""
        writer = self.writer
        self.call_sites.define_modules()
        totals = {
            "events": writer.event_count + 1,
            "iterations": self._progress.iteration + 1,
            "tensors": writer.store.count,
            "tensor_bytes": writer.store.stored_bytes,
        }
        body = RunFinishedBody(status, utf8_text(reason), totals)
        self._emit(Kind.run_finished, body, writer.text("run_finished"), scope=NOTHING)
        # Other threads may still print; the end stays the last event.
        self.disabled = True
        self.flush()
