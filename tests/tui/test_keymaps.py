"""Other keymaps, a person's own keys, and what is wrong with a file of them."""

from __future__ import annotations

import pytest

from bpdebug.cli import main
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp, first_hint
from bpdebug.tui.key_plan import KeyPlan, key_names, plan_keys
from bpdebug.tui.keymap import KEYMAP, MAIN
from bpdebug.tui.keymaps import KEYMAPS, config_file, load_config
from bpdebug.tui.pane_table import PANES
from bpdebug.tui.widgets.key_line import KeyLine


@pytest.fixture(autouse=True)
def own_directories(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def configure(text: str) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text(text)


@pytest.mark.parametrize("name", KEYMAPS)
def test_every_keymap_binds_known_ids_and_no_binding_loses_a_key(name):
    assert set(KEYMAPS[name]) <= {key.id for key in KEYMAP}
    plan = plan_keys(KEYMAPS[name], {})
    assert plan.losses == ()
    for key in KEYMAP:
        assert plan.keys[key.id] == key_names(KEYMAPS[name].get(key.id, key.keys))


def acts(plan: KeyPlan, pane: str, name: str) -> str | None:
    """The id that a key means in a pane, by the rule of the screen: the pane is asked first."""
    places = {where: {one: key.id for key in KEYMAP if key.where == where for one in plan.keys[key.id]}
              for where in (pane, MAIN)}  # fmt: skip
    return places[pane].get(name) or places[MAIN].get(name)


@pytest.mark.parametrize("name", KEYMAPS)
def test_whatever_key_a_person_gives_to_an_action_is_that_action_in_every_pane(name):
    panes = sorted({key.where for key in KEYMAP} - {MAIN})
    every_key = sorted({one for key in KEYMAP if not key.priority for one in key_names(key.keys)})
    for asked in KEYMAP:
        if asked.id == "count" or asked.priority:
            continue
        plan = plan_keys(KEYMAPS[name], {asked.id: ",".join(every_key)})
        for pane in panes if asked.where == MAIN else [asked.where]:
            assert {acts(plan, pane, one) for one in every_key} == {asked.id}
        # What no longer does what the table says is told.
        told = {(loss.loser.id, loss.key) for loss in plan.losses}
        before = plan_keys(KEYMAPS[name], {}).keys
        gone = {(one, key) for one, keys in before.items() for key in keys if key not in plan.keys[one]}
        assert gone - {(asked.id, key) for key in before[asked.id]} <= told
        assert plan.problems() == []


def test_a_key_that_works_everywhere_but_in_the_pane_that_a_person_gave_it_to_is_told():
    plan = plan_keys({}, {"row_fold": "s"})
    assert acts(plan, "timeline", "s") == "row_fold"
    assert acts(plan, "source", "s") == "step"
    assert [loss.words() for loss in plan.losses] == ["s is row_fold in Timeline"]


async def test_help_and_the_line_of_keys_show_the_keys_that_act(example):
    configure('[keys]\nstep = "j"\nhelp = "k"')
    with LogReader(example) as reader:
        app = DebuggerApp(Timeline(reader))
        async with app.run_test(size=(120, 40)) as pilot:
            app.main.say("")
            app.main.workspace.choose("timeline")
            await pilot.pause()
            line = app.main.query_one(KeyLine).render().plain
            assert " j step" in line
            assert " k help" in line
            await pilot.press("k")
            text = " ".join(app.screen.text().plain.split())
            assert "j step to the next event" in text
            assert "↑ row up ↓ row down" in text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[keys", "can't be read"),
        ('keymap = "emacs"', "there are default, vscode"),
        ("[keys]\nfly = 'f'", "no key has the id fly"),
        ("[keys]\nstep = 3", "step: keys are a text"),
        ("colour = 1", "no setting is called colour"),
        ("keys = 3\nkeymap = 4", "keymap 4"),
        ("[keys]\nstep = 'foo'", "step: no key is called foo"),
        ("[keys]\nstep = 'ctrl+i'", "ctrl+i can't be told from tab"),
        ("[keys]\ncount = 'a'", "the digits can't be other keys"),
        ("[keys]\nstep = 'j'\nover = 'j'", "j is asked for twice: it is step, not over"),
        ("[keys]\nstep = 'j'\nrow_down = 'j'", "j is asked for twice: it is row_down in Timeline, not step"),
    ],
)
def test_a_wrong_file_is_explained_and_the_rest_of_it_counts(text, word):
    configure(text)
    assert word in load_config().problem


def test_own_keys_lie_over_the_keymap_that_the_file_names():
    configure('keymap = "vscode"\ntheme = "nord"\n[keys]\nstep = "j"')
    config = load_config()
    keys = config.keys.keys
    assert (keys["step"], keys["over"], config.theme) == (("j",), ("f10", "n"), "nord")
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
            await pilot.press("f11")  # a person's keys take the place of all that the id had
            await pilot.pause()
            assert app.main.navigator.seq == 0
            for steps, pane in enumerate(PANES, 1):  # most panes have a j of their own
                app.main.workspace.choose(pane)
                await pilot.press("j")
                await pilot.pause()
                assert app.main.navigator.seq == steps, pane


def test_the_first_hint_fits_into_eighty_columns_and_names_the_keys_that_act():
    hint = first_hint(KeyPlan())
    assert hint == "welcome: s steps, S back, x crosses to backward, Tab changes panes, ? all keys"
    assert len(hint) <= 78
    assert first_hint(plan_keys({}, {"step": "j", "cross": "?"})) == (
        "welcome: j steps, S back, ? crosses to backward, Tab changes panes, F1 all keys"
    )


async def test_who_comes_for_the_first_time_is_told_the_first_keys_and_only_then(example):
    for hint in (first_hint(KeyPlan()), ""):
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


def test_the_list_of_keys_says_what_another_key_took(capsys):
    configure('[keys]\nstep = "k,?"')
    assert main(["keys"]) == 0
    lines = {
        line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line and " = " not in line
    }
    assert lines["step"].split()[1:3] == ["k", "?"]
    assert lines["row_up"].split()[1] == "↑"
    assert lines["row_up"].endswith("(k is step)")
    assert lines["help"].split()[1] == "F1"
    assert lines["help"].endswith("(? is step)")


async def test_what_the_breakpoint_list_says_of_keys_is_true(example):
    configure('[keys]\nbreakpoint = "t"\nwatch = "a"\nrun_to = "b"')
    with LogReader(example) as reader:
        app = DebuggerApp(Timeline(reader))
        async with app.run_test(size=(80, 24)) as pilot:
            app.main.workspace.choose("breakpoints")
            await pilot.pause()
            pane = app.main.workspace.panes["breakpoints"]
            shown = " ".join(pane.draw_row(row, 80).text for row in range(pane.row_count))
            assert "none: t sets one, B with a condition" in shown
            assert "none: a watches" in shown
            await pilot.press("b")
            await pilot.pause()
            assert app.main.notice == "choose a breakpoint: b goes to its next hit, T to the one before"
