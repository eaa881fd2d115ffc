import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(1)
song = np.sin(np.arange(300) / 5).astype(np.float32)[:, None]
cell, out = L.StatelessLSTM(1, 12), L.Linear(12, 1)
model = chainer.ChainList(cell, out)
optimizer = chainer.optimizers.Adam(0.01).setup(model)
c = h = None
for start in range(0, 240, 8):
    if c is not None:
        c, h = chainer.Variable(c.array), chainer.Variable(h.array)
    loss = 0
    for i in range(start, start + 8):
        c, h = cell(c, h, song[i : i + 1])
        loss += F.mean_squared_error(out(h), song[i + 1 : i + 2])
    model.cleargrads()
    loss.backward()
    optimizer.update()
