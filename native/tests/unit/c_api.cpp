// The C API: arguments, infos, and the same bits for every instruction set, thread count and alignment.
#include "aiedge/aiedge.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "cpu/detect.h"
#include "sample_bundles.h"
#include "sample_float_bundle.h"

using namespace aiedge::test;

namespace {

struct Loaded {
  explicit Loaded(const ByteVector& bundle, std::uint32_t threads = 1, const char* isa = nullptr) {
    aiedge_options options = {};
    options.struct_bytes = sizeof options;
    options.threads = threads;
    options.isa = isa;
    status = aiedge_load_memory(bundle.data(), bundle.size(), &options, &model, &error);
  }
  ~Loaded() { aiedge_free(model); }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  aiedge_model* model = nullptr;
  aiedge_error error = {};
  aiedge_status status = AIEDGE_OK;
};

// Every output, one after another, of a run on bytes that are `shift` bytes off alignment.
ByteVector run(const Loaded& loaded, std::size_t shift) {
  std::mt19937 random(5);
  std::vector<ByteVector> inputs;
  std::vector<ByteVector> outputs;
  std::vector<const void*> sources;
  std::vector<void*> targets;
  aiedge_tensor_info info;
  for (std::size_t i = 0; aiedge_input_info(loaded.model, i, &info) == AIEDGE_OK; ++i) {
    inputs.push_back(info.dtype == AIEDGE_FLOAT32 ? random_float_bytes(&random, info.bytes)
                                                  : random_bytes(&random, info.bytes));
    inputs.back().insert(inputs.back().begin(), shift, 0);
  }
  for (std::size_t i = 0; aiedge_output_info(loaded.model, i, &info) == AIEDGE_OK; ++i) {
    outputs.emplace_back(info.bytes + shift);
  }
  for (ByteVector& input : inputs) sources.push_back(input.data() + shift);
  for (ByteVector& output : outputs) targets.push_back(output.data() + shift);
  CHECK(aiedge_run(loaded.model, sources.data(), sources.size(), targets.data(), targets.size()) ==
        AIEDGE_OK);
  ByteVector all;
  for (const ByteVector& output : outputs) all.insert(all.end(), output.begin() + shift, output.end());
  return all;
}

void check_same_bits(const ByteVector& bundle) {
  const Loaded law(bundle, 1, "reference");
  CHECK(law.status == AIEDGE_OK);
  if (law.status != AIEDGE_OK) {
    std::printf("%s: %s\n", law.error.where, law.error.message);
    return;
  }
  const ByteVector expected = run(law, 0);
  CHECK(std::string_view(reinterpret_cast<const char*>(expected.data()), expected.size())
            .find_first_not_of(static_cast<char>(expected[0])) != std::string_view::npos);
  for (std::size_t i = 0; aiedge_isa(i) != nullptr; ++i) {
    const char* const isa = aiedge_isa(i);
    for (const std::uint32_t threads : {1U, 2U, 5U}) {
      const Loaded other(bundle, threads, isa);
      CHECK(other.status == AIEDGE_OK);
      for (const std::size_t shift : {0U, 1U, 17U}) CHECK(run(other, shift) == expected);
    }
  }
}

void check_arguments(const ByteVector& bundle) {
  aiedge_model* model = nullptr;
  aiedge_error error = {};
  CHECK(aiedge_load_memory(nullptr, 5, nullptr, &model, &error) == AIEDGE_INVALID_ARGUMENT);
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), nullptr, nullptr, &error) ==
        AIEDGE_INVALID_ARGUMENT);
  CHECK(aiedge_load_file(nullptr, nullptr, &model, nullptr) == AIEDGE_INVALID_ARGUMENT);
  CHECK(aiedge_load_file("/nonexistent/model.aie", nullptr, &model, &error) == AIEDGE_IO);
  CHECK(aiedge_load_file("/", nullptr, &model, nullptr) == AIEDGE_IO);
  CHECK(aiedge_load_file("/dev/zero", nullptr, &model, nullptr) == AIEDGE_IO);
  CHECK(Loaded(bundle, 0).status == AIEDGE_INVALID_ARGUMENT);
  CHECK(Loaded(bundle, 65).status == AIEDGE_INVALID_ARGUMENT);
  CHECK(Loaded(bundle, 1, "sse9").status == AIEDGE_UNSUPPORTED);
  aiedge_options options = {};
  options.struct_bytes = 4;
  options.threads = 1;
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), &options, &model, &error) ==
        AIEDGE_INVALID_ARGUMENT);
  CHECK(std::string_view(error.message).find("struct_bytes") != std::string_view::npos);
  const ByteVector cut(bundle.begin(), bundle.end() - 1);
  CHECK(Loaded(cut).status == AIEDGE_BAD_MODEL);
  CHECK(Loaded(ByteVector()).status != AIEDGE_OK);

  const Loaded loaded(bundle);
  CHECK(loaded.status == AIEDGE_OK);
  const void* no_input = nullptr;
  void* no_output = nullptr;
  CHECK(aiedge_run(loaded.model, &no_input, 1, &no_output, 1) == AIEDGE_INVALID_ARGUMENT);
  CHECK(aiedge_run(loaded.model, &no_input, 0, &no_output, 1) == AIEDGE_INVALID_ARGUMENT);
  CHECK(aiedge_run(nullptr, &no_input, 1, &no_output, 1) == AIEDGE_INVALID_ARGUMENT);
  aiedge_tensor_info info;
  CHECK(aiedge_input_info(loaded.model, 1, &info) == AIEDGE_INVALID_ARGUMENT);
  CHECK(aiedge_output_info(loaded.model, 0, nullptr) == AIEDGE_INVALID_ARGUMENT);
  aiedge_free(nullptr);
}

