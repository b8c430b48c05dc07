from __future__ import annotations

from aiedge.bench.chart import draw_chart
from aiedge.bench.result import Result

NATIVE, PEER = (0, 0x72, 0xB2), (0xE6, 0x9F, 0)


def test_bars_are_as_long_as_the_medians() -> None:
    results = [Result("m", "native", 1, 0, [], [[1000]]), Result("m", "tflite", 1, 0, [], [[4000]])]
    picture = draw_chart(results, "a machine")
    widest = {
        colour: max(
            sum(picture.getpixel((x, y)) == colour for x in range(picture.width))
            for y in range(picture.height)
        )
        for colour in (NATIVE, PEER)
    }
    assert widest[PEER] > 300
    assert abs(4 * widest[NATIVE] - widest[PEER]) <= 4


def test_there_is_room_for_every_model() -> None:
    few = [Result("m", "native", 1, 0, [], [[1000]])]
    many = [Result(f"m{i}", "native", 1, 0, [], [[1000]]) for i in range(5)]
    assert draw_chart(many, "").height - draw_chart(few, "").height == 4 * (40 + 26)
