# Forget gates begin nearly open, as is usual for long memories, and inputs are clipped: nothing is stuck.
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Memory(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.cell = L.LSTM(3, 12, forget_bias_init=6)
            self.head = L.Linear(12, 2)

    def forward(self, xs):
        self.cell.reset_state()
        for x in xs:
            h = self.cell(F.clip(x, -1.0, 1.0))
        return self.head(F.relu6(h))


random = np.random.RandomState(4)
xs = (3 * random.randn(5, 40, 3)).astype(np.float32)
t = (xs[0, :, 0] > 0).astype(np.int32)
model = Memory()
optimizer = chainer.optimizers.Adam(1e-2).setup(model)
for _ in range(40):
    loss = F.softmax_cross_entropy(model(xs), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
