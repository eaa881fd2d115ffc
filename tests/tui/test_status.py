"""The status line says what must be said, in the width that there is."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bpdebug.text import cell_width
from bpdebug.tui.status import StatusFacts, fitted, status_fields

FACTS = StatusFacts(
    script="/home/ada/research/backprop_mlp_with_a_long_name.py",
    mode="LIVE paused",
    iteration=1234,
    phase="backward",
    seq=12_345,
    last=5_678_901,
    growing=True,
    loss=0.6931471805599453,
    capture="full",
    why="killed by signal 9 (SIGKILL), after it had run for a long time",
)


def line(facts: StatusFacts, width: int) -> str:
    return "  ".join(text for _, text in fitted(status_fields(facts), width))


@pytest.mark.parametrize("width", [46, 60, 80, 100, 140, 300])
def test_the_line_never_wraps(width):
    assert cell_width(line(FACTS, width)) <= width


def test_a_wide_line_says_everything():
    text = line(FACTS, 300)
    for part in ("backprop_mlp_with_a_long_name.py", "LIVE paused", "iteration 1234", "backward",
                 "event 12,345 of 5,678,901+", "loss 0.693147", "capture full", "SIGKILL"):  # fmt: skip
        assert part in text


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_reason_never_takes_the_place_of_script_and_capture_policy(width):
    text = line(replace(FACTS, capture="stats:3"), width)
    for part in ("backpro", "LIVE paused", "12,345", "stats:3"):
        assert part in text


def test_eighty_columns_keep_mode_position_loss_and_policy():
    text = line(FACTS, 80)
    for part in ("LIVE paused", "it 1234", "12,345/5,678,901+", "loss", "full"):
        assert part in text


def test_a_reason_is_said_whole_or_not_at_all():
    assert "killed" not in line(FACTS, 100)
    assert "for a long time" in line(FACTS, 200)


def test_an_ordinary_line_fits_into_eighty_columns_whole():
    facts = StatusFacts(
        script="xor.py",
        mode="REPLAY",
        iteration=3,
        phase="forward",
        seq=41,
        last=97,
        loss=0.25,
        capture="full",
    )
    assert line(facts, 78) == "xor.py  REPLAY  iteration 3  forward  event 41 of 97  loss 0.25  capture full"


def test_a_loss_that_is_not_a_number_is_shown():
    assert "loss nan" in line(StatusFacts(mode="REPLAY", loss=math.nan), 80)


def test_names_with_wide_or_control_characters_are_harmless():
    text = line(StatusFacts(script="训练\x1b[31m脚本.py", mode="REPLAY"), 40)
    assert "\x1b" not in text
    assert "训练" in text
    assert cell_width(text) <= 40


def test_of_several_losses_the_line_says_which():
    facts = StatusFacts(script="gan.py", mode="REPLAY", seq=4, last=9, loss=1.4263508, loss_name="dis/loss")
    assert "dis/loss 1.42635" in line(facts, 80)
    assert "dis/loss 1.43" in line(facts, 34)
