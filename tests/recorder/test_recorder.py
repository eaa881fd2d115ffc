"""What the recorder makes of the calls it gets; the front ends' own tests are in tests/frontends."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recorded import Run, addresses

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EVENT_INDEX, NOTHING, EventFlag, Kind
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "run")
    yield run
    run.recorder.close()


def test_on_event_gets_the_header_that_the_log_has(run: Run) -> None:
    recorder = run.recorder
    recorder.update_started("SGD", {"lr": 0.1}, 3)
    recorder.update_finished()
    run.forward(y=np.nan)
    reader = run.read()
    assert [header["seq"] for header in run.headers] == [0, 1, 2]
    for header in run.headers:
        row = reader.index[header["seq"]]
        for name in set(header) - {"seq", "time_us", "body", "arrays"}:
            assert row[name] == header[name], name
        assert type(header["kind"]) is int
    assert set(run.headers[0]) == {"seq", "body", "arrays", *(reader.index.dtype.names or ())} - {
        "offset",
        "length",
    }


def test_on_event_gets_the_very_arrays_of_the_event(run: Run) -> None:
    x, y = np.ones(2), np.zeros(3)
    run.forward(x, y)
    value, grad = np.ones(2), np.full(2, 0.5)
    run.recorder.keep_before = True
    variable = run.recorder.new_variable("W", parameter=True)
    before = run.recorder.param_before(variable, value, grad, {})
    value -= grad
    run.recorder.param_updated(variable, before, value, {})
    forward, updated = (header["arrays"] for header in run.headers)
    assert forward["x"][0] is x
    assert forward["y"][0] is y
    assert updated["after"][0] is value
    assert updated["grad"][0] is grad
    assert updated["before"][0].tolist() == [1, 1]
    assert run.headers[0]["body"].y[0][1] is not None


def test_the_next_event_waits_while_on_event_blocks(tmp_path: Path) -> None:
    gate, arrived = threading.Event(), threading.Event()

    def block(header: dict[str, Any]) -> None:
        arrived.set()
        assert gate.wait(10)

    recorder = Recorder(LogWriter.create(tmp_path / "run"), block)
    thread = threading.Thread(target=lambda: [recorder.output("stdout", text) for text in "ab"])
    thread.start()
    assert arrived.wait(10)
    # The log can be read, and other calls don't hang, while the script stands still.
    recorder.flush()
    assert len(LogReader(tmp_path / "run")) == 1
    gate.set()
    thread.join(10)
    recorder.close()
    assert len(LogReader(tmp_path / "run")) == 2


def test_threads_nest_on_their_own(run: Run) -> None:
    recorder = run.recorder
    recorder.update_started("SGD", {}, 1)
    thread = threading.Thread(target=lambda: recorder.output("stdout", "x"), name="loader")
    thread.start()
    thread.join()
    recorder.output("stdout", "y")
    recorder.update_finished()
    reader = run.read()
    assert reader.index["depth"].tolist() == [0, 0, 1, 0]
    assert reader.index["parent"].tolist() == [NOTHING, NOTHING, 0, NOTHING]
    assert [reader.threads[number].name for number in reader.index["thread"]] == [
        "MainThread",
        "loader",
        "MainThread",
        "MainThread",
    ]


def test_a_scope_left_by_an_exception_closes_what_is_inside(run: Run) -> None:
    recorder, writer = run.recorder, run.writer
    recorder.scope_entered(writer.scope("MLP", "MLP"), [], True)
    recorder.backward_started([], [], [], 0, False, "backward")
    recorder.scope_exited(failed=True)
    recorder.backward_finished()
    recorder.output("stdout", "after")
    reader = run.read()
    assert [Kind(int(kind)).name for kind in reader.index["kind"]] == [
        "scope_entered",
        "backward_started",
        "scope_exited",
        "output",
    ]
    assert reader.index["depth"].tolist() == [0, 1, 0, 0]
    assert reader.body(2).failed
    assert int(reader.index["scope"][3]) == NOTHING


def test_ordinals_count_an_address_within_its_iteration(run: Run) -> None:
    recorder = run.recorder
    for t in (1, 2):
        run.forward()
        run.forward()
        recorder.update_started("SGD", {}, t)
        recorder.update_finished()
    assert [a for a in addresses(run.read()) if "op" in a] == [
        "it0/forward/op",
        "it0/forward/op~2",
        "it1/forward/op",
        "it1/forward/op~2",
    ]


def test_an_op_that_a_backward_rule_calls_begins_no_iteration(run: Run) -> None:
    recorder = run.recorder
    node = run.forward()
    for _ in range(2):
        recorder.backward_started([], [], [], 1, False, "backward")
        run.forward(during=node)
        recorder.backward_finished()
    reader = run.read()
    assert addresses(reader)[2] == "it0/backward/during:op"
    assert int(reader.index["iteration"].max()) == 0
    assert int(reader.index["flags"][2]) & EventFlag.during_backward


def test_everything_else_has_the_phase_that_was_current(run: Run) -> None:
    recorder = run.recorder
    recorder.output("stdout", "a")
    run.forward()
    recorder.output("stdout", "b")
    recorder.backward_started([], [], [], 1, False, "backward")
    recorder.backward_finished()
    recorder.grads_cleared([])
    recorder.update_started("SGD", {}, 1)
    recorder.update_finished()
    recorder.reported("x", 1)
    run.forward(training=False)
    recorder.warned("UserWarning", "w")
    phases = [address.split("/")[1] for address in addresses(run.read())]
    assert phases == [
        "setup",
        "forward",
        "forward",
        *["backward"] * 3,
        *["update"] * 3,
        *["evaluation"] * 2,
    ]


@pytest.mark.parametrize(
    ("value", "told", "number", "flags"),
    [
        (1.5, 1.5, 1.5, EventFlag.value),
        (3, 3, 3.0, EventFlag.value),
        (np.float32(0.25), 0.25, 0.25, EventFlag.value),
        (np.array(7), 7.0, 7.0, EventFlag.value),
        (np.array([[2.0]]), 2.0, 2.0, EventFlag.value),
        (float("nan"), "NaN", None, EventFlag.value | EventFlag.nonfinite),
        (np.array(-np.inf), "-Infinity", -np.inf, EventFlag.value | EventFlag.nonfinite),
        (10**400, "1e+400", sys.float_info.max, EventFlag.value),
        (99999 * 10**395, "1e+400", sys.float_info.max, EventFlag.value),
        (-(12344 * 10**4000), "-1.234e+4004", -sys.float_info.max, EventFlag.value),
        (10**500 - 1, "1e+500", sys.float_info.max, EventFlag.value),
        (np.longdouble("-1.5e400"), "-1.5e+400", -sys.float_info.max, EventFlag.value),
        (Decimal("1e400"), "1E+400", 0.0, 0),
        (np.ones((2, 3)), "array of shape (2, 3)", 0.0, 0),
        (np.array(1 + 2j), "(1+2j)", 0.0, 0),
        ("good", "good", 0.0, 0),
        (True, 1.0, 1.0, EventFlag.value),
    ],
)
def test_a_report_tells_its_value(run: Run, value: Any, told: Any, number: Any, flags: int) -> None:
    run.recorder.reported("main/loss", value)
    reader = run.read()
    assert reader.body(0).value == told
    assert int(reader.index["flags"][0]) == flags
    np.testing.assert_equal(float(reader.index["value"][0]), np.nan if number is None else number)


def test_output_is_kept_with_every_character_and_in_pieces(run: Run) -> None:
    text = "损失\x1b[31m\r\n\x00" + "x" * 200_000 + "\ud800"
    run.recorder.output("stdout", text)
    run.recorder.output("stderr", "")
    reader = run.read()
    told = "".join(reader.body(seq).text for seq in range(len(reader)))
    assert told == text[:-1] + "\\ud800"
    assert len(reader) == 4


def test_the_loss_is_named_after_the_users_line(run: Run) -> None:
    class Walk:
        """Something whose backward() starts a walk."""

        def __init__(self, name: str = "") -> None:
            self.variable = run.recorder.new_variable(name)

        def backward(self) -> None:
            run.recorder.backward_started(
                [self.variable], [np.array(1.0)], [np.array(1.0)], 0, False, "backward"
            )
            run.recorder.backward_finished()

    critic_loss = Walk()
    walks = [Walk()]
    # The line that calls backward() is this function's own here: the frame in between is the test's, too.
    run.recorder._root_name = _outer_name(run.recorder)  # type: ignore[method-assign]
    critic_loss.backward()
    walks[0].backward()
    Walk("named").backward()
    reader = run.read()
    reports = [a for a in addresses(reader) if "report:" in a]
    assert reports == [
        "it0/setup/report:critic_loss",
        "it0/backward/report:loss",
        "it0/backward/report:named",
    ]


def _outer_name(recorder: Recorder) -> Callable[[int], str]:
    real = recorder._root_name

    def name(site: int) -> str:
        frames = recorder.call_sites.frames_of(site)
        return real(recorder.call_sites.of_frames(frames[:-1]))

    return name


def test_grad_reports_no_loss(run: Run) -> None:
    variable = run.recorder.new_variable()
    run.recorder.backward_started([variable], [np.array(1.0)], [np.array(1.0)], 0, False, "grad")
    run.recorder.backward_finished()
    assert addresses(run.read()) == ["it0/backward/grad_started", "it0/backward/grad_finished"]


def test_only_gradients_that_a_hook_changed_are_events(run: Run) -> None:
    recorder = run.recorder
    parameters = [recorder.new_variable(name, parameter=True) for name in ("a", "b", "c")]
    gradients: list[Any] = [np.ones(2), np.ones(3), None]
    recorder.update_started("SGD", {}, 1)
    before = recorder.gradients_of("WeightDecay", parameters, gradients)
    gradients[1] *= 2
    recorder.gradients_hooked("WeightDecay", parameters, before, gradients)
    recorder.update_finished()
    reader = run.read()
    assert addresses(reader)[1:-1] == ["it0/update/WeightDecay:b"]
    body = reader.body(1)
    assert reader.array(body.before).tolist() == [1, 1, 1]
    assert reader.array(body.after).tolist() == [2, 2, 2]


def test_an_update_keeps_value_gradient_and_state_of_before_and_after(run: Run) -> None:
    recorder = run.recorder
    value, grad, state = (
        np.ones(2, "f4"),
        np.full(2, 0.5, "f4"),
        {"m": np.zeros(2, "f4"), "t": 3, "big": np.inf},
    )
    variable = recorder.new_variable("W", parameter=True, array=value)
    before = recorder.param_before(variable, value, grad, state)
    value -= grad
    state["m"] += 1
    recorder.param_updated(
        variable, before, value, state, float("nan"), "AdamRule", hyper={"beta1": 0.5, "amsgrad": True}
    )
    reader = run.read()
    body = reader.body(0)
    assert [reader.array(row).tolist() for row in (body.before, body.grad, body.after)] == [
        [1, 1],
        [0.5, 0.5],
        [0.5, 0.5],
    ]
    assert body.state_tensors == ["m"]
    assert reader.array(body.state_before["m"]).tolist() == [0, 0]
    assert reader.array(body.state_after["m"]).tolist() == [1, 1]
    assert (body.state_after["t"], body.state_after["big"], body.lr) == (3, "Infinity", "NaN")
    assert body.hyper == {"beta1": 0.5, "amsgrad": True}
    assert reader.variables[variable.number].first == body.before


def test_hyperparameters_of_any_kind_are_told(run: Run) -> None:
    hyper = {"lr": np.float64(0.1), "eps": float("inf"), "amsgrad": False, "betas": (0.9, 0.99), "none": None}
    run.recorder.update_started("Adam", hyper, 1)
    assert run.read().body(0).hyper == {
        "lr": 0.1,
        "eps": "Infinity",
        "amsgrad": False,
        "betas": "[0.9, 0.99]",
        "none": None,
    }


def test_the_end_is_the_last_event_and_says_how_much_there_was(run: Run) -> None:
    run.recorder.run_started(["a.py"], "a.py", "/tmp", {"python": "3"}, ["cpu"], "f")
    run.forward()
    run.recorder.run_finished(3, "sys.exit")
    run.recorder.output("stdout", "a thread that prints later")
    run.recorder.flush()
    reader = LogReader(run.directory)
    assert reader.finished
    body = reader.body(2)
    assert (body.status, body.reason) == (3, "sys.exit")
    assert body.totals == {"events": 3, "iterations": 1, "tensors": 2, "tensor_bytes": 16}


def test_a_forked_child_records_nothing(run: Run) -> None:
    run.recorder.output("stdout", "parent")
    child = os.fork()
    if child == 0:
        try:
            run.recorder.output("stdout", "child")
            run.recorder.run_finished(0, "child")
            os._exit(7 if run.recorder.disabled else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    run.recorder.output("stdout", "parent")
    assert addresses(run.read()) == ["it0/setup/stdout", "it0/setup/stdout~2"]


@pytest.mark.parametrize("flood", ["events", "output"])
def test_a_flood_waits_for_the_disk_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flood: str
) -> None:
    monkeypatch.setattr("bpdebug.log.writer.FLUSH_AFTER_S", 60.0)
    monkeypatch.setattr("bpdebug.log.writer.MOST_WAITING", 6 if flood == "events" else 1_000)
    monkeypatch.setattr("bpdebug.log.writer.BYTES_WAITING", 50)
    run = Run(tmp_path / "run")
    for i in range(50):
        if flood == "events":
            run.recorder.reported("i", i)
        else:
            run.recorder.output("stdout", "ten bytes\n")
    on_disk = (tmp_path / "run" / "events.idx").stat().st_size // EVENT_INDEX.itemsize
    assert 40 < on_disk <= 50
    reader = run.read()
    assert reader.index["ordinal"].tolist() == list(range(1, 51))
    if flood == "events":
        assert reader.index["value"].tolist() == list(range(50))


def test_names_are_not_given_without_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bpdebug.recorder.forward_events.NAMED_ALIKE", 2)
    assert [run.recorder.name_in_iteration("x") for _ in range(4)] == ["x", "x~2", "", ""]


@pytest.mark.parametrize("names", [["x", "x~2", "x", "x~2", "x"], ["x", "x", "x~2", "x~2", "x"]])
def test_two_variables_of_an_iteration_never_share_a_name(run: Run, names: list[str]) -> None:
    given = [run.recorder.name_in_iteration(name) for name in names]
    assert len(set(given)) == len(names)
    assert given[0] == "x"
