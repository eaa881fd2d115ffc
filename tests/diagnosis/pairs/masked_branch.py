# code: nan-in-forward
# where: log
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
counts = rng.randint(0, 4, (20, 3)).astype("f")
t = np.log1p(counts).sum(axis=1, keepdims=True).astype("f")
model = chainer.Chain(gate=L.Linear(3, 3), out=L.Linear(3, 1))
optimizer = chainer.optimizers.SGD(0.02).setup(model)
for i in range(10):
    h = F.relu(model.gate(counts))
    safe = F.where(h.array > 0, F.log(h), np.zeros_like(h.array))  # faulty guilty
    safe = F.log(h + 1)  # healthy
    loss = F.mean_squared_error(model.out(safe), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
