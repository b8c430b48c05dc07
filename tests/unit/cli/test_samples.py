"""Calibration data as people have it: read exactly, or refused in one line that names the file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aiedge.cli.samples.calibration import CalibrationSamples
from aiedge.cli.samples.find import Form, Sample, find_samples
from aiedge.cli.samples.stored import Scaling
from aiedge.errors import AiedgeError
from aiedge.types import TensorSpec

PICTURE = TensorSpec("x", (1, 4, 6, 3), np.dtype(np.float32))
GREY_FIRST = TensorSpec("x", (1, 1, 4, 6), np.dtype(np.float32))
VECTOR = TensorSpec("x", (1, 6), np.dtype(np.float32))
OTHER = TensorSpec("y", (1, 2), np.dtype(np.float32))
INT8 = TensorSpec("x", (1, 6), np.dtype(np.int8), 0.5, 3)
PIXELS = Scaling((127.5,), (127.5,))
CHANNELS = Scaling((10.0, 20.0, 30.0), (2.0, 4.0, 8.0))


def read_all(path: Path, form: Form) -> list[list[np.ndarray]]:
    return [sample.read() for sample in find_samples([path], form).samples]


def save_picture(path: Path, *, width: int = 6, height: int = 4, mode: str = "RGB") -> np.ndarray:
    rng = np.random.default_rng(4)
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    pixels = rng.integers(0, 256, shape, np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


def test_a_picture_by_mean_and_std(tmp_path: Path) -> None:
    pixels = save_picture(tmp_path / "a.png")
    [[array]] = read_all(tmp_path / "a.png", Form([PICTURE], CHANNELS))
    expected = (pixels - np.array([10.0, 20, 30])) / np.array([2.0, 4, 8])
    assert array.dtype == np.float32
    assert np.array_equal(array[0], expected.astype(np.float32))


def test_a_grey_picture_for_channels_first(tmp_path: Path) -> None:
    pixels = save_picture(tmp_path / "a.png", mode="L")
    [[array]] = read_all(tmp_path / "a.png", Form([GREY_FIRST], PIXELS))
    assert array.shape == (1, 1, 4, 6)
    assert array.flags.c_contiguous
    assert np.array_equal(array[0, 0], ((pixels.astype(float) - 127.5) / 127.5).astype(np.float32))


@pytest.mark.parametrize("shape", [(6,), (1, 6), (1, 6, 1), (5, 6), (5, 1, 6), (5, 6, 1)])
def test_arrays_of_one_sample_and_of_many(tmp_path: Path, shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    np.save(tmp_path / "a.npy", values)
    read = read_all(tmp_path / "a.npy", Form([VECTOR]))
    assert len(read) == values.size // 6
    assert all(array.shape == (1, 6) and array.dtype == np.float32 for [array] in read)
    assert np.array_equal(np.concatenate([array.ravel() for [array] in read]), values.ravel())


@given(st.sampled_from(["int8", "uint8", "int16", "float16", "float32", "float64"]), st.booleans())
def test_every_type_of_numbers_keeps_its_values(
    tmp_path_factory: pytest.TempPathFactory, dtype: str, columns: bool
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a.npy"
    values = np.arange(12).reshape(2, 6).astype(dtype)
    np.save(path, np.asfortranarray(values) if columns else values.astype(values.dtype.newbyteorder(">")))
    read = read_all(path, Form([VECTOR], Scaling((3.0,), (2.0,))))
    got = np.concatenate([array for [array] in read])
    assert np.array_equal(
        got, values.astype(float) if dtype.startswith("f") else (values.astype(float) - 3) / 2
    )


def test_raw_tensors(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.int8) - 3
    (tmp_path / "a.bin").write_bytes(values.tobytes())
    [[array]] = read_all(tmp_path / "a.bin", Form([VECTOR], Scaling((-2.0,), (0.5,)), raw_dtype="int8"))
    assert np.array_equal(array, [(values.astype(np.float32) + 2) / 0.5])
    [[same]] = read_all(tmp_path / "a.bin", Form([INT8]))
    assert np.array_equal(same[0], values)
    (tmp_path / "b.bin").write_bytes(values.astype("<f4").tobytes())
    [[floats]] = read_all(tmp_path / "b.bin", Form([VECTOR]))
    assert np.array_equal(floats[0], values)


def test_real_values_for_a_quantized_input(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[0.0, 0.5, -0.5, 1000, -1000, 0.74]]))
    [[array]] = read_all(tmp_path / "a.npy", Form([INT8]))
    assert array.tolist() == [[3, 4, 2, 127, -128, 4]]


def test_arrays_with_names(tmp_path: Path) -> None:
    x, y = np.arange(18.0).reshape(3, 6), np.arange(6.0).reshape(3, 2)
    np.savez_compressed(tmp_path / "a.npz", y=y, x=x, labels=np.arange(3))
    read = read_all(tmp_path / "a.npz", Form([VECTOR, OTHER]))
    assert [[part.tolist() for part in sample] for sample in read] == [
        [x[i : i + 1].tolist(), y[i : i + 1].tolist()] for i in range(3)
    ]
    # One input, and one array that fits it, need no name.
    np.savez(tmp_path / "b.npz", specs=x, labels=np.arange(3))
    assert len(read_all(tmp_path / "b.npz", Form([VECTOR]))) == 3


def test_a_folder_with_folders_inside_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2.npy", "a/10.NPY", "1.npy", ".hidden.npy", "b/.git/3.npy"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            np.save(stream, np.zeros(6, np.float32))
    (tmp_path / "b" / "labels.txt").write_text("bad")
    found = find_samples([tmp_path], Form([VECTOR]))
    names = [str(Path(sample.name).relative_to(tmp_path)) for sample in found.samples]
    assert names == ["1.npy[0]", "a/10.NPY[0]", "b/2.npy[0]"]
    assert [path.name for path in found.left_out] == ["labels.txt"]


def test_chosen_samples_are_the_same_for_one_seed_and_read_once(tmp_path: Path) -> None:
    reads: list[int] = []

    def sample(index: int) -> Sample:
        def read() -> list[np.ndarray]:
            reads.append(index)
            return [np.full(2, index)]

        return Sample(str(index), read)

    found = [sample(index) for index in range(50)]
    first, again = CalibrationSamples(found, 10, 7), CalibrationSamples(found, 10, 7)
    values = [int(array[0]) for [array] in first]
    assert values == [int(array[0]) for [array] in again]
    assert values == sorted(set(values))
    assert len(first) == len(first[:]) == 10
    assert reads == values * 2
    assert [int(array[0]) for [array] in CalibrationSamples(found, 10, 8)] != values
    assert [int(array[0]) for [array] in CalibrationSamples(found, None, 7)] == list(range(50))


# -- what is wrong -----------------------------------------------------------------------------------------------


def npy(array: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npz(**arrays: object) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def cut(content: bytes, count: int) -> bytes:
    return content[:-count]


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((width, height), 50).convert(mode).save(stream, format="PNG")
    return stream.getvalue()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(1100):
            archive.writestr(f"a{index}.npy", npy(np.zeros(1)))
    return stream.getvalue()


def shaped(shape: str) -> bytes:
    """An array whose header tells another shape."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(470) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(24)


