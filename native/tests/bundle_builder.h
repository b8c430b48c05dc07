// Writes bundles for the tests, from docs/bundle-format.md alone: what it writes is checked by nobody but the
// reader.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/sha256.h"

namespace aiedge::test {

using ByteVector = std::vector<std::uint8_t>;

template <typename T>
void put(ByteVector* bytes, std::size_t offset, T value) {
  std::memcpy(bytes->data() + offset, &value, sizeof value);
}

inline void pad(ByteVector* bytes) { bytes->resize((bytes->size() + 63) / 64 * 64); }

// Make the hash fit the content again.
inline void seal(ByteVector* file) {
  if (file->size() < 64) return;
  std::memset(file->data() + 32, 0, 32);
  Sha256 hash;
  hash.update(file->data(), file->size());
  const Sha256::Digest digest = hash.finish();
  std::memcpy(file->data() + 32, digest.data(), digest.size());
}

class BundleBuilder {
 public:
  // An activation: int8 (dtype 1) or uint8 (2) with one scale.
  std::uint32_t activation(std::uint8_t dtype, const std::vector<std::int32_t>& shape, float scale,
                           std::int32_t zero_point) {
    tensors_.push_back({.dtype = dtype, .shape = shape, .scale = scale, .zero_point = zero_point});
    return last();
  }

  // A constant; a scale of 0 means not quantized.
  std::uint32_t constant(std::uint8_t dtype, const std::vector<std::int32_t>& shape, const ByteVector& data,
                         float scale, std::int32_t zero_point) {
    tensors_.push_back({.dtype = dtype,
                        .shape = shape,
                        .scale = scale,
                        .zero_point = zero_point,
                        .data = data,
                        .constant = true});
    return last();
  }

  // An int8 constant with one scale for each index of `axis`.
  std::uint32_t constant_per_channel(const std::vector<std::int32_t>& shape, const ByteVector& data,
                                     const std::vector<float>& scales, std::uint32_t axis) {
    tensors_.push_back(
        {.dtype = 1, .shape = shape, .data = data, .constant = true, .scales = scales, .axis = axis});
    return last();
  }

  std::uint32_t bias(const std::vector<std::int32_t>& values) {
    ByteVector data(values.size() * 4);
    std::memcpy(data.data(), values.data(), data.size());
    return constant(3, {static_cast<std::int32_t>(values.size())}, data, 0.0F, 0);
  }

  void node(std::uint32_t code, const std::vector<std::uint32_t>& inputs, std::uint32_t output,
            const std::vector<std::int32_t>& attributes) {
    nodes_.push_back({code, inputs, output, attributes});
  }

  // A further section behind the labels, in the order of the calls.
  void section(const char* type, const ByteVector& content) { sections_.push_back({type, content}); }

  [[nodiscard]] ByteVector build(const std::vector<std::uint32_t>& inputs,
                                 const std::vector<std::uint32_t>& outputs) const {
    const std::string names = "graph" + std::string("tensor") + "node" + "label a\nlabel b";
    const std::size_t section_count = 4 + sections_.size();
    const std::size_t table_end = 64 + section_count * 32;
    std::vector<std::uint32_t> pool(inputs);
    pool.insert(pool.end(), outputs.begin(), outputs.end());
    std::size_t pool_size = pool.size();
    for (const Node& node : nodes_) pool_size += node.inputs.size() + 1;
    const std::size_t graph_at = (table_end + 63) / 64 * 64;
    const std::size_t graph_bytes = 64 + tensors_.size() * 96 + nodes_.size() * 96 + pool_size * 4;

    ByteVector file(graph_at + graph_bytes);
    pad(&file);
    const std::size_t names_at = file.size();
    file.insert(file.end(), names.begin(), names.end());
    pad(&file);
    const std::size_t data_at = file.size();
    std::size_t record = graph_at + 64;
    for (const Tensor& tensor : tensors_) {
      write_tensor(&file, record, tensor);
      record += 96;
    }
    const std::size_t data_end = file.size();
    pad(&file);
    const std::size_t labels_at = file.size();
    file.insert(file.end(), names.end() - 15, names.end());

    for (const Node& node : nodes_) {
      write_node(&file, record, node, pool.size());
      pool.insert(pool.end(), node.inputs.begin(), node.inputs.end());
      pool.push_back(node.output);
      record += 96;
    }
    std::memcpy(file.data() + record, pool.data(), pool.size() * 4);
    write_graph_header(&file, graph_at,
                       {tensors_.size(), nodes_.size(), inputs.size(), outputs.size(), pool_size});

    write_section(&file, 0, "GRPH", 1, graph_at, graph_bytes);
    write_section(&file, 1, "STRS", 1, names_at, names.size());
    write_section(&file, 2, "DATA", 1, data_at, data_end - data_at);
    write_section(&file, 3, "LABL", 0, labels_at, 15);
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      const auto at =
          static_cast<std::size_t>(append(&file, sections_[i].content.data(), sections_[i].content.size()));
      write_section(&file, 4 + i, sections_[i].type, 0, at, sections_[i].content.size());
    }
    const std::array<std::uint8_t, 8> magic = {0x89, 'A', 'I', 'E', 0x0D, 0x0A, 0x1A, 0x0A};
    std::memcpy(file.data(), magic.data(), magic.size());
    put<std::uint16_t>(&file, 8, 1);
    put<std::uint32_t>(&file, 12, 64);
    put<std::uint64_t>(&file, 16, file.size());
    put(&file, 24, static_cast<std::uint32_t>(section_count));
    seal(&file);
    return file;
  }

