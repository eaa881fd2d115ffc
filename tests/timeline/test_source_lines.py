"""Where a breakpoint on a line goes: to a line that can stop, in the file that is meant, or nowhere with a reason."""

from __future__ import annotations

import pytest

from bpdebug.errors import AddressError, UsageError
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from bpdebug.stepping import Breakpoint
from bpdebug.timeline.source_lines import SourceLines
from tests.support.example_run import SCRIPT_PATH, line_of, write_example_run


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("runs") / "example")) as reader:
        yield SourceLines(reader)


def at(text: str, path: str = SCRIPT_PATH) -> Breakpoint:
    return Breakpoint(path=path, line=line_of(text))


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("path", [SCRIPT_PATH, "perceptron.py", "./perceptron.py", "ada/perceptron.py"])
def test_a_line_with_events_is_taken_as_it_is_in_the_one_file_that_is_meant(lines, path, live):
    assert lines.settle(at("loss.backward()", path), live) == (at("loss.backward()"), "")


def test_a_line_that_can_make_no_event_gives_way_to_the_next_that_can(lines):
    header = line_of("def forward")
    placed, moved = lines.settle(at("def forward"), live=True)
    assert placed == at("F.sigmoid")
    assert moved == f"line {header} can make no event: line {header + 1} is the next that can"
    assert lines.settle(at("def forward"), live=False)[0] == placed


def test_a_line_behind_which_none_can_is_refused(lines):
    with pytest.raises(UsageError, match=r"^perceptron\.py:38 can make no event, nor can any line after it$"):
        lines.settle(at('print("完成")'), live=True)
    with pytest.raises(UsageError, match="has 38 lines: there is no line 99"):
        lines.settle(Breakpoint(path=SCRIPT_PATH, line=99), live=True)


def test_in_a_recording_a_line_without_events_is_refused_with_those_near_it(lines):
    wanted = at("optimizer.setup")
    assert lines.settle(wanted, live=True) == (wanted, "")
    with pytest.raises(UsageError) as refused:
        lines.settle(wanted, live=False)
    near = ", ".join(str(line_of(text)) for text in ("F.sigmoid", "self.l2(h)", "y = model", "loss = F."))
    assert str(refused.value) == (
        f"no event of this run is at perceptron.py:{wanted.line}; the nearest with some: {near}"
    )


def test_a_file_that_no_event_came_from_is_taken_only_while_there_may_be_some(lines, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text("# nothing\n\nx = f()\n")
    with pytest.raises(AddressError, match=r"model\.py: there are perceptron\.py"):
        lines.settle(Breakpoint(path="model.py", line=1), live=False)
    placed, moved = lines.settle(Breakpoint(path="model.py", line=1), live=True)
    assert placed == Breakpoint(path=str(tmp_path / "model.py"), line=3)
    assert "line 3 is the next" in moved
    unknown = Breakpoint(path="nowhere.py", line=1)
    assert lines.settle(unknown, live=True) == (unknown, "no such file is known yet")


def test_a_path_is_shown_from_the_script_s_directory_on_and_read_back_the_same(tmp_path):
    writer = LogWriter.create(tmp_path / "log", script="train.py")
    Recorder(writer).run_started(["train.py"], "train.py", "/home/ann", {"python": "3"}, ["cpu"], "0")
    for path in ("/home/ann/run/train.py", "/home/ann/run/nets/train.py", "/elsewhere/mlp.py"):
        writer.source(path, "f()\n")
    writer.close()
    with LogReader(tmp_path / "log") as reader:
        lines = SourceLines(reader)
        for path, shown in (
            ("/home/ann/run/train.py", "train.py:1"),
            ("/home/ann/run/nets/train.py", "nets/train.py:1"),
            ("/elsewhere/mlp.py", "/elsewhere/mlp.py:1"),
        ):
            assert lines.shown(Breakpoint(path=path, line=1)) == shown
            assert lines.file(shown.removesuffix(":1")) == path
        assert (
            lines.shown(Breakpoint(path="/home/ann/run/train.py", line=1, condition="nan"))
            == "train.py:1 if nan"
        )
        assert lines.shown(Breakpoint(pattern="relu")) == "relu"
