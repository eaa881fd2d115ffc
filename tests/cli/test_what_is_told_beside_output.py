"""A terminal's lines: a script's own output, and what bpdebug says between and behind it."""

import functools
import re
import resource

from in_terminal import in_terminal
from op_script import OPS


def test_on_a_terminal_a_progress_line_comes_and_goes_around_the_output(bpdebug_process):
    script = OPS.replace("y = F", "import time\nfor i in range(30):\n    time.sleep(0.02)\n    y = F")
    status, shown = in_terminal(
        bpdebug_process, "run", "--headless", "--log", "one", "script.py", script=script
    )
    assert status == 0
    before, _, behind = shown.partition(b"relu: [0. 2.] []")
    # Drawn at least once, and wiped away before the script's own line.
    assert b" events \xc2\xb7 iteration 0 \xc2\xb7 " in before
    assert before.endswith(b"\r\x1b[K")
    assert b"33 events in one" in behind


def test_the_script_sees_the_terminal_itself(bpdebug_process):
    script = "import sys; print(sys.stdin.isatty(), sys.stdout.isatty(), sys.stderr.isatty())"
    assert (
        b"True True True" in in_terminal(bpdebug_process, "run", "--headless", "script.py", script=script)[1]
    )


PROGRESS_BAR = """
import sys
import numpy as np
import chainer.functions as F
for i in range(60):
    F.relu(np.full((20, 20), i, "f"))
    sys.stderr.write(f"\\r[{i}/60]")
"""


def test_what_is_told_stands_on_a_line_of_its_own_behind_a_progress_bar(bpdebug_process):
    done = bpdebug_process("run", "--headless", "--log", "one", "script.py", script=PROGRESS_BAR)
    assert re.fullmatch(r"bpdebug: \d+ events in one", done.stderr.split("\n")[-2])
    limited = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (20_000, 20_000))
    done = bpdebug_process("run", "--headless", "--log", "two", "script.py", preexec_fn=limited)
    told = [line for line in done.stderr.split("\n") if "bpdebug" in line]
    assert len(told) == 2
    assert all(line.startswith("bpdebug: ") for line in told)


def test_quiet_adds_no_line_end_to_what_the_script_says(bpdebug_process):
    done = bpdebug_process("run", "--headless", "--quiet", "script.py", script=PROGRESS_BAR)
    assert done.stderr.endswith("[59/60]")
