"""What can be typed after `:` is completed by Tab, and what isn't there is refused with what is near."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from bpdebug.stepping import Breakpoint
from bpdebug.tui.commands import COMMANDS, run_command
from bpdebug.tui.completion import completions, shown_choices, unknown
from bpdebug.tui.preferences import Preferences
from tests.support.main_screen import notice, press


def typed(app):
    return app.main.query_one("#prompt-input", Input).value


async def test_tab_goes_through_the_themes_and_shows_each_until_escape(app):
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.theme
        await press(pilot, ":", *"theme te", "tab")
        assert (typed(app), app.theme) == ("theme textual-dark", before)
        assert "[textual-dark] textual-light" in notice(app)
        await press(pilot, "tab")
        assert (typed(app), app.theme) == ("theme textual-light", "textual-light")
        await press(pilot, "shift+tab", "tab", "escape")
        assert app.theme == before
        assert Preferences.load().theme != "textual-light"


async def test_a_theme_that_is_entered_is_kept_and_a_wrong_name_is_told_with_those_near_it(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.prompt_entered(":", "theme nord")
        assert app.theme == Preferences.load().theme == "nord"
        app.main.prompt_entered(":", "theme nrod")
        assert notice(app) == "no theme is called nrod: near it: nord"
        assert app.theme == "nord"


async def test_the_list_of_themes_shows_each_under_the_cursor(app):
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.theme
        await pilot.pause()
        run_command(app.main, "theme")
        await pilot.pause()
        await press(pilot, *"no-li")
        for _ in range(50):
            await pilot.pause(0.05)
            if app.theme == "mono-light":
                break
        assert app.theme == "mono-light"
        await press(pilot, "escape")
        await pilot.pause()
        assert app.theme == before


async def test_commands_that_take_a_name_from_a_set_offer_its_names(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.main
        screen.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        await pilot.pause()
        run_command(screen, "break MLP.l1/linear")

        def offered(text):
            return completions(screen, COMMANDS, text)

        assert offered("th") == ["theme "]
        assert offered("copy ") == ["copy value", "copy row", "copy tensor", "copy address"]
        assert offered("pane we") == ["pane weights"]
        assert offered("delete ") == ["delete 1"]
        assert "explain W" in offered("explain ")
        assert "break MLP.l1/*" in offered("break MLP.l")
        assert "break nan" in offered("break n")
        assert "goto it0/backward/MLP.l1/linear" in offered("goto it0/backward/MLP.l1/l")
        assert "goto it0/forward/MLP/sigmoid" in offered("goto sigmoid")
        assert any(line.endswith(".npz") for line in offered("export "))
        assert screen.navigator.breakpoints == [Breakpoint(pattern="MLP.l1/linear")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("thme nord", "no command is called thme: near it: theme"),
        ("zzz", "no command is called zzz: Tab goes through all of them"),
        ("pane wieghts", "no pane is called wieghts: near it: weights"),
        ("copy all", "copy all? One of: value, row, tensor, address"),
        ("export jsonl", "jsonl has no ending that says which format, such as export events.jsonl"),
        ("export run", "run has no ending that says which format, such as export run.jsonl"),
        ("export run.doc", "no export format is called .doc: near it: .dot"),
    ],
)
async def test_what_is_not_there_is_refused_in_one_line_with_what_is(app, line, said):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.prompt_entered(":", line)
        assert notice(app).startswith(said)
        assert len(notice(app)) < 80


def test_choices_are_shown_around_the_one_that_is_taken():
    words = [f"theme {name}" for name in ("alpha", "beta", "gamma", "delta", "epsilon")]
    assert shown_choices(words, 0, 80) == "[alpha]  beta  gamma  delta  epsilon"
    assert shown_choices(words, 2, 26) == "… beta  [gamma]  delta …"
    assert shown_choices(words, 4, 16) == "… [epsilon]"
    for width in range(16, 60):
        for place in range(5):
            assert len(shown_choices(words, place, width)) <= width


def test_a_name_that_is_part_of_a_known_one_is_near_it():
    assert (
        unknown("theme", "dark", ["nord", "mono-dark"], "") == "no theme is called dark: near it: mono-dark"
    )
