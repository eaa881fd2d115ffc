"""Numbers that are read from the bytes of many bodies at once, against the same bodies read as JSON."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdebug.log import records as r
from bpdebug.log.schema import Kind
from bpdebug.timeline.body_numbers import LONGEST_LIST, NONE, parameter_numbers, slots_of

numbers = st.one_of(st.integers(0, 12), st.integers(0, 10**9), st.integers(0, 10**15 - 1))
rows = st.one_of(st.none(), numbers)
row_lists = st.lists(rows, max_size=LONGEST_LIST)
slot_lists = st.lists(st.builds(r.Slot, numbers, rows), max_size=LONGEST_LIST)
forwards = st.builds(r.ForwardBody, numbers, slot_lists, slot_lists, ns=numbers)
backwards = st.builds(r.BackwardBody, numbers, rows, row_lists, row_lists, st.lists(numbers))
updates = st.builds(r.ParamUpdatedBody, numbers, rows, rows, rows, rule=st.text())
accumulated = st.builds(r.GradAccumulatedBody, numbers, rows, rows, rows, node=rows)


def lines_of(bodies):
    """The bytes of these bodies behind those of another, and where each of them is."""
    lines = [msgspec.json.encode(body) + b"\n" for body in (r.OutputBody("stdout", "éé"), *bodies)]
    ends = np.cumsum([len(line) for line in lines])
    return b"".join(lines), ends[:-1], ends[1:]


def none_as_number(found):
    return [NONE if one is None else one for one in found]


def listed(items, event):
    """(variables, rows) of one line."""
    count = int(items.counts[event])
    assert (items.rows[event, count:] == NONE).all()
    return items.variables[event, :count].tolist(), items.rows[event, :count].tolist()


@given(st.lists(forwards, min_size=1, max_size=5))
def test_forward_events_have_their_ops_and_slots(bodies):
    ops, fields, good = slots_of(*lines_of(bodies), Kind.forward)
    assert good.all()
    assert ops.tolist() == [body.op for body in bodies]
    for event, body in enumerate(bodies):
        for field in ("x", "y"):
            slots = getattr(body, field)
            variables = [slot.var for slot in slots]
            assert listed(fields[field], event) == (
                variables,
                none_as_number(slot.tensor for slot in slots),
            )


@given(st.lists(backwards, min_size=1, max_size=5))
def test_backward_events_have_their_ops_and_gradients(bodies):
    ops, fields, good = slots_of(*lines_of(bodies), Kind.backward)
    assert good.all()
    assert ops.tolist() == [body.op for body in bodies]
    for event, body in enumerate(bodies):
        for field in ("gy", "gx"):
            assert listed(fields[field], event)[1] == none_as_number(getattr(body, field))


@given(st.lists(updates, min_size=1, max_size=5), st.lists(accumulated, min_size=1, max_size=5))
def test_events_about_a_parameter_have_their_fields(updated, added):
    for kind, bodies in ((Kind.param_updated, updated), (Kind.grad_accumulated, added)):
        fields, good = parameter_numbers(*lines_of(bodies), kind)
        assert good.all()
        for name, found in fields.items():
            assert found.tolist() == none_as_number(getattr(body, name) for body in bodies)


def test_a_field_behind_the_one_that_is_wanted_is_not_read():
    _, fields, good = slots_of(*lines_of([r.ForwardBody(1, [r.Slot(2, 3)], [])]), Kind.forward, "x")
    assert good.all()
    assert list(fields) == ["x"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"forward", "op":1,"x":[[1,2]],"y":[]}\n',
        b'{"kind":"backward","op":1,"x":[[1,2]],"y":[]}\n',
        b'{"kind":"forward","op":-1,"x":[[1,2]],"y":[]}\n',
        b'{"kind":"forward","op":1.5,"x":[[1,2]],"y":[]}\n',
        b'{"kind":"forward","op":1,"x":[[1,2],"y":[]}\n',
        b'{"kind":"forward","op":1,"x":[[1,nil]],"y":[]}\n',
        b'{"kind":"forward","op":1,"x":[[1,2]],"y":[',
        b'{"kind":"forward","op":1,"x":[[1,12345678901234567]],"y":[]}\n',
        b'{"kind":"forward","op":1,"x":[' + b",".join([b"[1,2]"] * (LONGEST_LIST + 1)) + b'],"y":[]}\n',
        b"",
        b"\n",
    ],
)
def test_a_line_that_looks_otherwise_is_left_to_others_and_disturbs_none(line):
    fine = msgspec.json.encode(r.ForwardBody(7, [r.Slot(1, 2)], [r.Slot(3, None)])) + b"\n"
    lines = [fine, line, fine]
    ends = np.cumsum([len(one) for one in lines])
    begins = np.concatenate([[0], ends[:-1]])
    ops, fields, good = slots_of(b"".join(lines), begins, ends, Kind.forward)
    assert good.tolist() == [True, False, True]
    for event in (0, 2):
        assert ops[event] == 7
        assert listed(fields["x"], event) == ([1], [2])
        assert listed(fields["y"], event) == ([3], [NONE])
