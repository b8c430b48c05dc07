"""Texts of errors about keys and signatures (AIE-MOD)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-MOD-097": Message(
        "The bundle is not signed, and only signed bundles may be loaded here.",
        "Sign it with aiedge sign; require_signature and AIEDGE_REQUIRE_SIGNATURE demand it (docs/signing.md).",
    ),
    "AIE-MOD-098": Message(
        "A {suffix} file cannot carry a signature, and only signed bundles may be loaded here.",
        "Compile it with aiedge compile, and sign the bundle with aiedge sign.",
    ),
    "AIE-MOD-099": Message(
        "The bundle is signed with the key {key}, which is not trusted here; trusted are: {known}.",
        "If the signer is to be trusted, add the public key: aiedge keys trust FILE.",
    ),
    "AIE-MOD-100": Message(
        "The bundle is signed with the key {key}, which trusted_keys does not list; it lists: {known}.",
        "Sign it with a key that is listed, or list this one.",
    ),
    "AIE-MOD-101": Message(
        "The bundle is not the one that was signed with the key {key}: bytes of it or of the signature were changed.",
        "Get the bundle and its signature again from where it was signed.",
    ),
    "AIE-MOD-102": Message(
        "The signature is false: the key {key} did not make it.",
        "Get the bundle and its signature again from where it was signed.",
    ),
    "AIE-MOD-103": Message(
        "The signature expired at {expired}.",
        "Sign the bundle again with a later date; if the date is in the future, set this machine's clock.",
    ),
    "AIE-MOD-104": Message(
        "The signature is damaged: {reason}.",
        "Get the bundle and its signature again, or sign the bundle again.",
    ),
    "AIE-MOD-105": Message(
        "The signature has {what}, which this aiedge does not know.", "Install a newer aiedge."
    ),
    "AIE-MOD-106": Message(
        "The key cannot be used: {reason}.", "Give an Ed25519 key in PEM, as aiedge keys new makes it."
    ),
    "AIE-MOD-107": Message(
        "Others may read the private key (mode {mode}).",
        "Make it yours alone with chmod 600, and replace the key if others have had access.",
    ),
    "AIE-MOD-108": Message(
        "The private key cannot be opened: {reason}.",
        "Give the key's passphrase by --passphrase-file or AIEDGE_KEY_PASSPHRASE, and none for a key without one.",
    ),
    "AIE-MOD-109": Message(
        "The folder of trusted keys cannot be used: {reason}.",
        "Check the folder that --keys, AIEDGE_KEYS or the configuration names; aiedge keys list shows what it holds.",
    ),
    "AIE-MOD-110": Message(
        "The bundle has no room for a signature inside.",
        "Compile the model again with this aiedge, or sign with --detached.",
    ),
    "AIE-MOD-111": Message(
        "The value {value!r} is neither 0 nor 1.", "Set it to 1 to load signed bundles only, or unset it."
    ),
    "AIE-MOD-112": Message(
        "There is a key of that name already, and no key is overwritten.",
        "Take another name, or move the old key away.",
    ),
    "AIE-MOD-113": Message(
        "The key cannot be written: {reason}.", "Check the path, its permissions and the disk."
    ),
    "AIE-MOD-114": Message(
        "Others may write here (mode {mode}), so that anybody could add a key to trust.",
        "Take that right away with chmod go-w, and look through the keys.",
    ),
}
