from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from aiedge.clock import FakeClock
from aiedge.errors import DeviceError, DeviceLost, DeviceOptionError, DeviceTimeout, EndOfFrames
from aiedge.types import Frame, TimeSource
from aiedge_drivers.camera.folder import FolderCamera

PAIRS = {"test_suffix": "_test.png", "reference_suffix": "_temp.png"}


def picture(path: Path, grey: int, size: tuple[int, int] = (6, 4)) -> None:
    Image.new("L", size, grey).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three boards; the test image of board n is grey n, its template 100 + n."""
    for n in (2, 0, 1):
        picture(tmp_path / f"{n}_test.png", n)
        picture(tmp_path / f"{n}_temp.png", 100 + n)
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "9_test.png").mkdir()
    return tmp_path


def read_all(camera: FolderCamera) -> list[Frame]:
    frames = []
    while True:
        try:
            frames.append(camera.read(1.0))
        except EndOfFrames:
            return frames


def greys(frames: list[Frame]) -> list[tuple[int, int | None]]:
    return [(int(f.image[0, 0]), None if f.reference is None else int(f.reference[0, 0])) for f in frames]


def test_pairs_in_the_order_of_their_names(folder: Path) -> None:
    with FolderCamera(path=folder, **PAIRS) as camera:
        frames = read_all(camera)
    assert greys(frames) == [(0, 100), (1, 101), (2, 102)]
    assert [f.sequence for f in frames] == [0, 1, 2]
    assert [f.metadata["part_id"] for f in frames] == [1, 2, 3]
    assert [f.metadata["file"] for f in frames] == [str(folder / f"{n}_test.png") for n in range(3)]
    assert frames[0].timestamp.source is TimeSource.ARRIVAL


def test_test_images_alone(folder: Path) -> None:
    with FolderCamera(path=str(folder), test_suffix="_test.png", first_part_id=10) as camera:
        frames = read_all(camera)
    assert greys(frames) == [(0, None), (1, None), (2, None)]
    assert frames[-1].metadata["part_id"] == 12


def test_all_pictures_without_suffixes(folder: Path) -> None:
    picture(folder / "Z.BMP", 7)
    with FolderCamera(path=folder) as camera:
        assert greys(read_all(camera)) == [(g, None) for g in (100, 0, 101, 1, 102, 2, 7)]


def test_loop_goes_on_counting(folder: Path) -> None:
    with FolderCamera(path=folder, loop=True, **PAIRS) as camera:
        frames = [camera.read(1.0) for _ in range(5)]
    assert [f.sequence for f in frames] == [0, 1, 2, 3, 4]
    assert [f.metadata["part_id"] for f in frames] == [1, 2, 3, 4, 5]
    assert greys(frames)[3:] == [(0, 100), (1, 101)]


def test_reopened_it_starts_over_with_what_is_there_now(folder: Path) -> None:
    camera = FolderCamera(path=folder, **PAIRS)
    with camera:
        camera.read(1.0)
    picture(folder / "3_test.png", 3)
    picture(folder / "3_temp.png", 103)
    with camera:
        assert [f.sequence for f in read_all(camera)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda f: (f / "1_test.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50)), r"1_test\.png: .*PNG"),
        (lambda f: (f / "1_test.png").write_bytes(b""), r"1_test\.png: .*not a JPEG"),
        (lambda f: (f / "1_temp.png").unlink(), r"1_temp\.png: .*No such file"),
        (lambda f: picture(f / "1_temp.png", 0, (7, 4)), r"1_test\.png: .*\(4, 6\).*\(4, 7\)"),
        (lambda f: picture(f / "1_test.png", 0, (40, 40)), r"1_test\.png: .*40 x 40 pixels"),
    ],
)
def test_bad_picture_is_named_and_the_next_follows(folder: Path, damage: Any, reason: str) -> None:
    damage(folder)
    with FolderCamera(path=folder, max_pixels=1000, **PAIRS) as camera:
        camera.read(1.0)
        with pytest.raises(DeviceError, match=f"AIE-DEV-017: camera/folder: .*{reason}"):
            camera.read(1.0)
        assert camera.state.value == "up"
        assert greys([camera.read(1.0)]) == [(2, 102)]
        assert camera.counters["frames_lost"] == 1
        with pytest.raises(EndOfFrames):
            camera.read(1.0)


def test_colour_is_asked_for(tmp_path: Path) -> None:
    Image.new("RGB", (6, 4), (255, 0, 0)).save(tmp_path / "a_test.png")
    picture(tmp_path / "a_temp.png", 9)
    for colour, shape in ((False, (4, 6)), (True, (4, 6, 3))):
        with FolderCamera(path=tmp_path, colour=colour, **PAIRS) as camera:
            frame = camera.read(1.0)
        assert frame.reference is not None
        assert frame.image.shape == frame.reference.shape == shape


def test_period_is_kept_on_the_given_clock(folder: Path) -> None:
    clock = FakeClock()
    with FolderCamera(path=folder, period_s=0.5, clock=clock, **PAIRS) as camera:
        assert camera.read(0.0).timestamp.value_ns == 0
        with pytest.raises(DeviceTimeout):
            camera.read(0.2)
        assert camera.read(0.3).timestamp.value_ns == 500_000_000
        clock.advance(5.0)  # a slow reader loses no part
        assert camera.read(0.0).sequence == 2


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as caught, FolderCamera(path=tmp_path / "none"):
        pytest.fail("opened a folder that is not there")
    assert caught.value.code == "AIE-DEV-016"
    assert str(tmp_path / "none") in str(caught.value)
    assert "No such file or directory" in str(caught.value)


def test_folder_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"AIE-DEV-016: .*no file \.jpg, \.jpeg, \.png, \.bmp"):
        FolderCamera(path=tmp_path).open()
    picture(tmp_path / "a.png", 0)
    with pytest.raises(DeviceError, match=r"AIE-DEV-016: .*no file \*_test\.png"):
        FolderCamera(path=tmp_path, **PAIRS).open()


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 0)
    with pytest.raises(DeviceError, match=r"AIE-DEV-016: .*a\.png: .*Not a directory"):
        FolderCamera(path=tmp_path / "a.png").open()


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    picture(tmp_path / "b.png", 5)
    with FolderCamera(path=tmp_path) as camera:
        assert greys(read_all(camera)) == [(5, None)]


def test_vanished_folder_is_lost_and_goes_on_where_it_was(folder: Path) -> None:
    away = folder.parent / "away"
    with FolderCamera(path=folder, clock=FakeClock(), **PAIRS) as camera:
        camera.read(1.0)
        folder.rename(away)
        with pytest.raises(DeviceLost, match=r"camera/folder: .*No such file"):
            camera.read(0.05)
        away.rename(folder)
        assert greys(read_all(camera)) == [(1, 101), (2, 102)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"reference_suffix": "_temp.png"}, "reference_suffix needs test_suffix"),
        ({"test_suffix": "_a.png", "reference_suffix": "_a.png"}, "are the same"),
        ({"test_suffix": ""}, "'test_suffix'"),
        ({"period_s": -1.0}, "'period_s'"),
    ],
)
def test_wrong_options(tmp_path: Path, options: dict[str, Any], says: str) -> None:
    with pytest.raises(DeviceOptionError, match=says):
        FolderCamera(path=tmp_path, **options)


@pytest.mark.shared_data
def test_real_boards(shared: Path) -> None:
    pairs = {"test_suffix": "_test.jpg", "reference_suffix": "_temp.jpg"}
    with FolderCamera(path=shared / "data" / "deeppcb", **pairs) as camera:
        frames = read_all(camera)
        assert camera.counters.get("frames_lost", 0) == 0
    assert len(frames) == 500
    assert {f.image.shape for f in frames} == {(640, 640)}
    assert all(f.reference is not None and f.reference.shape == (640, 640) for f in frames)
    assert frames[0].metadata["file"].endswith("00041001_test.jpg")
