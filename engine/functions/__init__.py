"""Functions on variables: one op, one file, in folders by area."""

from __future__ import annotations

from . import chainer_paths, variable_methods
from .activation.clipped_relu import clipped_relu, relu6
from .activation.crelu import crelu, maxout
from .activation.elu import elu, selu
from .activation.hard_sigmoid import hard_sigmoid
from .activation.leaky_relu import leaky_relu
from .activation.log_softmax import log_softmax
from .activation.prelu import prelu
from .activation.relu import relu
from .activation.rrelu import rrelu
from .activation.sigmoid import sigmoid
from .activation.softmax import softmax
from .activation.softplus import softplus
from .activation.swish import swish
from .activation.tanh import tanh
from .array.as_strided import as_strided
from .array.axes import expand_dims, flatten, moveaxis, rollaxis, squeeze, swapaxes
from .array.broadcast import broadcast, broadcast_to
from .array.cast import cast
from .array.concat import concat
from .array.copy import copy, identity
from .array.depth2space import depth2space, space2depth
from .array.diagonal import diagonal, scatter_add
from .array.get_item import get_item
from .array.im2col import im2col
from .array.pad import pad, pad_sequence
from .array.permutate import flip, fliplr, flipud, permutate
from .array.repeat import repeat, tile
from .array.reshape import reshape
from .array.resize_images import resize_images
from .array.select_item import select_item
from .array.spatial_transformer_grid import spatial_transformer_grid
from .array.spatial_transformer_sampler import spatial_transformer_sampler
from .array.split_axis import separate, split_axis
from .array.stack import dstack, hstack, stack, vstack
from .array.transpose import transpose
from .array.transpose_sequence import transpose_sequence
from .array.where import where
from .connection.bilinear import bilinear
from .connection.convolution import convolution_nd, deconvolution_nd
from .connection.convolution_by_axes import (
    convolution_1d,
    convolution_2d,
    convolution_3d,
    deconvolution_1d,
    deconvolution_2d,
    deconvolution_3d,
)
from .connection.deformable_convolution_2d_sampler import deformable_convolution_2d_sampler
from .connection.depthwise_convolution_2d import depthwise_convolution_2d
from .connection.dilated_convolution_2d import dilated_convolution_2d
from .connection.embed_id import embed_id
from .connection.linear import linear
from .connection.local_convolution_2d import local_convolution_2d
from .connection.shift import shift
from .evaluation.accuracy import accuracy
from .evaluation.binary_accuracy import binary_accuracy
from .evaluation.classification_summary import classification_summary, f1_score, precision, recall
from .evaluation.r2_score import r2_score
from .loss.absolute_error import absolute_error, mean_absolute_error
from .loss.black_out import black_out
from .loss.contrastive import contrastive
from .loss.crf1d import argmax_crf1d, crf1d
from .loss.cross_covariance import cross_covariance, decov
from .loss.ctc import connectionist_temporal_classification
from .loss.discriminative_loss import discriminative_margin_based_clustering_loss
from .loss.hinge import hinge
from .loss.huber_loss import huber_loss
from .loss.mean_squared_error import mean_squared_error
from .loss.negative_sampling import negative_sampling
from .loss.sigmoid_cross_entropy import sigmoid_cross_entropy
from .loss.softmax_cross_entropy import softmax_cross_entropy
from .loss.squared_error import squared_difference, squared_error
from .loss.triplet import triplet
from .loss.vae import bernoulli_nll, gaussian_kl_divergence, gaussian_nll
from .math.add import add
from .math.argminmax import argmax, argmin
from .math.average import average, mean
from .math.cholesky import cholesky
from .math.clip import clip
from .math.cumulative import cumprod, cumsum
from .math.det import batch_det, det
from .math.einsum import einsum
from .math.error_functions import erf, erfc, erfcinv, erfcx, erfinv
from .math.exponential import exp, log
from .math.fft import fft, ifft
from .math.gamma_functions import digamma, lgamma, polygamma, zeta
from .math.hyperbolic import arctanh, cosh, sinh
from .math.inv import batch_inv, inv
from .math.inverse_trigonometric import arccos, arcsin, arctan, arctan2
from .math.logarithms import expm1, log1p, log2, log10
from .math.logsumexp import logsumexp
from .math.matmul import matmul
from .math.maximum import maximum, minimum
from .math.minmax import max, min
from .math.normal_functions import log_ndtr, ndtr, ndtri
from .math.prod import prod
from .math.rounding import ceil, fix, floor, fmod, sign
from .math.scale import bias, linear_interpolate, scale
from .math.sign import absolute
from .math.sparse_matmul import sparse_matmul
from .math.sqrt import sqrt
from .math.square import rsqrt, square
from .math.sum import sum, sum_to
from .math.tensordot import batch_matmul, tensordot
from .math.trigonometric import cos, sin, tan
from .noise.dropout import dropout
from .noise.gaussian import gaussian, gumbel_softmax
from .noise.simplified_dropconnect import simplified_dropconnect
from .noise.zoneout import zoneout
from .normalization.batch_normalization import batch_normalization, fixed_batch_normalization
from .normalization.batch_renormalization import batch_renormalization, fixed_batch_renormalization
from .normalization.decorrelated_batch_normalization import (
    decorrelated_batch_normalization,
    fixed_decorrelated_batch_normalization,
)
from .normalization.l2_normalization import batch_l2_norm_squared, normalize
from .normalization.layer_normalization import group_normalization, layer_normalization
from .normalization.local_response_normalization import local_response_normalization
from .pooling.average_pooling import (
    average_pooling_1d,
    average_pooling_2d,
    average_pooling_3d,
    average_pooling_nd,
)
from .pooling.max_pooling import max_pooling_1d, max_pooling_2d, max_pooling_3d, max_pooling_nd
from .pooling.roi_average import roi_average_align_2d, roi_average_pooling_2d
from .pooling.roi_max_align_2d import roi_max_align_2d
from .pooling.roi_max_pooling import roi_max_pooling_2d, roi_pooling_2d
from .pooling.spatial_pyramid_pooling import spatial_pyramid_pooling_2d
from .pooling.unpooling import unpooling_1d, unpooling_2d, unpooling_3d, unpooling_nd
from .pooling.upsampling import upsampling_2d
from .rnn.lstm import lstm
from .rnn.n_step_gru import n_step_bigru, n_step_gru
from .rnn.n_step_lstm import n_step_bilstm, n_step_lstm
from .rnn.n_step_rnn import n_step_birnn, n_step_rnn
from .rnn.slstm import slstm
from .rnn.tree_lstm import tree_lstm
from .util.forget import forget

