# code: weight-as-array
# where: encoder
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(0)
data = np.tanh(rng.randn(200, 3) @ rng.randn(3, 12)).astype("f")


class Autoencoder(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.encoder = L.Linear(12, 4)
            self.bias = chainer.Parameter(np.zeros(12, "f"))

    def forward(self, x):
        code = F.tanh(self.encoder(x))
        back = F.linear(code, self.encoder.W.T, self.bias)  # healthy
        back = F.linear(code, self.encoder.W.array.T, self.bias)  # faulty guilty
        return F.mean_squared_error(back, x)


model = Autoencoder()
opt = chainer.optimizers.Adam(0.01).setup(model)
for i in range(20):
    opt.update(model, data[rng.choice(200, 30)])
