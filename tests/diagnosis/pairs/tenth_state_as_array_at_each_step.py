# code: state-cut
# where: h
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(0)


class Cell(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.x = L.Linear(2, 12)
            self.h = L.Linear(12, 12, nobias=True)
            self.out = L.Linear(12, 2)

    def forward(self, bits):
        state = chainer.Variable(np.zeros((len(bits), 12), "f"))
        for step in range(bits.shape[1]):
            state = F.tanh(self.x(bits[:, step]) + self.h(state))
            if step < bits.shape[1] - 1:  # faulty
                state = chainer.Variable(state.array)  # faulty guilty
        return self.out(state)


model = L.Classifier(Cell())
opt = chainer.optimizers.Adam(0.01).setup(model)
for i in range(25):
    bits = rng.randint(0, 2, (24, 5))
    opt.update(model, np.eye(2, dtype="f")[bits], bits[:, 0].astype("i"))
