// The C API for pictures: what is refused and why, and what comes out of a room that is too small.
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "aiedge/aiedge.hpp"
#include "check.h"
#include "sample_bundles.h"

namespace {

using namespace aiedge::test;

struct Free {
  void operator()(aiedge_model* model) const { aiedge_free(model); }
};
using Handle = std::unique_ptr<aiedge_model, Free>;

Handle load(const ByteVector& bundle) {
  aiedge_model* model = nullptr;
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), nullptr, &model, nullptr) == AIEDGE_OK);
  return Handle(model);
}

struct Room {
  std::vector<aiedge_find> finds = std::vector<aiedge_find>(64);
  aiedge_result result = {};

  Room() {
    result.struct_bytes = sizeof result;
    result.finds = finds.data();
    result.find_capacity = static_cast<std::uint32_t>(finds.size());
  }
};

ByteVector noise(std::size_t bytes) {
  std::mt19937 random(9);
  return random_bytes(&random, bytes);
}

void check_refusals() {
  const Handle model = load(detector_bundle());
  const ByteVector pixels = noise(3 * 40 * 30);
  const aiedge_image good = {pixels.data(), 40, 30, 0, AIEDGE_RGB};
  const auto refused = [&](const aiedge_image* image, const aiedge_image* reference,
                           const aiedge_process_options* options, aiedge_result* result) {
    aiedge_error error = {};
    const bool is =
        aiedge_process(model.get(), image, reference, options, result, &error) == AIEDGE_INVALID_ARGUMENT;
    return is && std::strlen(error.message) > 0;
  };
  Room room;
  CHECK(!refused(&good, nullptr, nullptr, &room.result));
  CHECK(refused(nullptr, nullptr, nullptr, &room.result));
  CHECK(refused(&good, nullptr, nullptr, nullptr));
  for (const aiedge_image& bad :
       {aiedge_image{nullptr, 40, 30, 0, AIEDGE_RGB}, aiedge_image{pixels.data(), 0, 30, 0, AIEDGE_RGB},
        aiedge_image{pixels.data(), 40, 16385, 0, AIEDGE_RGB},
        aiedge_image{pixels.data(), 4000000000U, 30, 0, AIEDGE_RGB},
        aiedge_image{pixels.data(), 40, 30, 119, AIEDGE_RGB},
        aiedge_image{pixels.data(), 40, 30, 0, static_cast<aiedge_pixels>(0)}}) {
    CHECK(refused(&bad, nullptr, nullptr, &room.result));
    CHECK(refused(&good, &bad, nullptr, &room.result));
  }
  aiedge_process_options options = {sizeof options, 1, 0.0F};
  for (const float threshold : {0.0F, 1.0F, -1.0F, std::nanf("")}) {
    options.threshold = threshold;
    CHECK(refused(&good, nullptr, &options, &room.result));
  }
  options.threshold = 0.5F;
  CHECK(!refused(&good, nullptr, &options, &room.result));
  options.struct_bytes = 4;
  CHECK(refused(&good, nullptr, &options, &room.result));
  Room wrong;
  wrong.result.struct_bytes = 8;
  CHECK(refused(&good, nullptr, nullptr, &wrong.result));
  Room null;
  null.result.finds = nullptr;
  CHECK(refused(&good, nullptr, nullptr, &null.result));
}

void check_small_room() {
  const Handle model = load(detector_bundle());
  const ByteVector pixels = noise(3 * 40 * 30);
  const aiedge_image image = {pixels.data(), 40, 30, 0, AIEDGE_RGB};
  Room whole;
  CHECK(aiedge_process(model.get(), &image, nullptr, nullptr, &whole.result, nullptr) == AIEDGE_OK);
  CHECK(whole.result.find_count > 2 && whole.result.find_dropped == 0);
  Room small;
  small.result.find_capacity = 2;
  CHECK(aiedge_process(model.get(), &image, nullptr, nullptr, &small.result, nullptr) == AIEDGE_OK);
  CHECK(small.result.find_count == 2);
  CHECK(small.result.find_dropped == whole.result.find_count - 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(small.finds[i].score == whole.finds[i].score && small.finds[i].kind == whole.finds[i].kind);
    CHECK(small.finds[i].x0 == whole.finds[i].x0 && small.finds[i].y1 == whole.finds[i].y1);
  }
}

void check_maps() {
  const Handle model = load(anomaly_bundle());
  aiedge_processing_info info = {};
  CHECK(aiedge_get_processing(model.get(), &info) == AIEDGE_OK);
  CHECK(info.kind == AIEDGE_ANOMALY && info.rows == 5 && info.columns == 4 && info.most_finds == 0);
  const ByteVector pixels = noise(3 * 40 * 30);
  const aiedge_image image = {pixels.data(), 40, 30, 0, AIEDGE_BGR};
  std::vector<float> values(20);
  aiedge_result result = {};
  result.struct_bytes = sizeof result;
  result.values = values.data();
  result.value_capacity = 19;
  CHECK(aiedge_process(model.get(), &image, nullptr, nullptr, &result, nullptr) == AIEDGE_INVALID_ARGUMENT);
  result.value_capacity = 20;
  CHECK(aiedge_process(model.get(), &image, nullptr, nullptr, &result, nullptr) == AIEDGE_OK);
  double sum = 0;
  for (const float value : values) sum += value;
  CHECK(result.score == static_cast<float>(sum / 20));
}

void check_without_processing() {
  const Handle model = load(chain_bundle());
  aiedge_processing_info info = {};
  CHECK(aiedge_get_processing(model.get(), &info) == AIEDGE_INVALID_ARGUMENT);
  Room room;
  aiedge_error error = {};
  CHECK(aiedge_process(model.get(), nullptr, nullptr, nullptr, &room.result, &error) ==
        AIEDGE_INVALID_ARGUMENT);
  CHECK(std::string(error.message).find("no processing") != std::string::npos);
  CHECK(aiedge_process(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) == AIEDGE_INVALID_ARGUMENT);
}

void check_wrapper() {
  const ByteVector bundle = detector_bundle();
  auto model = aiedge::Model::load(bundle.data(), bundle.size());
  CHECK(static_cast<bool>(model));
  if (!model) return;
  const ByteVector pixels = noise(3 * 40 * 30);
  const aiedge_image image = {pixels.data(), 40, 30, 0, AIEDGE_RGB};
  aiedge::Result result = model->make_result();
  CHECK(!model->process(image, nullptr, &result));
  CHECK(!result.finds.empty() && result.find_dropped == 0);
  const std::size_t count = result.finds.size();
  // Results without spare room lose nothing.
  aiedge::Result fresh;
  CHECK(!model->process(image, nullptr, &fresh));
  CHECK(fresh.finds.size() == count && fresh.find_dropped == 0);
  const aiedge::Result none;
  aiedge::Result copied = none;
  CHECK(!model->process(image, nullptr, &copied));
  CHECK(copied.finds.size() == count);
  const ByteVector map_bundle = anomaly_bundle();
  auto map_model = aiedge::Model::load(map_bundle.data(), map_bundle.size());
  CHECK(static_cast<bool>(map_model));
  if (!map_model) return;
  aiedge::Result map;
  CHECK(!map_model->process(image, nullptr, &map));
  CHECK(map.values.size() == 20);
  CHECK(!model->process(image, nullptr, &result, 0.99F));
  CHECK(result.finds.size() < count);
  CHECK(model->process(image, nullptr, &result, 3.0F).has_value());
}

}  // namespace

int main() {
  check_refusals();
  check_small_room();
  check_maps();
  check_without_processing();
  check_wrapper();
  return report();
}
