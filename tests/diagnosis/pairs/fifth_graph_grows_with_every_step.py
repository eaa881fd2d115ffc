# code: growing-graph
# where: Reader
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(1)
signal = np.sin(np.arange(400) / 7).astype(np.float32) + rng.randn(400).astype(np.float32) * 0.05


class Reader(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.cell = L.LSTM(1, 12)
            self.out = L.Linear(12, 1)

    def forward(self, x):
        return self.out(self.cell(x))


net = Reader()
adam = chainer.optimizers.Adam(0.01)
adam.setup(net)
for start in range(0, 100, 10):
    loss = 0
    for i in range(start, start + 10):
        x = signal[i].reshape(1, 1)
        target = signal[i + 1].reshape(1, 1)
        loss += F.mean_squared_error(net(x), target)
    net.cleargrads()
    loss.backward()  # guilty
    loss.unchain_backward()  # healthy
    adam.update()
