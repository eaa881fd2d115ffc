"""The samples from end to end: run under the recorder, then looked at through the log alone."""

from __future__ import annotations

import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from printed import assert_same_text
from recorded_samples import SAMPLES, record_sample

from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from tests.support.truth import check_log

OWN_FUNCTIONS = {"linear_function": {"LinearFunction"}, "wrong_gradient": {"Huber"}}
"""The classes of ops that a sample defines itself, and that nobody else can run again."""
EXPECTED = json.loads(
    (pathlib.Path(__file__).parents[1] / "golden" / "sample_outputs.json").read_text(encoding="utf-8")
)


@pytest.fixture
def recorded(recorded_sample):
    """A sample that was run under the recorder, by its name: what the process left, and its log."""
    return recorded_sample


@pytest.mark.parametrize("name", [path.stem for path in SAMPLES])
def test_sample_ends_well_and_prints_what_it_should(name, recorded):
    run = recorded(name)
    assert run.status == 0, run.stderr
    assert all(line.startswith("bpdebug: ") for line in run.stderr.splitlines()), run.stderr
    assert_same_text(run.stdout, EXPECTED[name])


@pytest.mark.parametrize("name", [path.stem for path in SAMPLES])
def test_log_holds_the_output_line_by_line(name, recorded):
    run = recorded(name)
    with LogReader(run.directory) as reader:
        assert (reader.finished, reader.problem) == (True, "")
        lines = Timeline(reader).output_until(len(reader) - 1)
    assert [line.text for line in lines if line.stream == "stdout"] == run.stdout.splitlines()


# ---- every number that a sample prints, made again from the log --------------------------------------------------


@pytest.mark.parametrize("name", [path.stem for path in SAMPLES])
def test_every_recorded_op_computed_again_gives_what_was_recorded(name, recorded):
    with LogReader(recorded(name).directory) as reader:
        forwards, backwards, foreign = check_log(reader, EngineOps())
    assert forwards > 0
    assert backwards > 0 or name == "forward_pass"
    assert foreign <= OWN_FUNCTIONS.get(name, set())


