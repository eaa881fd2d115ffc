from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from example_run import write_example_run
from pane_host import PaneHost, screen_lines, screen_text

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline
from bpdebug.tui.panes.tensor import TensorPane
from bpdebug.tui.panes.weights import WeightsPane

SMALL, LARGE = (78, 18), (115, 15)


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    with LogReader(write_example_run(Path(tmp_path_factory.mktemp("example")) / "run")) as reader:
        yield Timeline(reader)


def events(timeline: Timeline, kind: Kind) -> list[int]:
    return np.flatnonzero(timeline.reader.index["kind"] == kind).tolist()


async def shown(
    timeline: Timeline, seq: int, keys: tuple[str, ...] = (), size: tuple[int, int] = SMALL
) -> tuple[list[str], PaneHost]:
    app = PaneHost(WeightsPane())
    async with app.run_test(size=size) as pilot:
        app.pane.show(timeline.moment(seq), timeline)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return screen_lines(app), app


async def test_an_update_marks_its_parameter_and_shows_it_from_before_to_after(timeline: Timeline) -> None:
    seq = events(timeline, Kind.param_updated)[0]
    state = timeline.parameters(seq)[0]
    assert state.updated_here
    lines, _ = await shown(timeline, seq)
    row = next(line for line in lines if line.startswith("* MLP.l1.W"))
    before, after = (timeline.reader.array(tensor) for tensor in (state.before, state.after))
    update = np.linalg.norm(after - before)
    for expected in (np.linalg.norm(after), update, update / np.linalg.norm(before)):
        assert any(float(word) == pytest.approx(expected, rel=1e-3) for word in row.split()[2:])
    titles = next(line for line in lines if line.startswith("before"))
    assert titles.split() == ["before", "gradient", "delta", "after"]
    assert "updated by this event" in "\n".join(lines)
    assert "effective lr 0.5" in "\n".join(lines)
    first_row = lines[lines.index(titles) + 2].split()
    assert float(first_row[-2]) == pytest.approx(after[0, 0], abs=1e-4)
    assert float(first_row[0]) == pytest.approx(before[0, 0], abs=1e-4)
    assert float(first_row[4]) == pytest.approx(after[0, 0] - before[0, 0], abs=1e-5)


async def test_the_cursor_follows_the_updates_of_one_step(timeline: Timeline) -> None:
    app = PaneHost(WeightsPane())
    async with app.run_test(size=SMALL) as pilot:
        for seq in events(timeline, Kind.param_updated)[:4]:
            app.pane.show(timeline.moment(seq), timeline)
            await pilot.pause()
            name = timeline.moment(seq).label
            assert any(line.startswith(f"* {name}") for line in screen_lines(app))
            assert app.pane.copy_text() == ("parameter", name)
            assert app.pane.subtitle == f"* {name} updated here"


