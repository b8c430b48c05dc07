#include <utility>

#include "model/bundle.h"
#include "model/graph.h"
#include "model/processing.h"
#include "model/sections.h"

namespace aiedge::model {

Result<Bundle> read_bundle(Buffer file) {
  if (file.size() > kMaxFileBytes) {
    return Status::error(Code::kBadModel, "the file is larger than %zu bytes", kMaxFileBytes).at("header");
  }
  Bundle bundle;
  bundle.file = std::move(file);
  const Bytes bytes(bundle.file.data(), bundle.file.size());
  Result<Sections> sections = read_sections(bytes);
  if (!sections.ok()) return sections.status();
  AIEDGE_TRY(read_graph(bytes, sections.value(), &bundle));
  const Bytes prep = sections.value().prep;
  const Bytes post = sections.value().post;
  if (prep.empty() != post.empty()) {
    return Status::error(Code::kBadModel, "one of the sections PREP and POST is missing").at("header");
  }
  if (!prep.empty()) AIEDGE_TRY(read_processing(prep, post, &bundle));
  bundle.labels = as_text(sections.value().labels);
  // Their hash is checked, and nothing here reads them again.
  const Bytes golden = sections.value().golden;
  if (!golden.empty()) {
    const auto offset = static_cast<std::size_t>(golden.data() - bytes.data());
    bundle.released = bundle.file.release(offset, golden.size());
  }
  return bundle;
}

}  // namespace aiedge::model
