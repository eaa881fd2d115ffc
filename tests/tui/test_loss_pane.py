import numpy as np
import pytest
from pane_host import FakeRun, PaneHost, make_moment, screen_lines, screen_text

from bpdebug.timeline import Curve
from bpdebug.tui.panes.curve_view import running_mean
from bpdebug.tui.panes.loss import LossPane
from bpdebug.tui.widgets.line_plot import LinePlot

SMALL, LARGE = (78, 18), (115, 18)
DOTS = {chr(code) for code in range(0x2801, 0x2900)}


def curve(name: str, values: list[float] | np.ndarray, iterations: list[int] | None = None) -> Curve:
    """A curve that reports at events 0, 10, 20 ..."""
    count = len(values)
    return Curve(
        name,
        np.arange(count, dtype=np.int64) * 10,
        np.arange(count, dtype=np.int64) if iterations is None else np.array(iterations, np.int64),
        np.array(values, np.float64),
    )


async def shown(
    *curves: Curve, seq: int = 0, keys: tuple[str, ...] = (), size: tuple[int, int] = SMALL
) -> tuple[list[str], PaneHost]:
    app = PaneHost(LossPane())
    async with app.run_test(size=size) as pilot:
        app.pane.show(make_moment(seq=seq), FakeRun(*curves))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return screen_lines(app), app


@pytest.mark.parametrize("size", [SMALL, LARGE, (40, 8), (20, 5), (8, 2)])
async def test_the_value_now_is_said_in_words_and_marked(size: tuple[int, int]) -> None:
    lines, _ = await shown(curve("loss", [3.0, 2.0, 1.5, 1.25]), seq=25, size=size)
    text = "\n".join(lines)
    if size[0] >= 40:
        assert "loss now 1.5" in text
        assert "at iteration 2, event 20" in text
        assert "●" in text, "the point that is now"
        assert "iteration" in lines[-1]
        assert DOTS & set(text)
    else:
        assert "loss no" in text, "as much as there is room for"


async def test_the_curve_falls_from_left_to_right() -> None:
    lines, _ = await shown(curve("loss", np.linspace(4, 1, 50)), seq=0)
    rows = [line for line in lines if DOTS & set(line)]
    first = [min(line.index(c) for c in line if c in DOTS) for line in rows]
    assert first == sorted(first)


async def test_without_values_it_says_what_makes_some() -> None:
    lines, _ = await shown()
    assert lines[0].startswith("No loss reported yet.")
    assert "backward()" in "\n".join(lines)


async def test_before_the_first_value_there_is_no_now() -> None:
    lines, _ = await shown(Curve("loss", np.array([7]), np.array([0]), np.array([0.5])), seq=3)
    text = "\n".join(lines)
    assert "no value yet at this event; the first comes at event 7" in text
    assert "●" not in text


async def test_one_point_and_a_constant_are_drawn() -> None:
    lines, _ = await shown(curve("loss", [0.25]))
    assert any("0.25" in line and "●" in line for line in lines), "the point stands at its tick"
    lines, _ = await shown(curve("loss", [1.0] * 20))
    assert any("1.0" in line and DOTS & set(line) for line in lines)


async def test_values_that_are_not_finite_are_gaps_with_letters_and_counted() -> None:
    values = np.linspace(2, 1, 40)
    values[10:13], values[20], values[30] = np.nan, np.inf, -np.inf
    lines, _ = await shown(curve("loss", values))
    text = "\n".join(lines)
    assert "loss!" in lines[0]
    assert "5 values not finite, first at iteration 10" in text
    assert "N" in lines[3]
    assert "∞" in lines[3]
    bottom = [line for line in lines if "└" in line]
    assert "∞" in lines[lines.index(bottom[0]) - 1], "minus infinity stands at the bottom"


async def test_nothing_but_nan_still_has_axes() -> None:
    lines, _ = await shown(curve("loss", [np.nan, np.nan]))
    assert "loss now nan" in "\n".join(lines)
    assert any("└" in line for line in lines)


