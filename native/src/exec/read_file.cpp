#include "exec/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "model/bundle.h"

namespace aiedge::exec {
namespace {

class File {
 public:
  // A pipe without a writer must not block; to a file O_NONBLOCK means nothing.
  explicit File(const char* path) : descriptor_(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (descriptor_ >= 0) (void)close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

Result<Buffer> read_file(const char* path) {
  const File file(path);
  if (file.descriptor() < 0) return Status::error(Code::kIo, "the file cannot be opened");
  struct stat info = {};
  if (fstat(file.descriptor(), &info) != 0) return Status::error(Code::kIo, "the file cannot be read");
  if (!S_ISREG(info.st_mode) || static_cast<std::uint64_t>(info.st_size) > model::kMaxFileBytes) {
    return Status::error(Code::kIo, "this is no file, or one of more than %zu bytes", model::kMaxFileBytes);
  }
  Buffer buffer = Buffer::zeroed(static_cast<std::size_t>(info.st_size));
  if (buffer.empty()) return Status::error(Code::kOutOfMemory, "there is not enough memory");
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got = read(file.descriptor(), buffer.data() + done, buffer.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Status::error(Code::kIo, "the file cannot be read");
    done += static_cast<std::size_t>(got);
  }
  return buffer;
}

}  // namespace aiedge::exec
