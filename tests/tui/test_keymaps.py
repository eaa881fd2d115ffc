"""Other keymaps, a person's own keys, and what is wrong with a file of them."""

from __future__ import annotations

import pytest

from bpdebug.cli import main
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import FIRST_HINT, DebuggerApp
from bpdebug.tui.keymap import KEYMAP
from bpdebug.tui.keymaps import KEYMAPS, config_file, load_config
from bpdebug.tui.widgets.key_line import KeyLine
from tests.support.example_run import write_example_run


@pytest.fixture(autouse=True)
def own_directories(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return write_example_run(tmp_path_factory.mktemp("runs") / "example")


def configure(text: str) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text(text)


@pytest.mark.parametrize("name", KEYMAPS)
def test_every_keymap_binds_known_ids_and_no_key_twice(name):
    changed = KEYMAPS[name]
    assert set(changed) <= {key.id for key in KEYMAP}
    main_keys = [
        one for key in KEYMAP if key.where == "main" for one in changed.get(key.id, key.keys).split(",")
    ]
    others = [
        one for key in KEYMAP if key.id not in changed and key.where == "main" for one in key.keys.split(",")
    ]
    taken = [one for value in changed.values() for one in value.split(",")]
    assert len(set(main_keys)) == len(main_keys)
    assert not set(taken) & set(others)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[keys", "can't be read"),
        ('keymap = "emacs"', "there are default, vscode"),
        ("[keys]\nfly = 'f'", "no key has the id fly"),
        ("[keys]\nstep = 3", "step: keys are a text"),
        ("colour = 1", "no setting is called colour"),
        ("keys = 3\nkeymap = 4", "keymap 4"),
    ],
)
def test_a_wrong_file_is_explained_and_the_rest_of_it_counts(text, word):
    configure(text)
    assert word in load_config().problem


def test_own_keys_lie_over_the_keymap_that_the_file_names():
    configure('keymap = "vscode"\ntheme = "nord"\n[keys]\nstep = "j"')
    config = load_config()
    assert (config.keys["step"], config.keys["over"], config.theme) == ("j", "f10,n", "nord")
    assert config.problem == ""


async def test_the_screen_answers_to_own_keys_and_takes_the_theme(example):
    configure('theme = "mono-light"\n[keys]\nstep = "j"')
    with LogReader(example) as reader:
        app = DebuggerApp(Timeline(reader))
        async with app.run_test(size=(80, 24)) as pilot:
            app.main.workspace.choose("loss")
            assert app.theme == "mono-light"
            await pilot.press("s")
            await pilot.pause()
            assert app.main.navigator.seq == 0
            app.main.workspace.choose("source")
            await pilot.press("f11")
            await pilot.pause()
            assert app.main.navigator.seq == 1


async def test_who_comes_for_the_first_time_is_told_the_first_keys_and_only_then(example):
    for hint in (FIRST_HINT, ""):
        with LogReader(example) as reader:
            app = DebuggerApp(Timeline(reader))
            async with app.run_test(size=(120, 40)) as pilot:
                await pilot.pause()
                assert app.main.query_one(KeyLine).notice == hint
                if hint:
                    app.main.workspace.choose("graph")
    # The second time the panes are as they were left.
    assert app.preferences.recent[:2] == ["source", "graph"]


def test_the_keys_are_listed_with_their_ids(capsys):
    assert main(["keys", "--keymap", "vscode"]) == 0
    out = capsys.readouterr().out
    assert all(key.id in out for key in KEYMAP)
    assert str(config_file()) in out
    assert main(["keys", "--keymap", "emacs"]) == 2
