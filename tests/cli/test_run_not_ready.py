"""`bpdebug run` on a screen whose script's process can't even begin."""

import argparse

import pytest

from bpdebug.cli import run
from bpdebug.errors import SessionError


def test_a_child_that_cannot_begin_is_told_with_what_it_said_and_opens_no_screen(
    tmp_path, monkeypatch, capsys
):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "xxhash.py").write_text("raise ImportError('this library is broken')\n")
    script = tmp_path / "script.py"
    script.write_text("print('never')\n")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    parser = argparse.ArgumentParser()
    run.configure(parser)
    options = parser.parse_args(["--log", str(tmp_path / "logs" / "one"), str(script)])
    with pytest.raises(SessionError, match="did not get as far as the script"):
        run.execute(options)
    assert "this library is broken" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "script.py"]
