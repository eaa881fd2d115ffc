"""What a condition's text means, and what is said of a wrong one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdebug.conditions import Asked, condition, parse
from bpdebug.conditions import syntax as s
from bpdebug.errors import ConditionError
from bpdebug.log.schema import Kind


def test_operators_bind_as_in_python():
    assert parse("1 + 2 * 3 ** 2 > -4 and not nan or inf") == parse(
        "(((1 + (2 * (3 ** 2))) > (-4)) and (not (nan))) or (inf)"
    )
    assert parse("1 - 2 - 3") == s.Binary("-", parse("1 - 2"), s.Number(3.0))
    assert parse("-2 ** 2") == s.Unary("-", parse("2 ** 2"))
    assert parse("not not nan") == parse("nan")


def test_a_slash_divides_tensors_and_belongs_to_the_names_of_metrics():
    assert parse("main/loss > 2") == s.Binary(">", s.Metric("main/loss"), s.Number(2.0))
    assert parse("norm(gx)/norm(gy)") == s.Binary("/", parse("norm(gx)"), parse("norm(gy)"))
    assert parse("max(gx/x)") == s.Call("max", s.Binary("/", s.Tensor("gx"), s.Tensor("x")))
    assert parse("MLP.l1.W/MLP.l2.W") == s.Binary("/", s.Tensor("MLP.l1.W"), s.Tensor("MLP.l2.W"))
    assert parse("loss/2") == s.Binary("/", s.Metric("loss"), s.Number(2.0))
    assert parse("loss / accuracy") == s.Binary("/", s.Metric("loss"), s.Metric("accuracy"))


def test_names_are_told_apart_by_what_they_are():
    assert parse("W.delta") == s.Tensor("W", "delta")
    assert parse("MLP.l1.W.grad") == s.Tensor("MLP.l1.W", "grad")
    assert parse("Net.0.W") == s.Tensor("Net.0.W")
    assert parse("MLP~2.l1.W") == s.Tensor("MLP~2.l1.W")
    assert parse("x[1]") == s.Tensor("x", "", 1)
    assert parse("gx1") == s.Tensor("gx1")
    assert parse("loss[-1]") == s.Metric("loss", 1)
    assert parse("iteration") == s.Field("iteration")
    assert parse("nan") == s.Nonfinite("nan")


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", 0, "expected"),
        ("norm(gx", 7, "'(' is open"),
        ("norm(gx >", 9, "too early"),
        ("nrm(gx) > 1", 0, "did you mean norm?"),
        ("qq(gx)", 0, "there are nan, inf"),
        ("norm > 1", 0, "needs an argument"),
        ("norm() > 1", 5, "needs an argument"),
        ("loss = 3", 5, "=="),
        ("loss > 3 && nan", 9, "write and"),
        ("!nan", 0, "write not"),
        ('op == "relu', 6, "no closing quote"),
        ("op == relu", 6, 'in quotes, such as "relu"'),
        ('op > "relu"', 3, "only be compared by == and !="),
        ('loss == "relu"', 0, "this is a number"),
        ("op", 0, "not true or false"),
        ("nan and op", 8, "not true or false"),
        ("op == scope", 6, "in quotes"),
        ("op + 1 > 2", 0, "can't be calculated"),
        ("1 < 2 < 3", 6, "join them by and"),
        ("x.foo > 1", 0, ".before, .after, .delta, .grad"),
        ("x[a]", 2, "x[0]"),
        ("loss[1]", 5, "-1 or less"),
        ("loss[-500]", 6, "at most 100"),
        ("iteratoin > 3", 0, "did you mean iteration?"),
        ("nan nan", 4, "can't stand here"),
        ("gx > 1; import os", 6, "no meaning here"),
        ("__import__(0)", 0, "there is no function"),
        ("(" * 200 + "1" + ")" * 200, 50, "too deeply"),
        ("x" * 3000, 79, "at most"),
    ],
)  # fmt: skip
def test_a_wrong_condition_says_where_it_is_wrong(text, column, reason):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert reason in caught.value.reason
    assert caught.value.column == column
    said, shown, caret = str(caught.value).split("\n")
    assert said == caught.value.reason
    assert caret.index("^") == column + 2
    assert len(shown) >= 2


def test_a_condition_that_says_nothing_about_an_event_is_refused():
    with pytest.raises(ConditionError, match="says nothing"):
        condition("1 < 2")


def test_a_condition_knows_where_it_is_worth_asking():
    every = condition('phase == "update"')
    assert every.asked is Asked.changes
    assert condition("iteration >= 37").asked is Asked.changes
    assert condition("loss > 2 * loss[-1]").asked is Asked.reports
    assert condition("loss > 3 and iteration > 5").kinds == {Kind.reported}
    assert condition("norm(gx) > 100 and iteration > 5").asked is Asked.each
    assert condition("norm(gx) > 100").kinds == {Kind.backward}
    assert condition("max(abs(W.delta)) / std(W) > 0.01").kinds == {Kind.param_updated, Kind.edited}
    assert condition('kind == "failed" or norm(gx) > 3').kinds == {Kind.failed, Kind.backward}
    assert condition("not nan(y) and loss > 3").kinds == {Kind.forward, Kind.backward_started}


@given(st.text(max_size=40) | st.text(alphabet="xygW()[]0123456789.+-*/<>=! andorntloif\"'", max_size=40))
def test_any_text_is_a_condition_or_gives_a_reason_with_a_place(text):
    error = None
    try:
        parse(text)
    except ConditionError as caught:
        error = caught
    assert error is None or (error.reason and 0 <= error.column <= max(len(text), 79))
