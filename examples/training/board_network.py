"""The network: a test image and its template in; out, for each cell of 8 x 8 px, what kind and which box.

Fully convolutional: weights learnt on crops run at any size that is a multiple of 8.
"""

from __future__ import annotations

import copy

import torch
from board_data import KINDS
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

STRIDE = 8
# No mark is longer than 2 x 16 cells; the bound keeps the range small that int8 has to cover.
FARTHEST_CELLS = 16.0


class BoardDetector(nn.Module):
    """Three convolutions of stride 2, a few residual blocks, two heads.

    In: (n, 2, height, width) grey levels, minus 128, over 128: test and template. Out: (n, kinds, rows,
    columns) logits, and (n, 4, rows, columns) distances from the cell's middle to the box's left, top,
    right and bottom, in cells.
    """

    def __init__(self, widths: tuple[int, int, int] = (16, 32, 64), dilations: tuple[int, ...] = (1, 2, 1)):
        super().__init__()
        fine, middle, wide = widths
        self.trunk = nn.Sequential(
            ConvBlock(2, fine, kernel=3, stride=2),
            ConvBlock(fine, middle, kernel=3, stride=2),
            ConvBlock(middle, wide, kernel=3, stride=2),
            *(Residual(wide, dilation) for dilation in dilations),
        )
        self.kind = nn.Sequential(ConvBlock(wide, wide), nn.Conv2d(wide, KINDS, 1))
        self.box = nn.Sequential(ConvBlock(wide, wide), nn.Conv2d(wide, 4, 1), nn.Hardtanh(0, FARTHEST_CELLS))
        # Nearly all cells are empty, and most marks reach two cells from the middle: begin there.
        nn.init.constant_(self.kind[-1].bias, -4.6)
        nn.init.constant_(self.box[-2].bias, 2.0)
        for head in (self.kind[-1], self.box[-2]):
            nn.init.normal_(head.weight, std=0.01)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits and distances."""
        features = self.trunk(pixels)
        return self.kind(features), self.box(features)


class ConvBlock(nn.Sequential):
    """Convolution, batch normalisation and ReLU6, which bounds what int8 has to cover."""

    def __init__(self, channels: int, out: int, *, kernel: int = 1, stride: int = 1, dilation: int = 1):
        padding = kernel // 2 * dilation
        super().__init__(
            nn.Conv2d(channels, out, kernel, stride, padding, dilation, bias=False),
            nn.BatchNorm2d(out, momentum=0.03),
            nn.ReLU6(inplace=True),
        )


class Residual(nn.Module):
    """Half the channels by 1x1, back by 3x3, added to what came in."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.change = nn.Sequential(
            ConvBlock(channels, channels // 2),
            ConvBlock(channels // 2, channels, kernel=3, dilation=dilation),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """The sum."""
        return features + self.change(features)


class ChannelsLast(nn.Module):
    """A trained detector as it is exported: channels last at its ends, normalisation folded."""

    def __init__(self, detector: BoardDetector):
        super().__init__()
        self.detector = folded(detector)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, height, width, 2) to (n, rows, columns, kinds) and (n, rows, columns, 4)."""
        kinds, boxes = self.detector(pixels.permute(0, 3, 1, 2))
        return kinds.permute(0, 2, 3, 1), boxes.permute(0, 2, 3, 1)


def folded(model: nn.Module) -> nn.Module:
    """A copy for inference with every batch normalisation folded into the convolution before it."""
    model = copy.deepcopy(model).eval()
    for module in model.modules():
        if isinstance(module, ConvBlock):
            module[0] = fuse_conv_bn_eval(module[0], module[1])
            module[1] = nn.Identity()
    return model


def as_real(levels: torch.Tensor) -> torch.Tensor:
    """Grey levels 0..255 as -1..127/128: in int8 of scale 1/128 and zero point 0, the level minus 128."""
    return (levels.float() - 128) / 128


def multiply_accumulates(model: nn.Module, side: int) -> int:
    """Multiplications of one run on a pair of (side, side)."""
    total = 0

    def count(layer: nn.Module, _: object, out: torch.Tensor) -> None:
        nonlocal total
        total += out.numel() * layer.weight[0].numel()

    model = copy.deepcopy(model).eval()
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(count)
    with torch.no_grad():
        model(torch.zeros(1, 2, side, side))
    return total
