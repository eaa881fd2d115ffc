import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from pane_host import PaneHost, make_moment, make_view, screen_lines, screen_text

from bpdebug.timeline import TensorView
from bpdebug.tui.panes.tensor import TensorPane

SMALL, LARGE = (78, 18), (115, 25)
W = np.array([[0.5, -1.25], [0.0, 2.0], [1e-9, -3.0]], np.float32)


async def shown(
    *views: TensorView, keys: Sequence[str] = (), size: tuple[int, int] = SMALL, wait_for: str = ""
) -> list[str]:
    """The screen after these tensors were shown and these keys pressed."""
    app = PaneHost(TensorPane())
    async with app.run_test(size=size) as pilot:
        app.pane.show(make_moment(views), None)
        await pilot.pause()
        await pilot.press(*keys)
        for _ in range(200):
            await pilot.pause()
            if wait_for in screen_text(app):
                break
            await pilot.pause(0.02)
        return screen_lines(app)


@pytest.mark.parametrize("size", [SMALL, LARGE, (40, 9), (30, 6), (20, 3)])
async def test_a_tensor_is_described_in_words_and_numbers(size: tuple[int, int]) -> None:
    lines = await shown(make_view("W", W, name="MLP.l1.W"), size=size)
    assert "W" in lines[0]
    assert "MLP.l1.W" in lines[1]
    if size[1] < 18:
        return
    text = "\n".join(lines)
    for words in ("input", "shape (3, 2)", "float32", "on cpu", "min -3.0", "max 2.0", "NaN 0", "zeros 1"):
        assert words in text
    assert "0  0.500000" not in text
    assert any(line.split()[:3] == ["0", "0.50000", "-1.25000"] for line in lines)
    assert any(line.split()[:3] == ["1", "0", "2.00000"] for line in lines), "an exact zero is a bare 0"
    assert any(line.split()[:3] == ["2", "1.00e-09", "-3.00000"] for line in lines)
    assert "at [0, 0]:  0.5" in text


async def test_the_cursor_shows_index_and_exact_value() -> None:
    lines = await shown(make_view("W", W), keys=["j", "down", "l"])
    assert lines[-1] == "at [2, 1]:  -3.0"
    lines = await shown(make_view("x", np.array([0.1], np.float32)))
    assert lines[-1] == "at [0]:  0.1"
    lines = await shown(make_view("x", np.array([0.1], np.float64) * 3))
    assert lines[-1] == "at [0]:  0.30000000000000004"


async def test_nonfinite_values_are_words_and_counts_not_only_colour() -> None:
    array = np.array([[np.nan, 1.0], [np.inf, -np.inf]], np.float32)
    text = "\n".join(await shown(make_view("y", array)))
    for words in ("nan", "+inf", "-inf", "NaN 1", "+inf 1", "-inf 1", "at [0, 0]:  NaN"):
        assert words in text
    assert "N" * 8 in text, "the heat map has letters"
    assert "∞" * 8 in text


async def test_all_nan_is_said() -> None:
    text = "\n".join(await shown(make_view("y", np.full((2, 2), np.nan))))
    assert "no finite element" in text
    assert "NaN 4" in text


async def test_integers_are_exact_and_the_columns_grow_for_them() -> None:
    array = np.zeros((200, 200), np.int64)
    array[3, 1] = 2**62 + 1
    text = "\n".join(await shown(make_view("t", array), keys=["j", "j", "j", "l"], size=LARGE))
    assert text.count(str(2**62 + 1)) >= 2, "in the grid and below it"


async def test_truth_values() -> None:
    lines = await shown(make_view("mask", np.array([[True, False]])))
    assert any(line.split()[:3] == ["0", "True", "False"] for line in lines)


@pytest.mark.parametrize("shape", [(0, 3), (0,), (3, 0, 2)])
async def test_empty_arrays_say_so(shape: tuple[int, ...]) -> None:
    text = "\n".join(await shown(make_view("x", np.zeros(shape, np.float32))))
    assert f"empty: shape {shape} has no elements" in text


async def test_a_scalar_array_is_one_number() -> None:
    lines = await shown(make_view("loss", np.array(0.25, np.float16)))
    assert lines[-1] == "value:  0.25"
    assert "shape ()" in lines[1]


async def test_leading_axes_are_chosen_and_changed_by_keys() -> None:
    array = np.arange(2 * 3 * 4 * 5 * 6, dtype=np.int64).reshape(2, 3, 4, 5, 6)
    lines = await shown(make_view("x", array))
    assert any(line.startswith("[0, 0, 0, :, :]") for line in lines)
    assert lines[-1] == "at [0, 0, 0, 0, 0]:  0"
    lines = await shown(make_view("x", array), keys=["i", "a", "i", "i", "a", "I", "l"])
    assert any(line.startswith("[1, 2, 3, :, :]") for line in lines), (
        "I goes from the first index to the last"
    )
    assert lines[-1] == f"at [1, 2, 3, 0, 1]:  {array[1, 2, 3, 0, 1]}"


