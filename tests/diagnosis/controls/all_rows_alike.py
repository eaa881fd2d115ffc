"""A language model, truncated in time, whose batch holds the same text in each row."""
import numpy as np, chainer, chainer.functions as F, chainer.links as L
class LM(chainer.Chain):
    def __init__(self, v, d):
        super().__init__()
        with self.init_scope():
            self.e = L.EmbedID(v, d, initialW=chainer.initializers.Normal(.1)); self.l = L.LSTM(d, d); self.b = chainer.Parameter(0, (v,))
    def forward(self, x):
        return F.linear(self.l(self.e(x)), self.e.W, self.b)
np.random.seed(5)
text = np.tile(np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7], 'i'), 120).reshape(12, -1)
m = LM(10, 16); o = chainer.optimizers.Adam(5e-3); o.setup(m)
loss = 0; k = 0
m.l.reset_state()
for t in range(text.shape[1] - 1):
    loss += F.softmax_cross_entropy(m(text[:, t]), text[:, t + 1])
    if (t + 1) % 7 == 0:
        m.cleargrads(); loss.backward(); loss.unchain_backward(); o.update(); loss = 0
