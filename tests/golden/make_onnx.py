"""Exports the networks of tests/golden/onnx with both exporters of PyTorch.

PyTorch is too large to install for every run of the tests, so what it writes is kept. Made with torch 2.13.0 (CPU),
onnxscript 0.7.2 and onnx 1.23.2: pip install torch==2.13.0 onnxscript==0.7.2 onnx==1.23.2, then
python tests/golden/make_onnx.py. Each file holds its network as the exporter writes it, without the exporter's notes
of where the source stands, beside an .npz with the inputs and with what PyTorch computes of them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

FOLDER = Path(__file__).with_name("onnx")


class Gate(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.less = nn.Conv2d(channels, channels // 2, 1)
        self.more = nn.Conv2d(channels // 2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.adaptive_avg_pool2d(x, 1)
        return x * functional.hardsigmoid(self.more(functional.relu(self.less(y))))


class Classifier(nn.Module):
    """Inverted bottleneck with a gate, hard-swish and a residual; mean over the image, a layer, softmax."""

    shapes = ((2, 3, 16, 16),)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.Hardswish()
        )
        self.block = nn.Sequential(
            *(nn.Conv2d(8, 16, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6()),
            *(nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False), nn.BatchNorm2d(16), Gate(16)),
            *(nn.Conv2d(16, 8, 1, bias=False), nn.BatchNorm2d(8)),
        )
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = x + self.block(x)
        return torch.softmax(self.head(functional.dropout(x.mean((2, 3)), training=self.training)), dim=1)


class Segmenter(nn.Module):
    """An encoder and a decoder: one step up by a transposed convolution, one by a resize."""

    shapes = ((2, 1, 16, 24),)

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.LeakyReLU(0.1))
        self.two = nn.Sequential(
            nn.Conv2d(4, 8, 3, padding=1), nn.InstanceNorm2d(8, affine=True), nn.PReLU(8)
        )
        self.deep = nn.Conv2d(8, 8, 3, padding=2, dilation=2)
        self.up = nn.ConvTranspose2d(8, 8, 2, stride=2)
        self.smooth = nn.ConvTranspose2d(12, 4, 3, stride=2, padding=1, output_padding=1)
        self.last = nn.Conv2d(8, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        one = self.one(x)
        two = self.two(functional.max_pool2d(one, 2))
        deep = functional.elu(self.deep(functional.avg_pool2d(two, 2)))
        wide = functional.interpolate(one, scale_factor=0.5, mode="bilinear", align_corners=False)
        y = self.smooth(torch.cat([self.up(deep), wide], 1))
        y = self.last(torch.cat([one, functional.relu(y)], 1))
        return torch.sigmoid(y), functional.interpolate(y, size=(8, 12), mode="nearest")


class Detector(nn.Module):
    """Pixels to channels, split and joined again, pools one after another, two levels of boxes and scores."""

    shapes = ((2, 3, 32, 32),)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(12, 8, 3, padding=1)
        self.inner = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.fuse = nn.Conv2d(12, 8, 1)
        self.down = nn.Conv2d(8, 8, 3, stride=2, padding=1)
        self.pooled = nn.Conv2d(32, 8, 1)
        self.fine = nn.Conv2d(16, 6, 1)
        self.coarse = nn.Conv2d(8, 6, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)
        x = functional.silu(self.stem(x))
        one, two = x.chunk(2, 1)
        x = functional.silu(self.fuse(torch.cat([one, two, functional.mish(self.inner(two))], 1)))
        y = functional.silu(self.down(x))
        pools = [y]
        for _ in range(3):
            pools.append(functional.max_pool2d(pools[-1], 5, stride=1, padding=2))
        y = functional.gelu(self.pooled(torch.cat(pools, 1)))
        fine = self.fine(torch.cat([x, functional.interpolate(y, scale_factor=2.0, mode="nearest")], 1))
        levels = [level.flatten(2).transpose(1, 2) for level in (fine, self.coarse(y))]
        boxes, scores = torch.cat(levels, 1).split([4, 2], -1)
        return boxes.exp().clamp(max=50), scores.sigmoid()


class Signals(nn.Module):
    """Vibration: convolutions of signals, normalization of layers, channels dealt out, an autoencoder's error."""

    shapes = ((3, 2, 40),)

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Sequential(nn.Conv1d(2, 8, 5, stride=2, padding=2), nn.BatchNorm1d(8), nn.GELU())
        self.two = nn.Conv1d(8, 8, 3, padding=1, groups=4)
        self.norm = nn.LayerNorm(8)
        self.mix = nn.Sequential(nn.Linear(8, 16), nn.GELU(approximate="tanh"), nn.Linear(16, 8))
        self.groups = nn.GroupNorm(2, 8)
        self.up = nn.ConvTranspose1d(8, 2, 4, stride=2, padding=1)
        self.bottle = nn.Sequential(
            nn.Flatten(), nn.Linear(160, 6), nn.SELU(), nn.Linear(6, 4), nn.Softplus()
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        y = self.one(x)
        n, channels, length = y.shape
        y = y.view(n, 2, channels // 2, length).transpose(1, 2).reshape(n, channels, length)
        y = self.two(y)
        y = y + self.mix(self.norm(y.transpose(1, 2))).transpose(1, 2)
        y = torch.tanh(self.groups(y))
        error = (self.up(y) - x).pow(2).mean(dim=(1, 2)).sqrt()
        return error, self.bottle(y), functional.log_softmax(y.abs().amax(dim=2), dim=1)


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "classifier": Classifier,
    "segmenter": Segmenter,
    "detector": Detector,
    "signals": Signals,
}


def _settle(network: nn.Module) -> None:
    """Statistics as after a training, different ones in each channel."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 2.0)


def _plain(model: onnx.ModelProto) -> bytes:
    """The file without notes on where the source stood."""
    graph = model.graph
    for one in (
        model,
        graph,
        *graph.node,
        *graph.value_info,
        *graph.input,
        *graph.output,
        *graph.initializer,
    ):
        one.ClearField("doc_string")
        one.ClearField("metadata_props")
    del graph.value_info[:]
    data: bytes = model.SerializeToString()
    return data


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for seed, (name, make) in enumerate(NETWORKS.items()):
        torch.manual_seed(seed)
        network = make().eval()
        _settle(network)
        inputs = tuple(torch.randn(shape) for shape in network.shapes)
        with torch.no_grad():
            results = network(*inputs)
        outputs = results if isinstance(results, tuple) else (results,)
        arrays = {f"input{i}": one.numpy() for i, one in enumerate(inputs)}
        arrays |= {f"output{i}": one.numpy() for i, one in enumerate(outputs)}
        np.savez_compressed(FOLDER / f"{name}.npz", **arrays)
        torch.onnx.export(
            network, inputs, written := io.BytesIO(), dynamo=False, opset_version=13, do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE, input_names=["x"], dynamic_axes={"x": {0: "batch"}},
        )  # fmt: skip
        (FOLDER / f"{name}_torchscript.onnx").write_bytes(_plain(onnx.load_from_string(written.getvalue())))
        batch = tuple({0: torch.export.Dim("batch")} for _ in inputs)
        program = torch.onnx.export(network, inputs, dynamo=True, input_names=["x"], dynamic_shapes=batch)
        (FOLDER / f"{name}_dynamo.onnx").write_bytes(_plain(program.model_proto))


if __name__ == "__main__":
    main()
