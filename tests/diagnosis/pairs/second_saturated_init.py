# code: initial-scale
# where: fc1
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class SigNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc1 = L.Linear(20, 30, initialW=chainer.initializers.Uniform(5))  # faulty guilty
            self.fc1 = L.Linear(20, 30)  # healthy
            self.fc2 = L.Linear(30, 30)
            self.fc3 = L.Linear(30, 5)

    def forward(self, x):
        return self.fc3(F.sigmoid(self.fc2(F.sigmoid(self.fc1(x)))))


rs = np.random.RandomState(0)
x = rs.randn(100, 20).astype("f")
t = x[:, :5].argmax(axis=1).astype("i")
m = SigNet()
o = chainer.optimizers.Adam(0.02)
o.setup(m)
for e in range(40):
    loss = F.softmax_cross_entropy(m(x), t)
    m.cleargrads()
    loss.backward()
    o.update()
