# code: symmetric-weights
# where: w1
import chainer
import chainer.functions as F
import numpy as np


class ByParameters(chainer.Link):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.w1 = chainer.Parameter(chainer.initializers.Constant(0.2), (4, 12))  # faulty guilty
            self.w1 = chainer.Parameter(chainer.initializers.Normal(0.4), (4, 12))  # healthy
            self.b1 = chainer.Parameter(0.0, (12,))
            self.w2 = chainer.Parameter(chainer.initializers.Constant(0.1), (12, 2))  # faulty
            self.w2 = chainer.Parameter(chainer.initializers.Normal(0.2), (12, 2))  # healthy

    def forward(self, x):
        h = F.matmul(x, self.w1)
        h = F.tanh(h + F.broadcast_to(self.b1, h.shape))
        return F.matmul(h, self.w2)


rng = np.random.RandomState(25)
x = rng.randn(80, 4).astype(np.float32)
t = (x[:, 0] * x[:, 1] > 0).astype(np.int32)
model = ByParameters()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(25):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
