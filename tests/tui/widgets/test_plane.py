import numpy as np

from bpdebug.tui.widgets.plane import Plane


def test_a_matrix_is_its_own_sheet() -> None:
    plane = Plane(np.arange(6).reshape(2, 3))
    assert (plane.rows, plane.columns) == (2, 3)
    assert plane.block(0, 2, 1, 3) == [[1, 2], [4, 5]]
    assert plane.index(1, 2) == (1, 2)
    assert plane.element(1, 2) == 5


def test_leading_axes_choose_the_sheet() -> None:
    array = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    plane = Plane(array, (1, 2))
    assert (plane.rows, plane.columns) == (4, 5)
    assert plane.index(3, 4) == (1, 2, 3, 4)
    assert plane.element(3, 4) == array[1, 2, 3, 4]


def test_a_vector_wraps_and_its_last_line_may_be_short() -> None:
    plane = Plane(np.arange(7), wrap=3)
    assert (plane.rows, plane.columns) == (3, 3)
    assert plane.block(1, 3, 0, 3) == [[3, 4, 5], [6]]
    assert plane.index(2, 0) == (6,)
    assert plane.place(2, 2) == (2, 0), "there is no element 8"
    assert plane.cell_of(0, 5) == (1, 2)
    assert plane.offset(1, 2) == (0, 5)
    assert [plane.row_header(row) for row in range(3)] == ["[0]", "[3]", "[6]"]


def test_a_scalar_is_a_sheet_of_one_cell_without_index() -> None:
    plane = Plane(np.array(3.5))
    assert (plane.rows, plane.columns) == (1, 1)
    assert plane.index(0, 0) == ()
    assert plane.block(0, 1, 0, 1) == [[3.5]]


def test_an_empty_array_has_no_cells() -> None:
    assert Plane(np.zeros((0, 3))).size == 0
    assert Plane(np.zeros(0)).rows == 0


def test_the_sample_of_a_big_sheet_is_small_and_spread() -> None:
    sheet = np.broadcast_to(np.arange(100_000), (50_000, 100_000))
    sample = Plane(sheet).sample()
    assert sample.size <= 4096
    assert sample.max() > 90_000
