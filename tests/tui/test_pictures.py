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
from bpdebug.tui.pane_table import PANES
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

CASES: list[tuple[str, tuple[int, int], str, tuple[str, ...]]] = [
    *((pane, size, "textual-dark", ()) for pane in PANES for size in (SMALL, WIDE)),
    *((pane, SMALL, "textual-light", ()) for pane in PANES),
    *((pane, WIDE, "textual-light", ()) for pane in ("source", "tensor", "graph")),
    *((pane, SMALL, "mono-dark", ()) for pane in ("tensor", "graph", "weights", "timeline")),
    ("source", LARGE, "textual-dark", ()),
    ("tensor-histogram", SMALL, "textual-dark", ("v", "v", "v")),
    ("tensor-heat-map", SMALL, "mono-light", ("v", "v")),
    *(("help", size, "textual-dark", ("question_mark",)) for size in (SMALL, WIDE)),
    *(("prompt", size, "textual-dark", ("colon", "b", "r")) for size in (SMALL, WIDE)),
    *(("search", size, "textual-light", ("slash",)) for size in (SMALL, WIDE)),
    *(("palette", size, "textual-dark", ("ctrl+p",)) for size in (SMALL, WIDE)),
]


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
    ("name", "size", "theme", "keys"),
    CASES,
    ids=[f"{name}-{size[0]}x{size[1]}-{theme}" for name, size, theme, _ in CASES],
)
async def test_the_screen_looks_as_it_was_looked_at(
    app: DebuggerApp,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    name: str,
    size: tuple[int, int],
    theme: str,
    keys: tuple[str, ...],
) -> None:
    pane = name.partition("-")[0]
    async with app.run_test(size=size) as pilot:
        await settled(pilot)  # where a list is scrolled to depends on the size that it has by then
        app.theme = theme
        app.main.say("")
        app.main.go_to(app.timeline.reader.find(HERE))
        if pane in PANES:
            app.main.workspace.choose(pane)
        await pilot.pause()
        await pilot.press(*keys)
        drawn = await settled(pilot)
        file = KEPT / f"{name}-{size[0]}x{size[1]}-{theme}.txt"
        if request.config.getoption("--new-pictures"):
            KEPT.mkdir(exist_ok=True)
            file.write_text(drawn, encoding="utf-8")
            write_svg(app, KEPT / "svg" / f"{file.stem}.svg")
            return
        if drawn != file.read_text(encoding="utf-8"):
            picture = tmp_path / f"{file.stem}.svg"
            write_svg(app, picture)
            pytest.fail(f"{differences(file.read_text(encoding='utf-8'), drawn)}\nas a picture: {picture}")


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
    assert kept == {f"{name}-{size[0]}x{size[1]}-{theme}" for name, size, theme, _ in CASES}
