"""What holds for every test, wherever the suite is started from."""

import contextlib
import functools
import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from recorded_samples import RecordedSample, shared_sample

# A shell starts its background jobs with Ctrl-C ignored, `nohup` any program with hang-ups ignored, and what the tests
# start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Some hundred processes are started, and each would compile the package anew where the shell has asked to keep no code.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_ROOM_BYTES = 4 << 30
"""How much memory must be free: the temporary files that lie there at one time take a tenth of it."""
_MEMORY = "/dev/shm"
_CONTAINER = Path("/sys/fs/cgroup")


def _keep_temporary_files_in_memory() -> None:
    """Some ten thousand small logs are made and removed, and a file system with a journal is slow at both."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    if os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC or _free_bytes() < _ROOM_BYTES:
        return  # some tests compile what they then load
    os.environ["TMPDIR"] = tempfile.tempdir = _MEMORY


def _free_bytes() -> int:
    """How much memory files there may take: a file system in memory may be larger than the memory."""
    free = [shutil.disk_usage(_MEMORY).free, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit
        used, most = ((_CONTAINER / f"memory.{name}").read_text() for name in ("current", "max"))
        free.append(int(most) - int(used))
    return min(free)


_keep_temporary_files_in_memory()

# That another program has the processor is no reason to fail.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what collecting tests has made to itself: each garbage collection would go through all of it.

    And collect more rarely: a third of the time of an app that comes and goes went into it.
    """
    gc.freeze()
    gc.set_threshold(5000, 10, 10)
    gc.enable()


def pytest_runtest_teardown() -> None:
    """A command that collects no garbage while it draws ends with its process; here other tests come after it."""
    gc.enable()


@pytest.fixture(scope="session")
def recorded_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], RecordedSample]:
    """Gives the recorded run of a sample by its name."""
    return functools.cache(lambda name: shared_sample(name, tmp_path_factory))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--new-pictures", action="store_true", help="keep the pictures of the screen as they are drawn now"
    )
