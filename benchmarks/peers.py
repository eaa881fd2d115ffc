"""The environments of what we are compared with: PyTorch, and real Chainer where an old enough Python is at hand.

Each lives in a virtual environment of its own under the user's cache folder, made when it is asked for first. A
`READY` file, written last, tells a whole environment from one whose installation was cut off.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

__all__ = ["PEERS", "TORCHLENS", "Peer", "PeerMissing", "add_torchlens", "python_of"]

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "bpdebug" / "peers"


class PeerMissing(Exception):
    """The peer can't be had here; the message says why, and what would help."""


@dataclass(frozen=True)
class Peer:
    """How one peer is installed: lists of arguments for `pip install`, one call each, in this order."""

    version: str
    installs: tuple[tuple[str, ...], ...]
    newest_python: tuple[int, int] = (99, 0)
    pythons: tuple[str, ...] = field(default=())


PEERS = {
    "torch": Peer("2.13.0", (("torch==2.13.0", "numpy"),)),
    # Chainer 7.8.1 is older than NumPy 1.24, which it can't run on, and setuptools without pkg_resources.
    "chainer": Peer(
        "7.8.1",
        (
            ("setuptools<70", "wheel", "numpy<1.24", "six", "typing_extensions", "filelock", "protobuf<4"),
            ("--no-build-isolation", "chainer==7.8.1"),
        ),
        newest_python=(3, 11),
        pythons=("python3.11", "python3.10"),
    ),
}


TORCHLENS = "2.36.1"
"""Version of the recorder for PyTorch that goes into PyTorch's environment, for `recording.py` alone."""


def python_of(name: str, given: str | None = None) -> str:
    """The Python of a peer's environment, which is installed first if it isn't there.

    Args:
        name: a key of PEERS.
        given: a Python that has the peer already, or a folder to put the environment into; None: the cache folder.

    Raises:
        PeerMissing: no fitting Python, or the installation failed.
    """
    if given and os.path.isfile(given):
        return given
    peer = PEERS[name]
    folder = pathlib.Path(given) if given else CACHE / f"{name}-{peer.version}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "READY").exists():
        sys.stderr.write(f"benchmarks: installing {name} {peer.version} into {folder}\n")
        run([_base_python(name), "-m", "venv", "--clear", str(folder)], name)
        for arguments in peer.installs:
            run([str(python), "-m", "pip", "install", "-q", *arguments], name)
        (folder / "READY").touch()
    return str(python)


def add_torchlens(python: str, given: str | None = None) -> None:
    """Install torchlens beside PyTorch where it isn't there; a Python that the user named is left as it is.

    Args:
        python: what `python_of("torch", given)` returned.
        given: as for `python_of`.

    Raises:
        PeerMissing: it isn't in the user's own Python, or the installation failed.
    """
    asked = subprocess.run(
        [python, "-c", "from importlib.metadata import version; print(version('torchlens'))"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.stdout.strip() == TORCHLENS:
        return
    if given and os.path.isfile(given):
        raise PeerMissing(
            f"{given} has no torchlens {TORCHLENS}; install it there, or name no Python of your own"
        )
    sys.stderr.write(f"benchmarks: installing torchlens {TORCHLENS} beside torch\n")
    run([python, "-m", "pip", "install", "-q", f"torchlens=={TORCHLENS}"], "torchlens")


def _base_python(name: str) -> str:
    peer = PEERS[name]
    if sys.version_info[:2] <= peer.newest_python:
        return sys.executable
    for candidate in peer.pythons:
        found = shutil.which(candidate)
        # A launcher may be there for a Python that is not: only one that starts counts.
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    newest = ".".join(map(str, peer.newest_python))
    raise PeerMissing(
        f"{name} {peer.version} needs a Python <= {newest}, and none of {', '.join(peer.pythons)} runs"
    )


def run(command: list[str], name: str) -> None:
    """Run one step of an installation.

    Raises:
        PeerMissing: it failed; the last line it printed says how.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise PeerMissing(f"{name} could not be installed: {' '.join(last)}")
