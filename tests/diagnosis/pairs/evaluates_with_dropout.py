# code: evaluation-mode
# where: dropout
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(5, 20)
            self.l2 = L.Linear(20, 2)

    def forward(self, x):
        return self.l2(F.dropout(F.relu(self.l1(x)), 0.5))


rng = np.random.RandomState(0)
x = rng.randn(80, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = Net()
optimizer = chainer.optimizers.Adam(0.02).setup(model)
for epoch in range(4):
    for i in range(0, 60, 20):
        loss = F.softmax_cross_entropy(model(x[i : i + 20]), t[i : i + 20])
        model.cleargrads()
        loss.backward()
        optimizer.update()
    with chainer.no_backprop_mode():  # faulty
        y = model(x[60:])  # faulty guilty
    with chainer.no_backprop_mode(), chainer.using_config("train", False):  # healthy
        y = model(x[60:])  # healthy
    print(F.accuracy(y, t[60:]))