async def test_a_missing_tensor_says_why() -> None:
    why = "not captured: the byte budget of 10 MiB was used up"
    lines = await shown(make_view("W", why=why))
    assert why in lines


async def test_a_damaged_tensor_says_what_is_wrong() -> None:
    from bpdebug.errors import DamagedLog

    def fail() -> np.ndarray:
        raise DamagedLog("tensors-0000.seg ends before tensor 7")

    view = TensorView("input", "x", tensor=7, shape=(2,), dtype="float32", device="cpu", load=fail)
    assert "can't be shown: tensors-0000.seg ends before tensor 7" in "\n".join(await shown(view))


async def test_an_event_without_tensors_shows_what_it_says() -> None:
    app = PaneHost(TensorPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(title="cleargrads", facts=["cleared 4 parameters"]), None)
        await pilot.pause()
        text = screen_text(app)
    assert "cleargrads" in text
    assert "This event holds no tensor." in text
    assert "cleared 4 parameters" in text


async def test_the_chosen_role_stays_while_stepping_and_comes_back() -> None:
    app = PaneHost(TensorPane())
    forward = [make_view("y", W[:1], "output"), make_view("x", W), make_view("W", W * 2)]
    backward = [make_view("gx", W, "gradient out"), make_view("gy", W, "gradient in")]
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(forward), None)
        await pilot.press("greater_than_sign", "greater_than_sign")
        assert "[W]" in screen_lines(app)[0]
        app.pane.show(make_moment(backward), None)
        await pilot.pause()
        assert "[gx]" in screen_lines(app)[0], "an event without W shows its most telling tensor"
        app.pane.show(make_moment(forward), None)
        await pilot.pause()
        assert "[W]" in screen_lines(app)[0]
        await pilot.press("less_than_sign")
        assert "[x]" in screen_lines(app)[0]


async def test_a_tensor_with_a_nan_is_shown_first_unless_another_was_chosen() -> None:
    app = PaneHost(TensorPane())
    bad = dataclasses.replace(make_view("gW", W * np.nan, "gradient out"), nonfinite=True)
    views = [make_view("gx", W, "gradient out"), bad, make_view("gy", W, "gradient in")]
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment(views), None)
        await pilot.pause()
        assert "[gW]" in screen_lines(app)[0]
        await pilot.press("less_than_sign")
        app.pane.show(make_moment(views), None)
        await pilot.pause()
        assert "[gx]" in screen_lines(app)[0]


async def test_the_element_cursor_stays_while_stepping_as_far_as_it_can() -> None:
    app = PaneHost(TensorPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment([make_view("W", W)]), None)
        await pilot.press("j", "j", "l")
        app.pane.show(make_moment([make_view("W", W * 2)]), None)
        await pilot.pause()
        assert screen_lines(app)[-1] == "at [2, 1]:  -6.0"
        app.pane.show(make_moment([make_view("y", W[:1])]), None)
        await pilot.pause()
        assert screen_lines(app)[-1] == "at [0, 1]:  -1.25"


async def test_a_vector_wraps_and_stays_on_its_element_when_the_screen_changes() -> None:
    app = PaneHost(TensorPane())
    async with app.run_test(size=LARGE) as pilot:
        app.pane.show(make_moment([make_view("b", np.arange(500))]), None)
        await pilot.press("end", "end", "left")
        assert screen_lines(app)[-1] == "at [498]:  498"
        await pilot.resize_terminal(50, 14)
        await pilot.pause()
        assert screen_lines(app)[-1] == "at [498]:  498"
        assert any("498" in line for line in screen_lines(app)[3:-1])


async def test_views_and_notations_are_switched() -> None:
    view = make_view("W", W)
    both = "\n".join(await shown(view))
    assert "0.50000" in both
    assert "-3.0 " in both
    numbers = "\n".join(await shown(view, keys=["v"]))
    assert "0.50000" in numbers
    assert "▀" not in numbers
    heat = "\n".join(await shown(view, keys=["v", "v"]))
    assert "0.50000" not in heat
    scientific = "\n".join(await shown(view, keys=["p", "p"]))
    assert "5.0000e-01" in scientific


async def test_whole_columns_only_are_shown() -> None:
    lines = await shown(make_view("x", np.full((4, 300), 1234.56, np.float32)), keys=["l"] * 12)
    rows = [line for line in lines if line[:1].isdigit()]
    assert len(rows) == 4
    for line in rows:
        numbers = line.partition("▀")[0].split()[1:]
        assert numbers.count("1234.56") >= 3
        assert set(numbers[:3]) == {"1234.56"}, "a number that is cut would be another number"


async def test_a_big_array_is_read_in_part_only_and_computed_elsewhere() -> None:
    array = np.broadcast_to(np.arange(1000, dtype=np.float32), (2000, 1000))
    lines = await shown(make_view("x", array), keys=["pagedown"], wait_for="max 999")
    text = "\n".join(lines)
    assert "zeros 2,000" in text
    lines = await shown(make_view("x", array), wait_for="a dot =")
    assert "a dot = largest |value| of" in "\n".join(lines)


