# code: float16-underflow
# where: Net.fc
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

chainer.global_config.dtype = np.float16  # faulty
np.random.seed(103)


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.c1 = L.Convolution2D(1, 8, 3, stride=2, pad=1)
            self.c2 = L.Convolution2D(8, 16, 3, stride=2, pad=1)
            self.fc = L.Linear(None, 1)

    def forward(self, x):
        return self.fc(F.relu(self.c2(F.relu(self.c1(x)))))  # guilty


model = Net()
optimizer = chainer.optimizers.MomentumSGD(lr=0.1)
optimizer.setup(model)
for it in range(50):
    x = np.random.randn(64, 1, 12, 12).astype(chainer.get_dtype())
    level = np.random.rand(64, 1)
    x += level[:, :, None, None].astype(chainer.get_dtype())
    y = (level * 1e-3).astype(chainer.get_dtype())
    pred = model(x) * 1e-3
    loss = F.mean_squared_error(pred, y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
