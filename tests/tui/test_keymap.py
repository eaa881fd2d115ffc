"""The table of keys, counts before keys, and the line of hints."""

from __future__ import annotations

from collections import Counter as Tally

import pytest

from bpdebug.text import cell_width
from bpdebug.timeline import MOVES
from bpdebug.tui.counting import Counter
from bpdebug.tui.keymap import GROUPS, KEYMAP, MAIN, bindings_for, key_of, shown_key
from bpdebug.tui.widgets.key_line import fitting_hints


def test_ids_are_unique_and_groups_are_known():
    assert max(Tally(key.id for key in KEYMAP).values()) == 1
    assert {key.group for key in KEYMAP} <= set(GROUPS)


@pytest.mark.parametrize("where", sorted({key.where for key in KEYMAP}))
def test_a_key_does_one_thing_in_one_place(where):
    names = [binding.key for binding in bindings_for(where)]
    assert len(names) == len(set(names))


def test_no_pane_takes_a_key_that_works_everywhere():
    everywhere = {binding.key for binding in bindings_for(MAIN)}
    for where in {key.where for key in KEYMAP} - {MAIN}:
        assert not everywhere & {binding.key for binding in bindings_for(where)}


def test_every_binding_leads_back_to_its_row_of_the_table():
    for where in {key.where for key in KEYMAP}:
        for binding in bindings_for(where):
            assert key_of(binding.id) in KEYMAP


def test_keys_that_a_terminal_cannot_tell_apart_or_keeps_are_unbound():
    names = {name for key in KEYMAP for name in key.keys.split(",")}
    assert not names & {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+s", "ctrl+z"}


def test_every_move_of_a_key_is_one_that_the_timeline_knows():
    asked = {key.action[6:-2] for key in KEYMAP if key.action.startswith("move(")}
    assert asked == set(MOVES)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("s", "s"),
        ("S", "S"),
        ("right_square_bracket", "]"),
        ("shift+f11", "Shift-F11"),
        ("ctrl+q", "Ctrl-q"),
        ("f", "f"),
        ("f10", "F10"),
        ("less_than_sign", "<"),
        ("at", "@"),
        ("apostrophe", "'"),
        ("delete", "Delete"),
    ],
)
def test_keys_are_shown_as_people_read_them(name, shown):
    assert shown_key(name) == shown


@pytest.mark.parametrize("width", [40, 80, 200])
def test_hints_fit_and_always_have_help_and_quit(width):
    hints = fitting_hints([key for key in KEYMAP if key.where == MAIN], width)
    assert sum(cell_width(key) + cell_width(hint) + 3 for key, hint in hints) <= width
    assert [hint for _, hint in hints][-2:] == ["help", "quit"]
    assert hints[0] == ("s", "step")


def test_digits_before_a_key_are_a_count():
    counter = Counter("123456")
    assert counter.digit(1)
    assert not counter.digit(0)
    assert (counter.take(), counter.text, counter.take()) == (10, "", 1)


def test_a_lone_digit_means_a_pane_when_nothing_follows():
    counter = Counter("123456")
    counter.digit(3)
    assert counter.expire() == "3"
    assert counter.text == ""


def test_a_count_that_is_no_pane_waits_on():
    counter = Counter("123456")
    counter.digit(0)
    assert counter.text == ""
    assert not counter.digit(9)
    assert counter.expire() is None
    counter.digit(9)
    assert counter.take() == 99


def test_a_count_has_an_end():
    counter = Counter("123456")
    for _ in range(40):
        counter.digit(9)
    assert counter.take() == 999_999
