# code: zero-gradient
# where: AgeNet.fc2
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(208)


class AgeNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 6, 3, pad=1)
            self.fc1 = L.Linear(None, 40)
            self.fc2 = L.Linear(40, 1)

    def forward(self, x):
        h = F.max_pooling_2d(F.relu(self.conv(x)), 2)
        y = self.fc2(F.relu(self.fc1(h)))
        return F.clip(y, 18.0, 90.0)  # faulty guilty
        return y * 10 + 50  # healthy


net = AgeNet()
opt = chainer.optimizers.Adam(0.002)
opt.setup(net)
for it in range(150):
    age = rng.uniform(20, 80, (24, 1)).astype(np.float32)
    x = (rng.rand(24, 1, 8, 8) * age[:, :, None, None] / 80).astype(np.float32)
    loss = F.mean_absolute_error(net(x), age)
    net.cleargrads()
    loss.backward()
    opt.update()
