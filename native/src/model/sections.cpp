#include "model/sections.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cinttypes>

#include "base/buffer.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "model/bundle.h"

namespace aiedge::model {
namespace {

static_assert(std::endian::native == std::endian::little, "bundles are used in place, and are little-endian");

constexpr std::array<std::uint8_t, 8> kMagic = {0x89, 'A', 'I', 'E', 0x0D, 0x0A, 0x1A, 0x0A};
constexpr std::uint16_t kMajor = 1;
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kHashOffset = 32;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kEntryBytes = 32;
constexpr std::uint32_t kMaxSections = 64;
constexpr std::uint32_t kRequired = 1;
constexpr std::uint64_t kMostProvenanceBytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostGoldenBytes = std::uint64_t{1} << 24U;
constexpr std::uint64_t kMostSignatureBytes = std::uint64_t{1} << 12U;

struct Entry {
  std::string_view type;
  std::uint32_t flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

Status bad(const char* what) { return Status::error(Code::kBadModel, "%s", what); }

Status check_hash(Bytes file) {
  const std::array<std::uint8_t, kHashBytes> zeros = {};
  Sha256 hash;
  hash.update(file.data(), kHashOffset);
  hash.update(zeros.data(), zeros.size());
  hash.update(file.data() + kHeaderBytes, file.size() - kHeaderBytes);
  const Sha256::Digest digest = hash.finish();
  if (!std::equal(digest.begin(), digest.end(), file.begin() + kHashOffset)) {
    return bad("the SHA-256 does not fit the content: the file is damaged");
  }
  return {};
}

Status check_header(Bytes file) {
  if (file.size() < kHeaderBytes) return bad("the file is shorter than a bundle's header");
  if (!std::equal(kMagic.begin(), kMagic.end(), file.begin()))
    return bad("the file does not begin as a bundle does");
  const auto major = load<std::uint16_t>(file, 8);
  if (major != kMajor) {
    return Status::error(Code::kBadModel, "the bundle has format %u, this version reads format %u",
                         static_cast<unsigned>(major), static_cast<unsigned>(kMajor));
  }
  if (load<std::uint32_t>(file, 12) != kHeaderBytes) return bad("the header's size is wrong");
  const auto bytes = load<std::uint64_t>(file, 16);
  if (bytes != file.size()) {
    return Status::error(Code::kBadModel, "the header says %" PRIu64 " bytes, the file has %zu", bytes,
                         file.size());
  }
  if (load<std::uint32_t>(file, 28) != 0) return bad("a reserved field is not 0");
  const auto count = load<std::uint32_t>(file, 24);
  if (count < 1 || count > kMaxSections) {
    return Status::error(Code::kBadModel, "%" PRIu32 " sections, 1 to %" PRIu32 " are allowed", count,
                         kMaxSections);
  }
  if (file.size() < kHeaderBytes + count * kEntryBytes) return bad("the section table is cut off");
  return check_hash(file);
}

Result<Entry> read_entry(Bytes file, std::uint32_t index, std::size_t end_of_previous) {
  const Bytes record = file.subspan(kHeaderBytes + index * kEntryBytes, kEntryBytes);
  const Entry entry = {.type = as_text(record.first(4)),
                       .flags = load<std::uint32_t>(record, 4),
                       .offset = load<std::uint64_t>(record, 8),
                       .bytes = load<std::uint64_t>(record, 16)};
  if (!std::all_of(entry.type.begin(), entry.type.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return bad("a section's type is not four printable characters");
  }
  if ((entry.flags & ~kRequired) != 0 || load<std::uint64_t>(record, 24) != 0)
    return bad("a reserved field is not 0");
  if (entry.offset % kAlignment != 0) return bad("a section does not begin at a multiple of 64");
  if (entry.offset < end_of_previous || entry.offset > file.size() ||
      entry.bytes > file.size() - entry.offset) {
    return bad("a section lies outside the file or overlaps the one before");
  }
  const auto offset = static_cast<std::size_t>(entry.offset);
  if (!all_zero(file.subspan(end_of_previous, offset - end_of_previous))) {
    return bad("a gap before a section is not zero");
  }
  return entry;
}

// Remember the section by its type; an unknown one that is required is refused.
Status take(const Entry& entry, Bytes content, Sections* sections, std::array<bool, 3>* found) {
  if (entry.type == "GRPH") {
    sections->graph = content;
    (*found)[0] = true;
  } else if (entry.type == "STRS") {
    sections->strings = content;
    (*found)[1] = true;
  } else if (entry.type == "DATA") {
    sections->data = content;
    sections->data_offset = static_cast<std::size_t>(entry.offset);
    (*found)[2] = true;
  } else if (entry.type == "LABL") {
    if (!is_text(as_text(content))) return bad("the labels are not UTF-8 text");
    sections->labels = content;
  } else if (entry.type == "PREP") {
    if (content.empty()) return bad("the section is empty");
    sections->prep = content;
  } else if (entry.type == "POST") {
    if (content.empty()) return bad("the section is empty");
    sections->post = content;
  } else if (entry.type == "META") {
    if (!is_text(as_text(content))) return bad("the metadata are not UTF-8 text");
  } else if (entry.type == "PROV") {
    if (entry.bytes > kMostProvenanceBytes) return bad("the provenance is larger than 2^20 bytes");
    if (!is_text(as_text(content))) return bad("the provenance is not UTF-8 text");
  } else if (entry.type == "GOLD") {
    if (entry.bytes > kMostGoldenBytes) return bad("the golden vectors are larger than 2^24 bytes");
    sections->golden = content;
  } else if (entry.type == "SIGN") {
    if (entry.bytes > kMostSignatureBytes) return bad("the signature is larger than 2^12 bytes");
  } else if ((entry.flags & kRequired) != 0) {
    return bad("this version does not know the section, and the bundle requires it");
  }
  return {};
}

}  // namespace

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

Result<Sections> read_sections(Bytes file) {
  AIEDGE_TRY(check_header(file).at("header"));
  const auto count = load<std::uint32_t>(file, 24);
  Sections sections;
  std::array<bool, 3> found = {};
  std::array<std::string_view, kMaxSections> types;
  std::size_t end = kHeaderBytes + count * kEntryBytes;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Result<Entry> read = read_entry(file, i, end);
    if (!read.ok()) return read.status().at("section %" PRIu32, i);
    const Entry& entry = read.value();
    if (std::find(types.begin(), types.begin() + i, entry.type) != types.begin() + i) {
      return bad("a section's type occurs twice").at("section %" PRIu32, i);
    }
    if (i > 0 && types[i - 1] == "SIGN") {
      return bad("a section stands behind the signature").at("section %" PRIu32, i);
    }
    types[i] = entry.type;
    const auto offset = static_cast<std::size_t>(entry.offset);  // inside the file, and so are its bytes
    const auto bytes = static_cast<std::size_t>(entry.bytes);
    AIEDGE_TRY(take(entry, file.subspan(offset, bytes), &sections, &found)
                   .at("section %" PRIu32 " '%.4s'", i, entry.type.data()));
    end = offset + bytes;
  }
  if (end != file.size()) return bad("there are bytes after the last section").at("end of file");
  if (!found[0] || !found[1] || !found[2])
    return bad("one of the sections GRPH, STRS, DATA is missing").at("header");
  return sections;
}

}  // namespace aiedge::model
