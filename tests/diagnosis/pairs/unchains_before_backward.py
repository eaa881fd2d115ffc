# code: unchained
# where: rnn
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Counter(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.rnn = L.LSTM(2, 6)
            self.out = L.Linear(6, 2)

    def forward(self, xs):
        self.rnn.reset_state()
        for x in xs:
            h = self.rnn(x)
        h.unchain_backward()  # faulty guilty
        return self.out(h)


rng = np.random.RandomState(0)
seq = rng.randn(5, 20, 2).astype("f")
label = (seq.sum(axis=(0, 2)) > 0).astype("i")
model = Counter()
optimizer = chainer.optimizers.Adam(0.02).setup(model)
for i in range(15):
    loss = F.softmax_cross_entropy(model(seq), label)
    model.cleargrads()
    loss.backward()
    loss.unchain_backward()
    optimizer.update()
