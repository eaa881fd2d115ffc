# code: dead-relu
# where: body
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Smooth(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.body = L.Linear(5, 20, initial_bias=-15)  # faulty guilty
            self.body = L.Linear(5, 20)  # healthy
            self.head = L.Linear(20, 1)

    def forward(self, x):
        return self.head(F.elu(self.body(x)))


random = np.random.RandomState(7)
x = random.randn(40, 5).astype(np.float32)
t = x[:, :1] * x[:, 2:3]
model = Smooth()
optimizer = chainer.optimizers.SGD(0.01).setup(model)
for _ in range(40):
    loss = F.mean_squared_error(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
