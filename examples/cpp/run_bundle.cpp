// Load a bundle and run it once, in C++17.
//
//   run_bundle MODEL.aie [INPUT.bin]
//
// INPUT.bin holds the raw bytes of the first input; without it, all inputs are zero. Prints where each node
// runs and the raw bytes of each output. Build: c++ -std=c++17 run_bundle.cpp -I native/include -laiedge
#include <aiedge/aiedge.hpp>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <vector>

namespace {

using Buffers = std::vector<std::vector<std::uint8_t>>;

Buffers make_buffers(const std::vector<aiedge::TensorInfo>& infos) {
  Buffers buffers;
  for (const aiedge::TensorInfo& info : infos) buffers.emplace_back(info.bytes);
  return buffers;
}

bool read_input(const char* path, std::vector<std::uint8_t>* buffer) {
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(buffer->data()), static_cast<std::streamsize>(buffer->size()));
  return static_cast<bool>(file);
}

int run(aiedge::Model& model, const char* input_path) {
  Buffers inputs = make_buffers(model.inputs());
  Buffers outputs = make_buffers(model.outputs());
  if (input_path != nullptr && !read_input(input_path, &inputs[0])) {
    std::fprintf(stderr, "%s does not hold %zu bytes\n", input_path, inputs[0].size());
    return 1;
  }
  std::vector<const void*> sources;
  std::vector<void*> targets;
  for (const auto& buffer : inputs) sources.push_back(buffer.data());
  for (auto& buffer : outputs) targets.push_back(buffer.data());
  if (const auto error = model.run(sources.data(), sources.size(), targets.data(), targets.size())) {
    std::fprintf(stderr, "%s\n", error->text().c_str());
    return 1;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::printf("%s:", model.outputs()[i].name.c_str());
    for (const std::uint8_t byte : outputs[i]) std::printf(" %02x", byte);
    std::printf("\n");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: %s MODEL.aie [INPUT.bin]\n", argv[0]);
    return 2;
  }
  auto model = aiedge::Model::load(argv[1]);
  if (!model) {
    std::fprintf(stderr, "%s: %s\n", argv[1], model.error().text().c_str());
    return 1;
  }
  for (const aiedge::NodeInfo& node : model->nodes()) {
    std::printf("%-17s %-12s %12llu MACs  %s\n", node.op.c_str(), node.kernel.c_str(),
                static_cast<unsigned long long>(node.macs), node.name.c_str());
  }
  return run(*model, argc == 3 ? argv[2] : nullptr);
}
