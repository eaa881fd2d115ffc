"""One recorded run of a script: the parts that watch it, from before its first line to after its last thread."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, NoReturn

from ..capture import plan_of
from ..launch import ChildSettings
from ..log.schema import SCHEMA_VERSION
from ..log.writer import LogWriter
from ..protocol import Activity, Ended, Ready
from ..recorder import Recorder
from . import environment, script, tracebacks
from .hard_exit import flush_before_hard_exit
from .noticing_warnings import notice_warnings
from .parent import Parent, ask_to_end, end_with_workers
from .progress import SHOWN, Progress
from .streams import Output
from .workers import prepare_workers

if TYPE_CHECKING:
    from types import FrameType

    from ..breakpoints.live import LiveStops
    from .bound import Bound
    from .channel import Channel
    from .gate import Gate
    from .orders import Orders
    from .triggers import Triggers

__all__ = ["Run"]

_LEFT_ALONE = 143
"""The status of a child whose debugger has gone: that of a process ended by SIGTERM."""
_KILLED = "bpdebug itself was killed"
_MOMENT_S = 0.02
"""So long after its socket a debugger that was killed may still be there."""
_GRACE_S = 10.0
"""So much time a script has that takes SIGTERM as it likes."""
_CLOSING_S = 5.0
"""So much the log has to be closed."""
_PATIENCE_S = 1.0
"""How long a run that makes no event goes on after the debugger has gone."""
_FLUSH_FAILED = 120
"""Python's own status for output that could not be flushed at the end."""


