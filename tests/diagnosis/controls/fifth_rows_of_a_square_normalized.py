import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(10)
features = rng.randn(16, 10).astype(np.float32)
links = ((rng.rand(16, 16) < 0.3) | np.eye(16, dtype=bool)).astype(np.float32)
kinds = (features[:, 0] > 0).astype(np.int32)


class GraphNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.key = L.Linear(10, 8)
            self.value = L.Linear(10, 12)
            self.out = L.Linear(12, 2)

    def forward(self, x):
        k = self.key(x)
        weight = F.exp(F.tanh(F.matmul(k, k, transb=True))) * links
        weight = weight / F.broadcast_to(F.sum(weight, axis=1, keepdims=True), weight.shape)
        return self.out(F.relu(F.matmul(weight, self.value(x))))


model = GraphNet()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for step in range(30):
    model.cleargrads()
    F.softmax_cross_entropy(model(features), kinds).backward()
    optimizer.update()
