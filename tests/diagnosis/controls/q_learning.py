"""A target net that is only copied to, and targets that go in as arrays."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
q = chainer.Sequential(L.Linear(4, 16), F.relu, L.Linear(16, 3))
target = q.copy(mode="copy")
optimizer = chainer.optimizers.RMSprop(0.005).setup(q)
for i in range(60):
    s = rng.randn(16, 4).astype("f")
    a = rng.randint(0, 3, 16).astype("i")
    r = s[:, 0] * (a == 1)
    after = rng.randn(16, 4).astype("f")
    with chainer.no_backprop_mode():
        best = target(after).array.max(axis=1)
    goal = (r + 0.5 * best).astype("f")
    loss = F.mean_squared_error(F.select_item(q(s), a), goal)
    q.cleargrads()
    loss.backward()
    optimizer.update()
    if i % 10 == 0:
        target.copyparams(q)
