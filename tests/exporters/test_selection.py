"""Which events an export writes."""

from __future__ import annotations

import pytest

from bpdebug.errors import AddressError, UsageError
from bpdebug.exporters import ExportOptions
from bpdebug.exporters.selection import Selection, parse_iterations
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter


def chosen(reader, *kinds, **options):
    return list(Selection(reader, ExportOptions(**options)).seqs(*kinds))


def names(reader, **options):
    return [reader.address(seq) for seq in chosen(reader, **options)]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("3:10", (3, 10)), ("3:", (3, None)), (":10", (0, 10)), ("7", (7, 8)), (":", (0, None))],
)
def test_a_range_of_iterations_leaves_out_its_end(text, meaning):
    assert parse_iterations(text) == meaning


@pytest.mark.parametrize("text", ["", "a", "3:3", "5:2", "1:2:3", "-1:4", "٣"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(UsageError, match="--iterations"):
        parse_iterations(text)


def test_everything_is_chosen_unless_something_is_asked_for(example):
    assert chosen(example) == list(range(len(example)))


def test_iterations(example):
    found = chosen(example, iterations=(1, 2))
    assert found
    assert set(example.index["iteration"][found].tolist()) == {1}
    assert len(found) == (example.index["iteration"] == 1).sum()
    with pytest.raises(UsageError, match="iterations 0 to 2, none from 7 on"):
        chosen(example, iterations=(7, None))


def test_one_event_by_address_or_number(example):
    address = "it1/backward/MLP.l1/linear"
    assert names(example, at=address) == [address]
    assert chosen(example, at="5") == [5]
    with pytest.raises(AddressError, match="Near it"):
        chosen(example, at="it1/backward/MLP.l1/linea")
    for number in ("96", "-1"):
        with pytest.raises(AddressError, match=f"there is no event {number}: the log has events 0 to 95"):
            chosen(example, at=number)
    with pytest.raises(UsageError, match="--iterations 1 exports the iteration"):
        chosen(example, at="it1")


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (("param_updated",), {"MLP.l1.W", "MLP.l1.b", "MLP.l2.W", "MLP.l2.b"}),
        (("MLP.l1.?",), {"MLP.l1.W", "MLP.l1.b"}),
        (("MLP.l1",), {"enter", "linear", "exit", "grad:MLP.l1.W", "grad:MLP.l1.b"}),
        (("backward/MLP.l?/lin*",), {"linear"}),
        (("MLP.l2/linear", "reported"), {"linear", "report:loss", "report:main/loss"}),
        (("nothing like it",), set()),
    ],
)
def test_only_kinds_and_patterns(example, only, expected):
    labels = {example.texts[example.index["label"][seq]] for seq in chosen(example, only=only)}
    assert labels == expected


def test_only_and_kinds_and_iterations_hold_together(example):
    found = chosen(example, Kind.backward, only=("MLP.l1*",), iterations=(2, None))
    assert [example.address(seq) for seq in found] == ["it2/backward/MLP.l1/linear"]


def test_progress_ends_at_the_end(example):
    told = []
    chosen(example, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (96, 96)
    assert told == sorted(told)


def test_brackets_in_a_name_are_brackets(tmp_path):
    log = LogWriter.create(tmp_path / "run")
    for label in ("layers[0].W", "layers0.W"):
        log.append(Kind.output, r.OutputBody("stdout", ""), label=log.text(label))
    log.close()
    with LogReader(tmp_path / "run") as reader:
        assert chosen(reader, only=("layers[0]*",)) == [0]