async def test_loss_comes_first_and_keys_choose_another_curve() -> None:
    curves = (curve("main/accuracy", [0.1, 0.9]), curve("main/loss", [2.0, 1.0]))
    lines, _ = await shown(*curves)
    assert "[main/loss]" in lines[0]
    lines, _ = await shown(*curves, keys=("greater_than_sign",))
    assert "[main/accuracy]" in lines[0]
    assert "main/accuracy now 0.1" in "\n".join(lines)


async def test_the_chosen_curve_stays_when_others_come() -> None:
    app = PaneHost(LossPane())
    one, two = curve("a/loss", [1.0, 2.0]), curve("b/loss", [3.0, 4.0])
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(), FakeRun(one, two))
        await pilot.press("greater_than_sign")
        app.pane.show(make_moment(), FakeRun(curve("loss", [5.0]), one, two))
        await pilot.pause()
        assert "[b/loss]" in screen_lines(app)[0]


async def test_the_marker_moves_and_enter_goes_to_its_event() -> None:
    lines, app = await shown(
        curve("loss", [3.0, 2.0, 1.0, 0.5]), seq=0, keys=("l", "right", "l", "h", "enter")
    )
    assert "◆ 1.0" in "\n".join(lines)
    assert app.asked == [20]


async def test_enter_without_a_marker_goes_nowhere() -> None:
    _, app = await shown(curve("loss", [3.0, 2.0]), keys=("enter",))
    assert app.asked == []


async def test_the_marker_stops_at_both_ends() -> None:
    lines, _ = await shown(curve("loss", [3.0, 2.0]), keys=("home", "h"))
    assert "◆ 3.0" in "\n".join(lines)
    lines, _ = await shown(curve("loss", [3.0, 2.0]), keys=("end", "l"))
    assert "◆ 2.0" in "\n".join(lines)


async def test_zoom_shows_the_part_around_now_and_v_all_again() -> None:
    whole = curve("loss", np.linspace(2, 1, 1000))
    lines, _ = await shown(whole, seq=5000, keys=("k", "k", "up"))
    ticks = [int(word) for word in lines[-1].split()[:-1]]
    assert min(ticks) > 400
    assert max(ticks) < 600
    assert "zoomed" in "\n".join(lines)
    lines, _ = await shown(whole, seq=5000, keys=("k", "k", "v"))
    assert lines[-1].split()[0] == "0"
    lines, _ = await shown(whole, seq=5000, keys=("k", "k", "j", "j"))
    assert "zoomed" not in "\n".join(lines)


async def test_a_zoomed_plot_follows_now() -> None:
    app = PaneHost(LossPane())
    run = FakeRun(curve("loss", np.linspace(2, 1, 1000)))
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(seq=0), run)
        await pilot.press("k", "k", "k")
        app.pane.show(make_moment(seq=9990), run)
        await pilot.pause()
        assert "●" in screen_text(app)


async def test_a_logarithmic_scale_leaves_out_what_has_no_logarithm_and_says_so() -> None:
    lines, _ = await shown(curve("loss", [100.0, 10.0, 1.0, 0.0, -1.0]), keys=("p",))
    text = "\n".join(lines)
    assert "log scale" in text
    assert "2 values not above 0 left out" in text
    assert any(line.startswith(" 10.0┤") for line in lines)


async def test_values_of_one_iteration_are_drawn_by_their_number() -> None:
    lines, _ = await shown(curve("loss", [3.0, 2.0, 1.0], [0, 0, 0]))
    assert lines[-1].endswith("value number")


async def test_a_million_values_keep_their_peak() -> None:
    values = np.ones(1_000_000)
    values[777_777] = 5.0
    lines, _ = await shown(curve("loss", values), size=LARGE)
    top = next(line for line in lines if "│" in line or "┤" in line)
    assert DOTS & set(top), "the one peak of 5.0 reaches the top"


async def test_names_are_made_harmless() -> None:
    lines, _ = await shown(curve("loss\x1b[2J", [1.0]))
    assert "\x1b" not in "\n".join(lines)


async def test_what_is_copied_is_the_whole_value() -> None:
    app = PaneHost(LossPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(seq=0), FakeRun(curve("loss", [1 / 3, 0.5])))
        await pilot.pause()
        assert app.pane.copy_text() == ("loss", "0.3333333333333333")
        await pilot.press("l")
        assert app.pane.copy_text() == ("loss", "0.5")


