"""Every pane as a picture, at the sizes of a small terminal and of a wide one; a few of them in other themes.

`pytest tests/tui/test_pictures.py --new-pictures` keeps what is drawn now, and writes each as SVG beside it for the
person who changed something: look at them, and read the diff of the kept files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.reader import LogReader
from bpdebug.stepping import Breakpoint
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.pane_table import PANE_TABLE, PANES, PLACES
from tests.support.example_run import SCRIPT_PATH, write_example_run
from tests.support.pictures import differences, picture_of, write_svg

KEPT = Path(__file__).parent / "pictures"
SMALL, WIDE, LARGE = (80, 24), (160, 45), (200, 60)
HERE = "it1/backward/MLP.l1/linear"
BREAKPOINTS = [
    Breakpoint(condition="nan"),
    Breakpoint(path=SCRIPT_PATH, line=17),
    Breakpoint(condition="norm(gx) > 100", enabled=False),
]
WATCHES = ["norm(gW)", "loss"]

OVER_IT: dict[str, tuple[str, ...]] = {
    "help": ("question_mark",),
    "prompt": ("colon", "b", "r"),
    "search": ("slash",),
    "palette": ("ctrl+p",),
}
"""What comes up at some keys, and goes at Escape."""
DRAWN: list[tuple[tuple[int, int], str, tuple[str, ...]]] = [
    (SMALL, "textual-dark", ("help", "prompt", "palette", *PANES)),
    (WIDE, "textual-dark", ("help", "prompt", "palette", *PANES)),
    (SMALL, "textual-light", ("search", *PANES)),
    (WIDE, "textual-light", ("search", "source", "tensor", "graph")),
    (SMALL, "mono-dark", ("tensor", "graph", "weights", "timeline")),
    (LARGE, "textual-dark", ("source",)),
    (SMALL, "textual-dark", ("tensor-histogram",)),
    (SMALL, "mono-light", ("tensor-heat-map",)),
]
"""What each screen draws one after the other."""
FORMS = {"tensor-histogram": ("v", "v", "v"), "tensor-heat-map": ("v", "v")}
"""The keys to other forms of a pane."""


def name_of(name: str, size: tuple[int, int], theme: str) -> str:
    return f"{name}-{size[0]}x{size[1]}-{theme}"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example_run(tmp_path_factory.mktemp("runs") / "example")


@pytest.fixture
def app(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[DebuggerApp]:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    with LogReader(example) as reader:
        timeline = Timeline(reader)
        timeline.runner = EngineOps()
        yield DebuggerApp(timeline, None, BREAKPOINTS, WATCHES)


async def settled(pilot: Pilot[None]) -> str:
    """The picture once nothing changes any more: what takes long comes when it is there."""
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    same, before = 0, ""
    for _ in range(2000):
        await pilot.pause(0.02)
        now = picture_of(pilot.app)
        same = same + 1 if now == before and "..." not in now.replace("what to do? ...", "") else 0
        if same == 3:
            break
        before = now
    return before


@pytest.mark.parametrize(
    ("size", "theme", "names"),
    DRAWN,
    ids=[name_of(names[0] if len(names) == 1 else "all", size, theme) for size, theme, names in DRAWN],
)
async def test_the_screen_looks_as_it_was_looked_at(
    app: DebuggerApp,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    size: tuple[int, int],
    theme: str,
    names: tuple[str, ...],
) -> None:
    wrong = []
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await settled(pilot)  # where a list is scrolled to depends on the size that it has by then
        app.main.say("")
        app.main.go_to(app.timeline.reader.find(HERE))
        for name in names:
            pane = name.partition("-")[0]
            if pane in PANES:
                app.main.workspace.choose(pane)
            await pilot.pause()
            await pilot.press(*FORMS.get(name, ()), *OVER_IT.get(name, ()))
            drawn = await settled(pilot)
            file = KEPT / f"{name_of(name, size, theme)}.txt"
            if request.config.getoption("--new-pictures"):
                KEPT.mkdir(exist_ok=True)
                file.write_text(drawn, encoding="utf-8")
                write_svg(app, KEPT / "svg" / f"{file.stem}.svg")
            elif drawn != file.read_text(encoding="utf-8"):
                picture = tmp_path / f"{file.stem}.svg"
                write_svg(app, picture)
                difference = differences(file.read_text(encoding="utf-8"), drawn)
                wrong.append(f"{file.stem}: {difference}\nas a picture: {picture}")
            if name in OVER_IT:
                await pilot.press("escape")
            elif pane not in PLACES:  # the one that was in front of it
                app.main.workspace.choose(next(kind.place for kind in PANE_TABLE if kind.name == pane))
                await pilot.pause()
    assert not wrong, "\n\n".join(wrong)


async def test_a_picture_tells_another_text_and_another_look(app: DebuggerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.main.say("")
        app.main.workspace.choose("console")
        first = await settled(pilot)
        app.main.say("something is said")
        said = await settled(pilot)
        app.main.say("")
        app.theme = "textual-light"
        light = await settled(pilot)
    assert "+ something is said" in differences(first, said)
    assert "#" in differences(first, light)
    assert first.splitlines()[:24] == light.splitlines()[:24]


def test_every_kept_picture_has_a_test() -> None:
    kept = {file.stem for file in KEPT.glob("*.txt")}
    assert kept == {name_of(name, size, theme) for size, theme, names in DRAWN for name in names}
