#include "someos/backends/mapping_base/placed_mapping.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/mapping_base/advice.h"
#include "someos/backends/mapping_base/fault_handler.h"
#include "someos/backends/mapping_base/file_copy.h"
#include "someos/backends/mapping_base/guard_table.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/memory_object.h"
#include "someos/backends/mapping_base/page_geometry.h"
#include "someos/backends/mapping_base/placement.h"
#include "someos/backends/mapping_base/range_check.h"
#include "someos/backends/mapping_base/request.h"

namespace someos::mapping_base {
namespace {

// What mmap(2) returns for files that it cannot map, but which can perhaps be read.
bool CannotBeMapped(int error) {
  return error == ENODEV || error == EIO || error == ENOSYS || error == EOPNOTSUPP;
}

absl::Status KeepDescriptor(const MappingSystem& system, Request& request) {
  if (!request.keep_descriptor) return absl::OkStatus();
  request.descriptor = base::OwnDescriptor::Take(system.Duplicate(request.source.fd));
  if (!request.descriptor.valid()) {
    return ErrnoStatus(errno, absl::StrCat("map ", request.object));
  }
  request.source.fd = request.descriptor.get();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mapping>> PlacedMapping::Create(const MappingSystem& system,
                                                               Request request,
                                                               std::unique_ptr<Placement> placement,
                                                               absl::string_view name) {
  absl::Status status = KeepDescriptor(system, request);
  if (!status.ok()) return status;
  if (request.copy) return CopyFile(system, std::move(request), name);
  const int error = placement->Map(request.source, RoundUp(request.slack + request.size));
  if (error != 0 && request.copy_if_unmappable && CannotBeMapped(error)) {
    return CopyFile(system, std::move(request), name);
  }
  if (error != 0) return ErrnoStatus(error, absl::StrCat("map ", request.object));
  auto mapping =
      absl::WrapUnique(new PlacedMapping(system, std::move(request), std::move(placement), name));
  status = mapping->StartGuarding();
  if (!status.ok()) return status;
  return mapping;
}

PlacedMapping::PlacedMapping(const MappingSystem& system, Request request,
                             std::unique_ptr<Placement> placement, absl::string_view name)
    : system_(system),
      request_(std::move(request)),
      placement_(std::move(placement)),
      name_(name),
      allocates_(!request_.sparse) {
  writable_ = request_.writable;
  Adopt(request_.size);
  if (request_.advise_populate) {
    system_.Advise(placement_->begin(), placement_->length(), MADV_WILLNEED);
  }
}

absl::Status PlacedMapping::StartGuarding() {
  if (!request_.guarded) return absl::OkStatus();
  absl::Status status = InstallFaultHandler();
  if (!status.ok()) return status;
  guard_entry_ = &GuardTable::Claim();
  guard_state_ = &guard_entry_->state();
  Adopt(size_);
  return status;
}

PlacedMapping::~PlacedMapping() {
  if (guard_entry_ != nullptr) GuardTable::Release(*guard_entry_);
}

void PlacedMapping::Adopt(size_t size) {
  data_ = placement_->begin() + request_.slack;
  size_ = size;
  if (guard_entry_ == nullptr) return;
  const auto begin = reinterpret_cast<uintptr_t>(placement_->begin());
  guard_entry_->SetRange({begin, begin + placement_->length(), request_.source.protection});
}

PlacedMapping::Pages PlacedMapping::Touched(uint64_t offset, uint64_t size) const {
  const size_t from = request_.slack + static_cast<size_t>(offset);
  const auto begin = static_cast<size_t>(RoundDown(from));
  return {placement_->begin() + begin, RoundUp(from + static_cast<size_t>(size)) - begin};
}

PlacedMapping::Pages PlacedMapping::Within(uint64_t offset, uint64_t size) const {
  const size_t from = request_.slack + static_cast<size_t>(offset);
  const size_t begin = RoundUp(from);
  const auto end = static_cast<size_t>(RoundDown(from + size));
  return {placement_->begin() + begin, end > begin ? end - begin : 0};
}

Backing PlacedMapping::backing() const {
  if (!request_.memory) return Backing::kFile;
  return request_.source.shared ? Backing::kSharedMemory : Backing::kPrivateMemory;
}

absl::Status PlacedMapping::Error(int error, absl::string_view operation) const {
  return ErrnoStatus(error, absl::StrCat(operation, " ", request_.object));
}

absl::Status PlacedMapping::CopyOut(uint64_t from, absl::Span<char> into) const {
  absl::Status status = CheckRange("copy out", from, into.size(), size_);
  if (!status.ok() || into.empty()) return status;
  const char* const begin = data_ + from;
  size_t copied = 0;
  while (copied < into.size()) {
    const ptrdiff_t count = system_.CopyMemory(begin + copied, &into[copied], into.size() - copied);
    if (count == 0 || (count < 0 && errno == EFAULT)) return Loss();
    if (count < 0) return CopyOutByOtherMeans(from, into);
    copied += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

absl::Status PlacedMapping::CopyOutByOtherMeans(uint64_t from, absl::Span<char> into) const {
  if (guard_state_ != nullptr) {
    absl::StatusOr<Guard> guard = Enter();
    if (!guard.ok()) return guard.status();
    std::memcpy(into.data(), data_ + from, into.size());
    return guard->Done();
  }
  if (request_.memory && !request_.descriptor.valid()) {
    std::memcpy(into.data(), data_ + from, into.size());
    return absl::OkStatus();
  }
  if (!request_.source.shared || !request_.descriptor.valid()) {
    return PlainStatus(absl::StatusCode::kUnimplemented,
                       absl::StrCat("copy out of ", request_.object, ": not without a Guard"));
  }
  for (size_t copied = 0; copied < into.size();) {
    const ptrdiff_t count = system_.Read(descriptor(), &into[copied], into.size() - copied,
                                         FileEnd(static_cast<size_t>(from) + copied));
    if (count < 0) return Error(errno, "copy out of");
    if (count == 0) return Loss();
    copied += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

absl::Status PlacedMapping::DoFlush(uint64_t offset, uint64_t size, Sync how) const {
  absl::Status status = CheckRange("flush", offset, size, size_);
  const bool changes_file = !request_.memory && request_.source.shared && writable_;
  if (!status.ok() || size == 0 || !changes_file) return status;
  const Pages pages = Touched(offset, size);
  int error =
      system_.Synchronize(pages.begin, pages.length, how == Sync::kWait ? MS_SYNC : MS_ASYNC);
  if (error == 0 && how == Sync::kWait && request_.descriptor.valid()) {
    error = system_.FlushDisk(descriptor());
  }
  return error == 0 ? status : Error(error, "flush");
}

absl::Status PlacedMapping::Advise(Advice advice, uint64_t offset, uint64_t size) const {
  absl::Status status = CheckRange("advise", offset, size, size_);
  if (!status.ok()) return status;
  const std::optional<int> number = AdviceNumber(advice, backing());
  if (!number.has_value()) {
    return PlainStatus(absl::StatusCode::kUnimplemented,
                       absl::StrCat("advise ", request_.object, ": not on this system"));
  }
  const Pages pages = advice == Advice::kDiscard ? Within(offset, size) : Touched(offset, size);
  if (pages.length == 0 || size == 0) return status;
  const int error = system_.Advise(pages.begin, pages.length, *number);
  return error == 0 ? status : Error(error, "advise");
}

absl::Status PlacedMapping::AdviseRaw(int advice, uint64_t offset, uint64_t size) const {
  absl::Status status = CheckRange("advise", offset, size, size_);
  if (!status.ok()) return status;
  const int error = system_.Advise(data_ + offset, static_cast<size_t>(size), advice);
  return error == 0 ? status : Error(error, "advise");
}

absl::StatusOr<uint64_t> PlacedMapping::FileSize() const {
  if (!request_.descriptor.valid()) return Error(EBADF, "size of");
  FileFacts facts;
  const int error = system_.Stat(descriptor(), facts);
  if (error != 0) return Error(error, "size of");
  return facts.size;
}

MappingCapabilities PlacedMapping::capabilities() const {
  MappingCapabilities capabilities;
  capabilities.coherent = true;
  capabilities.resizable = request_.not_resizable.empty();
  capabilities.may_move = capabilities.resizable && placement_->may_move();
  capabilities.guarded = request_.guarded;
  capabilities.populate = PopulatesAtOnce();
  capabilities.allocates = allocates_;
  capabilities.seals = kHasSeals;
  char byte;
  capabilities.safe_copy =
      CopyOut(0, absl::MakeSpan(&byte, 1)).code() != absl::StatusCode::kUnimplemented;
  capabilities.advice_not_needed_soon = AdviceNumber(Advice::kNotNeededSoon, backing()).has_value();
  capabilities.advice_discard = AdviceNumber(Advice::kDiscard, backing()).has_value();
  capabilities.advice_huge_pages = AdviceNumber(Advice::kHugePages, backing()).has_value();
  capabilities.page_size = PageSize();
  return capabilities;
}

}  // namespace someos::mapping_base
