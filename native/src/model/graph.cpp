#include "model/graph.h"

#include <algorithm>
#include <cinttypes>
#include <utility>
#include <vector>

#include "model/tensor_record.h"

namespace aiedge::model {
namespace {

constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kNodeRecordBytes = 96;
constexpr std::uint32_t kAttributeLayout = 1;
constexpr std::uint64_t kMaxTensors = 65536;
constexpr std::uint64_t kMaxNodes = 65536;
constexpr std::uint64_t kMaxPorts = 256;
constexpr std::uint32_t kMaxNodePorts = 64;  // no operation has more; bounds the work of check_flow
constexpr std::size_t kMaxNameBytesTogether = std::size_t{1} << 26U;
constexpr std::string_view kArithmetic{"aiedge-1\0\0\0\0\0\0\0\0", 16};

struct Counts {
  std::size_t tensors = 0, nodes = 0, inputs = 0, outputs = 0, pool = 0;
};

Status bad(const char* what) { return Status::error(Code::kBadModel, "%s", what); }

Status read_header(const Sections& sections, Counts* counts, Bundle* bundle) {
  const Bytes graph = sections.graph;
  if (graph.size() < kHeaderBytes) return bad("the section GRPH is shorter than its header");
  if (as_text(graph.first(16)) != kArithmetic) {
    return bad("the bundle names an arithmetic that this version does not have (it has aiedge-1)");
  }
  *counts = {.tensors = load<std::uint32_t>(graph, 16),
             .nodes = load<std::uint32_t>(graph, 20),
             .inputs = load<std::uint32_t>(graph, 24),
             .outputs = load<std::uint32_t>(graph, 28),
             .pool = load<std::uint32_t>(graph, 32)};
  if (counts->tensors < 1 || counts->tensors > kMaxTensors)
    return bad("the number of tensors is not 1 to 65536");
  if (counts->nodes < 1 || counts->nodes > kMaxNodes) return bad("the number of nodes is not 1 to 65536");
  if (counts->inputs < 1 || counts->inputs > kMaxPorts) return bad("the number of inputs is not 1 to 256");
  if (counts->outputs < 1 || counts->outputs > kMaxPorts) return bad("the number of outputs is not 1 to 256");
  const Result<std::string_view> name = read_name(graph, 36, sections.strings);
  if (!name.ok()) return name.status();
  bundle->name = name.value();
  if (!all_zero(graph.subspan(44, 20))) return bad("a reserved field is not 0");
  const std::uint64_t bytes = kHeaderBytes + counts->tensors * kTensorRecordBytes +
                              counts->nodes * kNodeRecordBytes + std::uint64_t{counts->pool} * 4;
  if (bytes != graph.size()) return bad("the size of GRPH does not fit its counts");
  if (counts->inputs + counts->outputs > counts->pool) return bad("the index pool is too short");
  return {};
}

Status read_tensors(Bytes file, const Sections& sections, const Counts& counts,
                    std::vector<DataRange>* ranges, Bundle* bundle) {
  bundle->tensors.reserve(counts.tensors);
  for (std::size_t i = 0; i < counts.tensors; ++i) {
    const Bytes record = sections.graph.subspan(kHeaderBytes + i * kTensorRecordBytes, kTensorRecordBytes);
    Result<Tensor> tensor = read_tensor(record, file, sections, ranges);
    if (!tensor.ok()) return tensor.status().at("tensor %zu", i);
    bundle->tensors.push_back(tensor.value());
  }
  return {};
}

// Pieces of DATA are disjoint or the same, and what lies between them is zero.
Status check_data(const Sections& sections, std::vector<DataRange> ranges) {
  std::sort(ranges.begin(), ranges.end());
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  std::size_t end = 0;
  for (const DataRange& range : ranges) {  // each lies inside, so its numbers are sizes
    const auto begin = static_cast<std::size_t>(range.offset - sections.data_offset);
    if (begin < end) return bad("two constants overlap");
    if (!all_zero(sections.data.subspan(end, begin - end))) return bad("a gap between constants is not zero");
    end = begin + static_cast<std::size_t>(range.bytes);
  }
  if (!all_zero(sections.data.subspan(end))) return bad("a gap after the constants is not zero");
  return {};
}

Status read_pool(const Sections& sections, const Counts& counts, Bundle* bundle) {
  const Bytes pool = sections.graph.last(counts.pool * 4);
  bundle->pool.resize(counts.pool);
  for (std::size_t i = 0; i < counts.pool; ++i) {
    bundle->pool[i] = load<std::uint32_t>(pool, 4 * i);
    if (bundle->pool[i] >= counts.tensors) return bad("an index is not that of a tensor").at("index pool");
  }
  const std::span<const std::uint32_t> all(bundle->pool);
  bundle->inputs = all.first(counts.inputs);
  bundle->outputs = all.subspan(counts.inputs, counts.outputs);
  return {};
}

Status read_ports(Bytes record, std::size_t offset, std::span<const std::uint32_t> pool,
                  std::span<const std::uint32_t>* ports) {
  const auto first = load<std::uint32_t>(record, offset);
  const auto count = load<std::uint32_t>(record, offset + 4);
  if (count > kMaxNodePorts || first > pool.size() || count > pool.size() - first) {
    return bad("the inputs or outputs do not lie in the index pool");
  }
  *ports = pool.subspan(first, count);
  return {};
}

Result<Node> read_node(Bytes record, const Sections& sections, std::span<const std::uint32_t> pool) {
  Node node;
  node.code = load<std::uint32_t>(record, 0);
  if (load<std::uint32_t>(record, 4) != kAttributeLayout)
    return bad("the layout of the attributes is not version 1");
  const Result<std::string_view> name = read_name(record, 8, sections.strings);
  if (!name.ok()) return name.status();
  node.name = name.value();
  AIEDGE_TRY(read_ports(record, 16, pool, &node.inputs));
  AIEDGE_TRY(read_ports(record, 24, pool, &node.outputs));
  for (std::size_t i = 0; i < kAttributes; ++i) node.attributes[i] = load<std::uint32_t>(record, 32 + 4 * i);
  return node;
}

Status read_nodes(const Sections& sections, const Counts& counts, Bundle* bundle) {
  const std::size_t begin = kHeaderBytes + counts.tensors * kTensorRecordBytes;
  std::size_t name_bytes = 0;
  bundle->nodes.reserve(counts.nodes);
  for (std::size_t i = 0; i < counts.nodes; ++i) {
    const Bytes record = sections.graph.subspan(begin + i * kNodeRecordBytes, kNodeRecordBytes);
    Result<Node> node = read_node(record, sections, bundle->pool);
    if (!node.ok()) return node.status().at("node %zu", i);
    name_bytes += node.value().name.size();
    if (name_bytes > kMaxNameBytesTogether) return bad("the nodes' names are longer than 64 MiB together");
    bundle->nodes.push_back(node.value());
  }
  return {};
}

// Every input stands before its use, every activation has exactly one producer.
Status check_flow(const Bundle& bundle) {
  std::vector<bool> ready(bundle.tensors.size());
  for (std::size_t i = 0; i < ready.size(); ++i) ready[i] = bundle.tensors[i].is_constant();
  for (const std::uint32_t input : bundle.inputs) {
    if (ready[input])
      return bad("a graph input is a constant, or is listed twice").at("tensor %" PRIu32, input);
    ready[input] = true;
  }
  for (std::size_t i = 0; i < bundle.nodes.size(); ++i) {
    for (const std::uint32_t input : bundle.nodes[i].inputs) {
      if (!ready[input]) return bad("an input is not computed before the node").at("node %zu", i);
    }
    for (const std::uint32_t output : bundle.nodes[i].outputs) {
      if (ready[output]) return bad("an output is a constant, or has a producer already").at("node %zu", i);
      ready[output] = true;
    }
  }
  const auto orphan = std::find(ready.begin(), ready.end(), false);
  if (orphan != ready.end())
    return bad("an activation has no producer").at("tensor %td", orphan - ready.begin());
  std::vector<bool> given(bundle.tensors.size());
  for (const std::uint32_t output : bundle.outputs) {
    if (bundle.tensors[output].is_constant() || given[output]) {
      return bad("a graph output is a constant, or is listed twice").at("tensor %" PRIu32, output);
    }
    given[output] = true;
  }
  return {};
}

}  // namespace

Status read_graph(Bytes file, const Sections& sections, Bundle* bundle) {
  Counts counts;
  AIEDGE_TRY(read_header(sections, &counts, bundle).at("GRPH"));
  std::vector<DataRange> ranges;
  AIEDGE_TRY(read_tensors(file, sections, counts, &ranges, bundle));
  AIEDGE_TRY(check_data(sections, std::move(ranges)).at("DATA"));
  AIEDGE_TRY(read_pool(sections, counts, bundle));
  AIEDGE_TRY(read_nodes(sections, counts, bundle));
  return check_flow(*bundle);
}

}  // namespace aiedge::model
