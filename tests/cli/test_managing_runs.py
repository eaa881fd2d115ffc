"""runs, rm, pack and verify."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import zipfile

import numpy as np
import pytest

from bpdebug import cli
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EVENT_INDEX, TENSOR_STATISTICS, Kind
from bpdebug.log.writer import LogWriter
from tests.support.example_run import write_example_run


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(tmp_path):
    return write_example_run(tmp_path / "bpdebug-runs" / "first")


@pytest.fixture
def say(capsys):
    def words(*command: object) -> tuple[int, str, str]:
        status = cli.main([str(word) for word in command])
        return (status, *capsys.readouterr())

    return words


# ---- runs -----------------------------------------------------------------------------------------------------


def test_runs_lists_both_default_places(say, run, tmp_path):
    shutil.copytree(run, tmp_path / "state" / "bpdebug" / "runs" / "second")
    status, out, _ = say("runs")
    assert status == 0
    assert len(out.splitlines()) == 3
    line = next(line for line in out.splitlines() if line.startswith("bpdebug-runs/first"))
    for text in ("perceptron.py", "96", "KiB", "the script ended"):
        assert text in line


def test_where_a_terminal_is_too_narrow_runs_takes_two_lines_a_run(say, run, monkeypatch):
    shutil.copytree(run, run.parent / "second")
    whole = say("runs")[1].splitlines()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(max(map(len, whole))))
    assert say("runs")[1].splitlines() == whole
    monkeypatch.setenv("COLUMNS", "80")
    heading, below, *lines = say("runs")[1].splitlines()
    assert heading.split() == ["name", "age", "size", "events", "iter.", "last", "loss"]
    assert below.strip() == "script: end"
    assert all(line == "    perceptron.py: the script ended" for line in lines[1::2])
    assert len(lines) == 4
    assert max(map(len, [heading, below, *lines])) <= 80


def test_runs_as_json_and_of_one_directory(say, run):
    status, out, _ = say("runs", "--json", run.parent)
    (found,) = json.loads(out)
    assert status == 0
    assert (found["events"], found["iterations"], found["end"]) == (96, 3, "the script ended")
    assert found["last_loss"] == pytest.approx(0.276585, abs=1e-6)
    assert not found["being_written"]


def test_runs_are_found_by_the_place_that_was_given_to_run(say, run):
    assert say("runs", "--log", run, "--json") == say("runs", run, "--json")
    assert len(json.loads(say("runs", "--log", run, "--json")[1])) == 1
    assert say("runs", "--log", run / "nowhere")[0] == 2


def test_runs_without_any_says_where_it_looked(say, tmp_path):
    status, out, _ = say("runs")
    assert status == 0
    assert "no recorded runs in bpdebug-runs, " in out
    assert say("runs", tmp_path / "nowhere")[0] == 2
    (tmp_path / "train.py").touch()
    assert "this is a file" in say("runs", tmp_path / "train.py")[2]


def test_a_damaged_run_is_listed_with_its_trouble(say, run):
    (run / "run.json").write_text("{}")
    status, out, _ = say("runs")
    assert status == 0
    assert "isn't one of ours" in out


# ---- rm -------------------------------------------------------------------------------------------------------


def test_rm_removes_the_run_alone(say, run):
    other = write_example_run(run.parent / "other")
    status, _, err = say("rm", "--yes", run)
    assert (status, run.exists(), other.exists()) == (0, False, True)
    assert "1 run removed" in err


def test_rm_asks_and_takes_only_yes(say, run, monkeypatch):
    class Terminal:
        def __init__(self, answer):
            self.readline = lambda: answer
            self.isatty = lambda: True

    for answer, status, there in (("\n", 1, True), ("no\n", 1, True), ("y\n", 0, False)):
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        assert say("rm", run)[0] == status
        assert run.exists() == there


def test_rm_without_a_terminal_wants_yes(say, run):
    status, _, err = say("rm", run)
    assert (status, run.exists()) == (2, True)
    assert "--yes" in err


def test_rm_refuses_what_is_no_run_and_removes_nothing_then(say, run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    link = tmp_path / "link"
    link.symlink_to(run)
    with_more = write_example_run(tmp_path / "more")
    (with_more / "notes.txt").write_text("dear")
    for refused in (tmp_path / "mine", link, with_more, tmp_path / "nothing"):
        assert say("rm", "--yes", run, refused)[0] == 2
        assert run.exists()
    assert (with_more / "notes.txt").exists()
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize(("here", "name"), [(".", "."), (".", "../first"), ("..", "first/.")])
def test_rm_removes_a_run_by_whatever_path_names_it(say, run, monkeypatch, here, name):
    monkeypatch.chdir(run / here)
    status, _, err = say("rm", "--yes", name)
    assert (status, "1 run removed" in err) == (0, True)
    assert not run.exists()


def test_rm_of_a_run_by_two_paths_removes_it_once(say, run):
    status, _, err = say("rm", "--yes", run, run.parent / "." / run.name / ".." / run.name)
    assert status == 0, err
    assert "1 run removed" in err
    assert not run.exists()


@pytest.mark.parametrize("protected", ["first", "bpdebug-runs"])
def test_rm_removes_none_of_several_runs_where_one_can_not_go(say, run, monkeypatch, tmp_path, protected):
    other = write_example_run(tmp_path / "other" / "second")
    may = os.access

    def access(path, how):
        return os.path.basename(os.path.abspath(path)) != protected and may(path, how)

    monkeypatch.setattr(os, "access", access)
    status, _, err = say("rm", "--yes", other, run)
    assert status == 1
    assert "may not be changed; nothing was removed" in err
    assert len(os.listdir(run)) == len(os.listdir(other)) > 5


def test_rm_refuses_a_run_that_is_being_written(say, tmp_path):
    log = LogWriter.create(tmp_path / "growing")
    try:
        status, _, err = say("rm", "--yes", tmp_path / "growing")
        assert status == 2
        assert "being written" in err
        assert "being written" in say("runs", tmp_path / "growing")[1]
        assert "End:        being written" in say("info", tmp_path / "growing")[1].splitlines()
        assert say("verify", tmp_path / "growing")[1].endswith("; the run is being written\n")
        assert say("pack", tmp_path / "growing")[2].endswith(
            "being written, and what comes later is not in it\n"
        )
    finally:
        log.close()
    assert say("rm", "--yes", tmp_path / "growing")[0] == 0


# ---- pack -----------------------------------------------------------------------------------------------------


def test_a_packed_run_is_read_as_it_is(say, run, tmp_path):
    packed = tmp_path / "run.bpd"
    assert say("pack", run, "-o", packed)[0] == 0
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    assert say("info", packed)[:2] == say("info", run)[:2]
    assert say("show", packed, "--at", "4")[:2] == say("show", run, "--at", "4")[:2]
    assert say("export", packed)[:2] == say("export", run)[:2]
    assert say("diff", packed, run)[0] == 0
    assert say("verify", packed)[0] == 0
    (folder,) = (tmp_path / "cache" / "bpdebug" / "unpacked").glob("*[!k]")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_packing_twice_gives_the_same_bytes_and_overwrites_only_if_asked(say, run, tmp_path):
    assert say("pack", run, "-o", "a.bpd")[0] == 0
    first = (tmp_path / "a.bpd").read_bytes()
    assert say("pack", run, "-o", "a.bpd")[0] == 2
    os.utime(run / "events.idx")
    assert say("pack", run, "-o", "a.bpd", "--force")[0] == 0
    assert (tmp_path / "a.bpd").read_bytes() == first
    assert say("pack", run, "-o", "a.zip")[0] == 2
    assert say("pack", tmp_path)[0] == 2
    assert say("pack", run)[0] == 0
    assert (tmp_path / "first.bpd").read_bytes() == first


def test_a_changed_packed_run_is_unpacked_anew(say, run, tmp_path):
    other = write_example_run(tmp_path / "other")
    (other / "events.idx").write_bytes((other / "events.idx").read_bytes()[: 64 * 7])
    assert say("pack", run, "-o", "a.bpd")[0] == 0
    assert "Events:     96" in say("info", "a.bpd")[1]
    assert say("pack", other, "-o", "a.bpd", "--force")[0] == 0
    assert "Events:     7" in say("info", "a.bpd")[1]


@pytest.mark.parametrize(
    "name", ["../evil.json", "/etc/evil.json", "a/b.json", "..\\evil.json", ".hidden.json", "x.py"]
)
def test_an_archive_with_foreign_names_is_refused_as_a_whole(say, run, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "bad.bpd", "w") as archive:
        archive.write(run / "run.json", "run.json")
        archive.writestr(name, "gotcha")
    status, out, err = say("info", "bad.bpd")
    assert (status, out) == (2, "")
    assert "nothing was unpacked" in err
    assert not list(tmp_path.glob("**/evil*"))
    assert not list((tmp_path / "cache").glob("**/run.json"))


def archive_of(run, tmp_path, member, content):
    """A packed run whose file `member` is another one."""
    with zipfile.ZipFile(tmp_path / "bad.bpd", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(run / "run.json", "run.json")
        archive.writestr(member, content)
    return tmp_path / "bad.bpd"


def refused(say, packed):
    """What is said of it; nothing of it stays."""
    status, out, err = say("info", packed)
    assert status in (1, 2)
    assert out == ""
    assert err.startswith("bpdebug: ")
    assert not [path for path in packed.parent.glob("cache/bpdebug/unpacked/*") if path.is_dir()]
    return err


def disk_bytes(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.glob("**/*"))


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("tensors-0000.seg", b"\1" * (1 << 22)),
        ("tensors-0000.seg", b"0123456789abcdef" * (1 << 18)),
        ("events.idx", bytes(1 << 22)),
        ("definitions.jsonl", bytes(1 << 22)),
    ],
)
def test_a_small_file_that_would_become_a_big_one_is_refused(
    say, run, tmp_path, monkeypatch, member, content
):
    monkeypatch.setattr("bpdebug.packing.unpack._PLENTY_BYTES", 1 << 20)
    assert "surely no run" in refused(say, archive_of(run, tmp_path, member, content))


def test_a_run_of_zeros_opens_and_takes_no_room(say, tmp_path, monkeypatch):
    log = LogWriter.create(tmp_path / "zeros")
    log.thread("MainThread")
    for i in range(8):
        log.tensor(np.zeros((256 + i, 1024), "f4"))
    last = log.tensor(np.concatenate([np.zeros(5000), np.ones(1), np.zeros(300_000)]))
    log.append(Kind.output, r.OutputBody("stdout", "x"), label=log.text("stdout"))
    log.close()
    assert say("pack", "zeros", "-o", "zeros.bpd")[0] == 0
    size = sum(path.stat().st_size for path in (tmp_path / "zeros").iterdir())
    assert size > 300 * (tmp_path / "zeros.bpd").stat().st_size
    monkeypatch.setattr("bpdebug.packing.unpack._PLENTY_BYTES", 1 << 20)
    assert say("show", "zeros.bpd")[0] == 0
    (folder,) = (tmp_path / "cache" / "bpdebug" / "unpacked").glob("*[!k]")
    assert disk_bytes(folder) < size / 20  # before it is read: that fills holes of a file system in memory
    assert say("verify", "zeros.bpd")[0] == 0
    for path in (tmp_path / "zeros").iterdir():
        assert (folder / path.name).read_bytes() == path.read_bytes()
    with LogReader(folder) as reader:
        assert reader.array(last)[5000] == 1


def test_a_file_that_ends_with_a_hole_has_its_size(say, run, tmp_path):
    packed = archive_of(run, tmp_path, "tensors-0000.seg", b"x" + bytes((1 << 20) - 1))
    say("info", packed)
    (segment,) = tmp_path.glob("cache/bpdebug/unpacked/*/tensors-0000.seg")
    assert segment.read_bytes() == b"x" + bytes((1 << 20) - 1)


def test_files_that_share_their_packed_bytes_are_refused(say, run, tmp_path):
    packed = archive_of(run, tmp_path, "events.idx", np.random.default_rng(0).bytes(1 << 16))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("events.jsonl", b"")
        (first,) = (member for member in archive.infolist() if member.filename == "events.idx")
        last = archive.infolist()[-1]
        last.compress_type, last.CRC, last.header_offset = first.compress_type, first.CRC, first.header_offset
        last.file_size, last.compress_size = first.file_size, first.compress_size
    assert "its files overlap" in refused(say, packed)


def test_sizes_that_lie_are_refused(say, run, tmp_path):
    content = np.random.default_rng(0).bytes(1 << 16)
    packed = archive_of(run, tmp_path, "tensors-0000.seg", content)
    whole = packed.read_bytes()
    told = (1 << 16).to_bytes(4, "little")
    place = whole.rindex(told)  # in the directory at the end, which readers believe
    for size, why in ((1 << 30, "can't become 1.0 GiB"), (1 << 20, "damaged"), (1 << 10, "damaged")):
        packed.write_bytes(whole[:place] + size.to_bytes(4, "little") + whole[place + 4 :])
        assert why in refused(say, packed)


@pytest.mark.parametrize("moved", [8, -8, 1 << 30])
def test_places_that_lie_are_called_damage_of_the_archive(say, run, tmp_path, moved):
    say("pack", run, "-o", tmp_path / "whole.bpd")
    content = bytearray((tmp_path / "whole.bpd").read_bytes())
    place = content.rindex(b"PK\5\6") + 16  # where the end of the archive says that its table begins
    begin = int.from_bytes(content[place : place + 4], "little")
    content[place : place + 4] = (begin + moved).to_bytes(4, "little")
    (tmp_path / "moved.bpd").write_bytes(content)
    assert "XDG_CACHE_HOME" not in refused(say, tmp_path / "moved.bpd")


def test_a_run_that_does_not_fit_on_the_disk_is_refused_before_anything_is_written(
    say, run, tmp_path, monkeypatch
):
    def left(free):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1 << 40, 0, free))

    packed = archive_of(run, tmp_path, "tensors-0000.seg", np.random.default_rng(0).bytes(1 << 20))
    left(1 << 20)
    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "open", None)  # nothing is read
        assert "the disk of" in refused(say, packed)
    left((1 << 21) + 4096)
    assert "Events:     none" in say("info", packed)[1]


def test_an_archive_with_a_link_or_damage_is_refused(say, run, tmp_path):
    link = zipfile.ZipInfo("events.idx")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "no file of a run" in refused(say, archive_of(run, tmp_path, link, "/etc/passwd"))
    assert say("pack", run, "-o", "good.bpd")[0] == 0
    content = bytearray((tmp_path / "good.bpd").read_bytes())
    (tmp_path / "cut.bpd").write_bytes(content[: len(content) // 2])
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "flip.bpd").write_bytes(content)
    (tmp_path / "text.bpd").write_text("not a zip")
    for name in ("cut", "flip", "text"):
        refused(say, tmp_path / f"{name}.bpd")


# ---- verify ---------------------------------------------------------------------------------------------------


def test_verify_of_a_whole_run(say, run):
    status, out, _ = say("verify", run)
    assert status == 0
    assert out.startswith("96 events and ")


def test_verify_of_a_run_that_was_cut_off_between_events(say, run):
    (run / "events.idx").write_bytes((run / "events.idx").read_bytes()[: 64 * 50])
    status, out, _ = say("verify", run)
    assert status == 0
    assert "cut off after its last event" in out


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("offset", 1, "its body should begin at byte"),
        ("ordinal", 9, "of its address, and says 9"),
        ("iteration", 2, "iteration 0 after iteration 2"),
        ("parent", 90, "event 90 encloses nothing"),
        ("scope", 77, "its scope is missing"),
        ("kind", 99, "unknown kind 99"),
    ],
)
def test_verify_finds_a_changed_field(say, run, field, value, words):
    records = np.fromfile(run / "events.idx", EVENT_INDEX)
    records[field][7] = value
    records.tofile(run / "events.idx")
    status, out, _ = say("verify", run)
    assert status == 1
    assert words in out


def test_verify_finds_statistics_that_are_not_those_of_the_values(say, run):
    records = np.fromfile(run / "tensors.stats", TENSOR_STATISTICS)
    records["max"][3] += 1
    records.tofile(run / "tensors.stats")
    status, out, _ = say("verify", run)
    assert (status, out) == (1, "tensor 3: its statistics don't fit its values\n")


def test_verify_finds_a_random_state_that_is_missing(say, tmp_path):
    log = LogWriter.create(tmp_path / "drawn", script="net.py")
    log.thread("MainThread")
    op = log.op("Dropout", "dropout", ["x"], ["y"])
    log.append(Kind.forward, r.ForwardBody(op, [], [], rng_state=7), label=log.text("dropout"))
    log.close()
    assert "tensor 7 is missing" in say("verify", tmp_path / "drawn")[1]


def test_verify_finds_changed_bytes_of_a_tensor_and_missing_references(say, run):
    segment = bytearray((run / "tensors-0000.seg").read_bytes())
    segment[64 * 3] ^= 1
    (run / "tensors-0000.seg").write_bytes(segment)
    status, out, _ = say("verify", run)
    assert (status, out) == (1, "tensor 3: its bytes don't fit its content id\n")
    lines = (
        (run / "events.jsonl")
        .read_bytes()
        .replace(b'"op":0', b'"op":9')
        .replace(b'"forward":4,', b'"forward":3,')
    )
    (run / "events.jsonl").write_bytes(lines)
    out = say("verify", run)[1]
    assert "op 9 is missing" in out
    assert "event 3 isn't its forward op" in out


# ---- names ----------------------------------------------------------------------------------------------------


def test_no_name_of_a_run_sends_anything_to_the_terminal(say, run, tmp_path):
    evil = tmp_path / "a\x1b[31m\u202eb"
    shutil.copytree(run, evil)
    commands = [
        ("info", f"{evil}x"), ("verify", evil), ("pack", evil), ("pack", evil), ("show", evil, "--at", "x"),
        ("runs", evil),
        ("diff", evil, evil), ("export", evil, "-o", f"{evil}/no/x.csv"), ("rm", "--yes", evil),
    ]  # fmt: skip
    for command in commands:
        _, out, err = say(*command)
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err
    assert not evil.exists()
