# code: same-batch
# where: rnn
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(46)
wave = np.sin(np.arange(2000) * 0.1).astype(np.float32) + 0.05 * rng.randn(2000).astype(np.float32)


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.rnn = L.LSTM(1, 16)
            self.out = L.Linear(16, 1)

    def forward(self, seq):
        self.rnn.reset_state()
        for t in range(seq.shape[1]):
            h = self.rnn(seq[:, t:t + 1])
        return self.out(h)


net = Net()
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
start = rng.randint(0, 1900, 24)  # faulty guilty
for it in range(60):
    start = rng.randint(0, 1900, 24)  # healthy
    win = np.stack([wave[s:s + 11] for s in start])
    loss = F.mean_squared_error(net(win[:, :10]), win[:, 10:])
    net.cleargrads()
    loss.backward()
    opt.update()
