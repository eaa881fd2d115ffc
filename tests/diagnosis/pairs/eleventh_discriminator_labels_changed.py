# code: wrong-sign
# where: mean_squared_error
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

np.random.seed(35)
G = chainer.Sequential(L.Linear(4, 32), F.relu, L.Linear(32, 3))
D = chainer.Sequential(L.Linear(3, 32), F.leaky_relu, L.Linear(32, 1))
opt_g = chainer.optimizers.Adam(1e-3, 0.5).setup(G)
opt_d = chainer.optimizers.Adam(1e-3, 0.5).setup(D)
n = 40
real_label, fake_label = np.ones((n, 1), 'f'), np.zeros((n, 1), 'f')
for it in range(70):
    real = np.random.gamma(2, 1, (n, 3)).astype('f')
    with chainer.no_backprop_mode():
        fake = G(np.random.randn(n, 4).astype('f')).array
    d_loss = F.mean_squared_error(D(real), fake_label) + F.mean_squared_error(D(fake), real_label)  # faulty guilty
    d_loss = F.mean_squared_error(D(real), real_label) + F.mean_squared_error(D(fake), fake_label)  # healthy
    D.cleargrads(); d_loss.backward(); opt_d.update()
    g_loss = F.mean_squared_error(D(G(np.random.randn(n, 4).astype('f'))), real_label)
    G.cleargrads(); g_loss.backward(); opt_g.update()
