"""Large parameters are updated block by block, with the same bits as small ones."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
from engine.optimizers.blocks import blocks_of


@pytest.mark.parametrize("name", ["SGD", "MomentumSGD", "Adam", "AMSGrad", "AdaBound", "AdamW"])
@pytest.mark.parametrize("contiguous", [True, False])
def test_a_large_parameter_changes_as_its_parts_would(name: str, contiguous: bool) -> None:
    rng = numpy.random.default_rng(3)
    whole = rng.normal(size=(300, 300)).astype("f4")
    gradients = [rng.normal(size=(300, 300)).astype("f4") for _ in range(2)]
    large = engine.Parameter(whole.copy() if contiguous else numpy.asfortranarray(whole))
    rows = [engine.Parameter(row.copy()) for row in whole]
    link = engine.Link()
    with link.init_scope():
        link.large = large
        for i, row in enumerate(rows):
            setattr(link, f"row{i}", row)
    optimizer: Any = getattr(engine.optimizers, name)().setup(link)
    for gradient in gradients:
        large.grad = gradient.copy()
        for row, part in zip(rows, gradient, strict=True):
            row.grad = part.copy()
        optimizer.update()
    assert not numpy.array_equal(large.array, whole)
    numpy.testing.assert_array_equal(large.array, numpy.stack([row.array for row in rows]))


def test_blocks_are_views_that_cover_everything() -> None:
    x = numpy.zeros((400, 400), numpy.float32)
    parts = list(blocks_of(x, x.copy()))
    assert len(parts) > 1
    for part, _ in parts:
        part += 1
    assert x.min() == x.max() == 1


def test_small_and_strided_arrays_stay_whole() -> None:
    small, strided = numpy.zeros(10), numpy.zeros((400, 400))[:, ::2]
    for x in (small, strided):
        ((part,),) = blocks_of(x)
        assert part is x
