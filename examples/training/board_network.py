"""The network: test image and template in; out, at an eighth of the size, a heat map a defect kind."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from board_data import KINDS
from tensorflow import keras

layers = keras.layers


def build(size: int, widths: tuple[int, int] = (32, 64), depth: int = 3) -> keras.Model:
    """Fully convolutional, so weights trained on crops of one ``size`` run at another.

    A first 4x4 convolution of stride 4 sees each pixel once; then depthwise-separable 3x3 layers, one at a
    quarter and ``depth`` at an eighth of the resolution, which see about 70 px around.
    """
    pixels = keras.Input((size, size, 2), batch_size=1 if size >= 640 else None, name="test_and_template")
    x = _conv(pixels, widths[0], kernel=4, stride=4)
    x = _conv(_depthwise(x), widths[0])
    x = _conv(_depthwise(x, stride=2), widths[1])
    for _ in range(depth):
        x = _conv(_depthwise(x), widths[1])
    # A low bias at first: nearly all cells are empty, and the loss should not have to learn that.
    bias = keras.initializers.Constant(-4.0)
    return keras.Model(pixels, layers.Conv2D(KINDS, 1, bias_initializer=bias, name="heat")(x))


def as_real(levels: tf.Tensor) -> tf.Tensor:
    """Grey levels 0..255 as -1..127/128: in int8 of scale 1/128 and zero point 0, the level minus 128."""
    return (tf.cast(levels, tf.float32) - 128) / 128


def heat_map_loss(target: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Focal loss of heat maps (CornerNet, Law and Deng 2018), weighted by the target's last channel."""
    heat, weight = target[..., :KINDS], target[..., KINDS:]
    score = tf.sigmoid(logits)
    peak = tf.cast(heat > 0.999, tf.float32)
    hit = -tf.math.log_sigmoid(logits) * (1 - score) ** 2 * peak
    miss = -tf.math.log_sigmoid(-logits) * score**2 * (1 - heat) ** 4 * (1 - peak)
    return tf.reduce_sum((hit + miss) * weight) / tf.maximum(tf.reduce_sum(peak), 1.0)


def multiply_accumulates(model: keras.Model) -> int:
    """Multiplications of one run of the model, batch 1."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            per_output = int(np.prod(layer.kernel_size))
            if not isinstance(layer, layers.DepthwiseConv2D):
                per_output *= layer.input.shape[-1]
            total += int(np.prod(layer.output.shape[1:])) * per_output
    return total


def _activated(x: tf.Tensor) -> tf.Tensor:
    return layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.98)(x))


def _conv(x: tf.Tensor, channels: int, kernel: int = 1, stride: int = 1) -> tf.Tensor:
    return _activated(layers.Conv2D(channels, kernel, strides=stride, padding="same", use_bias=False)(x))


def _depthwise(x: tf.Tensor, stride: int = 1) -> tf.Tensor:
    return _activated(layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x))
