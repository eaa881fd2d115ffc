"""Updates by a gradient that isn't the parameter's own: with a scaled loss, and through a float32 copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched import Watched

import engine.functions as F
import engine.links as L
from bpdebug.log.reader import LogReader
from bpdebug.log.records import GradAccumulatedBody, GradientHookedBody, ParamUpdatedBody
from engine import optimizers, using_config

SCALE = 1024.0
RATE = 0.5
X = np.full((2, 2), 2.0**-4, np.float16)
"""Makes gradients of W that are 0 in float16 and not in float32."""
SMALL = 2.0**-30


def _scaled_in_float32(directory: Path, clears: bool = True, scale: float | None = SCALE) -> LogReader:
    watched = Watched(directory)
    with using_config("dtype", np.dtype(np.float16)):
        link = L.Linear(2, 1, nobias=True, initialW=1)
        optimizer = optimizers.SGD(RATE).setup(link)
        link.W.update_rule.add_hook(_double, name="double")
        optimizer.use_fp32_update()
        if scale is not None:
            optimizer.loss_scaling(scale=scale)
        for _ in range(2):
            y = F.sum(F.cast(link(X), np.float32)) * 2.0**-27
            if clears:
                link.cleargrads()
            y.backward(loss_scale=scale)
            optimizer.update()
    return watched.read()


def _double(rule: Any, parameter: Any) -> None:
    parameter.grad *= 2


def _of(reader: LogReader, kind: type) -> list[Any]:
    bodies = [reader.body(seq) for seq in range(len(reader))]
    return [body for body in bodies if isinstance(body, kind)]


def test_an_update_shows_the_float32_gradient_that_it_used(tmp_path: Path) -> None:
    with _scaled_in_float32(tmp_path / "run") as reader:
        assert [variable.name for variable in reader.variables if variable.name] == ["Linear.W"]
        for update in _of(reader, ParamUpdatedBody):
            gradient = reader.array(update.grad)
            assert gradient.dtype == np.float32
            np.testing.assert_array_equal(gradient, [[2 * SMALL, 2 * SMALL]])


def test_taking_the_scale_out_of_a_gradient_is_no_change_outside_any_op(tmp_path: Path) -> None:
    with _scaled_in_float32(tmp_path / "run") as reader:
        hooked = _of(reader, GradientHookedBody)
        assert [body.hook for body in hooked] == ["loss_scaling", "double"] * 2
        taken_out, doubled = hooked[:2]
        assert reader.array(taken_out.before).dtype == np.float16
        np.testing.assert_array_equal(reader.array(taken_out.before), [[SCALE * SMALL] * 2])
        np.testing.assert_array_equal(reader.array(taken_out.after), [[SMALL] * 2])
        np.testing.assert_array_equal(reader.array(doubled.after), [[2 * SMALL] * 2])
        assert not any(body.changed for body in hooked + _of(reader, ParamUpdatedBody))


def test_a_scaled_float32_gradient_has_not_changed_outside_either(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run")
    link = L.Linear(2, 1, nobias=True)
    optimizer = optimizers.SGD(RATE).setup(link)
    optimizer.loss_scaling(scale=SCALE)
    optimizer.update(lambda: F.sum(link(X.astype(np.float32))))
    with watched.read() as reader:
        (taken_out,) = _of(reader, GradientHookedBody)
        (update,) = _of(reader, ParamUpdatedBody)
        np.testing.assert_array_equal(reader.array(taken_out.before), SCALE * reader.array(taken_out.after))
        assert taken_out.after == update.grad
        assert (taken_out.changed, update.changed) == ([], [])


@pytest.mark.parametrize("scale", [None, SCALE])
def test_the_next_gradient_comes_to_the_one_that_the_parameter_kept(
    tmp_path: Path, scale: float | None
) -> None:
    with _scaled_in_float32(tmp_path / "run", clears=False, scale=scale) as reader:
        added = _of(reader, GradAccumulatedBody)
        assert len(added) == 2
        assert not any(body.changed for body in added)


def test_the_gradient_of_the_parameter_is_its_own_again_after_each_event(tmp_path: Path) -> None:
    seen = []
    watched = Watched(tmp_path / "run")
    with using_config("dtype", np.dtype(np.float16)):
        link = L.Linear(2, 1, nobias=True)
        optimizer = optimizers.SGD(RATE).setup(link)
        link.W.update_rule.add_hook(lambda rule, parameter: seen.append((link.W.grad, parameter.grad)))
        optimizer.use_fp32_update()
        F.sum(link(X)).backward()
        own = link.W.grad
        optimizer.update()
    watched.read().close()
    ((during, used),) = seen
    assert during is own
    assert used.dtype == np.float32
    assert link.W.grad is own
