#include "someos/tools/shell/commands/mapped.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap.h"
#include "someos/api/multiprocessing.h"

namespace someos::shell {

Mapped::Mapped(std::unique_ptr<Mapping> mapping, absl::string_view what)
    : what_(what), own_(std::move(mapping)) {}

Mapped::Mapped(multiprocessing::SharedMemory shared)
    : what_(absl::StrCat("the shared memory ", shared.name())), shared_(std::move(shared)) {}

absl::Status Mapped::Look(absl::FunctionRef<void(absl::string_view bytes)> look) const {
  if (!mapping().capabilities().guarded) {
    look(mapping().view());
    return absl::OkStatus();
  }
  absl::StatusOr<Mapping::Guard> guard = mapping().Enter();
  if (!guard.ok()) return guard.status();
  look(guard->view());
  return guard->Done();
}

absl::Status Mapped::Edit(uint64_t offset, absl::string_view bytes) const {
  if (!mapping().writable()) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition, "the mapping is read-only");
  }
  if (offset > mapping().size() || bytes.size() > mapping().size() - offset) {
    return PlainStatus(
        absl::StatusCode::kOutOfRange,
        absl::StrCat(bytes.size(), " bytes at ", offset, " do not fit into ", mapping().size()));
  }
  return Look([&](absl::string_view /*bytes*/) {
    std::memcpy(mapping().data() + offset, bytes.data(), bytes.size());
  });
}

absl::Status Mapped::Flush() const { return mapping().Flush(0, mapping().size()); }

absl::Status Mapped::Resize(uint64_t size) {
  if (own_ != nullptr) return own_->Resize(size);
  return PlainStatus(absl::StatusCode::kFailedPrecondition, "shared memory keeps its size");
}

std::string Mapped::Describe() const {
  return absl::StrCat(what_, ", ", mapping().size(), " bytes, ",
                      mapping().writable() ? "writable" : "read-only");
}

}  // namespace someos::shell
