"""Two nets against each other, each with an optimizer of its own; the fake is detached by hand for one of them."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Generator(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(2, 16)
            self.bn = L.BatchNormalization(16)
            self.l2 = L.Linear(16, 2)

    def forward(self, z):
        return self.l2(F.relu(self.bn(self.l1(z))))


class Critic(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(2, 16)
            self.l2 = L.Linear(16, 1)

    def forward(self, x):
        return self.l2(F.leaky_relu(F.dropout(self.l1(x), 0.2)))


rng = np.random.RandomState(0)
gen, dis = Generator(), Critic()
opt_g = chainer.optimizers.Adam(2e-3, beta1=0.5).setup(gen)
opt_d = chainer.optimizers.Adam(2e-3, beta1=0.5).setup(dis)
for i in range(40):
    real = (rng.randn(32, 2) * 0.3 + 1).astype("f")
    z = rng.randn(32, 2).astype("f")
    fake = gen(z)
    y_real, y_fake = dis(real), dis(fake.array)
    loss_d = F.mean(F.softplus(-y_real)) + F.mean(F.softplus(y_fake))
    dis.cleargrads()
    loss_d.backward()
    opt_d.update()
    loss_g = F.mean(F.softplus(-dis(gen(z))))
    gen.cleargrads()
    loss_g.backward()
    opt_g.update()
