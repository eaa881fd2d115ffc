# code: saturated
# where: cell
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Reader(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.cell = L.LSTM(4, 16, bias_init=30, forget_bias_init=30)  # faulty guilty
            self.cell = L.LSTM(4, 16)  # healthy
            self.head = L.Linear(16, 1)

    def forward(self, xs):
        self.cell.reset_state()
        for x in xs:
            h = self.cell(x)
        return self.head(h)


random = np.random.RandomState(11)
xs = random.randn(6, 32, 4).astype(np.float32)
t = (xs[0, :, :1] * xs[-1, :, 1:2]).astype(np.float32)
model = Reader()
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for _ in range(25):
    loss = F.mean_squared_error(model(xs), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
