// Where the plan puts tensors that can share memory, and those that cannot.
#include "plan/plan.h"

#include <cstring>
#include <utility>

#include "bundle_builder.h"
#include "check.h"
#include "model/bundle.h"

using namespace aiedge;
using namespace aiedge::test;
using plan::Place;

namespace {

// The bundle stays alive with its plan.
struct Planned {
  model::Bundle bundle;
  plan::Plan plan;

  [[nodiscard]] bool at(std::uint32_t tensor, Place place, std::size_t offset) const {
    return plan.storage[tensor].place == place && plan.storage[tensor].offset == offset;
  }
};

Planned planned(const ByteVector& file) {
  Buffer buffer = Buffer::zeroed(file.size());
  std::memcpy(buffer.data(), file.data(), file.size());
  Result<model::Bundle> bundle = model::read_bundle(std::move(buffer));
  CHECK(bundle.ok());
  Planned result{std::move(bundle.value()), {}};
  Result<plan::Plan> plan = plan::make_plan(result.bundle);
  CHECK(plan.ok());
  result.plan = std::move(plan.value());
  return result;
}

std::uint32_t activation(BundleBuilder* b, const std::vector<std::int32_t>& shape) {
  return b->activation(1, shape, 1.0F, 0);
}

// A tensor that a node computes.
std::uint32_t sum(BundleBuilder* b, std::uint32_t x, const std::vector<std::int32_t>& shape) {
  const std::uint32_t y = activation(b, shape);
  b->node(4, {x, x}, y, {-128, 127});
  return y;
}

void concat_in_the_arena() {
  BundleBuilder b;
  const auto x = activation(&b, {1, 40});
  const auto p = sum(&b, x, {1, 40});
  const auto q = sum(&b, x, {1, 40});
  const auto y = activation(&b, {1, 80});
  b.node(20, {p, q}, y, {1});
  const auto z = sum(&b, y, {1, 80});
  const Planned got = planned(b.build({x}, {z}));
  CHECK(got.at(p, Place::kArena, 0) && got.at(q, Place::kArena, 40) && got.at(y, Place::kArena, 0));
  CHECK(got.plan.in_place == std::vector<bool>({false, false, true, false}));
  CHECK(got.plan.arena_bytes == 128);
}

void nested_concats_in_the_callers_buffer() {
  BundleBuilder b;
  const auto x = activation(&b, {2, 3});
  const auto p = sum(&b, x, {2, 3});
  const auto flat = activation(&b, {1, 6});
  b.node(8, {p}, flat, {});
  const auto q = sum(&b, flat, {1, 6});
  const auto inner = activation(&b, {1, 12});
  b.node(20, {flat, q}, inner, {1});
  const auto r = sum(&b, x, {2, 3});
  const auto line = activation(&b, {1, 6});
  b.node(8, {r}, line, {});
  const auto outer = activation(&b, {1, 18});
  b.node(20, {line, inner}, outer, {1});
  const Planned got = planned(b.build({x}, {outer}));
  CHECK(got.at(r, Place::kOutput, 0) && got.at(line, Place::kOutput, 0));
  CHECK(got.at(p, Place::kOutput, 6) && got.at(flat, Place::kOutput, 6) && got.at(q, Place::kOutput, 12));
  CHECK(got.at(inner, Place::kOutput, 6) && got.at(outer, Place::kOutput, 0));
  CHECK(got.plan.arena_bytes == 0);
}

void pieces_that_are_copied() {
  BundleBuilder b;
  const auto x = activation(&b, {1, 4});
  const auto k = b.constant(1, {1, 4}, {1, 2, 3, 4}, 1.0F, 0);
  const auto p = sum(&b, x, {1, 4});
  const auto out = sum(&b, x, {1, 4});
  const auto y = activation(&b, {1, 20});
  b.node(20, {x, k, p, p, out}, y, {1});
  const auto z = sum(&b, y, {1, 20});
  const Planned got = planned(b.build({x}, {out, z}));
  CHECK(got.at(x, Place::kInput, 0) && got.at(k, Place::kConstant, 0) && got.at(out, Place::kOutput, 0));
  CHECK(got.at(p, Place::kArena, got.plan.storage[y].offset + 8));
  CHECK(!got.plan.in_place[2]);
}

void a_concat_of_columns_is_copied() {
  BundleBuilder b;
  const auto x = activation(&b, {2, 4});
  const auto p = sum(&b, x, {2, 4});
  const auto q = sum(&b, x, {2, 4});
  const auto y = activation(&b, {2, 8});
  b.node(20, {p, q}, y, {1});
  const Planned got = planned(b.build({x}, {y}));
  CHECK(!got.plan.in_place[2] && got.plan.storage[p].place == Place::kArena);
}

void views_of_slices() {
  BundleBuilder b;
  const auto x = activation(&b, {3, 4});
  const auto row = activation(&b, {1, 4});
  b.node(23, {x}, row, {2, 0, 0, 0, 0, 0, 1, 1});
  const auto part = activation(&b, {1, 2});
  b.node(23, {row}, part, {0, 1, 0, 0, 0, 0, 1, 1});
  const auto column = activation(&b, {3, 1});
  b.node(23, {x}, column, {0, 2, 0, 0, 0, 0, 1, 1});
  const auto second = activation(&b, {2, 4});
  b.node(23, {x}, second, {0, 0, 0, 0, 0, 0, 2, 1});
  const auto back = activation(&b, {1, 2});
  b.node(23, {row}, back, {0, 1, 0, 0, 0, 0, 1, -1});
  const auto turned = activation(&b, {2, 1});
  b.node(22, {part}, turned, {1, 0});
  const auto a = sum(&b, turned, {2, 1});
  const auto c = sum(&b, column, {3, 1});
  const auto d = sum(&b, second, {2, 4});
  const auto e = sum(&b, back, {1, 2});
  const Planned got = planned(b.build({x}, {a, c, d, e}));
  CHECK(got.at(row, Place::kInput, 8) && got.at(part, Place::kInput, 9) && got.at(turned, Place::kInput, 9));
  for (const std::uint32_t copied : {column, second, back})
    CHECK(got.plan.storage[copied].place == Place::kArena);
}

// A slice that is an output too is copied, and so is a whole view of which a part is one already.
void slices_that_are_outputs() {
  BundleBuilder b;
  const auto x = activation(&b, {2, 4});
  const auto p = sum(&b, x, {2, 4});
  const auto row = activation(&b, {1, 4});
  b.node(23, {p}, row, {1, 0, 0, 0, 0, 0, 1, 1});
  const auto one = activation(&b, {8});
  b.node(8, {p}, one, {});
  const auto two = activation(&b, {1, 8});
  b.node(8, {p}, two, {});
  const Planned got = planned(b.build({x}, {row, one, two}));
  CHECK(got.plan.storage[p].index == 1 && got.at(p, Place::kOutput, 0));
  CHECK(got.plan.in_place == std::vector<bool>({false, false, true, false}));
}

// What lives at the same time does not overlap, also when one lies inside another memory.
void a_piece_lives_as_long_as_the_whole() {
  BundleBuilder b;
  const auto x = activation(&b, {1, 64});
  const auto p = sum(&b, x, {1, 64});
  const auto other = sum(&b, p, {1, 64});
  const auto q = sum(&b, other, {1, 64});
  const auto y = activation(&b, {1, 128});
  b.node(20, {p, q}, y, {1});
  const auto z = sum(&b, y, {1, 128});
  const Planned got = planned(b.build({x}, {z}));
  const std::size_t whole = got.plan.storage[y].offset;
  const std::size_t apart = got.plan.storage[other].offset;
  CHECK(apart >= whole + 128 || apart + 64 <= whole);
}

}  // namespace

int main() {
  concat_in_the_arena();
  nested_concats_in_the_callers_buffer();
  pieces_that_are_copied();
  a_concat_of_columns_is_copied();
  views_of_slices();
  slices_that_are_outputs();
  a_piece_lives_as_long_as_the_whole();
  return report();
}
