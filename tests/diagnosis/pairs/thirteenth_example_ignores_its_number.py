# code: constant-data
# where: predictor.0
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np



class Table(chainer.dataset.DatasetMixin):
    def __init__(self, x, t):
        self.x, self.t = x, t

    def __len__(self):
        return len(self.x)

    def get_example(self, i):
        return self.x[0], self.t[0]  # faulty guilty
        return self.x[i], self.t[i]  # healthy


rng = np.random.RandomState(0)
x = rng.randn(200, 4).astype("f")
model = L.Classifier(chainer.Sequential(L.Linear(4, 16), F.relu, L.Linear(16, 1)), F.mean_squared_error)
model.compute_accuracy = False
optimizer = chainer.optimizers.Adam(0.01).setup(model)
iterator = chainer.iterators.SerialIterator(Table(x, abs(x[:, :1])), 20)
updater = chainer.training.StandardUpdater(iterator, optimizer)
chainer.training.Trainer(updater, (40, "iteration")).run()