// A struct of the first version ends before the CPUs: what stands there is not read.
void check_old_options(const ByteVector& bundle) {
  aiedge_options options;
  std::memset(&options, 0xff, sizeof options);
  options.struct_bytes = offsetof(aiedge_options, cpus);
  options.threads = 2;
  options.isa = "reference";
  aiedge_model* model = nullptr;
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), &options, &model, nullptr) == AIEDGE_OK);
  aiedge_free(model);
}

// Every node once, in order; what is seen of the last one is the output, and the output is run's.
void check_trace(const ByteVector& bundle, std::uint32_t threads) {
  const Loaded loaded(bundle, threads);
  struct Seen {
    std::vector<std::size_t> nodes;
    ByteVector last;
  } seen;
  const auto see = [](void* context, size_t node, const aiedge_tensor_info* info, const void* data) {
    Seen& all = *static_cast<Seen*>(context);
    all.nodes.push_back(node);
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    all.last.assign(bytes, bytes + info->bytes);
    CHECK(info->name == std::string_view("tensor") && info->rank > 0);
  };
  std::mt19937 random(5);
  const ByteVector input = random_bytes(&random, 216);
  ByteVector output(5);
  const void* source = input.data();
  void* target = output.data();
  CHECK(aiedge_trace(loaded.model, &source, 1, &target, 1, nullptr, nullptr) == AIEDGE_INVALID_ARGUMENT);
  CHECK(aiedge_trace(loaded.model, &source, 1, &target, 2, see, &seen) == AIEDGE_INVALID_ARGUMENT);
  CHECK(seen.nodes.empty());
  CHECK(aiedge_trace(loaded.model, &source, 1, &target, 1, see, &seen) == AIEDGE_OK);
  CHECK(seen.nodes == std::vector<std::size_t>({0, 1, 2, 3, 4, 5, 6, 7}));
  CHECK(seen.last == output && output == run(loaded, 0));
}

