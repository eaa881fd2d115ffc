"""Commands as a person gives them, in an empty directory."""

import os
import subprocess
import sys

import pytest

from bpdebug.cli import main


@pytest.fixture
def bpdebug(tmp_path, monkeypatch, capfd):
    """Carries out a command here, in an empty directory that holds `script.py`; the script has its own process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(*words, script=None):
        if script is not None:
            (tmp_path / "script.py").write_text(script)
        status = main(words)
        said = capfd.readouterr()
        return subprocess.CompletedProcess(words, status, said.out, said.err)

    return run


@pytest.fixture
def bpdebug_process(tmp_path):
    """The same in a process of its own, with these arguments for `subprocess.run`."""

    def run(*words, script=None, **how):
        if script is not None:
            (tmp_path / "script.py").write_text(script)
        command = [sys.executable, "-m", "bpdebug", *words]
        env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
        how = {"capture_output": True, "text": True, "timeout": 120, "cwd": tmp_path, "env": env, **how}
        return subprocess.run(command, **how)

    return run
