"""Saving an object and loading it into another, to see whether nothing is lost."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any

from .. import serializers

__all__ = ["save_and_load", "save_and_load_hdf5", "save_and_load_npz"]


def save_and_load(
    src: Any, dst: Any, filename: str, saver: Callable[[str, Any], Any], loader: Callable[[str, Any], Any]
) -> None:
    """Save `src` into a file of a temporary folder, and load it into `dst`.

    Args:
        src, dst: the objects.
        filename: of the file.
        saver, loader: called with its path and the object.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, filename)
        saver(path, src)
        loader(path, dst)


def save_and_load_npz(src: Any, dst: Any) -> None:
    """`save_and_load` with an npz file."""
    save_and_load(src, dst, "src.npz", serializers.save_npz, serializers.load_npz)


def save_and_load_hdf5(src: Any, dst: Any) -> None:
    """`save_and_load` with an HDF5 file."""
    save_and_load(src, dst, "src.h5", serializers.save_hdf5, serializers.load_hdf5)