def test_unobserved_samples_end_with_the_same_weights(recorded):
    """All in one process, with nothing of the debugger but the name `chainer`; compared bit for bit."""
    done = subprocess.run(
        [sys.executable, "-c", UNOBSERVED, *map(str, SAMPLES)],
        capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    unobserved = json.loads(done.stdout.splitlines()[-1])
    assert sum(map(len, unobserved.values())) >= 10
    for path in SAMPLES:
        with LogReader(recorded(path.stem).directory) as reader:
            states = Timeline(reader).parameters(len(reader) - 1)
            observed = [reader.array(state.value) for state in states if state.value is not None]
            hashes = sorted(hashlib.sha256(array.tobytes()).hexdigest() for array in observed)
        assert hashes == unobserved[path.stem], path.stem


UNOBSERVED = """
import contextlib, hashlib, io, json, pathlib, runpy, sys
from bpdebug.frontends import alias
chainer = alias.install()
found = {}
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()):
        left = runpy.run_path(path, run_name="__main__")
    links = [value for value in left.values() if isinstance(value, chainer.Link)]
    arrays = {id(p): p.array for link in links for p in link.params() if p.array is not None}
    found[pathlib.Path(path).stem] = sorted(
        hashlib.sha256(array.tobytes()).hexdigest() for array in arrays.values()
    )
print(json.dumps(found))
"""


def y_at(reader: LogReader, address: str) -> np.ndarray:
    """The first output of the forward op at `address`."""
    return reader.array(reader.body(reader.find(address)).y[0].tensor)


def forward_pass_again(reader):
    hidden, answer = (y_at(reader, f"it0/forward/SimpleNN.{link}/linear") for link in ("l1", "l2"))
    yield f"隐藏层(激活前): {hidden}"
    yield f"隐藏层(ReLU 后): {y_at(reader, 'it0/forward/SimpleNN/relu')}"
    yield f"输出层(激活前): {answer}"
    yield f"最终输出: {answer}"


def backprop_mlp_again(reader):
    yield f"Loss: {y_at(reader, 'it0/forward/mean_squared_error')!s}"


def linear_function_again(reader):
    yield f"y: {y_at(reader, 'it0/forward/LinearFunction')}"
    step = reader.body(reader.find("it0/backward/LinearFunction"))
    for name, gx in zip(("gx", "gW", "gb"), step.gx, strict=True):
        yield f"{name} (agrees with finite differences): {reader.array(gx)}"


def xor_again(reader):
    for step in range(0, 101, 20):
        yield f"step {step:3d}  loss {float(y_at(reader, f'it{step}/forward/sigmoid_cross_entropy')):.4f}"
    probability = y_at(reader, "it100/evaluation/sigmoid")[:, 0]
    for case, p in zip(("0 xor 0", "0 xor 1", "1 xor 0", "1 xor 1"), probability, strict=True):
        yield f"{case} = {int(p > 0.5)}   (p = {p:.3f})"
    yield "4 of 4 right"


def digits_again(reader):
    # 1,497 examples in batches of 50: each epoch ends in its 30th batch.
    for epoch in range(1, 6):
        last = 30 * epoch - 1
        loss = y_at(reader, f"it{last}/forward/Classifier/softmax_cross_entropy")
        accuracy = y_at(reader, f"it{last}/evaluation/accuracy")
        yield (f"epoch {epoch}  loss {float(loss):.3f}  right on unseen digits: {float(accuracy):.1%}")


def wrong_gradient_again(reader):
    loss = y_at(reader, "it19/forward/mean")
    weight = reader.array(reader.body(reader.find("it19/update/Line.l.W")).after)
    yield f"loss {float(loss):.4f}, weight {float(weight[0, 0]):.3f}, should be 2"


def nan_at_37_again(reader):
    yield f"finite: {bool(np.isfinite(y_at(reader, 'it99/forward/mean_squared_error')))}"


def half_trained_again(reader):
    yield f"loss {float(y_at(reader, 'it79/forward/mean_squared_error')):.3f}"
    first, last = (
        reader.array(reader.body(reader.find(f"it{step}/update/AutoEncoder.encoder.W")).after)
        for step in (0, 79)
    )
    yield f"the encoder has moved: {bool((first != last).any())}"


AGAIN = {
    "nan_at_37": nan_at_37_again,
    "half_trained": half_trained_again,
    "forward_pass": forward_pass_again,
    "backprop_mlp": backprop_mlp_again,
    "linear_function": linear_function_again,
    "xor": xor_again,
    "digits": digits_again,
    "wrong_gradient": wrong_gradient_again,
}


def test_every_sample_is_made_again():
    assert set(AGAIN) == {path.stem for path in SAMPLES}


@pytest.mark.parametrize("name", AGAIN)
def test_the_log_alone_gives_every_tensor_that_the_script_printed(name, recorded):
    run = recorded(name)
    with LogReader(run.directory) as reader:
        assert "\n".join(AGAIN[name](reader)) + "\n" == run.stdout


# ---- stepping ------------------------------------------------------------------------------------------------------


def walk(timeline: Timeline, start: int, move: str) -> list[int]:
    """The events that repeated steps from `start` visit, `start` included."""
    visited = [start]
    while (seq := timeline.move(visited[-1], move).seq) is not None and seq != visited[-1]:
        visited.append(seq)
    return visited


@pytest.mark.parametrize("name", AGAIN)
def test_stepping_to_the_end_and_back_visits_the_same_events(name, recorded):
    with LogReader(recorded(name).directory) as reader:
        timeline = Timeline(reader)
        there = walk(timeline, 0, "step")
        back = walk(timeline, there[-1], "step_back")
        assert there == list(range(len(reader)))
        assert back == there[::-1]


@pytest.mark.parametrize("name", ["backprop_mlp", "xor"])
def test_the_state_at_an_event_is_the_same_whichever_way_one_came(name, recorded):
    with LogReader(recorded(name).directory) as there, LogReader(recorded(name).directory) as back:
        forward, backward = Timeline(there), Timeline(back)
        places = range(0, len(there), max(1, len(there) // 60))
        seen = {seq: (forward.parameters(seq), forward.moment(seq).title) for seq in places}
        for seq in reversed(places):
            assert (backward.parameters(seq), backward.moment(seq).title) == seen[seq]


def test_two_runs_of_a_script_have_the_same_addresses(recorded, tmp_path):
    first, second = recorded("backprop_mlp").directory, tmp_path / "second"
    assert record_sample("backprop_mlp", second).status == 0
    with LogReader(first) as one, LogReader(second) as other:
        assert [one.address(seq) for seq in range(len(one))] == [
            other.address(seq) for seq in range(len(other))
        ]
