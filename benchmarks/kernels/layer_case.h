// One layer of a model as a line of text, and the kernel variants that can run it on random data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace aiedge::bench {

struct Variant {
  std::string name;
  std::function<void()> run;  // the whole layer once, on the calling thread
  std::size_t packed_bytes;
  std::size_t scratch_bytes;
};

struct LayerCase {
  std::string line;  // as it was read
  std::string model;
  std::string op;
  std::int32_t count = 1;  // how often the layer stands in the model
  std::uint64_t macs = 0;
  std::vector<Variant> variants;  // those this CPU has, best first
};

// A line is the operator's name and key=value pairs, as list_layers.py writes them:
//   conv_2d model=NAME count=1 in=1x56x56x24 out=1x56x56x144 kernel=1x1 stride=1x1 dilation=1x1 pad=0x0
//   type=int8 weights=int8
// pad is top x left; `weights=uint8` has zero point 131. Empty lines and lines that begin with # are not
// layers. False when the line makes no sense.
[[nodiscard]] bool make_case(const std::string& line, LayerCase* out);

}  // namespace aiedge::bench
