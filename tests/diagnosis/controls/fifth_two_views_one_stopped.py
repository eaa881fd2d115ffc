import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

class Siamese(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.backbone = L.Linear(8, 24)
            self.project = L.Linear(24, 12)
            self.predict = L.Linear(12, 12)

    def half(self, p, z):
        z = chainer.Variable(z.array)
        return -F.mean(F.sum(F.normalize(p) * F.normalize(z), axis=1))

    def forward(self, a, b):
        za, zb = self.project(F.relu(self.backbone(a))), self.project(F.relu(self.backbone(b)))
        pa, pb = self.predict(za), self.predict(zb)
        return self.half(pa, zb) / 2 + self.half(pb, za) / 2


rng = np.random.RandomState(8)
data = rng.randn(160, 8).astype(np.float32)
model = Siamese()
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for step in range(25):
    x = data[rng.randint(0, 160, 32)]
    noise = rng.randn(2, 32, 8).astype(np.float32) * 0.2
    model.cleargrads()
    model(x + noise[0], x + noise[1]).backward()
    optimizer.update()
