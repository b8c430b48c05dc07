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
        "The tensor's type {dtype} is not supported.",
        "Export the model in float32, or quantized to int8 or uint8.",
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
    "AIE-MOD-050": Message(
        "The constant holds {value}, which is no finite number.",
        "The training diverged, or the file is damaged: export the model again from a good state.",
    ),
    "AIE-MOD-070": Message("The value {value!r} cannot be.", "It has to be {expected}."),
    "AIE-MOD-071": Message(
        "There are no calibration samples.",
        "Give some dozens of typical inputs: what the model will see, every kind of it.",
    ),
    "AIE-MOD-072": Message(
        "Calibration sample {sample} has {given}; the model's input {name!r} needs {expected}.",
        "Prepare the samples exactly as for the float model.",
    ),
    "AIE-MOD-073": Message(
        "Calibration sample {sample} holds a value that is not a finite number.",
        "Look for a division by 0 or a log of 0 where the samples are prepared.",
    ),
    "AIE-MOD-074": Message(
        "The float model computes a value that is not a finite number from calibration sample {sample}.",
        "Run the float model on that sample: it is at fault, or the sample is not prepared as it was trained.",
    ),
    "AIE-MOD-075": Message(
        "The constant {name!r} holds a value that is not a finite number.",
        "The training diverged, or the file is damaged: export a good state again.",
    ),
    "AIE-MOD-076": Message(
        "The node {name!r} is to stay in float, and the model has none of that name.",
        "Its nodes are, among others: {known}.",
    ),
    "AIE-MOD-077": Message(
        "The model has nothing to quantize: no node computes in float.",
        "Compile it as it is.",
    ),
    "AIE-MOD-078": Message(
        "The scales of {name!r} are beyond what float32 holds: {reason}.",
        "Its values are far too large or too small: normalise the weights or inputs, or keep the node in float.",
    ),
    "AIE-MOD-079": Message(
        "The engine gave {given} arrays for a graph of {expected} tensors.",
        "A runner returns one array for each tensor, as interpret_all does.",
    ),
    "AIE-MOD-085": Message(
        "The two have no layer of one name: the first has {a}, the second {b}.",
        "Give two files that were made from one network by tools that keep the tensors' names.",
    ),
    "AIE-MOD-086": Message(
        "No engine named {name!r} shows the values between its operators.",
        "Use one of: {known}; the native one may be held to an instruction set, as in native:reference.",
    ),
    "AIE-MOD-087": Message(
        "The two take different inputs: {a}; and {b}.", "Give two files that were made from one network."
    ),
    "AIE-MOD-088": Message(
        "There is no sample here: {reason}.",
        "Give pictures (JPEG, PNG, BMP), arrays (.npy, .npz) or raw tensors (.bin), or a folder with such files.",
    ),
    "AIE-MOD-089": Message(
        "Sample {index} of the file holds a NaN or an infinity.",
        "Take the sample out, or mend what wrote it.",
    ),
    "AIE-MOD-090": Message(
        "The file holds {dtype}, the model's input {name!r} takes real values.",
        "Say what the numbers mean: --mean and --std with value = (number - mean) / std, as in the model's training.",
    ),
    "AIE-MOD-091": Message(
        "The picture is {given} pixels, the model takes {expected}.",
        "Resize the pictures as the model's training did, or say how: --processing processing.yaml.",
    ),
    "AIE-MOD-092": Message(
        "The picture cannot become the input {name!r}: {reason}.",
        "Give pictures as the processing expects them, or the whole input as .npy or .npz.",
    ),
    "AIE-MOD-093": Message(
        "The model's inputs are {inputs}; the file has {arrays}.",
        "Give an .npz file with an array for each input, under its name, the samples along the first axis.",
    ),
    "AIE-MOD-094": Message(
        "The raw tensor has {size_bytes} bytes, the input {name!r} takes {count} numbers of {dtype}.",
        "If its numbers are of another type, say so: --stored int8 (uint8, int16, float32).",
    ),
    "AIE-MOD-095": Message(
        "The bundle has format {version}, this aiedge reads {supported}, and it holds what this aiedge does not know: "
        "{reason}.",
        "Install a newer aiedge.",
    ),
    "AIE-MOD-096": Message(
        "The bundle's section {section} would have {size_bytes} bytes, {limit_bytes} are allowed.",
        "Store less: fewer golden vectors, shorter notes.",
    ),
    "AIE-MOD-115": Message(
        "The processing does not fit the model: {reason}.",
        "Correct the processing.yaml (docs/processing.md); aiedge inspect shows the model's inputs and outputs.",
    ),
    "AIE-MOD-116": Message(
        "The bundle's sections PREP and POST cannot be used: {reason}.",
        "Get the file again, or compile the model again with --processing.",
    ),
    "AIE-MOD-117": Message(
        "The picture cannot be processed: {reason}.",
        "Give a uint8 picture, grey or RGB, of the size and with the reference that the model needs.",
    ),
    "AIE-MOD-118": Message(
        "The model has no processing.",
        "Compile it with --processing, and run the bundle with the native engine.",
    ),
}
