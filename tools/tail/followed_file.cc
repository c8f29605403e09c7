#include "someos/tools/tail/followed_file.h"

#include <algorithm>
#include <utility>

namespace someos::tail {
namespace {

// Whether a read has failed because the file has become shorter meanwhile.
bool HasShrunk(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsOutOfRange(status);
}

// Where the last `lines` lines of a file of `size` bytes begin. A newline ends a line, also the
// last one.
//
// Errors of OpenFile::Read.
absl::StatusOr<uint64_t> StartOfLastLines(const OpenFile& file, uint64_t size, uint64_t lines) {
  std::string window;
  for (uint64_t end = size; end > 0 && lines > 0;) {
    const uint64_t start = end - std::min<uint64_t>(end, FollowedFile::kWindow);
    if (absl::Status status = file.Read(start, static_cast<size_t>(end - start), &window);
        !status.ok()) {
      return status;
    }
    for (size_t i = window.size(); i > 0; --i) {
      if (window[i - 1] == '\n' && start + i != size && --lines == 0) return start + i;
    }
    end = start;
  }
  return lines == 0 ? size : 0;
}

}  // namespace

absl::Status FollowedFile::OpenAtLastLines(uint64_t lines) {
  absl::StatusOr<OpenFile> file = OpenFile::Open(path_);
  if (!file.ok()) {
    missing_ = true;
    return file.status();
  }
  file_ = *std::move(file);
  const absl::StatusOr<uint64_t> size = file_.Size();
  if (!size.ok()) return size.status();
  const absl::StatusOr<uint64_t> start = StartOfLastLines(file_, *size, lines);
  if (!start.ok() && !HasShrunk(start.status())) return start.status();
  position_ = start.value_or(0);
  return absl::OkStatus();
}

absl::StatusOr<FollowedFile::Event> FollowedFile::Step() {
  data_.clear();
  if (!file_.is_open()) return CheckName();
  const absl::StatusOr<uint64_t> size = file_.Size();
  if (!size.ok()) return size.status();
  if (*size < position_) {
    position_ = 0;
    return Event::kTruncated;
  }
  return *size > position_ ? Take(*size - position_) : CheckName();
}

absl::StatusOr<FollowedFile::Event> FollowedFile::Take(uint64_t size) {
  const absl::Status status =
      file_.Read(position_, static_cast<size_t>(std::min<uint64_t>(size, kWindow)), &data_);
  if (HasShrunk(status)) {
    data_.clear();
    return Event::kNothing;  // the next Step finds out how far
  }
  if (!status.ok()) return status;
  position_ += data_.size();
  return Event::kData;
}

FollowedFile::Event FollowedFile::CheckName() {
  if (file_.is_open()) {
    const absl::StatusOr<bool> same = file_.HasName(path_);
    if (same.ok() && *same) {
      missing_ = false;
      return Event::kNothing;
    }
  }
  absl::StatusOr<OpenFile> file = OpenFile::Open(path_);
  if (!file.ok()) {
    // The old file stays open: somebody may still write to it.
    return std::exchange(missing_, true) ? Event::kNothing : Event::kMissing;
  }
  file_ = *std::move(file);
  position_ = 0;
  return std::exchange(missing_, false) ? Event::kAppeared : Event::kReplaced;
}

}  // namespace someos::tail
