// After load, run takes nothing from the heap and gives nothing back. glibc only: every malloc and free is
// counted.
#include <cstddef>
#include <cstdlib>
#include <vector>

#include "aiedge/aiedge.h"
#include "check.h"
#include "sample_bundles.h"
#include "sample_float_bundle.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

namespace {
std::size_t calls = 0;
}

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* block);

void* malloc(std::size_t bytes) {
  ++calls;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ++calls;
  return __libc_calloc(count, bytes);
}
void* realloc(void* block, std::size_t bytes) {
  ++calls;
  return __libc_realloc(block, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++calls;
  return __libc_memalign(alignment, bytes);
}
void free(void* block) {
  ++calls;
  __libc_free(block);
}
}

namespace {

using namespace aiedge::test;

void check_run(const ByteVector& bundle, std::uint32_t threads, const char* isa) {
  aiedge_options options = {};
  options.struct_bytes = sizeof options;
  options.threads = threads;
  options.isa = isa;
  aiedge_model* model = nullptr;
  const std::size_t before_load = calls;
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), &options, &model, nullptr) == AIEDGE_OK);
  CHECK(calls > before_load);  // the counting works
  std::vector<ByteVector> buffers;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  aiedge_tensor_info info;
  buffers.reserve(8);
  for (std::size_t i = 0; aiedge_input_info(model, i, &info) == AIEDGE_OK; ++i) {
    inputs.push_back(buffers.emplace_back(info.bytes).data());
  }
  for (std::size_t i = 0; aiedge_output_info(model, i, &info) == AIEDGE_OK; ++i) {
    outputs.push_back(buffers.emplace_back(info.bytes).data());
  }
  const std::size_t before = calls;
  for (int i = 0; i < 50; ++i) {
    CHECK(aiedge_run(model, inputs.data(), inputs.size(), outputs.data(), outputs.size()) == AIEDGE_OK);
  }
  CHECK(calls == before);
  aiedge_free(model);
}

// Pictures of several sizes through the bundle's processing.
void check_process(const ByteVector& bundle, const char* isa) {
  aiedge_options options = {};
  options.struct_bytes = sizeof options;
  options.threads = 1;
  options.isa = isa;
  aiedge_model* model = nullptr;
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), &options, &model, nullptr) == AIEDGE_OK);
  aiedge_processing_info info = {};
  CHECK(aiedge_get_processing(model, &info) == AIEDGE_OK);
  std::mt19937 random(5);
  const ByteVector pixels = random_bytes(&random, std::size_t{3} * 100 * 90);
  std::vector<aiedge_find> finds(info.most_finds + 1);
  std::vector<float> values(std::size_t{info.rows} * info.columns + 1);
  ByteVector mask(values.size());
  aiedge_result result = {};
  result.struct_bytes = sizeof result;
  result.finds = finds.data();
  result.find_capacity = static_cast<std::uint32_t>(finds.size());
  result.values = values.data();
  result.value_capacity = values.size();
  result.mask = mask.data();
  result.mask_capacity = mask.size();
  const bool exact = info.kind == AIEDGE_SEGMENTATION;
  const std::size_t before = calls;
  for (std::uint32_t i = 0; i < 30; ++i) {
    const std::uint32_t width = exact ? 32 : 1 + 3 * i;
    const std::uint32_t height = exact ? 32 : 90 - 3 * i;
    const aiedge_image image = {pixels.data(), width, height, 0, i % 2 == 0 ? AIEDGE_RGB : AIEDGE_GREY};
    CHECK(aiedge_process(model, &image, nullptr, nullptr, &result, nullptr) == AIEDGE_OK);
  }
  CHECK(calls == before);
  aiedge_free(model);
}

}  // namespace

int main() {
  for (const char* isa : {"reference", static_cast<const char*>(nullptr)}) {
    for (const ByteVector& bundle :
         {detector_bundle(), classes_bundle(), peaks_bundle(), anomaly_bundle(), segmentation_bundle()}) {
      check_process(bundle, isa);
    }
  }
  for (const std::uint32_t threads : {1U, 2U}) {
    for (const char* isa : {"reference", static_cast<const char*>(nullptr)}) {
      check_run(chain_bundle(), threads, isa);
      check_run(wide_bundle(), threads, isa);
      check_run(moving_bundle(), threads, isa);
      check_run(lstm_bundle(), threads, isa);
      check_run(elementwise_bundle(), threads, isa);
      check_run(float_bundle(), threads, isa);
    }
  }
  return report();
}

#else

int main() {
  std::puts("needs glibc without a sanitizer");
  return 0;
}

#endif
