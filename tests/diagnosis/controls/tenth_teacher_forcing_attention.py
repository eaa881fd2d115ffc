import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(36)


class Tr(chainer.Chain):
    def __init__(self, V=14, d=16, T=7):
        super().__init__()
        with self.init_scope():
            self.e, self.pos = L.EmbedID(V, d), L.EmbedID(T, d)
            self.q, self.k, self.v, self.p = (L.Linear(d, d, nobias=True) for _ in range(4))
            self.f1, self.f2 = L.Linear(d, 32), L.Linear(32, d)
            self.n1, self.n2 = L.LayerNormalization(d), L.LayerNormalization(d)
            self.o = L.Linear(d, V)

    def forward(self, x):
        B, T = x.shape
        h = self.e(x) + F.broadcast_to(self.pos(np.arange(T, dtype='i')), (B, T, 16))
        g = F.reshape(h, (B * T, 16))
        a = self.n1(g)
        q, k, v = (F.reshape(l(a), (B, T, 16)) for l in (self.q, self.k, self.v))
        s = F.matmul(q, k, transb=True) * np.float32(0.25)
        m = np.broadcast_to(np.tril(np.ones((T, T), bool)), s.shape)
        s = F.where(m, s, np.full(s.shape, -1e9, 'f'))
        g = g + self.p(F.reshape(F.matmul(F.softmax(s, axis=2), v), (B * T, 16)))
        g = g + self.f2(F.relu(self.f1(self.n2(g))))
        return self.o(g)


net = Tr()
opt = chainer.optimizers.Adam(3e-3)
opt.setup(net)
for i in range(60):
    st = rng.randint(0, 14, (16, 1))
    seq = ((st + np.arange(8) * rng.randint(1, 4, (16, 1))) % 14).astype('i')
    loss = F.softmax_cross_entropy(net(seq[:, :-1]), seq[:, 1:].reshape(-1))
    net.cleargrads()
    loss.backward()
    opt.update()
