# code: mixing-reshape
# where: reshape
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(50)
T, B, H = 6, 25, 12


class Tagger(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.rnn = L.LSTM(2, H)
            self.out = L.Linear(T * H, 3)

    def forward(self, x):
        self.rnn.reset_state()
        hs = [self.rnn(x[:, i]) for i in range(T)]
        h = F.stack(hs, axis=0)
        h = F.transpose(h, (1, 0, 2))  # healthy
        h = F.reshape(h, (B, T * H))  # guilty
        return self.out(h)


net = Tagger()
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
for i in range(70):
    x = np.random.randn(B, T, 2).astype(np.float32)
    t = np.argmax(np.stack([x[:, :2, 0].sum(1), x[:, 2:4, 0].sum(1), x[:, 4:, 0].sum(1)], 1), 1).astype(np.int32)
    loss = F.softmax_cross_entropy(net(x), t)
    net.cleargrads()
    loss.backward()
    opt.update()
