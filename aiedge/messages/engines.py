"""Texts of engine and input errors (AIE-ENG)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-ENG-001": Message("There is no engine named {name!r}.", "Use one of: {known}."),
    "AIE-ENG-002": Message(
        "The native core is not built for this Python ({reason}).",
        "Reinstall aiedge with a C++20 compiler present.",
    ),
    "AIE-ENG-003": Message(
        "The model has {expected} {kind}(s), {given} given.", "Give one array for each {kind}."
    ),
    "AIE-ENG-004": Message(
        "{name!r} must be {expected}, given is {given}.",
        "Convert the array; model.inputs[i].quantize(x) gives the right dtype for real values.",
    ),
    "AIE-ENG-005": Message("The array for {name!r} is not C-contiguous.", "Pass numpy.ascontiguousarray(x)."),
    "AIE-ENG-006": Message(
        "The engine needs the Python package {package!r}, which is not installed.",
        "Run: pip install 'aiedge[{extra}]'",
    ),
    "AIE-ENG-007": Message(
        "The engine failed: {reason}.", "Run `aiedge inspect` on the model, and report this."
    ),
    "AIE-ENG-008": Message(
        "The engine {engine!r} does not run {suffix} files.", "Use the engine 'native' for them."
    ),
    "AIE-ENG-009": Message(
        "The native core cannot do this here: {reason}.",
        "Correct AIEDGE_ISA (reference, avx2, avxvnni, avx512vnni), or unset it to take the best of this CPU.",
    ),
    "AIE-ENG-010": Message(
        "The model cannot be held: {reason}.", "Use a smaller model or fewer threads, or free memory."
    ),
    "AIE-ENG-011": Message(
        "The engine cannot be made so: {reason}.", "Correct the argument, for example threads=1."
    ),
    "AIE-ENG-012": Message(
        "The memory of output {name!r} overlaps another array.",
        "Give every input and output an array of its own.",
    ),
    "AIE-ENG-013": Message(
        "Another thread is running this model.",
        "Load the model once for each thread, or guard it with a lock.",
    ),
    "AIE-ENG-014": Message(
        "The engine {engine!r} could not be measured: {reason}.", "Correct that, or leave the engine out."
    ),
    "AIE-ENG-015": Message("The array for {name!r} is read-only.", "Pass an array that can be written."),
    "AIE-ENG-016": Message(
        "The system refuses: {reason}.",
        "Name CPUs that this process may use (taskset -p shows them); a real-time priority needs CAP_SYS_NICE or "
        "rtprio in limits.conf.",
    ),
    "AIE-ENG-017": Message("The engine {engine!r} has no option {option!r}.", "It has: {known}."),
}
