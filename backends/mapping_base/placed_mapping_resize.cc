// PlacedMapping::Resize. What can be taken back is done first:
//
//   grow, allocating  make the file longer, then map more of it; if that fails, make it short again
//   grow by a hole    map more, then make the file longer; if that fails, unmap what is new
//   shrink            make the file shorter, then unmap; nothing depends on whether that works
//
// So whatever fails, either nothing has changed yet, or what has can be taken back, and at the end
// the mapping has no page that the file does not have. A hole needs no look at the file's size, as
// ftruncate(2) either sets it or changes nothing.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/page_geometry.h"
#include "someos/backends/mapping_base/placed_mapping.h"

namespace someos::mapping_base {

absl::Status PlacedMapping::Resize(uint64_t size) {
  absl::Status status = CheckResize(size);
  if (!status.ok()) return status;
  if (guard_state_ != nullptr && !guard_state_->Whole(guard_state_->begun())) {
    // Pages of the file only, no zeros in their place: else they cannot be moved as one.
    status = Repair(guard_state_->begun());
    if (!status.ok()) return status;
  }
  const auto bytes = static_cast<size_t>(size);
  return request_.source.fd < 0 ? ResizeMemory(bytes) : ResizeFile(bytes);
}

absl::Status PlacedMapping::CheckResize(uint64_t size) const {
  if (size == 0) return Error(EINVAL, "resize to 0 bytes: mapping of");
  const auto refuse = [this](absl::StatusCode code, absl::string_view why) {
    return PlainStatus(code, absl::StrCat("resize mapping of ", request_.object, ": ", why));
  };
  if (!request_.not_resizable.empty()) {
    return refuse(absl::StatusCode::kFailedPrecondition, request_.not_resizable);
  }
  if (guard_state_ != nullptr && guard_state_->held()) {
    return refuse(absl::StatusCode::kFailedPrecondition, "a Guard is alive");
  }
  const uint64_t most = placement_->most() - request_.slack;
  if (size > most) {
    return refuse(absl::StatusCode::kOutOfRange,
                  absl::StrCat(size, " bytes are more than ", most, ", the ",
                               placement_->may_move() ? "address space" : "reservation"));
  }
  if (size > kMostFileBytes - FileEnd(0)) {
    return refuse(absl::StatusCode::kOutOfRange, "files have no more than 2^63-1 bytes");
  }
  return absl::OkStatus();
}

absl::Status PlacedMapping::ResizeMemory(size_t size) {
  if (size > size_) {
    const size_t old_size = size_;
    absl::Status status = GrowPlacement(size);
    if (!status.ok()) return status;
    // What was behind the end of the last page when it was shrunk.
    const size_t in_last_page = std::min(RoundUp(old_size), size) - old_size;
    std::memset(placement_->begin() + old_size, 0, in_last_page);
  }
  ShrinkPlacement(size);
  return absl::OkStatus();
}

absl::Status PlacedMapping::ResizeFile(size_t size) {
  if (!allocates_) return MoveFileEnd(size);
  FileFacts facts;
  int error = system_.Stat(descriptor(), facts);
  if (error != 0) return Error(error, "resize: size of");
  // Nothing else is mapped again as it was.
  if (!facts.regular) return Error(EINVAL, "resize: not a regular file:");
  const uint64_t new_end = FileEnd(size);
  if (new_end <= facts.size) return MoveFileEnd(size);
  error = system_.Allocate(descriptor(), facts.size, new_end);
  if (error == EOPNOTSUPP) {
    allocates_ = false;
    return MoveFileEnd(size);
  }
  // After an error it may be longer by what there was room for.
  absl::Status status =
      error == 0 ? GrowPlacement(size) : Error(error, "resize: allocate room for");
  if (!status.ok()) return TakeBack(facts.size, new_end, status);
  ShrinkPlacement(size);
  return status;
}

absl::Status PlacedMapping::MoveFileEnd(size_t size) {
  absl::Status status = GrowPlacement(size);
  if (!status.ok()) return status;
  const int error = system_.Truncate(descriptor(), FileEnd(size));
  ShrinkPlacement(error == 0 ? size : size_);
  return error == 0 ? status : Error(error, "resize: truncate");
}

absl::Status PlacedMapping::GrowPlacement(size_t size) {
  const size_t length = RoundUp(request_.slack + size);
  if (length <= placement_->length()) return absl::OkStatus();
  const int error = placement_->Grow(request_.source, length);
  return error == 0 ? absl::OkStatus() : Error(error, "resize mapping of");
}

void PlacedMapping::ShrinkPlacement(size_t size) {
  placement_->Shrink(RoundUp(request_.slack + size));
  Adopt(size);
}

absl::Status PlacedMapping::TakeBack(uint64_t old_end, uint64_t new_end,
                                     const absl::Status& failure) {
  FileFacts facts;
  int error = system_.Stat(descriptor(), facts);
  // Longer: another process has appended to it, and needs it so. Not longer: as before.
  if (error == 0 && (facts.size > new_end || facts.size <= old_end)) return failure;
  if (error == 0) error = system_.Truncate(descriptor(), old_end);
  if (error == 0) return failure;
  return ErrnoStatus(ErrnoOf(failure),
                     absl::StrCat("resize: the file is longer now, because it cannot be truncated",
                                  " again (", ErrnoName(error), "), after ", failure.message()));
}

}  // namespace someos::mapping_base