void check_infos(const ByteVector& bundle) {
  const Loaded loaded(bundle);
  aiedge_tensor_info info;
  CHECK(aiedge_input_count(loaded.model) == 1 && aiedge_output_count(loaded.model) == 1);
  CHECK(aiedge_input_info(loaded.model, 0, &info) == AIEDGE_OK);
  CHECK(info.name == std::string_view("tensor") && info.dtype == AIEDGE_INT8 && info.rank == 4);
  CHECK(info.shape[1] == 9 && info.bytes == 216 && info.scale == 0.05F && info.zero_point == -3);
  std::vector<std::string> ops;
  std::uint64_t macs = 0;
  aiedge_node_info node;
  for (std::size_t i = 0; aiedge_get_node_info(loaded.model, i, &node) == AIEDGE_OK; ++i) {
    ops.emplace_back(node.op);
    macs += node.macs;
  }
  CHECK(ops == std::vector<std::string>({"conv_2d", "depthwise_conv_2d", "add", "requantize",
                                         "average_pool_2d", "reshape", "fully_connected", "softmax"}));
  CHECK(macs == 72 * 6 * 27 + 72 * 6 * 9 + 5 * 96);
  aiedge_memory memory;
  CHECK(aiedge_get_memory(loaded.model, &memory) == AIEDGE_OK);
  CHECK(memory.arena_bytes >= 2 * 432 && memory.peak_bytes > memory.arena_bytes + memory.weight_bytes);
  std::size_t bytes = 0;
  const char* labels = aiedge_labels(loaded.model, &bytes);
  CHECK(std::string_view(labels, bytes) == "label a\nlabel b");
  std::string plan(aiedge_plan(loaded.model, nullptr, 0) + 1, '#');
  CHECK(aiedge_plan(loaded.model, plan.data(), plan.size()) == plan.size() - 1);
  CHECK(plan.find("in place") != std::string::npos && plan.back() == '\0');
  char few[8] = {};
  CHECK(aiedge_plan(loaded.model, few, sizeof few) == plan.size() - 1 && std::strlen(few) == 7);
}

// A float tensor has no quantization.
void check_float_infos() {
  const Loaded loaded(float_bundle());
  aiedge_tensor_info info;
  CHECK(aiedge_input_info(loaded.model, 0, &info) == AIEDGE_OK);
  CHECK(info.dtype == AIEDGE_FLOAT32 && info.bytes == std::size_t{4} * 6 * 5 * 3);
  CHECK(info.scale == 0.0F && info.zero_point == 0);
  CHECK(aiedge_output_info(loaded.model, 1, &info) == AIEDGE_OK && info.dtype == AIEDGE_INT8);
}

// Golden vectors are checked by the hash and given back: they count while the model is loaded, and not after.
void check_golden_memory() {
  constexpr std::size_t kGolden = std::size_t{1} << 22U;
  aiedge_memory plain;
  aiedge_memory golden;
  const Loaded small(golden_bundle(64));
  CHECK(aiedge_get_memory(small.model, &plain) == AIEDGE_OK);
  const Loaded large(golden_bundle(kGolden));
  CHECK(aiedge_get_memory(large.model, &golden) == AIEDGE_OK);
  CHECK(golden.peak_bytes >= kGolden && golden.peak_bytes < plain.peak_bytes + kGolden);
  CHECK(golden.weight_bytes == plain.weight_bytes && golden.arena_bytes == plain.arena_bytes);
}

// Weights that are packed are not held a second time; the reference, which does not pack, keeps them.
void check_memory(const ByteVector& bundle) {
  constexpr std::size_t kLargest = 512 * 512;  // shared by two layers, each of which packs it
  aiedge_memory memory;
  const Loaded law(bundle, 1, "reference");
  CHECK(aiedge_get_memory(law.model, &memory) == AIEDGE_OK);
  CHECK(memory.weight_bytes > kLargest && memory.weight_bytes < kLargest * 5 / 4);
  const Loaded best(bundle);
  CHECK(aiedge_get_memory(best.model, &memory) == AIEDGE_OK);
  aiedge_node_info node;
  CHECK(aiedge_get_node_info(best.model, 0, &node) == AIEDGE_OK);
  const bool packs = node.kernel != std::string_view("reference");
  const std::size_t least = packs ? 2 * kLargest : kLargest;
  CHECK(memory.weight_bytes > least && memory.weight_bytes < least + kLargest / 4);
  CHECK(memory.peak_bytes >= bundle.size() + (packs ? 2 * kLargest : 0));
}

}  // namespace

int main() {
  check_same_bits(chain_bundle());
  check_same_bits(wide_bundle());
  check_same_bits(moving_bundle());
  check_same_bits(lstm_bundle());
  check_same_bits(elementwise_bundle());
  check_same_bits(signed_bundle());
  check_same_bits(heavy_bundle());
  check_same_bits(float_bundle());
  check_float_infos();
  check_memory(heavy_bundle());
  check_golden_memory();
  check_arguments(chain_bundle());
  check_infos(chain_bundle());
  check_old_options(chain_bundle());
  for (const std::uint32_t threads : {1U, 2U}) check_trace(chain_bundle(), threads);
  return report();
}
