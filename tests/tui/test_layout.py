"""Where panes go at every size of the terminal, and what is remembered of it."""

from __future__ import annotations

import json

import pytest

from bpdebug.tui.layout import DEFAULT_SHARES, make_plan, resized, valid_shares
from bpdebug.tui.pane_table import PANE_TABLE, PANES, PLACES, make_panes
from bpdebug.tui.preferences import Preferences, preferences_file

SIZES = [
    (40, 10),
    (80, 24),
    (80, 40),
    (109, 31),
    (110, 16),
    (120, 40),
    (139, 60),
    (140, 34),
    (200, 60),
    (400, 120),
]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("zoomed", [False, True])
def test_places_fill_the_room_without_overlap(width, height, zoomed):
    plan = make_plan(width, height, zoomed=zoomed)
    cells = set()
    for slot in plan.slots:
        box = slot.box
        assert box.width >= 8
        assert box.height >= 3
        mine = {(x, y) for x in range(box.x, box.x + box.width) for y in range(box.y, box.y + box.height)}
        assert not cells & mine
        cells |= mine
    assert all(0 <= x < width and 0 <= y < height - 2 for x, y in cells)
    # At most one empty column a row of places lies between them.
    assert len(cells) >= width * (height - 2) - 2 * (height - 2)
    assert sorted(pane for slot in plan.slots for pane in slot.panes) == sorted(PANES)


def test_each_size_has_its_arrangement():
    modes = {size: make_plan(*size).mode for size in SIZES}
    assert modes[(80, 24)] == "narrow"
    assert modes[(80, 40)] == "stack"
    assert modes[(120, 40)] == "side"
    assert modes[(200, 60)] == "wide"
    assert make_plan(200, 24).mode == "side"
    assert make_plan(39, 24).mode == make_plan(80, 9).mode == "small"


def test_a_wide_screen_shows_every_place_with_the_pane_that_it_is_named_after():
    assert make_plan(200, 60).shown == PLACES


def test_every_row_of_the_table_makes_a_pane_with_a_key_of_its_own():
    panes = make_panes()
    assert tuple(panes) == PANES
    assert all(pane.TITLE and callable(pane.show) for pane in panes.values())
    assert len({kind.key for kind in PANE_TABLE}) == len(PANE_TABLE)
    assert {kind.place for kind in PANE_TABLE} == set(PLACES)


def test_a_place_shows_the_pane_that_was_used_last():
    recent = ("weights", "timeline", *(pane for pane in PANES if pane not in ("weights", "timeline")))
    assert make_plan(120, 40, recent=recent).shown == ("timeline", "weights")
    assert make_plan(80, 24, recent=recent).shown == ("weights",)


@pytest.mark.parametrize("mode", ["wide", "side", "stack"])
@pytest.mark.parametrize("pane", PANES)
def test_growing_a_pane_makes_its_place_larger_until_it_cannot(mode, pane):
    size = {"wide": (200, 60), "side": (120, 40), "stack": (90, 40)}[mode]

    def area(shares) -> int:
        boxes = [slot.box for slot in make_plan(*size, shares=shares).slots if pane in slot.panes]
        return boxes[0].width * boxes[0].height

    shares = dict(DEFAULT_SHARES)
    grown = resized(shares, mode, pane, 2)
    assert area(grown) > area(shares)
    assert area(resized(shares, mode, pane, -2)) < area(shares)
    for _ in range(60):
        shares = resized(shares, mode, pane, 1) or shares
    assert valid_shares(shares) == shares
    assert len(make_plan(*size, shares=shares).slots) == len(make_plan(*size).slots)


def test_nothing_grows_where_there_is_one_place():
    assert resized(DEFAULT_SHARES, "narrow", "source", 1) is None


@pytest.mark.parametrize(
    "found", [None, 3, [], {"columns": "wide"}, {"columns": 7}, {"tensor": 0.8, "weights": 0.8}]
)
def test_damaged_shares_become_the_default_ones(found):
    assert valid_shares(found) == dict(DEFAULT_SHARES)


def test_sizes_are_kept_between_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    preferences = Preferences.load()
    preferences.shares["columns"] = 0.3
    preferences.theme = "textual-light"
    preferences.save()
    assert Preferences.load() == preferences
    assert json.loads(preferences_file().read_text())["theme"] == "textual-light"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"shares": 4, "theme": 5}', b"[" * 100_000]
)
def test_a_damaged_file_costs_the_sizes_only(tmp_path, monkeypatch, content):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    preferences_file().parent.mkdir()
    preferences_file().write_bytes(content)
    assert Preferences.load() == Preferences()


def test_a_state_directory_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    Preferences().save()
    assert Preferences.load() == Preferences()
