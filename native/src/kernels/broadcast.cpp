#include "kernels/broadcast.h"

#include <algorithm>
#include <cstring>

namespace aiedge::kernels {
namespace {

// Bytes of one operand's tile.
constexpr std::int64_t kTile = 4096;

// The position of an output in the last two axes, which are `rows` x `columns`.
struct Place {
  std::int64_t row, column, rows, columns;
};

// One operand there: the first byte of its block of `rows` x `columns`, and its steps.
struct Operand {
  const std::uint8_t* block;
  std::int32_t row_step, column_step;
};

struct Stretch {
  const std::uint8_t* bytes;
  std::int64_t count;
};

Place place_of(const Broadcast& shape, std::int64_t index) {
  const std::int64_t columns = shape.size[shape.rank - 1];
  const std::int64_t rows = shape.rank > 1 ? shape.size[shape.rank - 2] : 1;
  return {.row = index / columns % rows, .column = index % columns, .rows = rows, .columns = columns};
}

Operand operand(const Broadcast& shape, const std::int32_t* step, const void* input, std::int64_t offset,
                const Place& place) {
  const std::int32_t column_step = step[shape.rank - 1];
  const std::int32_t row_step = shape.rank > 1 ? step[shape.rank - 2] : 0;
  const std::int64_t block = offset - place.row * row_step - place.column * column_step;
  return {static_cast<const std::uint8_t*>(input) + block, row_step, column_step};
}

// `count` copies of the byte at `source`, unless the tile has them.
void fill(std::uint8_t* tile, const std::uint8_t* source, std::int64_t count,
          const std::uint8_t** tile_source) {
  if (*tile_source == source) return;
  std::memset(tile, *source, static_cast<std::size_t>(count));
  *tile_source = source;
}

Stretch stretch(const Operand& from, const Place& place, std::uint8_t* tile,
                const std::uint8_t** tile_source) {
  const std::int64_t in_row = place.columns - place.column;
  const std::int64_t in_block = (place.rows - place.row) * place.columns - place.column;
  if (from.column_step == 1) {
    const std::uint8_t* bytes = from.block + place.row * from.row_step + place.column;
    if (from.row_step == place.columns) return {bytes, in_block};
    if (from.row_step != 0 || place.rows == 1 || place.columns > kTile / 2) return {bytes, in_row};
    // Short rows that repeat: as many copies as fit.
    const std::int64_t copies = std::min(kTile / place.columns, place.rows);
    if (*tile_source != from.block) {
      for (std::int64_t i = 0; i < copies; ++i)
        std::memcpy(tile + i * place.columns, from.block, static_cast<std::size_t>(place.columns));
      *tile_source = from.block;
    }
    return {tile + place.column, std::min(copies * place.columns - place.column, in_block)};
  }
  if (from.row_step == 0) {
    fill(tile, from.block, std::min(kTile, place.rows * place.columns), tile_source);
    return {tile, std::min(kTile, in_block)};
  }
  fill(tile, from.block + place.row * from.row_step, std::min(kTile, place.columns), tile_source);
  return {tile, std::min(kTile, in_row)};
}

}  // namespace

BroadcastOffsets broadcast_offsets(const Broadcast& shape, std::int64_t index) {
  BroadcastOffsets offsets = {0, 0};
  for (std::int32_t axis = shape.rank - 1; axis >= 0; --axis) {
    const std::int64_t position = index % shape.size[axis];
    index /= shape.size[axis];
    offsets.a += position * shape.step_a[axis];
    offsets.b += position * shape.step_b[axis];
  }
  return offsets;
}

std::size_t broadcast_scratch_bytes(const Broadcast& shape) {
  const bool equal = shape.rank == 1 && shape.step_a[0] == 1 && shape.step_b[0] == 1;
  return equal ? 0 : static_cast<std::size_t>(2 * kTile);
}

BroadcastRun broadcast_run(const Broadcast& shape, const void* const* input, std::int64_t index,
                           std::int64_t end, void* scratch, BroadcastTiles* tiles) {
  const BroadcastOffsets offsets = broadcast_offsets(shape, index);
  const Place place = place_of(shape, index);
  auto* memory = static_cast<std::uint8_t*>(scratch);
  std::uint8_t* second = memory == nullptr ? nullptr : memory + kTile;
  const Stretch a =
      stretch(operand(shape, shape.step_a, input[0], offsets.a, place), place, memory, &tiles->source_a);
  const Stretch b =
      stretch(operand(shape, shape.step_b, input[1], offsets.b, place), place, second, &tiles->source_b);
  return {a.bytes, b.bytes, std::min({a.count, b.count, end - index})};
}

}  // namespace aiedge::kernels
