"""How well does `bpdebug check` find faults, and what does it cost?

Runs all pairs of `tests/diagnosis/pairs` (a faulty script and its healthy twin) and all sound trainings of
`tests/diagnosis/controls`, and prints recall, right layer, right line and false alarms; with `--cost` the CPU time of
`check` on a perceptron over that of the plain script. See README.md.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from diagnosed import Case, Diagnoser, read_pair  # noqa: E402

TESTS = ROOT / "tests" / "diagnosis"
PLAIN = """
import runpy, sys
from bpdebug.frontends import alias
alias.install()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def find_faults(only: str) -> None:
    """Print a row for what isn't as it should be, and the totals."""
    pairs = [read_pair(path) for path in sorted((TESTS / "pairs").glob("*.py")) if only in path.stem]
    controls = [path for path in sorted((TESTS / "controls").glob("*.py")) if only in path.stem]
    cases = [Case(f"{pair.name}/faulty", pair.faulty) for pair in pairs]
    cases += [Case(f"{pair.name}/healthy", pair.healthy) for pair in pairs]
    cases += [Case(f"control/{path.stem}", path.read_text(encoding="utf-8")) for path in controls]
    with Diagnoser() as diagnoser:
        found = {case.name: diagnoser.findings(case) for case in cases}
    recall = layer = line = 0
    for pair in pairs:
        right = [finding for finding in found[f"{pair.name}/faulty"] if finding["code"] == pair.code]
        hits = (
            bool(right),
            any(pair.where in finding["where"] for finding in right),
            any(finding["line"] in pair.guilty for finding in right),
        )
        recall, layer, line = recall + hits[0], layer + hits[1], line + hits[2]
        if not all(hits):
            told = [(f["code"], f["where"], f["line"]) for f in found[f"{pair.name}/faulty"]]
            print(f"{pair.name}: wanted {pair.code} at {pair.where}, line {pair.guilty}; found {told}")
    sound = [name for name in found if not name.endswith("/faulty")]
    alarms = [name for name in sound if found[name]]
    for name in alarms:
        print(f"{name}: false alarm: {[finding['code'] for finding in found[name]]}")
    count = max(1, len(pairs))
    print(
        f"{len(pairs)} pairs: recall {recall / count:.2f}, right layer {layer / count:.2f},"
        f" right line {line / count:.2f}; {len(sound)} sound runs: {len(alarms)} false alarms"
    )


def cost(rounds: int, iterations: int) -> None:
    """Print the ratio of CPU times, of all processes with their start."""
    script = str(Path(__file__).parent / "measured" / "perceptron.py")
    plain = [sys.executable, "-c", PLAIN, script, str(iterations)]
    check = [
        sys.executable,
        "-m",
        "bpdebug",
        "check",
        "--iterations",
        str(iterations),
        "--seconds",
        "3600",
        script,
    ]
    check.append(str(iterations))
    ratios = []
    for command in (plain, check):
        _cpu_s([*command[:-1], "1"])  # compiles what it imports
    for _ in range(rounds):
        base, ours = _cpu_s(plain), _cpu_s(check)
        ratios.append(ours / base)
        print(f"plain {base:.2f} s, check {ours:.2f} s, ratio {ours / base:.2f}")
    print(
        f"784-1000-1000-10, batch 100, {iterations} iterations: median ratio {statistics.median(ratios):.2f}"
    )


def _cpu_s(command: list[str]) -> float:
    """CPU time of a command and all that it starts, on one BLAS thread."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment = os.environ | one_thread | {"PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # who installs us does not compile us at each start
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"benchmarks: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Find faults, or measure the cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cost", action="store_true", help="measure what check costs, instead")
    parser.add_argument("--only", default="", metavar="WORD", help="only scripts whose name has this word")
    parser.add_argument("--rounds", type=int, default=5, help="with --cost: how often (default: 5)")
    parser.add_argument(
        "--iterations", type=int, default=300, help="with --cost: of the training (default: 300)"
    )
    options = parser.parse_args()
    if options.cost:
        cost(options.rounds, options.iterations)
    else:
        find_faults(options.only)


if __name__ == "__main__":
    main()
