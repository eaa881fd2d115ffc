# code: not-registered
# where: heads
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class ManyTasks(chainer.Chain):
    def __init__(self, tasks):
        super().__init__()
        self.heads = {task: L.Linear(16, 1) for task in tasks}  # faulty guilty
        with self.init_scope():
            self.trunk = L.Linear(7, 16)
            self.age_head, self.height_head = L.Linear(16, 1), L.Linear(16, 1)  # healthy
        self.tasks = tasks
        self.heads = {"age": self.age_head, "height": self.height_head}  # healthy

    def forward(self, x):
        h = F.relu(self.trunk(x))
        return {task: self.heads[task](h) for task in self.tasks}


rng = np.random.RandomState(6)
people = rng.randn(90, 7).astype(np.float32)
truth = {"age": people[:, :1] * 2, "height": people[:, 1:2] - people[:, 2:3]}
model = ManyTasks(["age", "height"])
optimizer = chainer.optimizers.Adam(0.01)
optimizer.setup(model)
for batch in range(12):
    rows = rng.randint(0, 90, 30)
    answers = model(people[rows])
    loss = sum(F.mean_squared_error(answers[task], truth[task][rows]) for task in truth)
    model.cleargrads()
    loss.backward()
    optimizer.update()