@pytest.mark.parametrize(
    "values", [[-1.7e308, 1.7e308], [0.0, 5e-324], [1e16, 1e16 + 2], [-5.0, -4.0], [1e-320, 1e300]]
)
@pytest.mark.parametrize("keys", [(), ("p",)])
async def test_extreme_values_are_drawn(values: list[float], keys: tuple[str, ...]) -> None:
    lines, _ = await shown(curve("loss", values), keys=keys)
    assert any("└" in line for line in lines)


async def test_a_click_puts_the_marker_on_the_nearest_value() -> None:
    app = PaneHost(LossPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(seq=0), FakeRun(curve("loss", [3.0, 2.0, 1.0])))
        await pilot.pause()
        await pilot.click(offset=(76, 8))
        await pilot.pause()
        assert "◆ 1.0" in screen_text(app)


def test_a_running_mean_leaves_out_what_is_not_finite_and_forgets_what_is_past() -> None:
    values = np.array([1e300, 2.0, np.nan, 4.0, 6.0])
    assert running_mean(values, 1) is values
    means = running_mean(values, 2)
    assert means[1] == 5e299
    assert np.isnan(means[2])
    assert list(means[3:]) == [4.0, 5.0]


async def test_smoothing_is_said_and_drawn() -> None:
    app = PaneHost(LossPane())
    curve = Curve("loss", np.arange(60), np.arange(60), np.tile([0.0, 1.0], 30))
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(seq=59), FakeRun(curve))
        await pilot.pause()
        before = screen_lines(app)
        await pilot.press("a", "a")
        after = screen_lines(app)
    assert "mean of 20 values" in "\n".join(after)
    assert before[3:] != after[3:]


async def test_a_click_goes_to_the_event_that_reported_the_value() -> None:
    app = PaneHost(LossPane())
    curve = Curve("loss", np.arange(0, 600, 10), np.arange(60), np.arange(60.0))
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(seq=599), FakeRun(curve))
        await pilot.pause()
        await pilot.click(offset=(77, 8))
        await pilot.pause()
    assert app.asked == [590]


async def drawn_between(seqs: tuple[int, int], one: Curve, monkeypatch) -> tuple[int, list[str], list[str]]:
    """How many lines of the plot are drawn for the second event; the screen then, and as it is when all is drawn."""
    app = PaneHost(LossPane())
    async with app.run_test(size=SMALL) as pilot:
        run = FakeRun(one)
        app.pane.show(make_moment(seq=seqs[0]), run)
        await pilot.pause()
        made = []
        make = LinePlot._plot_line

        def counting(self, *args):
            made.append(args[0])
            return make(self, *args)

        monkeypatch.setattr(LinePlot, "_plot_line", counting)
        app.pane.show(make_moment(seq=seqs[1]), run)
        await pilot.pause()
        count, part = len(made), screen_lines(app)
        plot = app.pane.query_one(LinePlot)
        plot._lines = None
        plot.refresh()
        await pilot.pause()
        return count, part, screen_lines(app)


async def test_the_next_of_very_many_values_draws_no_line_anew(monkeypatch) -> None:
    flat = curve("loss", np.ones(100_000))
    count, part, whole = await drawn_between((500_000, 500_010), flat, monkeypatch)
    assert count == 0
    assert part == whole
    assert "at iteration 50001" in "\n".join(part)


async def test_a_line_is_drawn_anew_where_now_has_moved(monkeypatch) -> None:
    count, part, whole = await drawn_between((10, 40), curve("loss", np.linspace(4, 1, 5)), monkeypatch)
    assert count > 5
    assert part == whole


async def test_a_curve_that_has_grown_is_drawn_with_its_new_values() -> None:
    app = PaneHost(LossPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(seq=0), FakeRun(curve("loss", [3.0, 2.0])))
        await pilot.pause()
        app.pane.show(make_moment(seq=20), FakeRun(curve("loss", [3.0, 2.0, 0.5])))
        await pilot.pause()
        assert "lowest 0.5 at iteration 2" in screen_text(app)
