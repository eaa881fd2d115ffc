# code: wrong-sign
# where: sigmoid_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(11)


class Gen(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(4, 32)
            self.b = L.Linear(32, 2)

    def forward(self, z):
        return self.b(F.relu(self.a(z)))


class Dis(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(2, 32)
            self.b = L.Linear(32, 1)

    def forward(self, x):
        return self.b(F.leaky_relu(self.a(x)))


gen, dis = Gen(), Dis()
og = chainer.optimizers.Adam(1e-3, beta1=0.5)
og.setup(gen)
od = chainer.optimizers.Adam(1e-3, beta1=0.5)
od.setup(dis)
B = 64
ones, zeros = np.ones((B, 1), np.int32), np.zeros((B, 1), np.int32)
for i in range(100):
    ang = np.random.rand(B) * 2 * np.pi
    real = np.stack([np.cos(ang), np.sin(ang)], 1).astype('f') + 2
    fake = gen(np.random.randn(B, 4).astype('f'))
    d_fake = dis(fake)
    loss_g = F.sigmoid_cross_entropy(d_fake, zeros)  # faulty guilty
    loss_g = F.sigmoid_cross_entropy(d_fake, ones)  # healthy
    gen.cleargrads()
    loss_g.backward()
    og.update()
    loss_d = F.sigmoid_cross_entropy(dis(real), ones) + F.sigmoid_cross_entropy(dis(fake.array), zeros)
    dis.cleargrads()
    loss_d.backward()
    od.update()
