"""What reaches a terminal is harmless, exactly as wide as asked, and true."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdebug.text import (
    bytes_text,
    cell_width,
    clean,
    count_text,
    decade_bar,
    duration_text,
    fit,
    number,
    plain_lines,
    shape_text,
    sparkline,
)

any_text = st.text(st.characters())  # lone surrogates included


def test_clean_leaves_ordinary_text_alone():
    assert clean("隐藏层 h = σ(Wx + b), emoji 👩‍💻") == "隐藏层 h = σ(Wx + b), emoji 👩‍💻"


def test_clean_shows_escape_sequences_instead_of_sending_them():
    assert clean("\x1b[2Jgone\x07\n\x9b1m\x7f") == "␛[2Jgone␇␊\\x9b1m␡"


def test_clean_shows_direction_overrides_and_lone_surrogates():
    assert clean("a\u202eb\udc80") == "a\\u202eb\\udc80"


def test_clean_keeps_what_it_is_told_to():
    assert clean("a\n\tb\r", keep="\n") == "a\n␉b␍"


@given(any_text)
def test_clean_text_has_no_control_and_can_be_encoded(text):
    shown = clean(text)
    shown.encode("utf-8")
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert clean(shown) == shown


def test_plain_lines_show_what_a_terminal_would():
    assert plain_lines("\x1b[31mred\x1b[0m\n10%\r100%\nab\b\bxy\n\x1b]0;title\x07end") == [
        "red",
        "100%",
        "xy",
        "end",
    ]


def test_plain_lines_overtype_only_what_is_overtyped():
    assert plain_lines("abcdef\rxy") == ["xycdef"]
    assert plain_lines("windows line\r\n") == ["windows line", ""]


@given(any_text)
def test_plain_lines_are_clean(text):
    for line in plain_lines(text):
        assert clean(line) == line


@given(st.text(), st.integers(0, 30), st.sampled_from(["left", "right"]), st.sampled_from(["end", "start"]))
def test_fit_gives_exactly_the_width(text, width, align, cut):
    assert cell_width(fit(clean(text), width, align, cut)) == width


def test_fit_counts_wide_characters_twice():
    assert fit("隐藏层", 8) == "隐藏层  "
    assert fit("隐藏层", 5) == "隐藏…"
    assert fit("隐藏层", 4) == "隐 …"
    assert fit("隐藏层", 4, cut="start") == "… 层"


def test_fit_cuts_the_start_of_a_path():
    assert fit("/home/me/train.py", 9, cut="start") == "…train.py"
    assert fit("ab", 4, align="right") == "  ab"


@pytest.mark.parametrize(
    ("value", "dtype", "shown"),
    [
        (0.1, "float32", "0.1"),
        (float(np.float16(0.1)), "float16", "0.1"),
        (float(np.float32(0.1)), "float32", "0.1"),
        (1 / 3, "float64", "0.333333"),
        (-1 / 3, "float32", "-0.333333"),
        (123456.789, "float64", "123456.8"),
        (999999.99, "float64", "1000000.0"),
        (1234567.0, "float64", "1234567.0"),
        (1234567.5, "float64", "1.235e+06"),
        (0.00012346, "float64", "1.235e-04"),
        (5e-324, "float64", "5e-324"),
        (0.0, "float32", "0.0"),
        (-0.0, "float32", "-0.0"),
        (3.0, None, "3.0"),
        (math.nan, "float32", "nan"),
        (math.inf, "float16", "inf"),
        (-math.inf, "float64", "-inf"),
        (2**63 - 1, "int64", "9223372036854775807"),
        (-(2**63), "int64", "-9223372036854775808"),
        (2**64 - 1, "uint64", "18446744073709551615"),
        (True, "bool", "True"),
        (np.bool_(False), None, "False"),
        (1e300, "float32", "1e+300"),
        (1 + 2j, "complex64", "1.0+2.0j"),
        (None, None, "-"),
    ],
)
def test_number_is_short_and_true(value, dtype, shown):
    assert number(value, dtype) == shown


def test_number_is_aligned_to_the_right():
    assert number(1, "int64", width=5) == "    1"


@given(st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_short_float_is_within_rounding_of_the_value(value):
    shown = number(np.float32(value), "float32")
    assert len(shown) <= 10
    assert float(shown) == pytest.approx(value, rel=2e-3, abs=0)


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_are_exact(value):
    assert int(number(value, "uint64" if value >= 0 else "int64")) == value


def test_shapes_counts_sizes_and_times():
    assert [shape_text(s) for s in [(), (3,), (2, 3), None]] == ["()", "(3,)", "(2, 3)", "?"]
    assert count_text(1, "event") == "1 event"
    assert count_text(12345, "event") == "12,345 events"
    assert count_text(2, "class", "classes") == "2 classes"
    assert [bytes_text(n) for n in (1, 1023, 4096, 19_000_000)] == [
        "1 byte",
        "1,023 bytes",
        "4.0 KiB",
        "18.1 MiB",
    ]
    assert [duration_text(n) for n in (12, 3400, 1_250_000, 125e6, 3_725e6)] == [
        "12 us",
        "3.4 ms",
        "1.25 s",
        "2 min 05 s",
        "1 h 02 min",
    ]


def test_a_bar_has_a_cell_for_each_power_of_ten_and_a_sliver_for_the_least():
    assert decade_bar(1.0, 12) == "████████    "
    assert decade_bar(1e-3, 12).rstrip() == "█████"
    assert decade_bar(1e9, 12) == "█" * 12
    assert decade_bar(1e-30, 12).rstrip() == "▏"
    assert decade_bar(0.0, 12).strip() == ""
    assert decade_bar(math.nan, 12).rstrip() == "NaN!"
    assert decade_bar(-math.inf, 2) == "in"


def test_a_sparkline_shows_powers_of_ten_and_marks_what_is_not_finite():
    assert sparkline([1e-4, 1e-2, 1.0], 8) == "▁▅█"
    assert sparkline([0.0, 1.0, math.nan, 1.0], 3) == "▅!▅"
    assert sparkline([], 4) == ""
