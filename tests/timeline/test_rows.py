"""The rows are those of a plain tree, however they are folded, and grow with the log."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EVENT_INDEX, EventFlag, Kind, Phase
from bpdebug.timeline import Timeline, rows
from tests.support.example_run import write_example_run
from tests.support.synthetic_log import EVENTS_PER_ITERATION, header, write_headers, write_training


@pytest.fixture(scope="module")
def example_directory(tmp_path_factory):
    return write_example_run(tmp_path_factory.mktemp("example") / "run")


@pytest.fixture
def example(example_directory):
    with LogReader(example_directory) as reader:
        yield Timeline(reader)


def texts(model) -> list[str]:
    return [f"{'  ' * row.depth}{row.text}" for row in map(model.row, range(len(model)))]


def test_rows_are_a_tree_of_iterations_phases_and_events(example):
    shown = texts(example.rows)
    assert shown[:5] == [
        "iteration 0  32 events  main/loss 0.278663",
        "  setup  2 events",
        "    start     /home/ada/perceptron.py --epoch 3",
        "    print     开始训练",
        "  forward  12 events",
    ]
    assert "        forward   linear  (4, 2) (3, 2) (3,) -> (4, 3)" in shown
    assert "      backward  linear  (4, 3) -> gW (3, 2), gb (3,)" in shown


def test_a_row_knows_its_event(example):
    model = example.rows
    seq = example.reader.find("it0/forward/MLP.l1/enter")
    row = model.row(model.row_of(seq))
    assert (row.seq, row.kind, row.foldable, row.folded, row.header) == (
        seq,
        Kind.scope_entered,
        True,
        False,
        "",
    )
    header_row = model.row(0)
    assert (header_row.seq, header_row.kind, header_row.header, model.seq_of(0)) == (
        None,
        None,
        "iteration",
        0,
    )


def test_nan_marks_the_event_and_what_it_is_folded_into(example):
    model = example.rows
    seq = example.reader.find("it2/evaluation/log")
    assert model.row(model.row_of(seq)).flags & EventFlag.nonfinite
    model.fold_all()
    assert [bool(model.row(i).flags & EventFlag.nonfinite) for i in range(3)] == [False, False, True]


def test_a_folded_call_hides_everything_up_to_its_return(example):
    model = example.rows
    before = texts(model)
    at = model.row_of(example.reader.find("it0/forward/MLP/enter"))
    assert model.toggle(at)
    assert texts(model) == before[: at + 1] + before[at + 9 :]
    inside = example.reader.find("it0/forward/MLP.l2/linear")
    assert model.row_of(inside) == at
    assert model.row(at).folded
    assert model.reveal(inside) == at + 6
    assert texts(model) == before


def test_rows_that_hold_nothing_cannot_be_folded(example):
    model = example.rows
    at = model.row_of(example.reader.find("it0/forward/MLP/sigmoid"))
    before = len(model)
    assert not model.toggle(at)
    assert len(model) == before


def test_there_is_no_row_past_the_last(example):
    with pytest.raises(IndexError):
        example.rows.row(len(example.rows))
    with pytest.raises(IndexError):
        example.rows.row(-1)


def test_a_log_without_events_has_no_rows(tmp_path):
    model = Timeline(LogReader(write_headers(tmp_path / "run", []))).rows
    assert len(model) == 0
    assert model.row_of(0) == model.reveal(0) == 0


# ---- against the plain tree -----------------------------------------------------------------------------------


def plain_rows(headers, folded) -> list[tuple]:
    """All visible rows as `("iteration", n)`, `("phase", first)` or `("event", seq)`, by walking every event."""
    shown, hidden_until = [], -1
    for seq, fields in enumerate(headers):
        before = headers[seq - 1] if seq else None
        new_iteration = before is None or fields["iteration"] != before["iteration"]
        if new_iteration:
            hidden_until = -1
            shown.append(("iteration", fields["iteration"]))
        if new_iteration or fields["phase"] != before["phase"]:
            phase_start = seq
            if ("iteration", fields["iteration"]) not in folded:
                shown.append(("phase", seq))
        if ("iteration", fields["iteration"]) in folded:
            continue
        hidden = seq <= hidden_until
        if not hidden and ("event", seq) in folded:
            hidden_until = next(
                (i for i, other in enumerate(headers) if other["partner"] == seq and other["kind"].closes),
                len(headers),
            )
        if not hidden and ("phase", phase_start) not in folded:
            shown.append(("event", seq))
    return shown


def name_of(model, i) -> tuple:
    row = model.row(i)
    if row.header == "iteration":
        return ("iteration", int(row.text.split()[1]))
    return (row.header or "event", model.seq_of(i))


@st.composite
def nested_headers(draw):
    headers, stack, iteration, phase = [], [], 0, Phase.setup
    for _ in range(draw(st.integers(1, 30))):
        choice = draw(st.sampled_from(["open", "open", "close", "leaf", "phase", "turn"]))
        if choice == "turn":
            iteration += 1
        elif choice == "phase":
            phase = draw(st.sampled_from(list(Phase)))
        fields = {"iteration": iteration, "phase": phase, "depth": len(stack), "scope": 0}
        if choice == "open":
            headers.append(header(Kind.scope_entered, **fields))
            stack.append(len(headers) - 1)
        elif choice == "close" and stack:
            opener = stack.pop()
            headers.append(header(Kind.scope_exited, **{**fields, "depth": len(stack), "partner": opener}))
        else:
            headers.append(header(Kind.output, **fields))
    return headers


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(headers=nested_headers(), data=st.data(), unfolded=st.booleans())
def test_rows_are_those_of_the_plain_tree_however_folded(tmp_path_factory, headers, data, unfolded):
    directory = write_headers(tmp_path_factory.mktemp("rows") / "run", headers, scopes=["Net"])
    model = Timeline(LogReader(directory)).rows
    iterations = {("iteration", fields["iteration"]) for fields in headers}
    folded = set()
    if not unfolded:
        model.fold_all()
        folded = set(iterations)
    for _ in range(data.draw(st.integers(0, 6))):
        i = data.draw(st.integers(0, len(model) - 1))
        name = name_of(model, i)
        if model.toggle(i):
            folded ^= {name}
    expected = plain_rows(headers, folded)
    assert [name_of(model, i) for i in range(len(model))] == expected
    for i, (what, number) in enumerate(expected):
        if what == "event":
            assert model.row_of(number) == i
    seq = data.draw(st.integers(0, len(headers) - 1))
    row = model.reveal(seq)
    assert model.row(row).seq == seq
    assert len({name_of(model, i) for i in range(len(model))}) == len(model)


# ---- growth and size ------------------------------------------------------------------------------------------


def cut_to(directory, events: int) -> bytes:
    """Leave the first events in the index; gives back the rest."""
    path = directory / "events.idx"
    content = path.read_bytes()
    size = events * EVENT_INDEX.itemsize
    path.write_bytes(content[:size])
    return content[size:]


@pytest.mark.parametrize("fold", [False, True])
def test_rows_grow_with_the_log(tmp_path, fold):
    whole = Timeline(LogReader(write_training(tmp_path / "whole", EVENTS_PER_ITERATION * 4)))
    directory = write_training(tmp_path / "run", EVENTS_PER_ITERATION * 4)
    rest = cut_to(directory, EVENTS_PER_ITERATION + 7)
    growing = Timeline(LogReader(directory))
    if fold:
        growing.rows.fold_all()
        whole.rows.fold_all()
    for seq in (3, EVENTS_PER_ITERATION + 1):
        growing.rows.reveal(seq)
        growing.rows.row(len(growing.rows) - 1)
    with (directory / "events.idx").open("ab") as file:
        while rest:
            file.write(rest[: 64 * 13])
            file.flush()
            rest = rest[64 * 13 :]
            assert growing.refresh()
            assert growing.rows.seq_of(len(growing.rows) - 1) < len(growing)
    whole.rows.reveal(EVENTS_PER_ITERATION + 1)
    assert texts(growing.rows) == texts(whole.rows)


def test_a_folded_call_that_is_still_open_stays_folded_as_it_grows(tmp_path):
    headers = [header(Kind.scope_entered, scope=0), *[header(Kind.output, depth=1)] * 5]
    headers += [header(Kind.scope_exited, partner=0, scope=0), header(Kind.output)]
    directory = write_headers(tmp_path / "run", headers, scopes=["Net"])
    rest = cut_to(directory, 3)
    timeline = Timeline(LogReader(directory))
    timeline.rows.toggle(2)
    assert len(timeline.rows) == 3
    with (directory / "events.idx").open("ab") as file:
        file.write(rest)
    timeline.refresh()
    assert [timeline.rows.seq_of(i) for i in range(len(timeline.rows))] == [0, 0, 0, 7]


def test_a_big_log_opens_folded_and_reveal_folds_what_it_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "UNFOLDED_UP_TO", 100)
    timeline = Timeline(LogReader(write_training(tmp_path / "run", EVENTS_PER_ITERATION * 50)))
    model = timeline.rows
    assert len(model) == 50
    seq = EVENTS_PER_ITERATION * 20 + 5
    assert model.row(model.reveal(seq)).seq == seq
    opened = len(model)
    assert opened == 50 + 3 + EVENTS_PER_ITERATION
    model.reveal(EVENTS_PER_ITERATION * 30 + 5)
    assert len(model) == opened
    model.unfold_all()
    assert len(model) == len(timeline) + 50 * 4
    assert model.seq_of(len(model) - 1) == len(timeline) - 1


def test_an_iteration_opened_by_hand_stays_open(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "UNFOLDED_UP_TO", 100)
    timeline = Timeline(LogReader(write_training(tmp_path / "run", EVENTS_PER_ITERATION * 5)))
    model = timeline.rows
    model.toggle(1)
    model.reveal(0)
    assert len(model) == 5 + 2 * (3 + EVENTS_PER_ITERATION)


def test_hostile_texts_are_made_visible(tmp_path):
    directory = write_headers(
        tmp_path / "run",
        [header(Kind.scope_entered, scope=0)],
        texts=["a\x1b[2J"],
        scopes=["Net\x1b]0;x\x07"],
    )
    assert texts(Timeline(LogReader(directory)).rows)[-1] == "    enter     Net␛]0;x␇()"