__all__ = [
    "absolute",
    "absolute_error",
    "accuracy",
    "add",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmax_crf1d",
    "argmin",
    "as_strided",
    "average",
    "average_pooling_1d",
    "average_pooling_2d",
    "average_pooling_3d",
    "average_pooling_nd",
    "batch_det",
    "batch_inv",
    "batch_l2_norm_squared",
    "batch_matmul",
    "batch_normalization",
    "batch_renormalization",
    "bernoulli_nll",
    "bias",
    "bilinear",
    "binary_accuracy",
    "black_out",
    "broadcast",
    "broadcast_to",
    "cast",
    "ceil",
    "cholesky",
    "classification_summary",
    "clip",
    "clipped_relu",
    "concat",
    "connectionist_temporal_classification",
    "contrastive",
    "convolution_1d",
    "convolution_2d",
    "convolution_3d",
    "convolution_nd",
    "copy",
    "cos",
    "cosh",
    "crelu",
    "crf1d",
    "cross_covariance",
    "cumprod",
    "cumsum",
    "deconvolution_1d",
    "deconvolution_2d",
    "deconvolution_3d",
    "deconvolution_nd",
    "decorrelated_batch_normalization",
    "decov",
    "deformable_convolution_2d_sampler",
    "depth2space",
    "depthwise_convolution_2d",
    "det",
    "diagonal",
    "digamma",
    "dilated_convolution_2d",
    "discriminative_margin_based_clustering_loss",
    "dropout",
    "dstack",
    "einsum",
    "elu",
    "embed_id",
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfinv",
    "exp",
    "expand_dims",
    "expm1",
    "f1_score",
    "fft",
    "fix",
    "fixed_batch_normalization",
    "fixed_batch_renormalization",
    "fixed_decorrelated_batch_normalization",
    "flatten",
    "flip",
    "fliplr",
    "flipud",
    "floor",
    "fmod",
    "forget",
    "gaussian",
    "gaussian_kl_divergence",
    "gaussian_nll",
    "get_item",
    "group_normalization",
    "gumbel_softmax",
    "hard_sigmoid",
    "hinge",
    "hstack",
    "huber_loss",
    "identity",
    "ifft",
    "im2col",
    "inv",
    "layer_normalization",
    "leaky_relu",
    "lgamma",
    "linear",
    "linear_interpolate",
    "local_convolution_2d",
    "local_response_normalization",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_ndtr",
    "log_softmax",
    "logsumexp",
    "lstm",
    "matmul",
    "max",
    "max_pooling_1d",
    "max_pooling_2d",
    "max_pooling_3d",
    "max_pooling_nd",
    "maximum",
    "maxout",
    "mean",
    "mean_absolute_error",
    "mean_squared_error",
    "min",
    "minimum",
    "moveaxis",
    "n_step_bigru",
    "n_step_bilstm",
    "n_step_birnn",
    "n_step_gru",
    "n_step_lstm",
    "n_step_rnn",
    "ndtr",
    "ndtri",
    "negative_sampling",
    "normalize",
    "pad",
    "pad_sequence",
    "permutate",
    "polygamma",
    "precision",
    "prelu",
    "prod",
    "r2_score",
    "recall",
    "relu",
    "relu6",
    "repeat",
    "reshape",
    "resize_images",
    "roi_average_align_2d",
    "roi_average_pooling_2d",
    "roi_max_align_2d",
    "roi_max_pooling_2d",
    "roi_pooling_2d",
    "rollaxis",
    "rrelu",
    "rsqrt",
    "scale",
    "scatter_add",
    "select_item",
    "selu",
    "separate",
    "shift",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sign",
    "simplified_dropconnect",
    "sin",
    "sinh",
    "slstm",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "space2depth",
    "sparse_matmul",
    "spatial_pyramid_pooling_2d",
    "spatial_transformer_grid",
    "spatial_transformer_sampler",
    "split_axis",
    "sqrt",
    "square",
    "squared_difference",
    "squared_error",
    "squeeze",
    "stack",
    "sum",
    "sum_to",
    "swapaxes",
    "swish",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "transpose",
    "transpose_sequence",
    "tree_lstm",
    "triplet",
    "unpooling_1d",
    "unpooling_2d",
    "unpooling_3d",
    "unpooling_nd",
    "upsampling_2d",
    "vstack",
    "where",
    "zeta",
    "zoneout",
]

variable_methods.install()
chainer_paths.install()
