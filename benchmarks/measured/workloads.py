"""The training loops that are measured, in each framework, and how a child process measures one.

Run as a program it measures one loop and prints one JSON line; `engine.py` and `recording.py` start it so, each
measurement in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import pathlib
import pkgutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

# Steps to warm up and steps to measure, in how many portions. `LSTM` is called step by step, `NStepLSTM` once.
WORKLOADS = {
    "2-3-1": (200, 400, 5),
    "784-1000-1000-10": (3, 4, 5),
    "2048-4096-4096-10": (3, 10, 5),
    "LeNet": (10, 10, 5),
    "LSTM": (1, 1, 3),
    "NStepLSTM": (1, 1, 3),
}
FRAMEWORKS = ("engine", "chainer", "torch")
# With every tensor on disk the big perceptron writes about 20 MB a step, the one for a GPU 250 MB.
RECORDED_STEPS = {"2-3-1": 1000, "784-1000-1000-10": 40, "2048-4096-4096-10": 6, "LeNet": 60}

Step = Callable[[], object]


def step_of(framework: str, workload: str, device: str = "cpu") -> Step:
    """The training step of a workload in a framework, which is imported here; `device` may be `gpu` for `engine`."""
    if framework == "torch":
        import torch_models as models
    else:
        import chainer_models as models
    if device == "gpu":
        return models.step_of(framework, workload, "@cupy:0")
    return models.step_of(framework, workload)


def nothing_to_wait_for() -> None:
    """The host has done its work when a call returns."""


settle: Callable[[], None] = nothing_to_wait_for
"""Returns when the device has done what it was given."""


def settle_gpu() -> None:
    """As `settle`, for a GPU."""
    from engine.backends import cuda

    cuda.Device(0).synchronize()


def load_recorder() -> float:
    """Import what records, which a run does once; gives the CPU seconds that it took."""
    cpu = time.process_time()
    importlib.import_module("bpdebug.capture")
    importlib.import_module("bpdebug.frontends.engine")
    importlib.import_module("bpdebug.recorder")
    native = importlib.import_module("bpdebug.native")
    for part in pkgutil.iter_modules(native.__path__):
        native.part(part.name)
    return time.process_time() - cpu


@contextmanager
def recording(directory: pathlib.Path, capture: str = "full") -> Iterator[Callable[[], None]]:
    """Record everything that the engine does in the block, as `bpdebug run --capture` would; gives what flushes it."""
    import engine
    from bpdebug.capture import parse_capture
    from bpdebug.frontends.engine import watch
    from bpdebug.log.writer import LogWriter
    from bpdebug.recorder import Recorder

    writer = LogWriter.create(directory, script=__file__)
    stop = watch(engine, Recorder(writer, plan=parse_capture(capture)))
    gc.freeze()  # as `bpdebug run` does: what was loaded before is not looked through while the script runs
    try:
        yield writer.flush
    finally:
        gc.unfreeze()
        stop()
        writer.close()


def sizes_on_disk(directory: pathlib.Path) -> dict[str, int]:
    """Count of events, bytes of tensors, and bytes of everything else in a run directory."""
    from bpdebug.log.schema import EVENT_INDEX, EVENT_INDEX_FILE

    sizes = {path.name: path.stat().st_size for path in directory.iterdir()}
    tensors = sum(size for name, size in sizes.items() if name.startswith("tensors"))
    return {
        "events": sizes[EVENT_INDEX_FILE] // EVENT_INDEX.itemsize,
        "tensor_bytes": tensors,
        "other_bytes": sum(sizes.values()) - tensors,
    }


def measure(step: Step, count: int) -> tuple[float, float, float]:
    """CPU seconds of all threads of this process, CPU seconds of this thread, and wall seconds, a step."""
    settle()
    cpu, thread, wall = time.process_time(), time.thread_time(), time.perf_counter()
    for _ in range(count):
        step()
    settle()
    return (
        (time.process_time() - cpu) / count,
        (time.thread_time() - thread) / count,
        (time.perf_counter() - wall) / count,
    )


def measure_plain(step: Step, count: int, portions: int) -> dict[str, float]:
    """Median over the portions."""
    times = [measure(step, count) for _ in range(portions)]
    return {
        "cpu_s": statistics.median(cpu for cpu, _, _ in times),
        "thread_s": statistics.median(thread for _, thread, _ in times),
        "wall_s": statistics.median(wall for _, _, wall in times),
    }


def measure_recorded(
    step: Step, warm_up: int, count: int, directory: pathlib.Path, capture: str
) -> dict[str, float]:
    """Seconds a step until it is on disk, after recorded steps to warm up; what a run costs once; what it left on disk.

    `once_s` is what opening and closing a log and the steps to warm up take beyond as many other steps.
    """
    load_s = load_recorder()
    began = time.process_time()
    with recording(directory, capture) as flush:
        for _ in range(warm_up):
            step()
        flush()
        settle()
        cpu, thread, wall = time.process_time(), time.thread_time(), time.perf_counter()
        for _ in range(count):
            step()
        flush()
        settle()
        cpu_s = (time.process_time() - cpu) / count
        thread_s = (time.thread_time() - thread) / count
        wall_s = (time.perf_counter() - wall) / count
    return {
        "cpu_s": cpu_s,
        "thread_s": thread_s,
        "wall_s": wall_s,
        "once_s": time.process_time() - began - (warm_up + count) * cpu_s,
        "steps": warm_up + count,
        "load_s": load_s,
        **sizes_on_disk(directory),
    }


def measure_watched(workload: str, watcher: str, warm_up: int) -> dict[str, float]:
    """Seconds a step of PyTorch while somebody watches, after some watched steps to warm up."""
    from torch_watched import WATCHERS, watched_step

    most_steps = WATCHERS[watcher].most_steps
    with tempfile.TemporaryDirectory() as folder:
        step = watched_step(workload, watcher, pathlib.Path(folder))
        for _ in range(min(warm_up, most_steps // 10)):
            step()
        cpu_s, thread_s, wall_s = measure(step, min(RECORDED_STEPS[workload], most_steps))
    return {"cpu_s": cpu_s, "thread_s": thread_s, "wall_s": wall_s}


def main() -> None:
    """Measure one loop in this process and print the figures as one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=FRAMEWORKS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--recorded", action="store_true", help="record to a temporary directory")
    parser.add_argument("--capture", default="full", help="how much of the tensors (default: full)")
    parser.add_argument("--watched", metavar="HOW", help="torch only: a key of WATCHERS in torch_watched.py")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="engine only")
    options = parser.parse_args()
    if options.device == "gpu":
        global settle
        settle = settle_gpu

    np.random.seed(1)  # one with which the small model keeps some of its hidden units alive
    warm_up, steps, portions = WORKLOADS[options.workload]
    if options.watched:
        show(options.framework, measure_watched(options.workload, options.watched, warm_up))
        return
    step = step_of(options.framework, options.workload, options.device)
    for _ in range(warm_up):
        step()
    if options.recorded:
        with tempfile.TemporaryDirectory() as folder:
            run, count = pathlib.Path(folder) / "run", RECORDED_STEPS[options.workload]
            figures = measure_recorded(step, warm_up, count, run, options.capture)
    else:
        figures = measure_plain(step, steps, portions)
    show(options.framework, figures)


def show(framework: str, figures: dict[str, float]) -> None:
    """Print figures and versions as one JSON line."""
    version = getattr(sys.modules[framework], "__version__", "")
    print(json.dumps({"version": str(version), "numpy": np.__version__, **figures}))


if __name__ == "__main__":
    main()
