# code: initial-scale
# where: l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(10, 20, initialW=chainer.initializers.Normal(8.0))  # faulty guilty
            self.l1 = L.Linear(10, 20)  # healthy
            self.l2 = L.Linear(20, 1)

    def forward(self, x):
        return self.l2(F.tanh(self.l1(x)))


rng = np.random.RandomState(0)
x = rng.randn(64, 10).astype("f")
y = np.sin(x[:, :1]).astype("f")
model = Net()
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for i in range(40):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
