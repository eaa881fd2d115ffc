"""What the measured loops compute on: random batches, the same for every framework."""

from __future__ import annotations

import numpy as np

__all__ = ["LSTM_BATCH", "LSTM_STEPS", "LSTM_UNITS", "PERCEPTRONS", "images", "rows", "sequences"]

# Sizes of the layers, and samples a batch.
PERCEPTRONS = {
    "2-3-1": ((2, 3, 1), 1),
    "784-1000-1000-10": ((784, 1000, 1000, 10), 100),
    "2048-4096-4096-10": ((2048, 4096, 4096, 10), 512),
}
LSTM_UNITS, LSTM_STEPS, LSTM_BATCH = 650, 35, 20

Batch = tuple[np.ndarray, np.ndarray]


def rows(sizes: tuple[int, ...], batch: int) -> list[Batch]:
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


def images(batch: int = 32) -> list[Batch]:
    """Batches of images of one channel and 28 x 28 pixels, and of one label out of ten each."""
    return [(x.reshape(-1, 1, 28, 28), t) for x, t in rows((784, 10), batch)]


def sequences() -> list[Batch]:
    """Batches of sequences (steps, batch, units), and of what the units shall be at each step."""
    shape = (LSTM_STEPS, LSTM_BATCH, LSTM_UNITS)
    return [
        (np.random.rand(*shape).astype(np.float32), np.random.rand(*shape).astype(np.float32))
        for _ in range(2)
    ]
