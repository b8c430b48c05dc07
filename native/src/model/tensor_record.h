// One tensor record of GRPH.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/tensor.h"
#include "model/sections.h"

namespace aiedge::model {

inline constexpr std::size_t kTensorRecordBytes = 96;

// A piece of DATA that a tensor uses: offset in the file and size.
struct DataRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  friend auto operator<=>(const DataRange&, const DataRange&) = default;
};

// A name inside STRS; offset and size are two u32 at `offset` of the record.
[[nodiscard]] Result<std::string_view> read_name(Bytes record, std::size_t offset, Bytes strings);

// `ranges` grows by the pieces of DATA that the tensor uses.
[[nodiscard]] Result<Tensor> read_tensor(Bytes record, Bytes file, const Sections& sections,
                                         std::vector<DataRange>* ranges);

}  // namespace aiedge::model
