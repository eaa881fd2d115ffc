"""Which lines of a file can make an event, judged by their code."""

from __future__ import annotations

import pytest

from bpdebug.breakpoints.code_lines import CodeLines, code_lines

JUDGED = '''\
"""A docstring."""  # no
# a comment  # no
import numpy as np  # no
import chainer.functions as F  # no
from chainer import Chain, links as L  # no
 # no
n = 10  # no
names = ("a", "b")  # no
global_name = n  # no
def plain(a, b=1, *c, **d):  # no
    """Says nothing."""  # no
    global n  # no
    n = a  # no
    if a:
        pass  # no
    else:  # no
        return a  # no
    return F.relu(a)  # can
def annotated(a: np.ndarray, b: int | None = None) -> np.ndarray:  # no
    return a + b  # can
def with_default(a=F.relu(n)):  # can
    return a  # no
@F.decorator  # can
def decorated(a): return a.T  # can
class Net(Chain):  # no
    size = 3  # no
    def __init__(self):  # no
        super().__init__()  # can
        with self.init_scope():  # can
            self.l = L.Linear(  # can
                3,  # no
                n,  # no
            )  # no
        self.on = True
    def forward(self, x):  # no
        return self.l(x)  # can
for epoch in range(n):  # no
    for i in range(np.int64(3)):  # can
        print("epoch", epoch, len(names))  # no
        print(float(F.sum(n).array))  # can
    n += 1  # can
for batch in names:  # can
    y = -batch  # can
    del y  # no
values = [F.exp(v) for v in names]  # can
f = lambda v: F.exp(v)  # can
try:  # no
    raise ValueError("x")  # can
except ValueError:
    pass  # no
while n < 3:  # can
    break  # no
'''


@pytest.fixture
def judged() -> CodeLines:
    found = code_lines(JUDGED)
    assert found is not None
    return found


def test_a_line_can_make_an_event_where_its_code_calls_or_computes_something(judged):
    wrong = []
    for number, line in enumerate(JUDGED.splitlines(), 1):
        expected = {"can": True, "no": False}.get(line.rpartition("# ")[2])
        if expected is not None and judged.can(number) != expected:
            wrong.append(line)
    assert not wrong


def test_a_line_that_can_not_leads_to_the_next_that_can(judged):
    assert judged.next(1) == JUDGED.splitlines().index("    return F.relu(a)  # can") + 1
    assert judged.next(10_000) is None


def test_the_header_of_a_function_leads_into_it_and_its_last_lines_nowhere_else():
    text = "def f(x):\n    return x\n\ny = g()\n\ndef h(x):\n\n    z = x * 2\n    return z\n\nh(y)\n"
    found = code_lines(text)
    assert found is not None
    assert [found.next(line) for line in range(1, 12)] == [None, None, 4, 4, 8, 8, 8, 8, None, 11, 11]
    assert (found.function_of(9), found.function_of(4)) == ("h", "")


def test_a_builtin_that_the_file_names_anew_may_do_anything():
    assert code_lines("range(3)\n").next(1) is None  # type: ignore[union-attr]
    assert code_lines("from f import range\nrange(3)\n").can(2)  # type: ignore[union-attr]
    assert code_lines("def g(print):\n    print(3)\n").can(2)  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\0'", "print 'hello'\n"])
def test_what_this_python_can_not_compile_is_not_judged(text):
    assert code_lines(text) is None
