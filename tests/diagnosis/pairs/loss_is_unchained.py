# code: unchained
# where: Tagger
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rs = np.random.RandomState(4)
words = rs.randint(0, 8, (120, 10)).astype(np.int32)
words[:, 1::2] = (words[:, 0::2] + 1) % 8


class Tagger(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(8, 16)
            self.rnn = L.LSTM(16, 32)
            self.out = L.Linear(32, 8)

    def forward(self, x):
        return self.out(self.rnn(self.embed(x)))


model = Tagger()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for epoch in range(15):
    batch = words[rs.choice(120, 40, replace=False)]
    model.rnn.reset_state()
    loss = 0
    for t in range(9):
        loss += F.softmax_cross_entropy(model(batch[:, t]), batch[:, t + 1])
    model.cleargrads()
    loss.unchain_backward()  # faulty guilty
    loss.backward()
    loss.unchain_backward()  # healthy
    optimizer.update()
