"""An autoencoder whose loss falls, and which still learns only half of what it could. Find out why.

bpdebug check samples/half_trained.py
"""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class AutoEncoder(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.encoder = L.Linear(8, 2)
            self.decoder = L.Linear(2, 8)

    def forward(self, x):
        code = self.encoder(x)
        return self.decoder(np.tanh(code.array))


np.random.seed(3)
random = np.random.RandomState(4)
hidden = random.uniform(-1, 1, (200, 2))
data = np.tanh(hidden @ random.normal(size=(2, 8))).astype(np.float32)

model = AutoEncoder()
before = model.encoder.W.array.copy()
optimizer = chainer.optimizers.MomentumSGD(lr=0.1)
optimizer.setup(model)

for _ in range(20):
    for start in range(0, 200, 50):
        batch = data[start : start + 50]
        loss = F.mean_squared_error(model(batch), batch)
        model.cleargrads()
        loss.backward()
        optimizer.update()

print(f"loss {float(loss.array):.3f}")
print(f"the encoder has moved: {bool((model.encoder.W.array != before).any())}")
