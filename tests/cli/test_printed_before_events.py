"""What a script prints stands in its log where it was printed, also without the end of a line."""

from bpdebug.cli import main
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind

PRINTING = """
import numpy as np
import chainer.functions as F
x = np.ones(2, "f")
for i in range(2):
    print("before", i, end=" ")
    F.relu(x)
    print("after", i)
"""


def test_a_line_that_has_no_end_yet_stands_before_the_op_that_comes(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text(PRINTING)
    assert main(["run", "--headless", "--quiet", "--log", "run", "script.py"]) == 0
    assert capfd.readouterr().out == "before 0 after 0\nbefore 1 after 1\n"
    with LogReader(tmp_path / "run") as reader:
        seen = [
            reader.body(seq).text if kind == Kind.output else Kind(kind).name
            for seq, kind in enumerate(reader.index["kind"].tolist())
        ]
    assert seen[1:-1] == ["before 0 ", "forward", "after 0\n", "before 1 ", "forward", "after 1\n"]
