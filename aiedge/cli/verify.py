"""``aiedge verify``: is this bundle whole, signed by somebody trusted, and does it compute here what it must?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from aiedge.api import engine_of
from aiedge.cli.keys import JsonOption, KeysOption
from aiedge.cli.output import print_json
from aiedge.cli.read_bundle_file import read_bundle_file
from aiedge.engines.base import Engine
from aiedge.errors import EXIT_FAILED, SignatureError
from aiedge.model.bundle import read_bundle
from aiedge.model.bundle.golden import GoldenVector, read_golden
from aiedge.model.bundle.provenance import read_provenance
from aiedge.trust.policy import Policy, check_signature
from aiedge.trust.verify import Signature
from aiedge.types import TensorSpec


def verify(
    bundle: Annotated[Path, typer.Argument(help="A .aie bundle.")],
    engine: Annotated[str, typer.Option(help="That runs the golden vectors.")] = "native",
    isa: Annotated[str, typer.Option(help="The instruction set; empty: the best of this CPU.")] = "",
    threads: Annotated[int, typer.Option(min=1, max=64)] = 1,
    require_signature: Annotated[
        bool, typer.Option("--require-signature", help="Fail when the bundle is not signed.")
    ] = False,
    trusted: Annotated[
        list[str] | None, typer.Option(help="Id of a key that may have signed; may be given again.")
    ] = None,
    keys: KeysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a bundle's hash and signature, then run its golden vectors on this machine and compare every bit."""
    data = read_bundle_file(bundle)
    policy = Policy(require_signature, tuple(trusted) if trusted else None, keys)
    signature = check_signature(data, bundle, policy)
    if signature is None and policy.demands_signature():
        raise SignatureError("AIE-MOD-097", where=str(bundle))
    parts = read_bundle(data, str(bundle))
    vectors: list[GoldenVector] = []
    if b"GOLD" in parts.sections:
        vectors = read_golden(parts.sections[b"GOLD"], parts.graph, str(bundle))
    if b"PROV" in parts.sections:
        read_provenance(parts.sections[b"PROV"], str(bundle))
    options = {"isa": isa} if isa else {}
    loaded = engine_of(data, bundle, engine=engine, threads=threads, **options)
    differences = [
        {"vector": number, **difference}
        for number, vector in enumerate(vectors)
        for difference in run_golden(loaded, vector)
    ]
    document = {
        "bundle": str(bundle),
        "hash": "right",
        "signature": _described(signature),
        "golden": {"engine": engine, "vectors": len(vectors), "differences": differences},
    }
    if as_json:
        print_json(document)
    else:
        _print(document)
    if differences:
        raise typer.Exit(EXIT_FAILED)


def run_golden(engine: Engine, vector: GoldenVector) -> list[dict[str, Any]]:
    """Run one vector; for each output that differs: its name, how many elements, the first, what it must be and is."""
    out = [np.zeros(spec.shape, spec.dtype) for spec in engine.outputs]
    engine.run([np.ascontiguousarray(array) for array in vector.inputs], out)
    return [
        difference
        for spec, expected, given in zip(engine.outputs, vector.outputs, out, strict=True)
        if (difference := _difference(spec, expected, given)) is not None
    ]


def _difference(spec: TensorSpec, expected: NDArray[Any], given: NDArray[Any]) -> dict[str, Any] | None:
    """NaN agrees with NaN, whose bits aiedge-1 leaves open; all else must have the same bits, the zero's sign too."""
    wanted, had = np.ascontiguousarray(expected).reshape(-1), given.reshape(-1)
    same = wanted.view(f"u{wanted.itemsize}") == had.view(f"u{had.itemsize}")
    if wanted.dtype.kind == "f":
        same |= np.isnan(wanted) & np.isnan(had)
    if same.all():
        return None
    first = int(np.argmin(same))
    return {
        "output": spec.name,
        "elements": int(np.count_nonzero(~same)),
        "of": int(same.size),
        "first": [int(i) for i in np.unravel_index(first, spec.shape)],
        "expected": repr(wanted[first].item()),
        "given": repr(had[first].item()),
    }


def _described(signature: Signature | None) -> dict[str, Any] | None:
    if signature is None:
        return None
    return {
        "key_id": signature.key_id,
        "signer": signature.signer,
        "expires": signature.expires or None,
        "detached": signature.detached,
    }


def _print(document: dict[str, Any]) -> None:
    typer.echo(document["bundle"])
    typer.echo("hash       right")
    signature = document["signature"]
    if signature is None:
        typer.echo("signature  none")
    else:
        until = f", until {signature['expires']}" if signature["expires"] else ""
        form = "detached, " if signature["detached"] else ""
        typer.echo(f"signature  {form}by {signature['signer']}, key {signature['key_id']}{until}")
    golden = document["golden"]
    if not golden["vectors"]:
        typer.echo("golden     none")
    elif not golden["differences"]:
        typer.echo(f"golden     {golden['vectors']} vectors, each bit as it must be ({golden['engine']})")
    for row in golden["differences"]:
        typer.echo(f"golden     {_sentence(row)}")


def _sentence(row: dict[str, Any]) -> str:
    name = "".join(c if c.isprintable() else "?" for c in row["output"])
    return (
        f"vector {row['vector']}, output {name}: {row['elements']} of {row['of']} elements differ, "
        f"the first at {row['first']}: {row['given']} instead of {row['expected']}"
    )
