"""What the tensor store remembers of contents, compiled and in Python."""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest

from bpdebug import native
from bpdebug.log import recent
from bpdebug.log.keep import FULL, Keep
from bpdebug.log.recent_contents import RecentContentsInPython, Variants

part = native.part("recent_contents")
CLASSES: list[Any] = [RecentContentsInPython] + ([] if part is None else [part.RecentContents])


@pytest.fixture(params=CLASSES, ids=lambda cls: cls.__module__.split(".")[1])
def remembers(request: pytest.FixtureRequest) -> Any:
    return request.param


def content(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_a_content_has_an_entry_for_each_variant(remembers: Any) -> None:
    contents = remembers()
    assert contents.get(content(1)) is None
    first, second = (1, 0, 0, 0, 0, content(1)), (2, 0, 0, 0, 0, content(1))
    contents.set(content(1), first)
    assert contents.get(content(1), 3) is None
    contents.set(content(1), second, 3)
    assert contents.get(content(1)) is first
    assert contents.get(content(1), 3) is second
    contents.set(content(1), second)
    assert contents.get(content(1)) is second


@pytest.mark.parametrize("one", [bytes(16), b"\xff" * 16, bytes(range(16))])
def test_a_content_may_have_many_variants(remembers: Any, one: bytes) -> None:
    contents = remembers()
    for variant in range(300):
        contents.set(one, (variant,), variant)
        contents.set(content(variant), (-variant,))
    assert [contents.get(one, variant)[0] for variant in range(1, 300)] == list(range(1, 300))
    assert [contents.get(content(number))[0] for number in range(1, 300)] == list(range(-1, -300, -1))


def test_what_was_not_met_for_a_whole_generation_is_forgotten(
    remembers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "REMEMBERED", 100)
    contents = remembers()
    for number in range(1000):
        contents.set(content(number), (number,))
        assert contents.get(content(7)) == ((7,) if number >= 7 else None)
    assert contents.get(content(8)) is None
    assert contents.get(content(950)) == (950,)


@pytest.mark.skipif(part is None, reason="the compiled part isn't there")
@pytest.mark.parametrize("most", [1, 2, 30, 1000])
def test_both_remember_the_same(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "REMEMBERED", most)
    compiled, plain = CLASSES[1](), CLASSES[0]()
    dice = random.Random(most)
    for turn in range(5000):
        key, variant = content(dice.randrange(3 * most)), dice.randrange(3)
        if dice.random() < 0.5:
            compiled.set(key, (turn,), variant)
            plain.set(key, (turn,), variant)
        assert compiled.get(key, variant) == plain.get(key, variant)


def test_entries_are_let_go(remembers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "REMEMBERED", 10)
    contents, entry = remembers(), (1, "an entry")
    before = sys.getrefcount(entry)
    for number in range(35):
        contents.set(content(number), entry)
    assert sys.getrefcount(entry) == before + 15
    contents.set(content(34), (2,))
    assert sys.getrefcount(entry) == before + 14
    del contents
    assert sys.getrefcount(entry) == before


@pytest.mark.skipif(part is None, reason="the compiled part isn't there")
def test_what_is_no_content_id_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        part.RecentContents().get(b"short")


def test_variants_have_numbers_of_their_own() -> None:
    variants = Variants()
    keeps = [Keep(False, True, 0, "why"), Keep(False, True, 5, "why"), Keep(False, True, 0, "another")]
    numbers = [variants.of_less(layout, keep) for layout in range(3) for keep in keeps]
    numbers += [variants.of_layout(layout) for layout in range(3)]
    assert len(set(numbers)) == len(numbers)
    assert 0 not in numbers
    assert variants.of_less(1, Keep(False, True, 5, "why")) == numbers[4]
    assert variants.of_less(1, FULL) not in numbers
