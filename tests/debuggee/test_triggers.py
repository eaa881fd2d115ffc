"""A run that waits for a condition: what is kept when it holds, and how the script ends."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.cli import main
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline

SCRIPT = """\
import numpy as np
import chainer.functions as F
from chainer import Variable, links as L, optimizers

np.random.seed(0)
model = L.Linear(1100, 1000)  # an iteration fills a segment file
optimizer = optimizers.SGD(lr=1e-3).setup(model)
try:
    for i in range(8):
        x = np.full((2, 1100), i + 1, "f4")
        if i == 4:
            x[0, 0] = np.nan
        loss = F.sum(model(Variable(x)))
        model.cleargrads()
        loss.backward()
        optimizer.update()
finally:
    print("tidied up")
print("whole")
"""


@pytest.fixture
def record(tmp_path, monkeypatch, capfd):
    """Record the script with these options; gives the run, opened, and what was said on stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(SCRIPT)

    def run(*options):
        assert main(["run", "--headless", "--log", "run", *options, "train.py"]) == 0
        told = capfd.readouterr()
        return LogReader(tmp_path / "run"), told.out, told.err

    return run


def with_values(reader):
    """The iterations whose forward op has its weights."""
    seqs = np.flatnonzero(
        (reader.index["kind"] == Kind.forward) & (reader.index["partner"] + 1 == 0)
    ).tolist()
    linear = [seq for seq in seqs if reader.address(seq).endswith("linear")]
    rows = [(int(reader.index["iteration"][seq]), reader.body(seq).x[1].tensor) for seq in linear]
    return [iteration for iteration, row in rows if not reader.why_not_captured(row)]


def test_until_ends_the_script_and_keeps_the_last_iterations(record):
    reader, out, err = record("--capture", "last:2", "--until", "nan")
    assert out == "tidied up\n"
    assert Timeline(reader).reason_for_end().startswith("stopped at event")
    assert "nan (--until)" in Timeline(reader).reason_for_end()
    assert with_values(reader) == [3, 4]
    assert "the values of iterations 3 to 4 stay: --until: nan" in err


def test_keep_when_keeps_them_for_good_and_the_run_goes_on(record):
    reader, out, err = record("--capture", "last:2", "--keep-when", "iteration == 3")
    assert out == "tidied up\nwhole\n"
    assert with_values(reader) == [2, 3, 6, 7]
    assert err.count(" stay: --keep-when: iteration == 3") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--max-bytes", "5kB"), "no values of iterations 2 to 4 stay: --until: nan"),
        (("--iterations", "0:2"), "no values of iterations 2 to 4 stay: --until: nan"),
        (("--iterations", "0:4"), "the values of iterations 2 to 3 stay: --until: nan"),
    ],
)
def test_only_values_that_were_kept_are_said_to_stay(record, options, words):
    reader, _, err = record("--capture", "last:3", "--until", "nan", *options)
    assert words in err
    first, last = (int(word) for word in words.split() if word.isdigit())
    stay = [] if words.startswith("no") else list(range(first, last + 1))
    assert [iteration for iteration in with_values(reader) if iteration >= 2] == stay


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--headless", "--until", "nope("], "there is no function nope"),
        (["--headless", "--until", "nan", "--capture", "stats"], "they go with last:N"),
        (["--until", "nan"], "--until goes with --headless"),
    ],
)
def test_what_cannot_be_waited_for_is_refused(tmp_path, capsys, options, words):
    (tmp_path / "a.py").write_text("print('ran')")
    assert main(["run", *options, "--log", str(tmp_path / "run"), str(tmp_path / "a.py")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err
