"""Links with parameters of their own, ready to use."""

from . import chainer_paths
from .activation.maxout import Maxout
from .activation.prelu import PReLU
from .activation.simplified_dropconnect import SimplifiedDropconnect
from .activation.swish import Swish
from .connection.bilinear import Bilinear
from .connection.convolution_nd import Convolution1D, Convolution2D, Convolution3D, ConvolutionND
from .connection.deconvolution_nd import Deconvolution1D, Deconvolution2D, Deconvolution3D, DeconvolutionND
from .connection.deformable_convolution_2d import DeformableConvolution2D
from .connection.depthwise_convolution_2d import DepthwiseConvolution2D
from .connection.dilated_convolution_2d import DilatedConvolution2D
from .connection.embed_id import EmbedID
from .connection.highway import Highway
from .connection.inception import Inception
from .connection.inception_bn import InceptionBN
from .connection.linear import Linear
from .connection.local_convolution_2d import LocalConvolution2D
from .connection.mlp_convolution_2d import MLPConvolution2D
from .connection.parameter import Parameter
from .connection.scale import Bias, Scale
from .loss.black_out import BlackOut
from .loss.crf1d import CRF1d
from .loss.hierarchical_softmax import BinaryHierarchicalSoftmax
from .loss.negative_sampling import NegativeSampling
from .model.classifier import Classifier
from .model.vision.googlenet import GoogLeNet
from .model.vision.resnet import ResNet50Layers, ResNet101Layers, ResNet152Layers
from .model.vision.vgg import VGG16Layers, VGG19Layers
from .normalization.batch_normalization import BatchNormalization
from .normalization.batch_renormalization import BatchRenormalization
from .normalization.decorrelated_batch_normalization import DecorrelatedBatchNormalization
from .normalization.layer_normalization import GroupNormalization, LayerNormalization
from .rnn.gru import GRU, StatefulGRU, StatelessGRU
from .rnn.lstm import LSTM, StatelessLSTM
from .rnn.mgu import StatefulMGU, StatelessMGU
from .rnn.n_step_rnn import (
    NStepBiGRU,
    NStepBiLSTM,
    NStepBiRNNReLU,
    NStepBiRNNTanh,
    NStepGRU,
    NStepLSTM,
    NStepRNNBase,
    NStepRNNReLU,
    NStepRNNTanh,
)
from .rnn.peephole import StatefulPeepholeLSTM
from .rnn.tree_lstm import ChildSumTreeLSTM, NaryTreeLSTM
from .rnn.zoneoutlstm import StatefulZoneoutLSTM

__all__ = [
    "GRU",
    "LSTM",
    "BatchNormalization",
    "BatchRenormalization",
    "Bias",
    "Bilinear",
    "BinaryHierarchicalSoftmax",
    "BlackOut",
    "CRF1d",
    "ChildSumTreeLSTM",
    "Classifier",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "ConvolutionND",
    "Deconvolution1D",
    "Deconvolution2D",
    "Deconvolution3D",
    "DeconvolutionND",
    "DecorrelatedBatchNormalization",
    "DeformableConvolution2D",
    "DepthwiseConvolution2D",
    "DilatedConvolution2D",
    "EmbedID",
    "GoogLeNet",
    "GroupNormalization",
    "Highway",
    "Inception",
    "InceptionBN",
    "LayerNormalization",
    "Linear",
    "LocalConvolution2D",
    "MLPConvolution2D",
    "Maxout",
    "NStepBiGRU",
    "NStepBiLSTM",
    "NStepBiRNNReLU",
    "NStepBiRNNTanh",
    "NStepGRU",
    "NStepLSTM",
    "NStepRNNBase",
    "NStepRNNReLU",
    "NStepRNNTanh",
    "NaryTreeLSTM",
    "NegativeSampling",
    "PReLU",
    "Parameter",
    "ResNet50Layers",
    "ResNet101Layers",
    "ResNet152Layers",
    "Scale",
    "SimplifiedDropconnect",
    "StatefulGRU",
    "StatefulMGU",
    "StatefulPeepholeLSTM",
    "StatefulZoneoutLSTM",
    "StatelessGRU",
    "StatelessLSTM",
    "StatelessMGU",
    "Swish",
    "VGG16Layers",
    "VGG19Layers",
]

chainer_paths.install()
