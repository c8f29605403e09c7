#include "someos/backends/mapping_base/file_copy.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/guard_state.h"
#include "someos/api/mapping.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/page_geometry.h"
#include "someos/backends/mapping_base/range_check.h"
#include "someos/backends/mapping_base/request.h"

namespace someos::mapping_base {
namespace {

class FileCopy final : public Mapping {
 public:
  FileCopy(const MappingSystem& system, Request request, std::string bytes, absl::string_view name)
      : system_(system), request_(std::move(request)), bytes_(std::move(bytes)), name_(name) {
    data_ = bytes_.data();
    size_ = bytes_.size();
    writable_ = request_.writable;
    if (request_.guarded) guard_state_ = &never_lost_;
  }

  absl::Status CopyOut(uint64_t from, absl::Span<char> into) const override {
    absl::Status status = CheckRange("copy out", from, into.size(), size_);
    if (status.ok() && !into.empty()) std::memcpy(into.data(), data_ + from, into.size());
    return status;
  }
  absl::Status Advise(Advice, uint64_t, uint64_t) const override { return NotMapped("advise"); }
  absl::Status AdviseRaw(int, uint64_t, uint64_t) const override { return NotMapped("advise"); }
  absl::Status Resize(uint64_t) override {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("resize mapping of ", request_.object, ": it is a copy"));
  }

  absl::StatusOr<uint64_t> FileSize() const override {
    FileFacts facts;
    const int error = system_.Stat(descriptor(), facts);
    if (error != 0) return ErrnoStatus(error, absl::StrCat("size of ", request_.object));
    return facts.size;
  }
  int descriptor() const override { return request_.descriptor.get(); }
  absl::string_view name() const override { return name_; }
  MappingCapabilities capabilities() const override {
    MappingCapabilities capabilities;
    capabilities.guarded = request_.guarded;
    capabilities.safe_copy = true;
    capabilities.page_size = PageSize();
    return capabilities;
  }

 private:
  absl::Status NotMapped(absl::string_view operation) const {
    return PlainStatus(absl::StatusCode::kUnimplemented,
                       absl::StrCat(operation, " ", request_.object, ": it is a copy"));
  }
  absl::Status DoFlush(uint64_t offset, uint64_t size, Sync /*how*/) const override {
    return CheckRange("flush", offset, size, size_);
  }
  absl::Status Repair(uint32_t) const override { return absl::OkStatus(); }
  absl::Status Loss() const override { return absl::OkStatus(); }

  const MappingSystem& system_;
  const Request request_;
  std::string bytes_;
  const absl::string_view name_;
  internal::GuardState never_lost_;
};

// The end of a file of unknown size is where reading ends.
absl::StatusOr<std::string> ReadBytes(const MappingSystem& system, const Request& request) {
  constexpr size_t kPart = size_t{64} * 1024;
  const uint64_t start = request.source.offset + request.slack;
  std::string bytes;
  while (request.size == 0 || bytes.size() < request.size) {
    const size_t had = bytes.size();
    const size_t wanted = request.size == 0 ? kPart : request.size - had;
    bytes.resize(had + std::min(wanted, kPart));
    const ptrdiff_t count =
        system.Read(request.source.fd, &bytes[had], bytes.size() - had, start + had);
    if (count < 0) return ErrnoStatus(errno, absl::StrCat("read ", request.object));
    bytes.resize(had + static_cast<size_t>(count));
    if (count == 0) break;
  }
  if (!bytes.empty() && bytes.size() >= request.size) return bytes;
  return PlainStatus(absl::StatusCode::kOutOfRange,
                     absl::StrCat("map ", request.object, ": the file ends after ", bytes.size(),
                                  " bytes from offset ", start));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mapping>> CopyFile(const MappingSystem& system, Request request,
                                                  absl::string_view name) {
  absl::StatusOr<std::string> bytes = ReadBytes(system, request);
  if (!bytes.ok()) return bytes.status();
  return absl::make_unique<FileCopy>(system, std::move(request), *std::move(bytes), name);
}

}  // namespace someos::mapping_base
