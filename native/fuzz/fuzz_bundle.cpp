// Feeds the bundle reader hostile bytes. What is refused must be refused cleanly; what is accepted must run,
// without a fault, and give the same bits on every instruction set. Built with AddressSanitizer and
// UndefinedBehaviorSanitizer.
//
//   fuzz_bundle FILE...                        replay files
//   fuzz_bundle --mutate COUNT SEED [FILE...]  COUNT mutations of each file and of the built-in samples
//
// LLVMFuzzerTestOneInput is libFuzzer's entry; link without main (-DAIEDGE_LIBFUZZER) for that.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "aiedge/aiedge.h"
#include "sample_bundles.h"

namespace {

using aiedge::test::ByteVector;

constexpr std::uint64_t kMostMacs = 20'000'000;
constexpr std::size_t kMostBytes = std::size_t{1} << 24U;

struct Free {
  void operator()(aiedge_model* model) const { aiedge_free(model); }
};
using Handle = std::unique_ptr<aiedge_model, Free>;

[[noreturn]] void fault(const char* what) {
  (void)std::fprintf(stderr, "fuzz_bundle: %s\n", what);
  std::abort();
}

// Null when the bundle is refused; then there must be a reason.
Handle load(const std::uint8_t* data, std::size_t bytes, const char* isa) {
  const aiedge_options options = {sizeof(aiedge_options), 1, isa};
  aiedge_model* model = nullptr;
  aiedge_error error = {};
  const aiedge_status status = aiedge_load_memory(data, bytes, &options, &model, &error);
  if ((status == AIEDGE_OK) != (model != nullptr)) fault("status and handle do not agree");
  if (status != AIEDGE_OK && error.message[0] == '\0') fault("a refusal without a reason");
  return Handle(model);
}

// What a mutation has made too large to run here in passing.
bool is_small(const aiedge_model* model) {
  std::uint64_t macs = 0;
  aiedge_node_info node;
  for (std::size_t i = 0; aiedge_get_node_info(model, i, &node) == AIEDGE_OK; ++i) macs += node.macs;
  aiedge_memory memory = {};
  (void)aiedge_get_memory(model, &memory);
  return macs <= kMostMacs && memory.peak_bytes <= kMostBytes;
}

std::vector<ByteVector> run(aiedge_model* model) {
  std::mt19937 random(3);
  std::vector<ByteVector> inputs;
  std::vector<ByteVector> outputs;
  std::vector<const void*> sources;
  std::vector<void*> targets;
  aiedge_tensor_info info;
  for (std::size_t i = 0; aiedge_input_info(model, i, &info) == AIEDGE_OK; ++i) {
    if (info.bytes > kMostBytes) return {};
    inputs.push_back(aiedge::test::random_bytes(&random, info.bytes));
  }
  for (std::size_t i = 0; aiedge_output_info(model, i, &info) == AIEDGE_OK; ++i) {
    if (info.bytes > kMostBytes) return {};
    outputs.emplace_back(info.bytes);
  }
  for (const ByteVector& input : inputs) sources.push_back(input.data());
  for (ByteVector& output : outputs) targets.push_back(output.data());
  if (aiedge_run(model, sources.data(), sources.size(), targets.data(), targets.size()) != AIEDGE_OK) {
    fault("a loaded model does not run");
  }
  return outputs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const Handle law = load(data, bytes, "reference");
  const Handle best = load(data, bytes, nullptr);
  if ((law == nullptr) != (best == nullptr)) fault("the instruction set decides whether a bundle is valid");
  if (law == nullptr) return -1;
  std::vector<char> plan(aiedge_plan(best.get(), nullptr, 0) + 1);
  (void)aiedge_plan(best.get(), plan.data(), plan.size());
  if (is_small(law.get()) && is_small(best.get()) && run(law.get()) != run(best.get())) {
    fault("two instruction sets give different bits");
  }
  return 0;
}

#if !defined(AIEDGE_LIBFUZZER)

namespace {

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  // A changed copy; most are sealed again, so that they pass the hash and reach what lies behind it.
  ByteVector mutate(const ByteVector& original) {
    ByteVector bytes = original;
    const std::size_t changes = 1 + below(3);
    for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) change(&bytes);
    if (below(8) != 0) {
      if (bytes.size() >= 24 && below(2) == 0) aiedge::test::put<std::uint64_t>(&bytes, 16, bytes.size());
      aiedge::test::seal(&bytes);
    }
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  // Structure is near the front, and what matters most is there.
  std::size_t place(std::size_t size) {
    return below(4) != 0 ? below(std::min<std::size_t>(size, 2600)) : below(size);
  }

