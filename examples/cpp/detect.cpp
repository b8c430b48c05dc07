// Find things in a picture with a bundle that holds its processing, in C++17.
//
//   detect MODEL.aie PICTURE.ppm [THRESHOLD]
//
// PICTURE is a binary PPM or PGM file (P6, P5) of any size that the bundle takes. Prints a line for each
// class, box or peak, or the score of an anomaly. Build: c++ -std=c++17 detect.cpp -I native/include -laiedge
#include <aiedge/aiedge.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr unsigned kMostSidePx = 16384;

struct Picture {
  std::vector<std::uint8_t> pixels;
  aiedge_image image = {};
};

// Nothing when the file is not a picture of 8 bits a channel.
std::optional<Picture> read_picture(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::string kind;
  unsigned width = 0, height = 0, most = 0;
  if (!(file >> kind >> width >> height >> most) || file.get() == EOF) return std::nullopt;
  if ((kind != "P5" && kind != "P6") || most != 255 || width < 1 || height < 1 || width > kMostSidePx ||
      height > kMostSidePx) {
    return std::nullopt;
  }
  Picture picture;
  picture.pixels.resize(std::size_t{width} * height * (kind == "P6" ? 3 : 1));
  file.read(reinterpret_cast<char*>(picture.pixels.data()),
            static_cast<std::streamsize>(picture.pixels.size()));
  if (!file) return std::nullopt;
  picture.image = {picture.pixels.data(), width, height, 0, kind == "P6" ? AIEDGE_RGB : AIEDGE_GREY};
  return picture;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void print(const aiedge::Result& result, aiedge_result_kind kind, const std::vector<std::string>& labels) {
  for (const aiedge_find& find : result.finds) {
    const std::string label = find.kind < labels.size() ? labels[find.kind] : std::to_string(find.kind);
    std::printf("%.4f %s", find.score, label.c_str());
    if (kind != AIEDGE_CLASSES) std::printf(" %.1f %.1f %.1f %.1f", find.x0, find.y0, find.x1, find.y1);
    std::printf("\n");
  }
  if (kind == AIEDGE_ANOMALY)
    std::printf("%.4f %s\n", result.score, result.is_anomalous ? "anomalous" : "good");
  if (kind == AIEDGE_SEGMENTATION) std::printf("a class for each of %zu cells\n", result.mask.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fprintf(stderr, "usage: %s MODEL.aie PICTURE.ppm [THRESHOLD]\n", argv[0]);
    return 2;
  }
  auto model = aiedge::Model::load(argv[1]);
  if (!model) {
    std::fprintf(stderr, "%s: %s\n", argv[1], model.error().text().c_str());
    return 1;
  }
  const auto info = model->processing();
  const auto picture = read_picture(argv[2]);
  if (!info || !picture) {
    std::fprintf(stderr, "%s\n",
                 info ? "the picture is no binary PPM or PGM file of 8 bits a channel"
                      : "the bundle holds no processing");
    return 1;
  }
  std::optional<float> threshold;
  if (argc == 4) threshold = std::strtof(argv[3], nullptr);
  aiedge::Result result = model->make_result();  // once; process() then allocates nothing
  if (const auto error = model->process(picture->image, nullptr, &result, threshold)) {
    std::fprintf(stderr, "%s\n", error->text().c_str());
    return 1;
  }
  print(result, info->kind, split_lines(model->labels()));
  return 0;
}
