"""Truncated backpropagation with dropout: each epoch ends with steps too few for another backward pass."""
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Text(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(10, 16)
            self.rnn = L.LSTM(16, 16)
            self.out = L.Linear(16, 10)

    def forward(self, x):
        return self.out(F.dropout(self.rnn(F.dropout(self.embed(x), 0.2)), 0.2))


np.random.seed(18)
text = np.tile(np.r_[0:10, 9:0:-1], 40).astype("i")[:720].reshape(8, -1)
model = Text()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for epoch in range(4):
    model.rnn.reset_state()
    loss = 0
    for i in range(text.shape[1] - 1):
        loss += F.softmax_cross_entropy(model(text[:, i]), text[:, i + 1])
        if (i + 1) % 10 == 0:
            model.cleargrads()
            loss.backward()
            loss.unchain_backward()
            optimizer.update()
            loss = 0
    valid = model.copy()
    valid.rnn.reset_state()
    with chainer.using_config("train", False), chainer.no_backprop_mode():
        for i in range(20):
            valid(text[:1, i])
