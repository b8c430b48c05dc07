// Feeds the bundle reader hostile bytes. What is refused must be refused cleanly; what is accepted must run,
// without a fault, and give the same bits on every instruction set. Built with AddressSanitizer and
// UndefinedBehaviorSanitizer.
//
//   fuzz_bundle FILE...                        replay files
//   fuzz_bundle --mutate COUNT SEED [FILE...]  COUNT mutations of each file and of the built-in samples
//
// With AIEDGE_FUZZ (clang; tools/fuzz.py) libFuzzer brings its own main and finds its way by coverage.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "aiedge/aiedge.h"
#include "mutator.h"
#include "sample_bundles.h"
#include "sample_float_bundle.h"

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
  aiedge_options options = {};
  options.struct_bytes = sizeof options;
  options.threads = 1;
  options.isa = isa;
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

// Which bits a NaN has is not specified: all become the same.
void unify_nans(ByteVector* floats) {
  for (std::size_t i = 0; i + sizeof(float) <= floats->size(); i += sizeof(float)) {
    float value = 0.0F;
    std::memcpy(&value, floats->data() + i, sizeof value);
    if (std::isnan(value)) aiedge::test::put(floats, i, std::numeric_limits<float>::quiet_NaN());
  }
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
  for (std::size_t i = 0; aiedge_output_info(model, i, &info) == AIEDGE_OK; ++i) {
    if (info.dtype == AIEDGE_FLOAT32) unify_nans(&outputs[i]);
  }
  return outputs;
}

// A picture through the processing, when the bundle has one; everything that came of it.
std::vector<ByteVector> process(aiedge_model* model) {
  aiedge_processing_info info = {};
  if (aiedge_get_processing(model, &info) != AIEDGE_OK) return {};
  const std::size_t cells = std::size_t{info.rows} * info.columns;
  std::mt19937 random(4);
  const std::uint32_t side = 32;
  const ByteVector pixels = aiedge::test::random_bytes(&random, 3 * side * side);
  const aiedge_image image = {pixels.data(), side, side, 0, AIEDGE_RGB};
  std::vector<aiedge_find> finds(info.most_finds);
  std::vector<float> values(cells);
  std::vector<ByteVector> found = {ByteVector(cells)};
  aiedge_result result = {};
  result.struct_bytes = sizeof result;
  result.finds = finds.empty() ? nullptr : finds.data();
  result.find_capacity = info.most_finds;
  if (cells > 0) {
    result.values = values.data();
    result.mask = found[0].data();
    result.value_capacity = result.mask_capacity = cells;
  }
  // A picture of another size than the model insists on is refused.
  if (aiedge_process(model, &image, &image, nullptr, &result, nullptr) != AIEDGE_OK) return {};
  if (result.find_count > info.most_finds || result.find_dropped != 0) fault("more finds than there may be");
  const auto* raw_finds = reinterpret_cast<const std::uint8_t*>(finds.data());
  found.emplace_back(raw_finds, raw_finds + result.find_count * sizeof(aiedge_find));
  const auto* raw_values = reinterpret_cast<const std::uint8_t*>(values.data());
  found.emplace_back(raw_values, raw_values + values.size() * sizeof(float));
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const Handle law = load(data, bytes, "reference");
  const Handle best = load(data, bytes, nullptr);
  if ((law == nullptr) != (best == nullptr)) fault("the instruction set decides whether a bundle is valid");
  if (law == nullptr) return -1;
  std::vector<char> plan(aiedge_plan(best.get(), nullptr, 0) + 1);
  (void)aiedge_plan(best.get(), plan.data(), plan.size());
  if (!is_small(law.get()) || !is_small(best.get())) return 0;
  if (run(law.get()) != run(best.get()) || process(law.get()) != process(best.get())) {
    fault("two instruction sets give different bits");
  }
  return 0;
}

#if defined(AIEDGE_FUZZ)

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t bytes, std::size_t most);

// libFuzzer's changes and ours take turns; most results are sealed again, so that they pass the hash.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t bytes, std::size_t most,
                                               unsigned seed) {
  ByteVector mutated;
  if (seed % 2 == 0 && bytes > 0) {
    mutated = aiedge::test::Mutator(seed).mutate({data, data + bytes});
    mutated.resize(std::min(mutated.size(), most));
  } else {
    bytes = LLVMFuzzerMutate(data, bytes, most);
    mutated.assign(data, data + bytes);
    if (seed % 16 != 1) aiedge::test::seal(&mutated);
  }
  std::copy(mutated.begin(), mutated.end(), data);
  return mutated.size();
}

#else

namespace {

ByteVector read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fault(("cannot read " + path).c_str());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int mutate_all(std::size_t count, std::uint32_t seed, const std::vector<std::string>& paths) {
  std::vector<ByteVector> seeds = {aiedge::test::chain_bundle(),       aiedge::test::wide_bundle(),
                                   aiedge::test::moving_bundle(),      aiedge::test::lstm_bundle(),
                                   aiedge::test::elementwise_bundle(), aiedge::test::detector_bundle(),
                                   aiedge::test::classes_bundle(),     aiedge::test::peaks_bundle(),
                                   aiedge::test::anomaly_bundle(),     aiedge::test::segmentation_bundle(),
                                   aiedge::test::signed_bundle(),      aiedge::test::float_bundle()};
  for (const std::string& path : paths) seeds.push_back(read(path));
  aiedge::test::Mutator mutator(seed);
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