def odd_archive() -> bytes:
    """The only name in it says that it is UTF-8, and is not."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("aé.npy", npy(np.zeros((1, 6))))
    return stream.getvalue().replace("é".encode(), b"\xff\xfe")


def damaged_lzma() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.npy", npy(np.zeros((1, 6))))
    return stream.getvalue().replace(b"\x05\x00\x5d", b"\x05\x00\xff", 1)


WITH_NAN = np.array([[0, 1, 2, np.nan, 4, 5]], np.float32)
HUGE_HEADER = npy(np.zeros(6, np.float32)).replace(b"(6,)", b"(9999999999,)", 1)[:128] + bytes(24)

CASES: dict[str, tuple[str, bytes, Form, str]] = {
    "wrong size of a picture": ("a.png", png(7, 4), Form([PICTURE], PIXELS), "AIE-MOD-091"),
    "picture turned": ("a.png", png(4, 6), Form([PICTURE], PIXELS), "AIE-MOD-091"),
    "picture without a scale": ("a.png", png(6, 4), Form([PICTURE]), "AIE-MOD-090"),
    "scale for four channels": (
        "a.png",
        png(6, 4),
        Form([PICTURE], Scaling((0, 0, 0, 0), (1.0,))),
        "AIE-CLI-001",
    ),
    "picture for a vector": ("a.png", png(6, 4), Form([VECTOR], PIXELS), "AIE-CLI-005"),
    "no picture": ("a.jpg", b"not a picture", Form([PICTURE], PIXELS), "AIE-CLI-003"),
    "empty picture": ("a.png", b"", Form([PICTURE], PIXELS), "AIE-CLI-003"),
    "picture cut off": ("a.png", png(6, 4)[:80], Form([PICTURE], PIXELS), "AIE-CLI-003"),
    "picture of 16 bits": ("a.png", png(6, 4, "I;16"), Form([PICTURE], PIXELS), "AIE-CLI-003"),
    "unknown kind": ("a.tiff", b"II*\0", Form([PICTURE], PIXELS), "AIE-CLI-003"),
    "wrong shape": ("a.npy", npy(np.zeros((3, 7))), Form([VECTOR]), "AIE-CLI-004"),
    "axes in another order": ("a.npy", npy(np.zeros((2, 3, 4, 6))), Form([PICTURE]), "AIE-CLI-004"),
    "a number": ("a.npy", npy(np.float32(1)), Form([VECTOR]), "AIE-CLI-004"),
    "no sample": ("a.npy", npy(np.zeros((0, 6))), Form([VECTOR]), "AIE-MOD-088"),
    "NaN": ("a.npy", npy(WITH_NAN), Form([VECTOR]), "AIE-MOD-089"),
    "infinity": ("a.npy", npy(np.full((2, 6), np.inf)), Form([VECTOR]), "AIE-MOD-089"),
    "integers for float": ("a.npy", npy(np.zeros((2, 6), np.uint8)), Form([VECTOR]), "AIE-MOD-090"),
    "truths": ("a.npy", npy(np.zeros((2, 6), bool)), Form([INT8]), "AIE-CLI-004"),
    "other integers": ("a.npy", npy(np.zeros((2, 6), np.int16)), Form([INT8]), "AIE-CLI-004"),
    "complex numbers": ("a.npy", npy(np.zeros((2, 6), complex)), Form([VECTOR]), "AIE-CLI-010"),
    "text": ("a.npy", npy(np.array(["a"] * 6)), Form([VECTOR]), "AIE-CLI-010"),
    "objects": ("a.npy", npy(np.array([{}] * 6, object)), Form([VECTOR]), "AIE-CLI-010"),
    "no array": ("a.npy", b"PK\3\4 something", Form([VECTOR]), "AIE-CLI-010"),
    "empty array file": ("a.npy", b"", Form([VECTOR]), "AIE-CLI-010"),
    "array cut off": ("a.npy", cut(npy(np.zeros((3, 6))), 8), Form([VECTOR]), "AIE-CLI-010"),
    "header beyond the file": ("a.npy", HUGE_HEADER, Form([VECTOR]), "AIE-CLI-010"),
    "shape below 0": ("a.npy", shaped("(-1,)"), Form([VECTOR]), "AIE-CLI-010"),
    "shape of nothing below 0": ("a.npy", shaped("(0, -5)"), Form([VECTOR]), "AIE-CLI-010"),
    "shape of a positive product": ("a.npy", shaped("(-2, -3)"), Form([VECTOR]), "AIE-CLI-010"),
    "too many axes": ("a.npy", shaped(f"({'1, ' * 65})"), Form([VECTOR]), "AIE-CLI-010"),
    "axis beyond all memory": ("a.npy", shaped(f"(0, {2**70})"), Form([VECTOR]), "AIE-CLI-010"),
    "archive with a name that is no text": ("a.npz", odd_archive(), Form([VECTOR]), "AIE-CLI-010"),
    "archive with damaged LZMA": ("a.npz", damaged_lzma(), Form([VECTOR]), "AIE-CLI-010"),
    "no archive": ("a.npz", b"no archive", Form([VECTOR]), "AIE-CLI-010"),
    "archive cut off": ("a.npz", cut(npz(x=np.zeros((3, 6))), 30), Form([VECTOR]), "AIE-CLI-010"),
    "archive of too many": ("a.npz", bomb(), Form([VECTOR]), "AIE-CLI-010"),
    "empty archive": ("a.npz", npz(), Form([VECTOR]), "AIE-MOD-093"),
    "no array that fits": ("a.npz", npz(a=np.zeros(5), b=np.zeros(7)), Form([VECTOR]), "AIE-MOD-093"),
    "two that fit": ("a.npz", npz(a=np.zeros((2, 6)), b=np.zeros((3, 6))), Form([VECTOR]), "AIE-MOD-093"),
    "named array that does not fit": ("a.npz", npz(x=np.zeros((2, 5))), Form([VECTOR]), "AIE-CLI-004"),
    "an input without array": ("a.npz", npz(x=np.zeros((2, 6))), Form([VECTOR, OTHER]), "AIE-MOD-093"),
    "unequal numbers": (
        "a.npz",
        npz(x=np.zeros((2, 6)), y=np.zeros((3, 2))),
        Form([VECTOR, OTHER]),
        "AIE-MOD-093",
    ),
    "one array for two inputs": ("a.npy", npy(np.zeros((2, 6))), Form([VECTOR, PICTURE]), "AIE-MOD-093"),
    "raw too short": ("a.bin", bytes(23), Form([VECTOR]), "AIE-MOD-094"),
    "raw too long": ("a.bin", bytes(24 * 16), Form([VECTOR]), "AIE-MOD-094"),
    "raw empty": ("a.bin", b"", Form([VECTOR]), "AIE-MOD-094"),
    "raw NaN": ("a.bin", WITH_NAN.tobytes(), Form([VECTOR]), "AIE-MOD-089"),
    "raw of another type": ("a.bin", bytes(6), Form([VECTOR], PIXELS, raw_dtype="int16"), "AIE-MOD-094"),
    "raw integers without a scale": ("a.bin", bytes(6), Form([VECTOR], raw_dtype="int8"), "AIE-MOD-090"),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_is_told_with_the_file_s_name(tmp_path: Path, case: str) -> None:
    name, content, form, code = CASES[case]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AiedgeError) as caught:
        read_all(tmp_path, Form(form.specs, form.scaling, form.raw_dtype)) if name != "a.tiff" else read_all(
            tmp_path / name, form
        )
    assert caught.value.code.startswith(code)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: None, "AIE-MOD-088"),
        (lambda folder: (folder / "labels.txt").write_text("a"), "AIE-MOD-088"),
        (lambda folder: (folder / ".a.npy").write_bytes(npy(np.zeros(6))), "AIE-MOD-088"),
    ],
    ids=["empty", "only other files", "only hidden files"],
)
def test_a_folder_without_samples(tmp_path: Path, make: Callable[[Path], object], code: str) -> None:
    make(tmp_path)
    with pytest.raises(AiedgeError) as caught:
        find_samples([tmp_path], Form([VECTOR]))
    assert caught.value.code == code
    assert str(tmp_path) in str(caught.value)


def test_what_is_not_there_or_gone(tmp_path: Path) -> None:
    for name in ("none.npy", "none.npz", "none.bin", "none.png", "none"):
        with pytest.raises(AiedgeError, match="AIE-CLI-002"):
            find_samples([tmp_path / name], Form([PICTURE], PIXELS))
    for name, form in (("a.bin", Form([VECTOR])), ("a.png", Form([PICTURE], PIXELS))):
        (tmp_path / name).write_bytes(b"")
        [sample] = find_samples([tmp_path / name], form).samples
        (tmp_path / name).unlink()
        with pytest.raises(AiedgeError, match="AIE-CLI-002"):
            sample.read()


@pytest.mark.parametrize(
    ("mean", "std"),
    [((), (1.0,)), ((0.0,), (0.0,)), ((float("nan"),), (1.0,)), ((0.0, 1.0), (1.0, 1.0, 1.0))],
)
def test_scalings_that_cannot_be(mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    with pytest.raises(AiedgeError, match="AIE-CLI-001"):
        Scaling(mean, std)
