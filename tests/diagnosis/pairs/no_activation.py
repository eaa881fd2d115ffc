# code: no-nonlinearity
# where: l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Xor(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(2, 8)
            self.l2 = L.Linear(8, 2)

    def forward(self, x):
        return self.l2(self.l1(x))  # faulty guilty
        return self.l2(F.tanh(self.l1(x)))  # healthy


x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
t = np.array([0, 1, 1, 0], np.int32)
model = L.Classifier(Xor())
optimizer = chainer.optimizers.Adam(0.1).setup(model)
for i in range(60):
    optimizer.update(model, x, t)
