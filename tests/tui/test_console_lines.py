"""What a script printed, as the lines of a terminal, and back to any earlier moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bpdebug.tui.script_output import MAXIMUM_LENGTH, ScriptOutput


def printed(*chunks: str | tuple[str, str]) -> ScriptOutput:
    output = ScriptOutput()
    for chunk in chunks:
        stream, text = ("stdout", chunk) if isinstance(chunk, str) else chunk
        output.feed(stream, text)
    return output


def texts(output: ScriptOutput) -> list[str]:
    return [line.text for line in output.lines]


def test_lines_are_joined_over_writes():
    assert texts(printed("a", "b\nc", "\n", "\n", "d")) == ["ab", "c", "", "d"]


def test_a_progress_bar_is_one_line():
    assert texts(printed("\r 10%", "\r 20%", "\r100%\n", "done\n")) == ["100%", "done"]


def test_a_shorter_text_after_a_carriage_return_leaves_the_rest():
    assert texts(printed("abcdef\rXY")) == ["XYcdef"]
    assert texts(printed("abcdef\rXY\x1b[K")) == ["XY"]
    assert texts(printed("abcdef\x1b[2K\rXY")) == ["XY    "]


def test_windows_line_ends_and_backspaces_are_right():
    assert texts(printed("one\r\ntwo\r\n", "abc\b\bX")) == ["one", "two", "aXc"]


def test_tabs_count_cells_so_that_wide_characters_count_two():
    assert texts(printed("你\tx\n", "ab\tx\n")) == ["你      x", "ab      x"]


def test_colours_are_kept_over_lines_until_they_are_reset():
    lines = printed("\x1b[31mred\nstill\x1b[0m plain").lines
    assert lines[0].pieces[0][1].color.number == 1
    assert lines[1].pieces[0][1].color.number == 1
    assert lines[1].pieces[1][1].color is None


def test_other_escape_sequences_and_controls_are_harmless():
    hostile = "\x1b[2J\x1b[10;10Ha\x1b]0;title\x07b\x1b]52;c;AAAA\x1b\\c\x1bcd\x07e\x9b31m\u202ef"
    (text,) = texts(printed(hostile))
    assert text.startswith("abcde")
    assert text.isprintable()


def test_an_escape_sequence_split_over_two_writes_is_still_one():
    lines = printed("a\x1b[3", "1mb\n").lines
    assert lines[0].text == "ab"
    assert lines[0].pieces[1][1].color.number == 1


def test_another_stream_begins_a_line_of_its_own():
    output = printed("loss", ("stderr", "warning\n"), " 3\n")
    assert [(line.stream, line.text) for line in output.lines] == [
        ("stdout", "loss"),
        ("stderr", "warning"),
        ("stdout", " 3"),
    ]


def test_an_endless_line_is_cut():
    (text,) = texts(printed(*["x" * 1000] * 30))
    assert len(text) == MAXIMUM_LENGTH


pieces = st.lists(
    st.tuples(
        st.sampled_from(["stdout", "stderr"]),
        st.lists(
            st.sampled_from(["a", "bc", "\n", "\r", "\b", "\t", "你", "\x1b[31m", "\x1b[0m", "\x1b[", "K"])
        ),
    ).map(lambda one: (one[0], "".join(one[1]))),
    max_size=12,
)


@given(pieces, st.integers(0, 12))
def test_taking_output_back_gives_what_was_there_before(chunks, count):
    output = printed(*chunks)
    output.keep(count)
    before = printed(*chunks[:count])
    assert [(line.stream, line.pieces) for line in output.lines] == [
        (line.stream, line.pieces) for line in before.lines
    ]
    for stream, text in chunks[count:]:
        output.feed(stream, text)
    assert texts(output) == texts(printed(*chunks))


def test_a_flood_is_read_in_linear_time_of_few_pieces():
    output = printed(*[f"line {number}\n" for number in range(5000)])
    assert len(output.lines) == 5000
    assert all(len(line.pieces) == 1 for line in output.lines)
