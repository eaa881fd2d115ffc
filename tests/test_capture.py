"""The plans that `--capture` can say, and what is refused."""

from __future__ import annotations

import dataclasses

import pytest

from bpdebug.capture import POLICIES, CapturePlan, parse_bytes, parse_capture, plan_of
from bpdebug.errors import UsageError
from bpdebug.launch import CaptureOptions


def kept(plan: CapturePlan, scope: str, label: str, iteration: int = 0, phase: str = "forward") -> str:
    keep = plan.keep(phase, scope, label, iteration)
    named = {"full": keep.values, "sample": bool(keep.sample), "stats": keep.statistics}
    return next((name for name, there in named.items() if there), "none")


def test_full_keeps_everything_and_asks_nothing():
    assert parse_capture("full") == CapturePlan()
    assert parse_capture("full").everything
    assert not parse_capture("full", iterations=(1, 2)).everything
    assert not parse_capture("full", max_bytes=10).everything


@pytest.mark.parametrize("name", ["full", "sample", "stats", "none"])
def test_a_policy_is_for_every_event(name):
    assert kept(parse_capture(name), "MLP.l1", "linear") == name


def test_the_first_rule_that_fits_counts():
    plan = parse_capture("full@MLP.l1/*, update/*.W ; none@relu; stats")
    assert kept(plan, "MLP.l1", "linear") == "full"
    assert kept(plan, "", "MLP.l2.W", phase="update") == "full"
    assert kept(plan, "MLP", "relu") == "none"
    assert kept(plan, "MLP.l2", "linear") == "stats"
    assert plan.text == "full@MLP.l1/*, update/*.W;none@relu;stats"


def test_what_no_rule_is_for_is_kept():
    assert kept(parse_capture("none@relu"), "MLP", "tanh") == "full"


def test_values_are_kept_in_the_iterations_asked_for():
    plan = plan_of(CaptureOptions("full", "100:110"))
    assert [kept(plan, "", "relu", i) for i in (99, 100, 109, 110)] == ["stats", "full", "full", "stats"]
    assert "iteration 100 to 109" in plan.keep("forward", "", "relu", 3).why
    assert kept(plan_of(CaptureOptions("none@relu", "1:")), "", "relu", 0) == "none"


def test_large_tensors_are_kept_more_and_more_seldom():
    plan = parse_capture("sparse")
    full = [i for i in range(320) if kept(plan, "", "relu", i) == "full"]
    assert full == [0, 1, 2, 25, 50, 100, 200, 300]
    assert plan.keep("forward", "", "relu", 3).small_bytes == 16 << 10


def test_last_is_a_flight_recorder():
    plan = parse_capture("none@relu;last:5")
    assert (plan.last, kept(plan, "", "tanh")) == (5, "full")


def test_waiting_for_a_condition_records_the_last_ten_iterations_unless_said():
    assert plan_of(CaptureOptions(keep_when="loss > 10")).last == 10
    assert plan_of(CaptureOptions("none@relu;last:3", until="nan")).last == 3
    with pytest.raises(UsageError, match="go with last:N"):
        plan_of(CaptureOptions("stats", until="nan"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("everything", "everything is no policy; there are full, sample, stats, none, sparse and last:N"),
        ("", "nothing is no policy"),
        ("stats;", "nothing is no policy"),
        ("last", "Write last:10"),
        ("last:0", "Write last:10"),
        ("last:2@relu;last:3", "one flight recorder"),
        ("full@relu;last:3", "last:3 drops"),
        ("stats:3", "stats takes no number"),
        ("stats@", "Behind the @"),
    ],
)
def test_what_makes_no_sense_is_refused(text, words):
    with pytest.raises(UsageError, match="--capture") as error:
        parse_capture(text)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("2GB", 2 * 10**9), ("1.5 MiB", 3 << 19), ("4k", 4000), ("1TiB", 1 << 40), ("7b", 7)],
)
def test_sizes(text, size):
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "0", "1e9", "0.0001", "2 PB"])
def test_what_is_no_size(text):
    with pytest.raises(UsageError, match="--max-bytes"):
        parse_bytes(text)


def test_each_policy_says_why_it_keeps_less():
    for policy in POLICIES.values():
        assert policy.summary
        assert policy.keep.values == (policy.keep.why == "")


@pytest.mark.parametrize(
    ("text", "iterations"),
    [
        ("stats", None),
        ("sparse", None),
        ("full@l1;sparse", None),
        ("full", (3, 7)),
        ("stats", (5, None)),
        ("full", (0, 1)),
    ],
)
def test_a_stretch_of_iterations_ends_where_something_else_is_kept(
    text: str, iterations: tuple[int, int | None] | None
) -> None:
    plan = dataclasses.replace(parse_capture(text), iterations=iterations)
    for iteration in range(320):
        end = plan.stretch_end(iteration)
        assert end > iteration
        assert {plan.stretch(i) for i in range(iteration, min(end, 420))} == {plan.stretch(iteration)}
    assert plan.stretch_end(8) == (25 if "sparse" in text else 1 << 32)
    assert plan.stretch_end(101) == (200 if "sparse" in text else 1 << 32)
