"""A training that is fine for 36 steps and NaN from the 37th on. Find the op, the line and the value.

    bpdebug check samples/nan_at_37.py

How much rain fills a reservoir? The amounts span decades, so their logarithms are taken.
"""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

np.seterr(all="ignore")  # as in many scripts: nobody reads warnings


class Reservoir(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(3, 8)
            self.l2 = L.Linear(8, 1)

    def forward(self, rain):
        amounts = F.log(rain)
        return self.l2(F.tanh(self.l1(amounts)))


np.random.seed(1)
random = np.random.RandomState(37)
model = Reservoir()
optimizer = chainer.optimizers.SGD(lr=0.02)
optimizer.setup(model)

for step in range(1, 101):
    rain = random.gamma(2.0, 10.0, (16, 3)).astype(np.float32)
    if step == 37:
        rain[5, 2] = 0  # a dry day
    level = (np.log(rain.sum(axis=1, keepdims=True) + 1) / 4).astype(np.float32)
    loss = F.mean_squared_error(model(chainer.Variable(rain)), level)
    model.cleargrads()
    loss.backward()
    optimizer.update()

print(f"finite: {bool(np.isfinite(loss.array))}")
