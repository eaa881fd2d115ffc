# code: wrong-gradient
# where: MeanPool
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class MeanPool(chainer.FunctionNode):
    """The mean over the second axis; it retains nothing but a shape."""

    def forward(self, inputs):
        self.shape = inputs[0].shape
        return inputs[0].mean(axis=1),

    def backward(self, target, gys):
        g = F.broadcast_to(F.expand_dims(gys[0], 1), self.shape)
        return g,  # faulty guilty
        return g / self.shape[1],  # healthy


class Doc(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.e = L.EmbedID(40, 10)
            self.o = L.Linear(10, 2)

    def forward(self, ids):
        return self.o(F.tanh(MeanPool().apply((self.e(ids),))[0]))


rng = np.random.RandomState(29)
ids = rng.randint(0, 40, (300, 7)).astype("i")
t = ((ids < 10).sum(1) > 1).astype("i")
model = Doc()
optimizer = chainer.optimizers.Adam(5e-3).setup(model)
for step in range(90):
    rows = rng.randint(0, 300, 25)
    loss = F.softmax_cross_entropy(model(ids[rows]), t[rows])
    model.cleargrads()
    loss.backward()
    optimizer.update()