 private:
  struct Tensor {
    std::uint8_t dtype = 1;
    std::vector<std::int32_t> shape;
    float scale = 0.0F;
    std::int32_t zero_point = 0;
    ByteVector data = {};
    bool constant = false;
    std::vector<float> scales = {};
    std::uint32_t axis = 0;
  };
  struct Node {
    std::uint32_t code;
    std::vector<std::uint32_t> inputs;
    std::uint32_t output;
    std::vector<std::int32_t> attributes;
  };

  struct Section {
    const char* type;
    ByteVector content;
  };

  [[nodiscard]] std::uint32_t last() const { return static_cast<std::uint32_t>(tensors_.size() - 1); }

  static std::uint64_t append(ByteVector* file, const void* data, std::size_t bytes) {
    pad(file);
    const std::size_t offset = file->size();
    file->resize(offset + bytes);
    std::memcpy(file->data() + offset, data, bytes);
    return offset;
  }

  static void write_tensor(ByteVector* file, std::size_t at, const Tensor& tensor) {
    put<std::uint32_t>(file, at, 5);
    put<std::uint32_t>(file, at + 4, 6);
    put(file, at + 8, tensor.dtype);
    put<std::uint8_t>(file, at + 9, tensor.constant ? 1 : 0);
    put(file, at + 10, static_cast<std::uint8_t>(tensor.shape.size()));
    const bool per_channel = !tensor.scales.empty();
    put<std::uint8_t>(file, at + 11, per_channel ? 2 : tensor.scale != 0.0F ? 1 : 0);
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) put(file, at + 12 + 4 * i, tensor.shape[i]);
    put(file, at + 36, tensor.scale);
    put(file, at + 40, tensor.zero_point);
    put(file, at + 44, tensor.axis);
    if (tensor.constant) {
      put(file, at + 48, append(file, tensor.data.data(), tensor.data.size()));
      put<std::uint64_t>(file, at + 56, tensor.data.size());
    }
    if (per_channel) {
      const std::vector<std::int32_t> zeros(tensor.scales.size());
      put(file, at + 64, append(file, tensor.scales.data(), tensor.scales.size() * 4));
      put(file, at + 72, append(file, zeros.data(), zeros.size() * 4));
    }
  }

  static void write_node(ByteVector* file, std::size_t at, const Node& node, std::size_t pool_at) {
    put(file, at, node.code);
    put<std::uint32_t>(file, at + 4, 1);
    put<std::uint32_t>(file, at + 8, 11);
    put<std::uint32_t>(file, at + 12, 4);
    put(file, at + 16, static_cast<std::uint32_t>(pool_at));
    put(file, at + 20, static_cast<std::uint32_t>(node.inputs.size()));
    put(file, at + 24, static_cast<std::uint32_t>(pool_at + node.inputs.size()));
    put<std::uint32_t>(file, at + 28, 1);
    for (std::size_t i = 0; i < node.attributes.size(); ++i) put(file, at + 32 + 4 * i, node.attributes[i]);
  }

  static void write_graph_header(ByteVector* file, std::size_t at, const std::array<std::size_t, 5>& counts) {
    std::memcpy(file->data() + at, "aiedge-1", 8);
    for (std::size_t i = 0; i < counts.size(); ++i)
      put(file, at + 16 + 4 * i, static_cast<std::uint32_t>(counts[i]));
    put<std::uint32_t>(file, at + 36, 0);
    put<std::uint32_t>(file, at + 40, 5);
  }

  static void write_section(ByteVector* file, std::size_t index, const char* type, std::uint32_t flags,
                            std::size_t offset, std::size_t bytes) {
    const std::size_t at = 64 + 32 * index;
    std::memcpy(file->data() + at, type, 4);
    put(file, at + 4, flags);
    put<std::uint64_t>(file, at + 8, offset);
    put<std::uint64_t>(file, at + 16, bytes);
  }

  std::vector<Tensor> tensors_;
  std::vector<Node> nodes_;
  std::vector<Section> sections_;
};

}  // namespace aiedge::test
