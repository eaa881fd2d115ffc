# code: nan-in-parameter
# where: W
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

class Bilinear(chainer.Link):
    def __init__(self, left, right):
        super().__init__()
        with self.init_scope():
            self.W = chainer.Parameter(None, (left, right))  # faulty guilty
            self.W = chainer.Parameter(chainer.initializers.LeCunNormal(), (left, right))  # healthy

    def forward(self, a, b):
        return F.sum(F.matmul(a, self.W) * b, axis=1, keepdims=True)


rng = np.random.RandomState(1)
a, b = rng.randn(2, 60, 4).astype(np.float32)
y = (a[:, :1] * b[:, :1]).astype(np.float32)
link = Bilinear(4, 4)
optimizer = chainer.optimizers.SGD(0.2).setup(link)
for step in range(15):
    loss = F.mean_squared_error(link(a, b), y)
    link.cleargrads()
    loss.backward()
    optimizer.update()
