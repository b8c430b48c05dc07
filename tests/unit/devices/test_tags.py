from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aiedge.devices.tags import Area, Block, TagAddress, contiguous_blocks

LIMITS: dict[Area, int] = {"coil": 7, "discrete": 7, "input": 3, "holding": 4}

addresses = st.lists(
    st.builds(
        TagAddress,
        area=st.sampled_from(["coil", "discrete", "input", "holding"]),
        address=st.integers(0, 30) | st.integers(0xFFF0, 0xFFFF),
    )
)


@given(addresses)
def test_blocks_cover_exactly_the_tags(tags: list[TagAddress]) -> None:
    blocks = contiguous_blocks(tags, LIMITS)
    covered = [(area, start + n) for area, start, length in blocks for n in range(length)]
    assert sorted(covered) == sorted({(tag.area, tag.address) for tag in tags})
    assert all(1 <= length <= LIMITS[area] for area, _, length in blocks)


@given(addresses)
def test_blocks_are_as_few_as_possible(tags: list[TagAddress]) -> None:
    wanted = {(tag.area, tag.address) for tag in tags}
    fewest = 0
    for area, address in wanted:
        if (area, address - 1) not in wanted:  # a run of neighbours starts here
            run = 1
            while (area, address + run) in wanted:
                run += 1
            fewest += -(-run // LIMITS[area])
    assert len(contiguous_blocks(tags, LIMITS)) == fewest


def test_areas_come_in_the_order_of_their_first_tag() -> None:
    tags = [
        TagAddress(area="coil", address=9),
        TagAddress(area="holding", address=2),
        TagAddress(area="coil", address=8),
        TagAddress(area="holding", address=1),
    ]
    assert contiguous_blocks(tags, LIMITS) == [Block("coil", 8, 2), Block("holding", 1, 2)]


def test_what_fits_where() -> None:
    places = {area: TagAddress(area=area, address=0) for area in LIMITS}
    assert [area for area, place in places.items() if place.writable] == ["coil", "holding"]
    assert [place.highest for place in places.values()] == [1, 1, 65535, 65535]
