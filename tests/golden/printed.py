"""Compares what a script printed with what it printed elsewhere, where the last digit of a number may differ."""

from __future__ import annotations

__all__ = ["assert_same_text"]


def assert_same_text(printed: str, expected: str) -> None:
    """The same words in the same order, and numbers that differ by 1 % at most.

    Raises:
        AssertionError: they aren't the same; holds what was printed.
    """
    found, wanted = (text.replace("[", " ").replace("]", " ").split() for text in (printed, expected))
    assert len(found) == len(wanted), printed
    for got, want in zip(found, wanted, strict=True):
        try:
            got_number, want_number = float(got.rstrip("%)")), float(want.rstrip("%)"))
        except ValueError:
            assert got == want, printed
        else:
            assert abs(got_number - want_number) <= 0.01 * abs(want_number), printed
