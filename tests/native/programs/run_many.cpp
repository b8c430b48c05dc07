// Runs a model on many inputs: what the outputs are, or what each node gives.
//
//   run_many MODEL.aie INPUTS.bin [trace]
//
// INPUTS.bin holds the model's inputs, one after another, run after run. Without `trace` every output's bytes
// go to standard output; with it one line for each node of each run: name and CRC-32 of what the node gave.
#include <aiedge/aiedge.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace {

std::uint32_t crc32(const std::uint8_t* data, std::size_t bytes) {
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < bytes; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

void print(void*, std::size_t, const aiedge_tensor_info* output, const void* data) {
  std::printf("%08x %s\n", crc32(static_cast<const std::uint8_t*>(data), output->bytes), output->name);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  auto model = aiedge::Model::load(argv[1]);
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().text().c_str());
    return 1;
  }
  std::ifstream file(argv[2], std::ios::binary);
  const std::vector<char> all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::vector<std::uint8_t>> buffers;
  std::vector<void*> outputs;
  for (const auto& info : model->outputs()) buffers.emplace_back(info.bytes);
  for (auto& buffer : buffers) outputs.push_back(buffer.data());
  for (std::size_t at = 0; at < all.size();) {
    std::vector<const void*> inputs;
    for (const auto& info : model->inputs()) {
      inputs.push_back(all.data() + at);
      at += info.bytes;
    }
    if (at > all.size()) return 2;
    if (argc > 3) {
      (void)aiedge_trace(model->handle(), inputs.data(), inputs.size(), outputs.data(), outputs.size(), print,
                         nullptr);
      continue;
    }
    (void)model->run(inputs.data(), inputs.size(), outputs.data(), outputs.size());
    for (const auto& buffer : buffers) (void)std::fwrite(buffer.data(), 1, buffer.size(), stdout);
  }
  return 0;
}