  void change(ByteVector* bytes) {
    switch (below(6)) {
      case 0:
        bytes->resize(below(bytes->size()));
        break;
      case 1:
        (*bytes)[place(bytes->size())] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 2:
        (*bytes)[place(bytes->size())] = static_cast<std::uint8_t>(random_());
        break;
      case 3:
        hostile(bytes, 4);
        break;
      case 4:
        hostile(bytes, 8);
        break;
      default:
        copy(bytes);
        break;
    }
  }

  // One field becomes a number at an edge.
  void hostile(ByteVector* bytes, std::size_t width) {
    static constexpr std::uint64_t kEdges[] = {
        0,          1,          2,          63,        64,        255,        0x7F,       0x80,
        0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x1000000, 0x1000001, 0x7F800000, 0x7FC00000, 0x00000001,
        0x80000001, 0xFFFFFFC0, 0x3F800000, ~0ULL,     ~63ULL,    1ULL << 62U};
    if (bytes->size() < width) return;
    const std::size_t at = std::min(place(bytes->size()) / width * width, bytes->size() - width);
    std::uint64_t value = kEdges[below(std::size(kEdges))];
    if (below(4) == 0) value = bytes->size() - below(70);
    std::memcpy(bytes->data() + at, &value, width);
  }

  // A piece lands where another was.
  void copy(ByteVector* bytes) {
    const std::size_t width = std::min<std::size_t>(4U << below(6), bytes->size());
    const std::size_t from = below(bytes->size() - width + 1);
    const std::size_t to = std::min(place(bytes->size()), bytes->size() - width);
    std::memmove(bytes->data() + to, bytes->data() + from, width);
  }

  std::mt19937 random_;
};

ByteVector read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fault(("cannot read " + path).c_str());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int mutate_all(std::size_t count, std::uint32_t seed, const std::vector<std::string>& paths) {
  std::vector<ByteVector> seeds = {aiedge::test::chain_bundle(), aiedge::test::wide_bundle()};
  for (const std::string& path : paths) seeds.push_back(read(path));
  Mutator mutator(seed);
  std::size_t accepted = 0;
  for (const ByteVector& original : seeds) {
    if (LLVMFuzzerTestOneInput(original.data(), original.size()) != 0) fault("a valid bundle is refused");
    for (std::size_t i = 0; i < count; ++i) {
      const ByteVector bytes = mutator.mutate(original);
      // A block of exactly this size, so that reading one byte too far is seen.
      const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[bytes.size()]);
      std::copy(bytes.begin(), bytes.end(), exact.get());
      if (LLVMFuzzerTestOneInput(exact.get(), bytes.size()) == 0) ++accepted;
    }
  }
  std::printf("%zu mutations, %zu accepted and run, the others refused\n", count * seeds.size(), accepted);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 3 && arguments[0] == "--mutate") {
    return mutate_all(std::stoul(arguments[1]), static_cast<std::uint32_t>(std::stoul(arguments[2])),
                      {arguments.begin() + 3, arguments.end()});
  }
  for (const std::string& path : arguments) {
    const ByteVector bytes = read(path);
    std::printf("%s: %s\n", path.c_str(),
                LLVMFuzzerTestOneInput(bytes.data(), bytes.size()) == 0 ? "accepted and run" : "refused");
  }
  return 0;
}

#endif
