// What the sections PREP and POST of a bundle say (docs/bundle-format.md), after they were checked.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace aiedge {

inline constexpr std::int32_t kMaxChannels = 4;
inline constexpr std::int32_t kMaxSidePx = 16384;
inline constexpr std::int32_t kMaxCells = 1 << 20;
inline constexpr std::int32_t kMaxKinds = 1 << 16;
inline constexpr std::uint32_t kMaxResults = 1024;

enum class Source : std::uint8_t { kImage = 1, kPair = 2 };
enum class FitMode : std::uint8_t { kStretch = 1, kLetterbox = 2, kCrop = 3, kExact = 4 };
enum class Interpolation : std::uint8_t { kNearest = 1, kBilinear = 2, kArea = 3 };
enum class Colour : std::uint8_t { kGrey = 1, kRgb = 2, kBgr = 3 };

// How a picture becomes one input of the graph, (1, height, width, channels).
struct ImageInput {
  Source source = Source::kImage;
  FitMode fit = FitMode::kStretch;
  Interpolation interpolation = Interpolation::kBilinear;
  Colour colour = Colour::kRgb;
  std::uint8_t pad = 0;
  std::array<float, kMaxChannels> mean = {};
  std::array<float, kMaxChannels> std = {};

  [[nodiscard]] std::int32_t channels() const {
    if (source == Source::kPair) return 2;
    return colour == Colour::kGrey ? 1 : 3;
  }
};

enum class OutputKind : std::uint32_t {
  kClasses = 1,
  kBoxes = 2,
  kPeaks = 3,
  kAnomaly = 4,
  kSegmentation = 5
};
enum class Decoder : std::uint32_t { kNone = 0, kCentreSize = 1, kDistances = 2, kBins = 3 };

// One grid of outputs; indices among the graph's outputs.
struct Level {
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t classes = 0;
  std::uint32_t boxes = kNone;
  std::uint32_t objectness = kNone;
  std::int32_t stride_px = 0;
  std::int32_t rows = 0;  // from the graph's tensors
  std::int32_t columns = 0;
};

// What the outputs mean; what a kind does not use is 0.
struct OutputMeaning {
  OutputKind kind = OutputKind::kClasses;
  bool softmax = false;
  bool mean = false;  // anomaly: of all values, else the greatest
  Decoder decoder = Decoder::kNone;
  float threshold = 0.0F;
  float iou = 0.0F;
  std::uint32_t limit = 0;
  bool class_agnostic = false;
  std::int32_t neighbourhood = 0;
  std::int32_t bins = 0;
  std::vector<Level> levels;
};

struct Processing {
  std::vector<ImageInput> inputs;  // one for each of the graph's
  OutputMeaning output;
};

}  // namespace aiedge
