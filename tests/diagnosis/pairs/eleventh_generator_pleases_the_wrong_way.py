# code: wrong-sign
# where: mean
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

class WGANUpdater(chainer.training.updaters.StandardUpdater):
    def __init__(self, *args, **kw):
        self.gen, self.critic = kw.pop('models')
        super().__init__(*args, **kw)
    def update_core(self):
        og, oc = self.get_optimizer('gen'), self.get_optimizer('critic')
        x = self.converter(self.get_iterator('main').next())
        z = np.random.randn(len(x), 3).astype('f')
        fake = self.gen(z)
        loss_g = F.mean(self.critic(fake))  # faulty guilty
        loss_g = -F.mean(self.critic(fake))  # healthy
        self.gen.cleargrads(); loss_g.backward(); og.update()
        loss_c = F.mean(self.critic(fake.array)) - F.mean(self.critic(x))
        self.critic.cleargrads(); loss_c.backward(); oc.update()
        for p in self.critic.params():
            p.array[...] = p.array.clip(-.1, .1)

np.random.seed(34)
data = (np.random.randn(640, 2) * 0.3 + [1, 1]).astype('f')
gen = chainer.Sequential(L.Linear(3, 16), F.relu, L.Linear(16, 2))
critic = chainer.Sequential(L.Linear(2, 16), F.relu, L.Linear(16, 1))
og, oc = chainer.optimizers.RMSprop(1e-3), chainer.optimizers.RMSprop(1e-3)
og.setup(gen); oc.setup(critic)
it = chainer.iterators.SerialIterator(data, 32)
up = WGANUpdater(it, {'gen': og, 'critic': oc}, models=(gen, critic))
chainer.training.Trainer(up, (80, 'iteration'), out='o').run()
