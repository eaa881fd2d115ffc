# code: not-in-optimizer
# where: enc
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(80)


class AutoEncoder(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.enc = L.Linear(40, 10)
            self.dec = L.Linear(10, 40)

    def forward(self, x):
        return self.dec(F.tanh(self.enc(x)))


mix = np.random.randn(5, 40).astype(np.float32)
model = AutoEncoder()
opt = chainer.optimizers.Adam(0.005)
opt.setup(model)
model.enc.disable_update()  # faulty guilty
losses = []
for i in range(250):
    x = np.tanh(np.random.randn(60, 5).astype(np.float32) @ mix)
    loss = F.mean_squared_error(model(x), x)
    model.cleargrads()
    loss.backward()
    opt.update()
    losses.append(float(loss.array))
print(losses[0], losses[-1])
