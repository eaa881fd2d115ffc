# code: hyperparameter
# where: Linear
import numpy as np, chainer, chainer.functions as F, chainer.links as L

r = np.random.RandomState(3); np.random.seed(3)
x = r.randn(200, 5).astype('f'); y = x[:, :1] * 2 - x[:, 1:2]
model = L.Linear(5, 1); o = chainer.optimizers.Adam(.02).setup(model)
for p in model.params():
    p.update_rule.hyperparam.beta1 = .999; p.update_rule.hyperparam.beta2 = .9  # faulty guilty
    p.update_rule.hyperparam.beta1 = .8; p.update_rule.hyperparam.beta2 = .99  # healthy
for i in range(80):
    some = r.permutation(200)[:20]
    loss = F.mean_squared_error(model(x[some]), y[some])
    model.cleargrads(); loss.backward(); o.update()
