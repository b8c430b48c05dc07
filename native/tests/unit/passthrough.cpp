// Graphs where inputs, outputs and reshapes share memory in every way.
#include <cstring>
#include <vector>

#include "aiedge/aiedge.h"
#include "check.h"
#include "sample_bundles.h"

using namespace aiedge::test;

namespace {

// One int8 input of 6 elements, outputs of 6 each; true when the model gives the expected outputs.
bool gives(const ByteVector& bundle, const std::vector<ByteVector>& expected) {
  aiedge_model* model = nullptr;
  aiedge_error error = {};
  if (aiedge_load_memory(bundle.data(), bundle.size(), nullptr, &model, &error) != AIEDGE_OK) {
    std::printf("%s: %s\n", error.where, error.message);
    return false;
  }
  const ByteVector input = {1, 2, 3, 4, 5, 6};
  std::vector<ByteVector> outputs(expected.size(), ByteVector(6));
  const void* source = input.data();
  std::vector<void*> targets;
  for (ByteVector& output : outputs) targets.push_back(output.data());
  const aiedge_status status = aiedge_run(model, &source, 1, targets.data(), targets.size());
  aiedge_free(model);
  return status == AIEDGE_OK && outputs == expected;
}

}  // namespace

int main() {
  const ByteVector same = {1, 2, 3, 4, 5, 6};
  const ByteVector twice = {2, 4, 6, 8, 10, 12};
  {  // input -> reshape -> output: both are the caller's, so the bytes are copied
    BundleBuilder b;
    const auto x = b.activation(1, {2, 3}, 1.0F, 0);
    const auto y = b.activation(1, {6}, 1.0F, 0);
    b.node(8, {x}, y, {});
    CHECK(gives(b.build({x}, {y}), {same}));
  }
  {  // the input is an output too
    BundleBuilder b;
    const auto x = b.activation(1, {2, 3}, 1.0F, 0);
    const auto y = b.activation(1, {2, 3}, 1.0F, 0);
    b.node(4, {x, x}, y, {-128, 127});
    CHECK(gives(b.build({x}, {x, y}), {same, twice}));
  }
  {  // a reshaped input, and a sum that is reshaped into two outputs and read again
    BundleBuilder b;
    const auto x = b.activation(1, {2, 3}, 1.0F, 0);
    const auto r = b.activation(1, {6}, 1.0F, 0);
    const auto s = b.activation(1, {6}, 1.0F, 0);
    const auto o1 = b.activation(1, {3, 2}, 1.0F, 0);
    const auto o2 = b.activation(1, {1, 6}, 1.0F, 0);
    const auto z = b.activation(1, {6}, 1.0F, 0);
    b.node(8, {x}, r, {});
    b.node(4, {r, r}, s, {-128, 127});
    b.node(8, {s}, o1, {});
    b.node(8, {s}, o2, {});
    b.node(4, {s, r}, z, {-128, 127});
    CHECK(gives(b.build({x}, {o1, o2, z}), {twice, twice, {3, 6, 9, 12, 15, 18}}));
  }
  {  // a constant, reshaped and added
    BundleBuilder b;
    const auto x = b.activation(1, {6}, 1.0F, 0);
    const auto c = b.constant(1, {2, 3}, same, 1.0F, 0);
    const auto r = b.activation(1, {6}, 1.0F, 0);
    const auto y = b.activation(1, {6}, 1.0F, 0);
    b.node(8, {c}, r, {});
    b.node(4, {x, r}, y, {-128, 127});
    CHECK(gives(b.build({x}, {y}), {twice}));
  }
  return report();
}
