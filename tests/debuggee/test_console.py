"""What the person types is evaluated in the script's frame, and answered as the interactive Python would."""

import sys

import pytest

from bpdebug.debuggee.console import evaluate, user_frame


def frame_with(**names):
    def inner():
        local = 3
        assert local == 3
        return sys._getframe()

    frame = inner()
    frame.f_globals.update(names)
    return frame


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("local + 1", "4"),
        ("a_global * 2", "10"),
        ("None", ""),
        ("made_here = 7", ""),
        ("  'text'  ", "'text'"),
        ("y = local + 1\ny * 2", "8"),
        ("for i in range(3):\n    z = i\n", ""),
    ],
)
def test_expressions_are_shown_and_statements_are_not(text, answer):
    assert evaluate(text, frame_with(a_global=5)) == answer


def test_comprehensions_and_functions_see_the_variables_of_the_frame():
    frame = frame_with(a_global=5)
    assert evaluate("[local + a_global + i for i in range(2)]", frame) == "[8, 9]"
    assert evaluate("f = lambda x: x * local\nf(a_global)", frame) == "15"
    assert evaluate("def g():\n    return f(2) + local\n", frame) == ""
    assert evaluate("g()", frame) == "9"
    assert evaluate("sorted([2, 1], key=lambda i: -i * local)", frame) == "[2, 1]"
    assert evaluate("not_there", frame).endswith("NameError: name 'not_there' is not defined")
    assert evaluate("[not_there for i in range(2)]", frame).endswith("name 'not_there' is not defined")


def test_what_is_declared_global_is_assigned_in_the_module():
    frame = frame_with(a_global=5)
    assert evaluate("global a_global, made\na_global = 6\nmade = 7\na_global + made", frame) == "13"
    assert (frame.f_globals["a_global"], frame.f_globals.pop("made")) == (6, 7)


def test_what_is_assigned_at_module_level_stays():
    namespace = {"frame": sys._getframe, "x": 1}
    exec("f = frame(0)", namespace)
    assert evaluate("x = 5; y = x + 1", namespace["f"]) == ""
    assert (namespace["x"], namespace["y"]) == (5, 6)


def test_a_mistake_is_told_from_the_typed_text_on():
    told = evaluate("1/0", frame_with())
    assert told.splitlines()[0] == "Traceback (most recent call last):"
    assert 'File "<console>", line 1' in told
    assert "    1/0" in told.splitlines()
    assert "console.py" not in told
    assert told.endswith("ZeroDivisionError: division by zero")
    assert "SyntaxError" in evaluate("for", frame_with())
    assert evaluate("raise SystemExit(3)", frame_with()).endswith("SystemExit: 3")


def test_a_huge_answer_is_cut():
    told = evaluate("'x' * 10**6", frame_with())
    assert len(told) < 30_000
    assert "characters" in told


def test_the_users_frame_is_the_innermost_of_their_files():
    assert user_frame(lambda path: path == __file__).f_code.co_name == (
        "test_the_users_frame_is_the_innermost_of_their_files"
    )
    assert user_frame(lambda path: False) is None


def test_frames_of_the_engine_are_left_out_of_a_mistake():
    import bpdebug  # noqa: F401
    from engine import functions

    told = evaluate("F.relu('no')", frame_with(F=functions))
    assert told.count("File ") == 1
