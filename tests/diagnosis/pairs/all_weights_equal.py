# code: symmetric-weights
# where: hidden
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.hidden = L.Linear(4, 10, initialW=0.1)  # faulty guilty
            self.hidden = L.Linear(4, 10)  # healthy
            self.out = L.Linear(10, 2)

    def forward(self, x):
        return self.out(F.tanh(self.hidden(x)))


rng = np.random.RandomState(0)
x = rng.randn(40, 4).astype("f")
t = (x[:, 0] * x[:, 1] > 0).astype("i")
model = Net()
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for i in range(20):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
