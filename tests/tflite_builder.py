"""Builds small .tflite files, also wrong ones: nothing is checked here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

_TYPES = {
    "float16": tflite.TensorType.FLOAT16,
    "float32": tflite.TensorType.FLOAT32,
    "int8": tflite.TensorType.INT8,
    "int16": tflite.TensorType.INT16,
    "int32": tflite.TensorType.INT32,
    "int64": tflite.TensorType.INT64,
    "uint8": tflite.TensorType.UINT8,
}
_OPTIONS = {
    "ADD": "AddOptions",
    "ARG_MAX": "ArgMaxOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "CONCATENATION": "ConcatenationOptions",
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "DEPTH_TO_SPACE": "DepthToSpaceOptions",
    "DEQUANTIZE": "DequantizeOptions",
    "DIV": "DivOptions",
    "EXPAND_DIMS": "ExpandDimsOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "GATHER": "GatherOptions",
    "GELU": "GeluOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "MUL": "MulOptions",
    "PACK": "PackOptions",
    "PAD": "PadOptions",
    "PADV2": "PadV2Options",
    "REDUCE_MAX": "ReducerOptions",
    "RESIZE_BILINEAR": "ResizeBilinearOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "SLICE": "SliceOptions",
    "SOFTMAX": "SoftmaxOptions",
    "SPACE_TO_DEPTH": "SpaceToDepthOptions",
    "SPLIT": "SplitOptions",
    "SPLIT_V": "SplitVOptions",
    "SQUEEZE": "SqueezeOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
    "SUB": "SubOptions",
    "SUM": "ReducerOptions",
    "TRANSPOSE": "TransposeOptions",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTMOptions",
    "UNPACK": "UnpackOptions",
}
_VERSIONS = {
    "ABS": 2,
    "ADD": 2,
    "ARG_MAX": 2,
    "AVERAGE_POOL_2D": 2,
    "CONCATENATION": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "DEQUANTIZE": 2,
    "EXP": 2,
    "FULLY_CONNECTED": 4,
    "GATHER": 2,
    "GELU": 2,
    "LEAKY_RELU": 2,
    "LOG": 2,
    "LOGISTIC": 2,
    "MAXIMUM": 2,
    "MAX_POOL_2D": 2,
    "MEAN": 2,
    "MINIMUM": 2,
    "MUL": 2,
    "PACK": 2,
    "PAD": 2,
    "PADV2": 2,
    "QUANTIZE": 1,
    "RELU": 2,
    "RELU6": 2,
    "RESHAPE": 1,
    "RESIZE_BILINEAR": 3,
    "RESIZE_NEAREST_NEIGHBOR": 3,
    "SLICE": 2,
    "SOFTMAX": 2,
    "SPACE_TO_DEPTH": 2,
    "SPLIT": 2,
    "SPLIT_V": 2,
    "STRIDED_SLICE": 2,
    "SUB": 3,
    "SUM": 2,
    "TANH": 2,
    "TRANSPOSE": 2,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 4,
    "UNPACK": 2,
}


@dataclass
class _Tensor:
    shape: Sequence[int]
    dtype: str
    scales: Sequence[float]
    zero_points: Sequence[int]
    axis: int
    data: NDArray[Any] | None
    name: str
    buffer: int | None
    variable: bool


@dataclass
class _Operator:
    kind: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    options: dict[str, Any]
    intermediates: Sequence[int]


@dataclass
class TfliteBuilder:
    """Collects tensors and operators; :meth:`build` gives the file's bytes."""

    legacy_codes: bool = False
    subgraphs: int = 1
    operator_copies: int = 1  # how often each operator stands in the list, all as the same bytes
    tensors: list[_Tensor] = field(default_factory=list)
    operators: list[_Operator] = field(default_factory=list)

    def tensor(
        self,
        shape: Sequence[int],
        dtype: str = "int8",
        scale: float | Sequence[float] | None = None,
        zero_point: int | Sequence[int] = 0,
        axis: int = 0,
        data: NDArray[Any] | None = None,
        name: str = "",
        buffer: int | None = None,
        variable: bool = False,
    ) -> int:
        """Add a tensor; its index. Without ``scale`` it has no quantization; ``buffer`` overrides its buffer."""
        scales = [] if scale is None else [scale] if isinstance(scale, int | float) else list(scale)
        zeros = [zero_point] * len(scales) if isinstance(zero_point, int) else list(zero_point)
        name = name or f"t{len(self.tensors)}"
        self.tensors.append(_Tensor(shape, dtype, scales, zeros, axis, data, name, buffer, variable))
        return len(self.tensors) - 1

    def operator(
        self,
        kind: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        *,
        intermediates: Sequence[int] = (),
        **options: Any,
    ) -> None:
        """Add an operator; ``options`` by the schema's field names (StrideH=2)."""
        self.operators.append(_Operator(kind, inputs, outputs, options, intermediates))

    def build(self, inputs: Sequence[int], outputs: Sequence[int], external: bool = False) -> bytes:
        """The file; with ``external`` the constants stand after the flatbuffer, as in files above 2 GB."""
        if not external:
            return self._build(inputs, outputs, None)
        # The first pass only tells where the flatbuffer ends.
        end = len(self._build(inputs, outputs, 16))
        data = b"".join(t.data.tobytes() for t in self.tensors if t.data is not None)
        return self._build(inputs, outputs, end) + data

    def _build(self, inputs: Sequence[int], outputs: Sequence[int], external_at: int | None) -> bytes:
        b = flatbuffers.Builder(1024)
        kinds = sorted({operator.kind for operator in self.operators})
        buffers = [self._buffer(b, None)]
        tensors = []
        for tensor in self.tensors:
            number = 0
            if tensor.data is not None:
                number = len(buffers)
                if external_at is None:
                    buffers.append(self._buffer(b, tensor.data))
                else:
                    buffers.append(self._external_buffer(b, external_at, tensor.data.nbytes))
                    external_at += tensor.data.nbytes
            tensors.append(self._tensor(b, tensor, number if tensor.buffer is None else tensor.buffer))
        operators = [self._operator(b, operator, kinds) for operator in self.operators] * self.operator_copies
        codes = [self._code(b, kind) for kind in kinds]
        name = b.CreateString("main")
        parts = [_offsets(b, tensors), _integers(b, inputs), _integers(b, outputs), _offsets(b, operators)]
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, parts[0])
        tflite.SubGraphAddInputs(b, parts[1])
        tflite.SubGraphAddOutputs(b, parts[2])
        tflite.SubGraphAddOperators(b, parts[3])
        tflite.SubGraphAddName(b, name)
        graph = tflite.SubGraphEnd(b)
        vectors = [_offsets(b, codes), _offsets(b, [graph] * self.subgraphs), _offsets(b, buffers)]
        description = b.CreateString("test")
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, 3)
        tflite.ModelAddOperatorCodes(b, vectors[0])
        tflite.ModelAddSubgraphs(b, vectors[1])
        tflite.ModelAddDescription(b, description)
        tflite.ModelAddBuffers(b, vectors[2])
        b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
        return bytes(b.Output())

    def _buffer(self, b: Any, data: NDArray[Any] | None) -> int:
        content = None
        if data is not None:
            raw = np.ascontiguousarray(data).tobytes()
            b.StartVector(1, len(raw), 16)
            b.head -= len(raw)
            b.Bytes[b.head : b.head + len(raw)] = raw
            content = b.EndVector()
        tflite.BufferStart(b)
        if content is not None:
            tflite.BufferAddData(b, content)
        offset: int = tflite.BufferEnd(b)
        return offset

    def _external_buffer(self, b: Any, offset: int, size: int) -> int:
        tflite.BufferStart(b)
        tflite.BufferAddOffset(b, offset)
        tflite.BufferAddSize(b, size)
        buffer: int = tflite.BufferEnd(b)
        return buffer

    def _tensor(self, b: Any, tensor: _Tensor, buffer: int) -> int:
        name = b.CreateString(tensor.name)
        shape = _integers(b, tensor.shape)
        quantization = None
        if tensor.scales:
            scales = b.CreateNumpyVector(np.array(tensor.scales, np.float32))
            zero_points = b.CreateNumpyVector(np.array(tensor.zero_points, np.int64))
            tflite.QuantizationParametersStart(b)
            tflite.QuantizationParametersAddScale(b, scales)
            tflite.QuantizationParametersAddZeroPoint(b, zero_points)
            tflite.QuantizationParametersAddQuantizedDimension(b, tensor.axis)
            quantization = tflite.QuantizationParametersEnd(b)
        tflite.TensorStart(b)
        tflite.TensorAddShape(b, shape)
        tflite.TensorAddType(b, _TYPES[tensor.dtype])
        tflite.TensorAddBuffer(b, buffer)
        tflite.TensorAddName(b, name)
        if quantization is not None:
            tflite.TensorAddQuantization(b, quantization)
        if tensor.variable:
            tflite.TensorAddIsVariable(b, True)
        offset: int = tflite.TensorEnd(b)
        return offset

    def _operator(self, b: Any, operator: _Operator, kinds: Sequence[str]) -> int:
        inputs, outputs = _integers(b, operator.inputs), _integers(b, operator.outputs)
        intermediates = _integers(b, operator.intermediates) if operator.intermediates else None
        options = None
        options_class = _OPTIONS.get(operator.kind)
        if options_class is not None:
            getattr(tflite, f"{options_class}Start")(b)
            for field_name, value in operator.options.items():
                getattr(tflite, f"{options_class}Add{field_name}")(b, value)
            options = getattr(tflite, f"{options_class}End")(b)
        tflite.OperatorStart(b)
        tflite.OperatorAddOpcodeIndex(b, kinds.index(operator.kind))
        tflite.OperatorAddInputs(b, inputs)
        tflite.OperatorAddOutputs(b, outputs)
        if intermediates is not None:
            tflite.OperatorAddIntermediates(b, intermediates)
        if options is not None:
            tflite.OperatorAddBuiltinOptionsType(b, getattr(tflite.BuiltinOptions, str(options_class)))
            tflite.OperatorAddBuiltinOptions(b, options)
        offset: int = tflite.OperatorEnd(b)
        return offset

    def _code(self, b: Any, kind: str) -> int:
        number = getattr(tflite.BuiltinOperator, kind)
        tflite.OperatorCodeStart(b)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(number, 127))
        if not self.legacy_codes:
            tflite.OperatorCodeAddBuiltinCode(b, number)
        tflite.OperatorCodeAddVersion(b, _VERSIONS.get(kind, 1))
        offset: int = tflite.OperatorCodeEnd(b)
        return offset


def _integers(b: Any, values: Sequence[int]) -> int:
    offset: int = b.CreateNumpyVector(np.array(values, np.int32))
    return offset


def _offsets(b: Any, offsets: Sequence[int]) -> int:
    b.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        b.PrependUOffsetTRelative(offset)
    vector: int = b.EndVector()
    return vector