class Run:
    """Everything that stands around the script `name`; made once, before the script is read.

    Raises:
        BpdebugError: the log can't be written.
    """

    def __init__(self, settings: ChildSettings, name: str) -> None:
        self._pid = os.getpid()
        self._name = name
        self._outcome = script.Outcome(1, "the script did not run")
        self._gate: Gate | None = None
        self._orders: Orders | None = None
        self._progress: Progress | None = None
        self._channel: Channel | None = None
        self._bound: Bound | None = None
        self._triggers: Triggers | None = None
        self._running_op: Callable[[FrameType | None], str] = lambda frame: ""
        self._stops: list[Callable[[], None]] = []
        self._settings = settings
        self._parent = Parent(settings.parent)
        self._nobody_waits = False
        self._log = LogWriter.create(settings.log_directory, name, settings.flush_after_s)
        self._output = Output(self._record_output, pass_on=not settings.screen)
        if settings.control is not None:
            self._recorder = self._recorder_with_debugger(settings, settings.control)
        else:
            self._recorder = self._recorder_alone(settings)
        self._set_bounds(settings)
        # The log can be opened from now on; what follows takes the debugger's time, too.
        if self._channel is not None and self._gate is not None:
            self._channel.listen(self._gate.receive, self._debugger_gone)
            self._channel.send(Ready(pid=self._pid, schema=SCHEMA_VERSION))
        if not settings.real_chainer:
            self._watch_engine(settings)

    def _recorder_with_debugger(self, settings: ChildSettings, control: int) -> Recorder:
        """What records while somebody steps the run, who is at the other end of the socket `control`."""
        from ..breakpoints.live import LiveStops
        from ..recorder.arrays import to_host
        from .channel import Channel
        from .gate import Gate
        from .orders import Orders
        from .pausing import interrupt_main_thread_soon, pause_at_signal

        self._channel = Channel(control)
        stops = LiveStops(self._log, lambda array: to_host(array)[0])
        self._gate = gate = Gate(stops, self._flush, self._channel.send, self._leave)
        recorder = Recorder(self._log, on_event=gate, plan=plan_of(settings.capture))
        gate.on_need_before = recorder.look_before
        self._orders = Orders(recorder, stops)
        gate.carry_out = self._orders
        gate.on_pause_wanted = interrupt_main_thread_soon
        pause_at_signal(tracebacks.is_machinery, gate.pause_here)
        gate.activity = lambda: self._activity(gate, stops, recorder)
        return recorder

    def _activity(self, gate: Gate, stops: LiveStops, recorder: Recorder) -> Activity:
        """What the script does since its latest event, or since it went on after it."""
        from .activity import activity_of

        latest = stops.latest
        came_at = 0.0 if latest is None else self._log.started_ns / 1e9 + latest["time_us"] / 1e6
        began = max(came_at, gate.went_on_at)
        is_user = recorder.call_sites.is_user
        return activity_of(gate.stepped_thread, latest, began, gate.go_number, is_user, self._running_op)

    def _recorder_alone(self, settings: ChildSettings) -> Recorder:
        """What records a run that nobody steps, with a progress line where there is a terminal for it."""
        recorder = Recorder(self._log, plan=plan_of(settings.capture))
        if settings.progress and sys.stderr is not None and sys.stderr.isatty():
            self._progress = Progress(self._output, self._is_loss, lambda: self._log.written)
            recorder.on_event, recorder.shown = self._progress, SHOWN
        recorder.observer_only_reads = True  # as do bounds and triggers
        recorder.observer_ignores_tensors = True
        return recorder

    def _set_bounds(self, settings: ChildSettings) -> None:
        """Let the run end where the settings say so, and what it keeps hang on their conditions."""
        if settings.iterations is not None or settings.seconds is not None:
            from .bound import Bound

            self._bound = Bound(self._recorder, settings.iterations, settings.seconds, self._leave_bounded)
        if settings.capture.keep_when is not None or settings.capture.until is not None:
            from .triggers import Triggers

            self._triggers = Triggers(settings.capture, self._recorder, self._recorder.on_event)
            self._recorder.on_event = self._triggers
            self._recorder.observer_ignores_tensors = False

    def _watch_engine(self, settings: ChildSettings) -> None:
        """Make `import chainer` give the engine, and record what it does from now on."""
        from ..frontends import alias, engine

        package = alias.install()
        self._recorder.unsettled, self._recorder.settle = self._output.unsettled, self._output.settle
        if self._orders is not None:
            from ..frontends.own_ops import OwnOps
            from ..frontends.running_op import RunningOp

            self._running_op = RunningOp(package)
            own_ops = self._orders.own_ops = OwnOps(package, lambda: self._log.event_count - 1)
            self._stops.append(package.events.observe(own_ops.before))
        self._stops.append(engine.watch(package, self._recorder))
        if self._orders is not None:
            self._stops.append(package.events.observe(own_ops.after))
        if settings.gradcheck:
            from .gradient_checks import GradientChecks

            checks = GradientChecks(package, self._log, settings, self._end_early)
            self._stops.append(checks.stop)
        if self._bound is not None:
            from ..frontends import gradient_probe

            self._stops.append(gradient_probe.probe(package, self._recorder))
        prepare_workers()

    def execute(self, args: list[str], modules_at_start: Collection[str]) -> None:
        """Run the script to its end.

        Raises:
            BaseException: what the script left by, prepared to be shown as Python would; None where it just ended.
        """
        # Asked first: what it imports must not be taken from the script's directory.
        facts: dict[str, Any] = {
            "versions": environment.versions(),
            "devices": environment.devices(),
            "random_state": environment.random_state(),
        }
        module = script.prepare(self._name, args, modules_at_start)
        path = os.path.abspath(self._name)
        self._recorder.run_started(argv=sys.argv, script=path, cwd=os.getcwd(), **facts)
        if self._settings.lifeline is not None:
            self._parent.watch(self._settings.lifeline, self._parent_gone)
        self._output.install()
        notice_warnings(self._warned)
        flush_before_hard_exit(self._flush_all)
        if self._progress is not None:
            self._progress.start()
        if self._bound is not None:
            self._bound.start()
        gc.freeze()  # what was loaded for the script is not looked through while it runs
        gc.enable()
        self._outcome = script.run(self._name, module)
        if self._triggers is not None:
            self._triggers.close()
            if self._triggers.stopped and self._outcome.status == 0:
                self._outcome.reason = self._triggers.stopped
        error = self._outcome.error
        if self._bound is not None:
            self._bound.close()
            if self._bound.reason and isinstance(error, SystemExit):
                self._outcome.reason = self._bound.reason
        if error is None:
            return
        if not isinstance(error, SystemExit):
            tracebacks.explain_missing(error)
            self._output.settle()
            if self._orders is not None:
                self._orders.script_failed(error)
            self._recorder.script_failed(error)
            tracebacks.show_as_python_would(error)
        raise error

    def finish(self) -> None:
        """Close the log; called after the script's threads and exit handlers, not in forked processes."""
        if os.getpid() != self._pid:
            return
        if self._progress is not None:
            self._progress.stop()
        for stop in self._stops:
            stop()
        if not self._flush_streams() and self._outcome.status == 0:
            self._outcome = script.Outcome(_FLUSH_FAILED, "the script's output could not be written")
        if self._settings.progress:  # what is told of the run then begins a line
            self._output.end_line()
        self._output.stop()
        reason = f"{_KILLED}; {self._outcome.reason}" if self._nobody_waits else self._outcome.reason
        self._recorder.run_finished(self._outcome.status, reason)
        self._recorder.close()
        if self._channel is not None and self._gate is not None:
            self._channel.send(
                Ended(seq=self._log.event_count - 1, status=self._outcome.status, why=self._outcome.reason)
            )

    def _end_early(self, reason: str) -> None:
        """End the process, though the script isn't at its end; on the thread of the latest event."""
        self._outcome = script.Outcome(0, reason)
        self.finish()
        os._exit(0)

    def forked(self) -> None:
        """Called in a forked process: the run and its log belong to the parent, this one is just a program."""
        self._recorder.disabled = True
        for stop in self._stops:
            stop()
        self._output.stop(forked=True)
        if self._gate is not None:
            self._gate.open = False
        if self._channel is not None:
            self._channel.close()

    # ---- called by the parts ------------------------------------------------------------------------------

    def _record_output(self, stream: str, text: str) -> None:
        self._recorder.output(stream, text)

    def _flush(self) -> None:
        self._recorder.flush()

    def _flush_all(self) -> None:
        self._output.settle()
        self._recorder.flush()

    def _warned(self, category: str, text: str) -> None:
        self._output.settle()
        self._recorder.warned(category, text, None)

    def _is_loss(self, label: int) -> bool:
        name = self._log.texts[label].removeprefix("report:")
        return name.rpartition("/")[2] == "loss" and not name.startswith("validation/")

    def _leave(self) -> None:
        """End the process because nobody steps it, or waits for it, any more."""
        if self._gate is not None:
            self._gate.open = False
        if self._progress is not None:
            self._progress.stop()
        killed = self._parent.is_gone(_MOMENT_S)
        reason = f"{_KILLED}, and the script ended with it" if killed else "ended by the debugger"
        with contextlib.suppress(Exception):
            self._recorder.run_finished(_LEFT_ALONE, reason)
            self._recorder.close()
        if killed:
            self._end_alone()
        os._exit(_LEFT_ALONE)

    def _end_alone(self) -> NoReturn:
        """The log is closed, and nobody is there to end what the script has started."""
        if self._settings.progress:
            with contextlib.suppress(OSError):
                told = f"bpdebug: {_KILLED}, and {self._name} ended with it; the run is kept in {self._log.directory}\n"
                os.write(2, told.encode())
        if self._channel is not None and os.getpgrp() == self._pid:  # the group that the debugger made
            os.killpg(self._pid, signal.SIGKILL)
        end_with_workers()

    def _leave_in_any_case(self) -> None:
        """The same where the script's threads may hold what closing the log takes."""
        leaving = threading.Thread(target=self._leave, name="bpdebug-leaving", daemon=True)
        leaving.start()
        leaving.join(_CLOSING_S)
        os.kill(self._pid, signal.SIGKILL)

    def _leave_bounded(self) -> None:
        """End the process of a script that swallows the exit."""
        assert self._bound is not None
        self._bound.close()
        with contextlib.suppress(Exception):
            self._recorder.run_finished(0, self._bound.reason)
            self._recorder.close()
        os._exit(0)

    def _debugger_gone(self) -> None:
        assert self._gate is not None
        self._gate.debugger_gone()
        threading.Event().wait(_PATIENCE_S)  # a script that waits or computes for long comes to no event
        self._leave_in_any_case()

    def _parent_gone(self) -> None:
        """Nobody waits for the script any more; on the thread that noticed it."""
        self._nobody_waits = True
        if ask_to_end():
            threading.Event().wait(_GRACE_S)
        self._leave_in_any_case()

    def _flush_streams(self) -> bool:
        good = True
        for stream in (sys.stdout, sys.stderr):
            try:
                if stream is not None and not stream.closed:
                    stream.flush()
            except (OSError, ValueError):
                good = False
        return good
