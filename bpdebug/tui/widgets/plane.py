"""An array of any number of axes as one sheet of rows and columns, read in small blocks only."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Plane"]


class Plane:
    """The last two axes of an array at one index of the leading ones; a vector wraps into lines.

    Attributes:
        array: the whole array; never copied.
        leading: the index of all axes but the last two.
        rows, columns: how large the sheet is. A 0-d array is a sheet of one cell.
    """

    def __init__(self, array: np.ndarray, leading: tuple[int, ...] = (), wrap: int = 0) -> None:
        """Lay the sheet.

        Args:
            array: any shape, any dtype.
            leading: one index for each axis before the last two.
            wrap: how many elements of a vector stand in one line; 0 for all.
        """
        self.array = array
        self.leading = leading
        self.wrapped = array.ndim == 1 and 0 < wrap < array.shape[0]
        if array.ndim >= 2:
            self.sheet = array[leading] if leading else array
            self.rows, self.columns = self.sheet.shape
        else:
            self.sheet = array.reshape(1, -1)
            count = self.sheet.shape[1]
            self.columns = wrap if self.wrapped else count
            self.rows = -(-count // self.columns) if count else 0

    @property
    def size(self) -> int:
        """Elements in the sheet."""
        return int(self.sheet.size)

    def block(self, top: int, bottom: int, left: int, right: int) -> list[list[Any]]:
        """Rows `top` to `bottom` and columns `left` to `right`, ends excluded, as Python scalars.

        A wrapped vector's last line may be short.
        """
        if self.wrapped:
            flat = self.sheet[0]
            lines = []
            for row in range(top, min(bottom, self.rows)):
                start = row * self.columns
                lines.append(flat[start + left : min(start + right, start + self.columns)].tolist())
            return lines
        return self.sheet[top:bottom, left:right].tolist()

    def place(self, row: int, column: int) -> tuple[int, int]:
        """The nearest cell of the sheet to this one that holds an element."""
        row = max(0, min(row, self.rows - 1))
        column = max(0, min(column, self.columns - 1))
        if self.wrapped:
            flat = min(row * self.columns + column, self.sheet.shape[1] - 1)
            return divmod(flat, self.columns)
        return row, column

    def offset(self, row: int, column: int) -> tuple[int, int]:
        """Where the cell is in the unwrapped sheet."""
        return (0, row * self.columns + column) if self.wrapped else (row, column)

    def cell_of(self, row: int, column: int) -> tuple[int, int]:
        """The cell that shows the element at this place of the unwrapped sheet."""
        return divmod(column, self.columns) if self.wrapped else (row, column)

    def index(self, row: int, column: int) -> tuple[int, ...]:
        """The full index, in the array, of the element in this cell."""
        row, column = self.offset(row, column)
        if self.array.ndim == 0:
            return ()
        if self.array.ndim == 1:
            return (column,)
        return (*self.leading, row, column)

    def element(self, row: int, column: int) -> np.generic:
        """The value in this cell, with its dtype."""
        row, column = self.offset(row, column)
        return self.sheet[row, column]

    def row_header(self, row: int) -> str:
        """What stands left of a row."""
        if self.array.ndim == 0:
            return ""
        if self.array.ndim == 1:
            return f"[{row * self.columns}]" if self.wrapped else ""
        return str(row)

    def column_header(self, column: int) -> str:
        """What stands above a column."""
        if self.array.ndim == 0:
            return ""
        return f"+{column}" if self.wrapped else str(column)

    def sample(self) -> np.ndarray:
        """Some elements spread over the sheet, or all of a small one."""
        if self.sheet.size <= 4096:
            return np.asarray(self.sheet)
        rows, columns = self.sheet.shape
        down = -(-rows // max(1, min(rows, 32)))
        across = -(-columns // max(1, min(columns, 1024 // min(rows, 32))))
        return np.asarray(self.sheet[::down, ::across])
