"""Texts of model errors (AIE-MOD)."""

from __future__ import annotations

from aiedge.messages.message import Message

_AGAIN = "Get the file again, or export the model again."

MESSAGES: dict[str, Message] = {
    "AIE-MOD-001": Message("The file cannot be read: {reason}.", "Check the path and its permissions."),
    "AIE-MOD-002": Message(
        "A file named {suffix!r} is not a model that aiedge reads.", "Give a .tflite, .onnx or .aie file."
    ),
    "AIE-MOD-003": Message(
        "The file has {size_bytes} bytes; aiedge reads models of up to {limit_bytes} bytes.",
        "Use a smaller model.",
    ),
    "AIE-MOD-004": Message("The TFLite file is damaged: {reason}.", _AGAIN),
    "AIE-MOD-005": Message(
        "The operator {operator} is not supported.",
        "Use only the operators that are: {supported}.",
    ),
    "AIE-MOD-006": Message(
        "The tensor's type {dtype} is not supported.", "Quantize the whole model to int8 or uint8."
    ),
    "AIE-MOD-007": Message(
        "The model computes in {dtype}; aiedge runs models that are quantized from input to output.",
        "Export it as full integer: int8 inputs, outputs and operators.",
    ),
    "AIE-MOD-008": Message(
        "The tensor's shape {shape} is not fixed.",
        "Export the model with a fixed batch and fixed sizes, each 1 or more.",
    ),
    "AIE-MOD-009": Message(
        "The model is not valid: {reason}.",
        "Export the model again; if it stays so, the exporter is at fault.",
    ),
    "AIE-MOD-010": Message(
        "The model uses {feature}, which is not supported.", "Export the model without it."
    ),
    "AIE-MOD-011": Message(
        "The bundle is damaged: {reason}.", "Get the file again, or compile the model again."
    ),
    "AIE-MOD-012": Message(
        "The bundle has format {major}, this aiedge reads format {supported}.", "Install a newer aiedge."
    ),
    "AIE-MOD-013": Message(
        "The bundle's required section {section!r} is unknown to this aiedge.", "Install a newer aiedge."
    ),
    "AIE-MOD-014": Message(
        "The bundle's arithmetic is {arithmetic!r}, this aiedge has {supported!r}.", "Install a newer aiedge."
    ),
    "AIE-MOD-015": Message("The labels cannot be stored: {reason}.", "Give one label a line."),
    "AIE-MOD-016": Message(
        "The file cannot be written: {reason}.", "Check the path, its permissions and the disk."
    ),
    "AIE-MOD-017": Message(
        "The model has {count} {unit}; aiedge takes up to {limit}.", "Use a smaller model."
    ),
    "AIE-MOD-018": Message(
        "The native core refuses the bundle: {reason}.",
        "Get the file again, or compile the model again with this version of aiedge.",
    ),
    "AIE-MOD-040": Message("The ONNX file is damaged: {reason}.", _AGAIN),
    "AIE-MOD-041": Message(
        "The tensor's data stand in another file, which aiedge does not open.",
        "Save the model as one file: onnx.save(onnx.load(FILE), FILE).",
    ),
    "AIE-MOD-042": Message(
        "The model computes in float here: {reason}.",
        "Quantize it from input to output (onnxruntime's quantize_static, QDQ or QOperator), or run it as it is with "
        "--engine onnxruntime.",
    ),
    "AIE-MOD-043": Message(
        "The ONNX operator {operator} is not supported.",
        "Use those that docs/onnx.md lists, or run the model as it is with --engine onnxruntime.",
    ),
    "AIE-MOD-044": Message(
        "The file uses version {version} of ONNX's operators; aiedge knows {oldest} to {newest}.",
        "Export it with another opset_version, or convert it with onnx.version_converter.",
    ),
    "AIE-MOD-045": Message(
        "The batch is to be {batch}, and the file fixes it to {fixed}.",
        "Leave the batch out, or export the model with an open first axis.",
    ),
    "AIE-MOD-046": Message(
        "The model ends in a softmax that is computed in float.",
        "Quantize its output, too, or leave it out with --cut-softmax: the scores' order stays the same.",
    ),
}
