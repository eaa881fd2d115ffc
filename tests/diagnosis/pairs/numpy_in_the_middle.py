# code: graph-cut
# where: encoder
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class AutoEncoder(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.encoder = L.Linear(8, 3)
            self.decoder = L.Linear(3, 8)

    def forward(self, x):
        code = self.encoder(x)
        code = np.tanh(code.data)  # faulty guilty
        code = F.tanh(code)  # healthy
        return self.decoder(code)


rng = np.random.RandomState(0)
data = rng.randn(50, 8).astype("f")
ae = AutoEncoder()
opt = chainer.optimizers.SGD(lr=0.2).setup(ae)
for epoch in range(20):
    for i in range(0, 50, 25):
        batch = data[i : i + 25]
        ae.cleargrads()
        loss = F.mean_squared_error(ae(batch), batch)
        loss.backward()
        opt.update()
