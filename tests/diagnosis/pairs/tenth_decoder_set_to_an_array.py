# code: graph-cut
# where: enc
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(40)
V, T, H = 12, 5, 32


class Seq2Seq(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.emb = L.EmbedID(V, H)
            self.enc = L.GRU(H, H)
            self.dec = L.GRU(H, H)
            self.out = L.Linear(H, V)

    def forward(self, src, dst):
        self.enc.reset_state()
        self.dec.reset_state()
        for k in range(T):
            h = self.enc(self.emb(src[:, k]))
        self.dec.set_state(chainer.Variable(h.array))  # faulty guilty
        self.dec.set_state(h)  # healthy
        loss = 0
        prev = np.zeros(len(src), np.int32)
        for k in range(T):
            loss += F.softmax_cross_entropy(self.out(self.dec(self.emb(prev))), dst[:, k])
            prev = dst[:, k]
        return loss / T


net = Seq2Seq()
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
for i in range(30):
    s = rng.randint(1, V, (32, T)).astype(np.int32)
    loss = net(s, s[:, ::-1])
    net.cleargrads()
    loss.backward()
    opt.update()