async def test_values_that_could_steer_a_terminal_are_harmless() -> None:
    text = "\n".join(await shown(make_view("x\x1b[2J", W, name="名字\x1b]0;x\x07")))
    assert "\x1b" not in text
    assert "名字␛]0;x" in text


async def test_without_colour_the_heat_map_has_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = "\n".join(await shown(make_view("W", np.array([[1.0, -1.0], [0.0, np.nan]]))))
    for cell in ("+█", "-█", " ·", "NN"):
        assert cell in text


async def test_what_is_copied_is_the_exact_value() -> None:
    app = PaneHost(TensorPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment([make_view("W", np.array([0.1], np.float32))]), None)
        await pilot.pause()
        assert app.pane.copy_text() == ("value", "0.1")
        app.pane.show(make_moment([]), None)
        assert app.pane.copy_text() == ("value", "")


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_text_stands_out_from_its_ground(theme: str) -> None:
    app = PaneHost(TensorPane(), theme)
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment([make_view("W", np.where(W > 1, np.nan, W))]), None)
        await pilot.pause()
        for strip in app.screen._compositor.render_strips():
            for text, style, _ in strip:
                if not text.strip() or style is None or style.reverse or set(text) & set("▀▄┼"):
                    continue
                front, ground = style.color.triplet, style.bgcolor.triplet
                distance = abs(sum(front) - sum(ground))
                assert distance > 120, (text, style)


async def test_clicks_choose_tab_and_element() -> None:
    app = PaneHost(TensorPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment([make_view("W", W), make_view("b", np.array([7.0]))]), None)
        await pilot.pause()
        row = next(place for place, line in enumerate(screen_lines(app)) if line.startswith("1 "))
        await pilot.click(offset=(screen_lines(app)[row].index("2.0") + 1, row))
        assert screen_lines(app)[-1] == "at [1, 1]:  2.0"
        await pilot.click(offset=(screen_lines(app)[0].index(" b") + 1, 0))
        await pilot.pause()
        assert screen_lines(app)[-1] == "at [0]:  7.0"


async def test_column_numbers_are_never_cut() -> None:
    lines = await shown(make_view("t", np.zeros((2, 12_000), np.int8)), keys=["end"])
    assert any("11999" in line for line in lines[3:-1])


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "nord"])
async def test_other_themes_draw(theme: str) -> None:
    app = PaneHost(TensorPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment([make_view("W", W)]), None)
        if theme not in app.available_themes:
            pytest.skip("this Textual has no such theme")
        app.theme = theme
        await pilot.pause()
        assert "┼" in screen_text(app), "the cursor on the heat map"


async def test_a_histogram_takes_the_place_of_the_numbers() -> None:
    lines = await shown(make_view("W", W), keys=["v", "v", "v"], wait_for="█")
    assert sum("█" in line for line in lines) >= 3
    assert "[0, 0]" in lines[-1]


async def test_finding_moves_the_cursor_through_the_whole_array() -> None:
    array = np.zeros((2, 3, 4), np.float32)
    array[1, 2, 3], array[1, 0, 1], array[0, 1, 2] = 9, -9, np.nan
    view = make_view("x", array)
    assert (await shown(view, keys=["circumflex_accent"]))[-1] == "at [1, 2, 3]:  9.0"
    assert (await shown(view, keys=["underscore"]))[-1] == "at [1, 0, 1]:  -9.0"
    assert (await shown(view, keys=["exclamation_mark"]))[-1] == "at [0, 1, 2]:  NaN"


async def test_finding_in_a_big_array_waits_for_the_answer() -> None:
    array = np.zeros((400, 400), np.float32)
    array[399, 7] = 1
    found = await shown(
        make_view("x", array), keys=["circumflex_accent"], size=LARGE, wait_for="at [399, 7]:  1.0"
    )
    assert found[-1] == "at [399, 7]:  1.0"


async def test_a_typed_slice_shows_other_axes() -> None:
    app = PaneHost(TensorPane())
    array = np.arange(24).reshape(2, 3, 4)
    async with app.run_test(size=SMALL) as pilot:
        app.pane.show(make_moment([make_view("x", array)]), None)
        await pilot.pause()
        assert app.pane.take_slice("[:, :, 3]") == ""
        await pilot.press("j", "l", "l")
        assert screen_lines(app)[-1] == f"at [1, 2, 3]:  {array[1, 2, 3]}"
        assert "axis 0" in app.pane.take_slice("[7, :, :]")


@pytest.mark.parametrize("size", [SMALL, (40, 9)])
async def test_a_tensor_that_was_changed_outside_any_op_says_so(size: tuple[int, int]) -> None:
    view = dataclasses.replace(make_view("W", W), changed="changed outside any op")
    assert "changed outside any op" in (await shown(view, size=size))[1]
