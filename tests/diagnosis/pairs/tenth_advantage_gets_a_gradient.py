# code: advantage-in-graph
# where: value
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(0)


class ActorCritic(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.body = L.Linear(4, 16)
            self.policy = L.Linear(16, 3)
            self.value = L.Linear(16, 1)

    def forward(self, state):
        h = F.tanh(self.body(state))
        return self.policy(h), F.reshape(self.value(h), (-1,))


model = ActorCritic()
opt = chainer.optimizers.Adam(0.01).setup(model)
for i in range(30):
    state = rng.randn(32, 4).astype("f")
    scores, value = model(state)
    shares = F.softmax(scores).array.astype("d")
    actions = np.array([rng.choice(3, p=row / row.sum()) for row in shares], "i")
    rewards = (actions == state[:, :3].argmax(1)).astype("f")
    advantage = rewards - value.array  # healthy
    advantage = rewards - value  # faulty guilty
    chosen = F.select_item(F.log_softmax(scores), actions)
    loss = F.mean_squared_error(value, rewards) - F.mean(chosen * advantage)
    model.cleargrads()
    loss.backward()
    opt.update()
