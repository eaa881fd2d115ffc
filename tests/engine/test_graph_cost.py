"""What a graph costs: no recursion, a flat number of steps per op, and memory that goes when nobody needs it."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
import weakref
from collections.abc import Iterator
from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import FunctionNode, Variable, backprop

LONG = 100_000


@pytest.fixture(autouse=True)
def no_garbage_collector() -> Iterator[None]:
    """What goes must go by itself: the graph holds no reference cycles."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def chain(length: int, x: Variable) -> Variable:
    for _ in range(length):
        x = x + 1
    return x


def steps_of(call: Any) -> int:
    """How many calls of Python functions the engine makes in `call`."""
    count = 0
    folder = backprop.__file__.rsplit("/", 1)[0]

    def trace(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        if event == "call" and frame.f_code.co_filename.startswith(folder):
            count += 1

    sys.setprofile(trace)
    try:
        call()
    finally:
        sys.setprofile(None)
    return count


def test_a_hundred_thousand_ops_need_no_recursion() -> None:
    x = Variable(numpy.zeros(()))
    y = chain(LONG, x)
    assert y.rank == LONG
    y.backward()
    assert x.grad == 1
    last = weakref.ref(y.creator)
    del y
    assert last() is None


def test_unchaining_and_grad_of_a_long_chain_need_no_recursion() -> None:
    x = Variable(numpy.zeros(()))
    y = chain(20_000, x)
    (gx,) = engine.grad([y], [x])
    assert gx.array == 1
    y.unchain_backward()
    assert y.creator is None


def test_a_long_chain_with_double_backprop_needs_no_recursion() -> None:
    x = Variable(numpy.ones(()))
    chain(20_000, x).backward(enable_double_backprop=True)
    assert x.grad == 1


def test_the_number_of_steps_per_op_is_flat() -> None:
    costs = []
    for length in (100, 10_000):
        x = Variable(numpy.zeros(()))
        holder: list[Variable] = []
        forward = steps_of(lambda length=length, x=x, holder=holder: holder.append(chain(length, x)))
        walk = steps_of(holder[0].backward)
        costs.append((forward / length, walk / length))
    (forward_small, walk_small), (forward_large, walk_large) = costs
    assert forward_large <= forward_small * 1.01
    assert walk_large <= walk_small * 1.01


def test_a_ladder_of_forks_visits_each_op_once() -> None:
    """Each variable is used twice: without care for order, the walk would take 2^60 steps."""
    visits = []

    class Counted(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            visits.append(1)
            return gys

    x = h = Variable(numpy.ones(()))
    for _ in range(60):
        (h,) = Counted().apply((h,))
        h = h + h
    h.backward()
    assert len(visits) == 60
    assert x.grad == 2.0**60


def test_a_long_sum_into_one_leaf_makes_no_new_array_each_time() -> None:
    arrays = []

    class Watched(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            arrays.append(None if x.grad is None else id(x.grad))
            return gys

    x = Variable(numpy.ones(3))
    F.sum(sum(Watched().apply((x,))[0] for _ in range(10))).backward()
    assert x.grad.tolist() == [10, 10, 10]
    assert len(set(arrays[3:])) == 1


# ---- memory ----


def test_arrays_in_between_go_unless_the_rule_needs_them() -> None:
    x = Variable(numpy.ones(3))
    h = x + 1
    array = weakref.ref(h.array)
    y = h + 1
    del h
    assert array() is None
    h = F.exp(x)
    array = weakref.ref(h.array)
    z = h + 1
    del h
    assert array() is not None
    del z
    assert array() is None
    assert y.creator is not None


def test_inputs_are_kept_only_for_rules_that_need_them() -> None:
    x = Variable(numpy.ones(3))
    for op, keeps in ((lambda h: h + h, False), (lambda h: h * h, True), (lambda h: F.sum(h), False)):
        h = x + 1
        array = weakref.ref(h.array)
        y = op(h)
        del h
        assert (array() is not None) == keeps
        del y
        assert array() is None


def test_gradients_go_as_the_walk_passes() -> None:
    alive: list[int] = []
    references: list[Any] = []

    class Watched(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            references.append(weakref.ref(gys[0].array))
            alive.append(sum(reference() is not None for reference in references))
            return (gys[0] * 1,)

    x = h = Variable(numpy.ones(3))
    for _ in range(20):
        (h,) = Watched().apply((h,))
    F.sum(h).backward()
    assert x.grad.tolist() == [1, 1, 1]
    assert max(alive) <= 2


def test_a_graph_goes_with_its_last_variable() -> None:
    x = Variable(numpy.ones(3))
    y = F.sum(F.exp(x * 2) * x)
    y.backward(retain_grad=True)
    node, array = weakref.ref(y.creator), weakref.ref(y.creator.inputs[0].creator_node.inputs[0])
    del y
    assert node() is None
    assert array() is None


def test_a_graph_of_gradients_goes_with_the_gradient() -> None:
    x = Variable(numpy.ones(3))
    F.sum(F.exp(x) * x).backward(enable_double_backprop=True)
    node = weakref.ref(x.grad_var.creator)
    x.cleargrad()
    assert node() is None


def test_nothing_is_kept_without_a_graph() -> None:
    x = Variable(numpy.ones(3))
    with engine.no_backprop_mode():
        h = F.exp(x)
        array = weakref.ref(h.array)
        y = h * h
        del h
    assert array() is None
    assert y.array.shape == (3,)


def test_unchaining_lets_arrays_go() -> None:
    x = Variable(numpy.ones(3))
    h = F.exp(x)
    array = weakref.ref(h.array)
    y = h * 2
    del h
    assert array() is not None
    y.unchain_backward()
    assert array() is None


FAULTS = """
import resource
import numpy
{}

def make_and_free():
    for size in (1 << 20, 1 << 21, 7 << 20):
        numpy.empty(size, numpy.uint8)[::1024] = 1

make_and_free()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    make_and_free()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="how glibc keeps memory")
def test_arrays_of_a_step_find_their_memory_again() -> None:
    faults = {}
    for line in ("", "import engine"):
        done = subprocess.run(
            [sys.executable, "-c", FAULTS.format(line)], capture_output=True, text=True, check=True
        )
        faults[line] = int(done.stdout)
    assert faults["import engine"] < 100 < faults[""]
