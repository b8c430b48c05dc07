// The outer shell of a bundle: header, hash, section table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/status.h"

namespace aiedge::model {

using Bytes = std::span<const std::uint8_t>;

// A little-endian field; the caller has checked that it lies inside.
template <typename T>
[[nodiscard]] T load(Bytes bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Parts of the file by their meaning; `data_offset` is where DATA begins in the file.
struct Sections {
  Bytes graph;
  Bytes strings;
  Bytes data;
  std::size_t data_offset = 0;
  Bytes labels;
  Bytes golden;  // for aiedge verify; the core does not read it
  Bytes prep;    // how pictures become inputs; empty: none
  Bytes post;    // what the outputs mean; empty: none
};

[[nodiscard]] Result<Sections> read_sections(Bytes file);

[[nodiscard]] bool all_zero(Bytes bytes);

}  // namespace aiedge::model
