"""Where datasets are kept on disk, and how they get there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

__all__ = [
    "cache_or_load_file",
    "cached_download",
    "get_dataset_directory",
    "get_dataset_root",
    "set_dataset_root",
]

_TIMEOUT_S = 60
_dataset_root = os.environ.get(
    "CHAINER_DATASET_ROOT", os.path.join(os.path.expanduser("~"), ".chainer", "dataset")
)


def get_dataset_root() -> str:
    """The folder of all datasets: `CHAINER_DATASET_ROOT`, else `~/.chainer/dataset`."""
    return _dataset_root


def set_dataset_root(path: str) -> None:
    """Keep datasets in another folder from now on."""
    global _dataset_root
    _dataset_root = path


def get_dataset_directory(dataset_name: str, create_directory: bool = True) -> str:
    """The folder of one dataset, made if it isn't there.

    Args:
        dataset_name: such as `pfnet/chainer/mnist`.
        create_directory: whether to make it.
    """
    path = os.path.join(_dataset_root, dataset_name)
    if create_directory:
        os.makedirs(path, exist_ok=True)
    return path


def cached_download(url: str) -> str:
    """The path of a downloaded file; it is downloaded only once.

    Raises:
        RuntimeError: it can't be downloaded; says what was tried and where to put the file by hand.
    """
    return fetch(url)


def fetch(url: str, md5: str | None = None, mirrors: tuple[str, ...] = ()) -> str:
    """`cached_download` with a check of the content, and other places to try.

    Args:
        url: names the file in the cache, and is tried first.
        md5: hexadecimal digest of the right content (a guard against damage, not against malice).
        mirrors: more addresses of the same content.

    Raises:
        RuntimeError: no address gave the right content.
    """
    folder = os.path.join(_dataset_root, "_dl_cache")
    kept = os.path.join(folder, hashlib.md5(url.encode(), usedforsecurity=False).hexdigest())
    if os.path.exists(kept):
        return kept
    os.makedirs(folder, exist_ok=True)
    problems = []
    for address in (url, *mirrors):
        with _temporary_file(folder) as path:
            try:
                with (
                    urllib.request.urlopen(address, timeout=_TIMEOUT_S) as source,
                    open(path, "wb") as target,
                ):
                    shutil.copyfileobj(source, target)
            except (OSError, urllib.error.URLError) as error:
                problems.append(f"  {address}: {getattr(error, 'reason', None) or error}")
                continue
            found = _md5_of(path)
            if md5 is not None and found != md5:
                problems.append(f"  {address}: gave other content than expected (md5 {found}, not {md5})")
                continue
            os.replace(path, kept)
            return kept
    raise RuntimeError(
        "a dataset can't be downloaded:\n"
        + "\n".join(problems)
        + f"\nIs this computer online? A file got elsewhere can be put at {kept}"
    )


def cache_or_load_file(path: str, creator: Callable[[str], Any], loader: Callable[[str], Any]) -> Any:
    """What is in a file, made first if it isn't there.

    Args:
        path: the file.
        creator: called with a path at which it makes the file; gives the content.
        loader: called with the path of a file that is there; gives the content.
    """
    if os.path.exists(path):
        return loader(path)
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    with _temporary_file(folder, os.path.basename(path)) as made:
        content = creator(made)
        # Another process may have been faster; its file is as good, and a rename leaves no half-written one.
        os.replace(made, path)
    return content


@contextlib.contextmanager
def _temporary_file(folder: str, name: str = "file") -> Any:
    inside = tempfile.mkdtemp(prefix=".unfinished-", dir=folder)
    try:
        yield os.path.join(inside, name)
    finally:
        shutil.rmtree(inside, ignore_errors=True)


def _md5_of(path: str) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
