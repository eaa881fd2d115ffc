"""Asking for a derivative that an op doesn't have raises, rather than leaving a part out."""

import numpy as np
import pytest

import engine
import engine.functions as F


def test_second_derivatives_of_ctc_raise():
    scores = [engine.Variable(np.array([[0.3, -0.2, 0.9]])) for _ in range(3)]
    loss = F.connectionist_temporal_classification(scores, np.array([[1]], "i"), 0)
    loss.backward(enable_double_backprop=True)
    gradient = scores[0].grad_var
    with pytest.raises(RuntimeError, match="cannot twice-differentiate connectionist"):
        F.sum(gradient * gradient).backward()
