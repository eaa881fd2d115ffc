import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class RNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(6, 8)
            self.lstm = L.LSTM(8, 16)
            self.out = L.Linear(16, 6)

    def forward(self, w):
        return self.out(self.lstm(self.embed(w)))


text = np.tile(np.array([0, 1, 2, 3, 4, 5, 3, 1], "i"), 30)
model = L.Classifier(RNN())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(5))
model.predictor.lstm.reset_state()
loss = 0
for i in range(len(text) - 1):
    loss += model(text[i : i + 1], text[i + 1 : i + 2])
    if (i + 1) % 8 == 0:
        model.cleargrads()
        loss.backward()
        loss.unchain_backward()
        optimizer.update()
        loss = 0