async def test_the_chosen_parameter_stays_at_other_events(timeline: Timeline) -> None:
    app = PaneHost(WeightsPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(timeline.moment(0), timeline)
        await pilot.press("j", "down")
        app.pane.show(timeline.moment(5), timeline)
        await pilot.pause()
        assert any(line.startswith("> MLP.l2.W") for line in screen_lines(app))


async def test_a_cleared_gradient_is_called_none_and_an_old_update_says_when_it_was(
    timeline: Timeline,
) -> None:
    cleared = events(timeline, Kind.grads_cleared)[1]
    lines, app = await shown(timeline, cleared, keys=("enter",))
    text = "\n".join(lines)
    row = next(line for line in lines if "MLP.l1.W" in line)
    assert "none" in row
    assert "none: cleared" in text
    updated = timeline.parameters(cleared)[0].updated_at
    assert f"last update: event {updated}" in text
    assert app.asked == [updated]


async def test_before_any_update_enter_says_so(timeline: Timeline) -> None:
    lines, app = await shown(timeline, 0, keys=("enter",))
    assert "not updated yet" in "\n".join(lines)
    assert app.asked == []
    assert len(app.notices) == 1


async def test_optimizer_state_is_reached_by_keys(timeline: Timeline) -> None:
    seq = events(timeline, Kind.param_updated)[0]
    lines, _ = await shown(timeline, seq)
    assert "1 to 4 of 5" in "\n".join(lines)
    lines, _ = await shown(timeline, seq, keys=("greater_than_sign",))
    titles = next(line for line in lines if line.startswith("gradient"))
    assert titles.split() == ["gradient", "delta", "after", "v"]


@pytest.mark.parametrize("size", [SMALL, LARGE, (115, 25), (50, 9), (40, 6), (24, 4), (10, 2)])
async def test_every_size_has_the_table(timeline: Timeline, size: tuple[int, int]) -> None:
    seq = events(timeline, Kind.param_updated)[1]
    lines, _ = await shown(timeline, seq, size=size)
    assert len(lines) == size[1]
    assert lines[0].strip().startswith("parame")
    if size[1] > 2:
        assert any("l1.b" in line for line in lines[1:])


async def test_views_are_switched(timeline: Timeline) -> None:
    seq = events(timeline, Kind.param_updated)[0]
    lines, _ = await shown(timeline, seq, keys=("v",))
    assert not any(line.startswith("before") for line in lines)
    lines, _ = await shown(timeline, seq, keys=("v", "v"))
    assert not any("|value|" in line for line in lines)
    assert any(line.startswith("before") for line in lines)


async def test_without_a_run_it_says_when_parameters_come() -> None:
    app = PaneHost(WeightsPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(None, None)
        await pilot.pause()
        assert "No parameters yet." in screen_text(app)
        await pilot.press("j", "end", "enter", "greater_than_sign", "v")


async def test_the_tensor_pane_shows_every_event_of_a_run(timeline: Timeline) -> None:
    app = PaneHost(TensorPane())
    async with app.run_test(size=SMALL) as pilot:
        for seq in range(len(timeline)):
            moment = timeline.moment(seq)
            app.pane.show(moment, timeline)
            await pilot.pause()
            text = screen_text(app)
            if moment.tensors:
                assert f"[{moment.tensors[0].role}]" in text
            else:
                assert "This event holds no tensor." in text


async def test_a_wide_table_has_the_optimizers_state_and_the_history_of_gradients(timeline: Timeline) -> None:
    host = PaneHost(WeightsPane())
    async with host.run_test(size=(160, 20)) as pilot:
        host.pane.show(timeline.moment(timeline.reader.find("it2/update/MLP.l2.b")), timeline)
        await pilot.pause()
        line = next(line for line in screen_lines(host) if "MLP.l1.W" in line)
    assert any(character in line for character in "▁▂▃▄▅▆▇█")
    assert "|v|" in line


@pytest.mark.parametrize(
    ("width", "titles", "more"),
    [
        (54, "parameter |value| |grad| upd/value", True),
        (64, "parameter |value| |grad| upd/value |grad| so far", True),
        (80, "parameter shape |value| |grad| |update| upd/value trend", True),
        (140, "parameter shape |value| |grad| |update| upd/value |grad| so far optimizer state", False),
    ],
)
async def test_what_says_how_training_goes_stays_longest_and_a_sign_says_what_is_left_out(
    timeline: Timeline, width: int, titles: str, more: bool
) -> None:
    seq = events(timeline, Kind.param_updated)[-1]
    lines, _ = await shown(timeline, seq, size=(width, 18))
    assert lines[0].rstrip("›").split() == titles.split()
    assert lines[0].rstrip().endswith("›") is more
    state = timeline.parameters(seq)[-1]
    norm = np.linalg.norm(timeline.reader.array(state.state["v"]))
    below = "\n".join(lines[6:])
    found = below.partition("|v| ")[2].split()[0]
    assert float(found) == pytest.approx(norm, rel=1e-3)
