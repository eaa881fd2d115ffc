import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(5)
real = (rng.randn(256, 2) * 0.3 + [1, -1]).astype(np.float32)
gen = chainer.Sequential(L.Linear(3, 16), F.relu, L.Linear(16, 2))
critic = chainer.Sequential(L.Linear(2, 16), F.leaky_relu, L.Linear(16, 1))
opt_gen = chainer.optimizers.RMSprop(5e-4).setup(gen)
opt_critic = chainer.optimizers.RMSprop(5e-4).setup(critic)
for step in range(12):
    for _ in range(5):
        x = real[rng.randint(0, 256, 32)]
        with chainer.no_backprop_mode():
            fake = gen(rng.randn(32, 3).astype(np.float32))
        distance = F.mean(critic(fake.array)) - F.mean(critic(x))
        critic.cleargrads()
        distance.backward()
        opt_critic.update()
        for p in critic.params():
            p.array[...] = np.clip(p.array, -0.05, 0.05)
    loss = -F.mean(critic(gen(rng.randn(32, 3).astype(np.float32))))
    gen.cleargrads()
    loss.backward()
    opt_gen.update()
