"""The training loops that are measured, in each framework, and how a child process measures one.

Run as a program it measures one loop and prints one JSON line; `training_step.py` and `recording.py` start it so, each
measurement in a process of its own.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

__all__ = ["FRAMEWORKS", "ONE_THREAD", "RECORDED_STEPS", "WORKLOADS"]

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment of a child, so that all frameworks compute on one thread."""

# Sizes of the layers, samples a batch, then steps to warm up and steps to measure, in how many portions.
WORKLOADS = {
    "2-3-1": ((2, 3, 1), 1, 200, 400, 5),
    "784-1000-1000-10": ((784, 1000, 1000, 10), 100, 3, 4, 5),
}
# With every tensor on disk the big one writes about 20 MB a step.
RECORDED_STEPS = {"2-3-1": 1000, "784-1000-1000-10": 12}

Step = Callable[[], object]


def chainer_step(package: str, sizes: tuple[int, ...], batch: int) -> Step:
    """Forward, loss, cleargrads, backward, SGD update with `engine` or real `chainer`."""
    ch = importlib.import_module(package)
    F, L = importlib.import_module(f"{package}.functions"), importlib.import_module(f"{package}.links")

    class MLP(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                for place, (inputs, outputs) in enumerate(itertools.pairwise(sizes), 1):
                    setattr(self, f"l{place}", L.Linear(inputs, outputs))

        def forward(self, x):
            for place in range(1, len(sizes) - 1):
                x = F.relu(getattr(self, f"l{place}")(x))
            return getattr(self, f"l{len(sizes) - 1}")(x)

    model = MLP()
    optimizer = ch.optimizers.SGD(lr=0.01)
    optimizer.setup(model)
    turn = itertools.cycle(batches_of(sizes, batch))
    loss_of = F.mean_squared_error if sizes[-1] == 1 else F.softmax_cross_entropy

    def step() -> None:
        x, t = next(turn)
        loss = loss_of(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()

    return step


def torch_step(_: str, sizes: tuple[int, ...], batch: int) -> Step:
    """The same in PyTorch, eager, on one CPU thread.

    The update is written out: on tiny models `torch.optim.SGD` takes more than a third of a step.
    """
    import torch

    torch.set_num_threads(1)
    layers: list[torch.nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    parameters = list(model.parameters())
    batches = [(torch.from_numpy(x), torch.from_numpy(t)) for x, t in batches_of(sizes, batch)]
    loss_of: Callable[..., torch.Tensor] = torch.nn.functional.mse_loss
    if sizes[-1] > 1:
        batches = [(x, t.long()) for x, t in batches]
        loss_of = torch.nn.functional.cross_entropy
    turn = itertools.cycle(batches)

    def step() -> None:
        x, t = next(turn)
        loss = loss_of(model(x), t)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter.sub_(parameter.grad, alpha=0.01)

    return step


FRAMEWORKS = {"engine": chainer_step, "chainer": chainer_step, "torch": torch_step}


def batches_of(sizes: tuple[int, ...], batch: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Batches to take in turn, so that training goes on and no tensor comes twice.

    Inputs are float32 of (batch, sizes[0]); targets fit the loss for the last size.
    """
    batches = []
    for _ in range(8):
        x = np.random.rand(batch, sizes[0]).astype(np.float32)
        if sizes[-1] == 1:
            t = np.random.rand(batch, 1).astype(np.float32)
        else:
            t = np.random.randint(0, sizes[-1], batch).astype(np.int32)
        batches.append((x, t))
    return batches


@contextmanager
def recording(directory: pathlib.Path) -> Iterator[None]:
    """Record everything that the engine does in the block, every tensor in full, as `bpdebug run` would."""
    import engine
    from bpdebug.frontends.engine import watch
    from bpdebug.log.writer import LogWriter
    from bpdebug.recorder import Recorder

    writer = LogWriter.create(directory, script=__file__)
    stop = watch(engine, Recorder(writer))
    try:
        yield
    finally:
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


def measure(step: Step, count: int) -> tuple[float, float]:
    """CPU and wall seconds a step (of all threads of this process)."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(count):
        step()
    return (time.process_time() - cpu) / count, (time.perf_counter() - wall) / count


def measure_plain(step: Step, count: int, portions: int) -> dict[str, float]:
    """Median over the portions."""
    times = [measure(step, count) for _ in range(portions)]
    return {
        "cpu_s": statistics.median(cpu for cpu, _ in times),
        "wall_s": statistics.median(wall for _, wall in times),
    }


def measure_recorded(step: Step, count: int, directory: pathlib.Path) -> dict[str, float]:
    """Seconds a step, the closing of the log included, and what it left on disk."""
    cpu, wall = time.process_time(), time.perf_counter()
    with recording(directory):
        for _ in range(count):
            step()
    cpu, wall = (time.process_time() - cpu) / count, (time.perf_counter() - wall) / count
    return {"cpu_s": cpu, "wall_s": wall, **sizes_on_disk(directory)}


def main() -> None:
    """Measure one loop in this process and print the figures as one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=FRAMEWORKS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--recorded", action="store_true", help="record to a temporary directory")
    options = parser.parse_args()

    np.random.seed(1)  # one with which the small model keeps some of its hidden units alive
    sizes, batch, warm_up, steps, portions = WORKLOADS[options.workload]
    step = FRAMEWORKS[options.framework](options.framework, sizes, batch)
    for _ in range(warm_up):
        step()
    if options.recorded:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure_recorded(step, RECORDED_STEPS[options.workload], pathlib.Path(folder) / "run")
    else:
        figures = measure_plain(step, steps, portions)
    version = getattr(sys.modules[options.framework], "__version__", "")
    print(json.dumps({"version": str(version), "numpy": np.__version__, **figures}))


if __name__ == "__main__":
    main()
