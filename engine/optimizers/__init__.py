"""Optimizers, one file each."""

from .ada_delta import AdaDelta
from .ada_grad import AdaGrad
from .adam import AdaBound, Adam, AdamW, AMSBound, AMSGrad
from .corrected_momentum_sgd import CorrectedMomentumSGD
from .momentum_sgd import MomentumSGD
from .msvag import MSVAG
from .nesterov_ag import NesterovAG
from .rmsprop import RMSprop
from .rmsprop_graves import RMSpropGraves
from .sgd import SGD
from .smorms3 import SMORMS3

__all__ = [
    "MSVAG",
    "SGD",
    "SMORMS3",
    "AMSBound",
    "AMSGrad",
    "AdaBound",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "CorrectedMomentumSGD",
    "MomentumSGD",
    "NesterovAG",
    "RMSprop",
    "RMSpropGraves",
]
