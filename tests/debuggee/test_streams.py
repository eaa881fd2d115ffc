"""The script's stdout and stderr: what is recorded, in which order, and what still goes out."""

import io
import os
import sys
import threading

import pytest

from bpdebug.debuggee.streams import Output


class Terminal(io.BytesIO):
    """A binary stream that says it is a terminal, and counts what reached it only when flushed."""

    flushes = 0

    def isatty(self):
        return True

    def flush(self):
        self.flushes += 1


@pytest.fixture
def install(monkeypatch):
    """Installs an Output over in-memory streams; gives it, the recorded events and the two buffers."""

    def make(under=io.BytesIO, limit=1000, pass_on=True, line_buffering=False):
        buffers = {}
        for name in ("stdout", "stderr"):
            buffers[name] = under()
            stream = io.TextIOWrapper(buffers[name], "utf-8", line_buffering=line_buffering)
            monkeypatch.setattr(sys, name, stream)
            monkeypatch.setattr(sys, f"__{name}__", stream)
        events = []
        output = Output(lambda stream, text: events.append((stream, text)), pass_on, limit)
        output.install()
        return output, events, buffers

    return make


def test_a_print_is_one_event_and_passes_unchanged(install):
    _, events, buffers = install()
    print("first\nsecond", 3)
    assert events == [("stdout", "first\nsecond 3\n")]
    assert buffers["stdout"].getvalue() == b"first\nsecond 3\n"


def test_both_streams_are_recorded_in_the_order_of_writing(install):
    _, events, _ = install()
    print("a", end="")
    sys.stderr.write("b")
    print("c")
    assert events == [("stdout", "a"), ("stderr", "b"), ("stdout", "c\n")]


def test_text_without_line_end_is_recorded_before_what_happens_next(install):
    output, events, _ = install()
    print("loss: ", end="")
    output.settle()
    events.append("an op")
    print(0.5)
    assert events == [("stdout", "loss: "), "an op", ("stdout", "0.5\n")]


def test_a_progress_bar_is_one_event_a_refresh(install):
    _, events, _ = install()
    for part in "10%", "20%":
        for character in "\r" + part:
            sys.stdout.write(character)
        sys.stdout.flush()
    assert events == [("stdout", "\r10%"), ("stdout", "\r20%")]


def test_a_terminal_gets_its_lines_at_once_and_the_log_gets_the_same_events(install):
    _, events, buffers = install(under=Terminal, line_buffering=True)
    print("first\nsecond")
    assert buffers["stdout"].flushes
    assert events == [("stdout", "first\nsecond\n")]
    assert sys.stdout.isatty()


def test_bytes_written_to_the_buffer_are_recorded_as_text(install):
    _, events, buffers = install()
    sys.stdout.buffer.write("隠れ".encode()[:4])
    sys.stdout.buffer.write("隠れ\n".encode()[4:])
    assert events == [("stdout", "隠れ\n")]
    assert buffers["stdout"].getvalue() == "隠れ\n".encode()


def test_bytes_that_are_no_text_pass_unchanged(install):
    _, events, buffers = install()
    sys.stdout.buffer.write(b"\xff\x00\n")
    assert buffers["stdout"].getvalue() == b"\xff\x00\n"
    assert events == [("stdout", "�\x00\n")]


def test_a_screen_keeps_the_output_off_the_process_streams(install):
    output, events, buffers = install(pass_on=False)
    print("only recorded")
    output.stop()
    print("after the log was closed")
    sys.stdout.flush()
    assert events == [("stdout", "only recorded\n")]
    assert buffers["stdout"].getvalue() == b"after the log was closed\n"


def test_a_flood_is_recorded_up_to_the_limit_with_one_note_and_passes_whole(install):
    _, events, buffers = install(limit=25)
    for _ in range(100):
        print("123456789")
    recorded = "".join(text for _, text in events)
    assert recorded.startswith("123456789\n123456789\n12345\n[bpdebug: ")
    assert len(events) == 3
    assert buffers["stdout"].getvalue() == b"123456789\n" * 100


def test_a_flood_on_one_line_is_not_held_back_for_ever(install):
    _, events, _ = install(limit=10**6)
    for _ in range(20):
        sys.stdout.write("x" * 10_000)
    assert sum(len(text) for _, text in events) >= 2 * 64 * 1024


def test_a_forked_process_does_not_record_what_its_parent_held_back(install):
    output, events, buffers = install()
    print("half", end="")
    output.stop(forked=True)
    print(" a line")
    assert events == []
    assert buffers["stdout"].getvalue() == b"half a line\n"


def test_recording_may_wait_while_another_thread_prints(install):
    """The recorder stops a thread inside its event; others must be able to go on printing."""
    output, events, _ = install()
    told, others_done = threading.Event(), threading.Event()

    def record(stream, text):
        events.append(text)
        if text == "stops here\n":
            told.set()
            assert others_done.wait(5)

    output._record = record
    stopped = threading.Thread(target=print, args=("stops here",))
    stopped.start()
    assert told.wait(5)
    print("meanwhile")
    others_done.set()
    stopped.join()
    assert events == ["stops here\n", "meanwhile\n"]


def test_the_streams_keep_what_scripts_ask_of_them(install):
    install()
    sys.stdout.reconfigure(errors="replace")
    assert sys.stdout.encoding == "utf-8"
    assert sys.stdout.mode == "w"
    assert not sys.stdout.isatty()
    with pytest.raises(io.UnsupportedOperation):
        sys.stdout.buffer.read()
    sys.stdout.close()
    with pytest.raises(ValueError, match="closed"):
        print("after closing")


def test_a_real_descriptor_answers_fileno(monkeypatch, tmp_path):
    with open(tmp_path / "out", "w") as file:
        monkeypatch.setattr(sys, "stdout", open(os.dup(file.fileno()), "w"))  # noqa: SIM115 - it stays open
        monkeypatch.setattr(sys, "__stdout__", sys.stdout)
        monkeypatch.setattr(sys, "stderr", None)
        monkeypatch.setattr(sys, "__stderr__", None)
        Output(lambda stream, text: None, True).install()
        os.write(sys.stdout.fileno(), b"raw\n")
        sys.stdout.close()
    assert (tmp_path / "out").read_text() == "raw\n"
