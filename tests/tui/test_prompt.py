"""The line to type into takes keys in the order in which they come, also when they come at once."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App

from bpdebug.tui.widgets.prompt import Prompt, PromptLine


class Host(App):
    """Owns a prompt, and keeps what it is told."""

    def __init__(self):
        super().__init__()
        self.entered = []
        self.left = 0
        self.keys = []
        self.offers = []

    def compose(self):
        yield Prompt(self)

    def prompt_entered(self, mark, text):
        self.entered.append(text)

    def prompt_left(self):
        self.left += 1

    def prompt_changed(self, mark, text):
        pass

    def prompt_key(self, mark, key):
        self.keys.append(key)
        return False

    def completions_offered(self, offers, place):
        self.offers.append((list(offers), place))

    async def on_event(self, event):
        if isinstance(event, events.Key) and isinstance(self.focused, PromptLine):
            await self.focused.take(event)
        else:
            await super().on_event(event)


@pytest.mark.parametrize(
    ("keys", "entered"),
    [
        (["ctrl+u", "a", "b", "enter"], "ab"),
        (["home", "a", "enter"], "aold text"),
        (["ctrl+w", "a", "enter"], "old a"),
        (["x", "backspace", "backspace", "enter"], "old tex"),
        (["left", "left", "delete", "a", "enter"], "old teat"),
    ],
)
async def test_keys_that_come_at_once_are_taken_one_after_the_other(keys, entered):
    app = Host()
    async with app.run_test() as pilot:
        prompt = app.query_one(Prompt)
        prompt.open("change ", [], typed="old text")
        await pilot.pause()
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.pause()
        assert app.entered == [entered]


async def test_what_was_entered_before_comes_back_at_once_with_the_arrow():
    app = Host()
    async with app.run_test() as pilot:
        prompt = app.query_one(Prompt)
        for text in ("first", "second"):
            prompt.open(":", [], typed=text)
            await pilot.press("enter")
        prompt.open(":", [])
        await pilot.pause()
        for key in ("up", "up", "!", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.pause()
        assert app.entered == ["first", "second", "first!"]


async def test_an_empty_line_is_left_by_backspace():
    app = Host()
    async with app.run_test() as pilot:
        prompt = app.query_one(Prompt)
        prompt.open(":", [], typed="a")
        await pilot.press("backspace")
        assert prompt.display
        assert not app.left
        await pilot.press("backspace")
        assert not prompt.display
        assert app.left == 1
