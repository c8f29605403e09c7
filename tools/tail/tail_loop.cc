#include "someos/tools/tail/tail_loop.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos::tail {
namespace {

using Change = FollowedFile::Event;

// What standard error says about an event; nothing if that is not worth a line.
absl::string_view Message(Change event) {
  switch (event) {
    case Change::kTruncated:
      return "truncated; it follows from its start";
    case Change::kReplaced:
      return "replaced; the new file follows from its start";
    case Change::kMissing:
      return "not there any more; waiting for it";
    case Change::kAppeared:
      return "appeared";
    case Change::kNothing:
    case Change::kData:
      break;
  }
  return "";
}

void Say(const FollowedFile& file, absl::string_view message) {
  if (message.empty()) return;
  fprintf(stderr, "tail: %s: %s\n", file.path().c_str(), std::string(message).c_str());
}

}  // namespace

TailLoop::TailLoop(Poller* poller, int output, const Options& options)
    : poller_(poller), output_(output), options_(options) {
  for (const std::string& path : options.paths) files_.emplace_back(path);
}

absl::Status TailLoop::Run() {
  // Only to learn that the reader has gone; an output that cannot tell is fine.
  const absl::Status watched = poller_->Register(output_, Interest::kErrors);
  for (FollowedFile& file : files_) {
    const absl::Status status = file.OpenAtLastLines(options_.lines);
    if (status.ok()) continue;
    if (!options_.follow) return status;
    fprintf(stderr, "tail: %s; waiting for it\n", std::string(status.message()).c_str());
  }
  while (!stopped_.load()) {
    bool changed = false;
    for (FollowedFile& file : files_) {
      const absl::StatusOr<bool> advanced = Advance(file);
      if (ErrnoOf(advanced.status()) == EPIPE) return absl::OkStatus();  // nobody reads any more
      if (!advanced.ok()) return advanced.status();
      changed |= *advanced;
    }
    if (changed) continue;
    if (!options_.follow) break;
    if (absl::Status status = WaitForChanges(); !status.ok()) return status;
  }
  if (watched.ok()) return poller_->Unregister(output_);
  return absl::OkStatus();
}

void TailLoop::Stop() {
  stopped_.store(true);
  (void)poller_->Wake();  // fails only where the poller is of no use any more
}

absl::StatusOr<bool> TailLoop::Advance(FollowedFile& file) {
  const absl::StatusOr<Change> event = file.Step();
  if (!event.ok()) return event.status();
  Say(file, Message(*event));
  if (absl::Status status = Print(file, file.data()); !status.ok()) return status;
  return *event != Change::kNothing;
}

absl::Status TailLoop::WaitForChanges() {
  Event events[1];
  const absl::StatusOr<size_t> count = poller_->Wait(events, options_.interval);
  if (!count.ok()) return count.status();
  if (*count > 0) stopped_.store(true);
  return absl::OkStatus();
}

absl::Status TailLoop::WaitForRoom() {
  if (absl::Status status = poller_->Modify(output_, Interest::kWritable); !status.ok()) {
    return status;
  }
  Event events[1];
  const absl::StatusOr<size_t> count = poller_->Wait(events, absl::InfiniteDuration());
  const absl::Status restored = poller_->Modify(output_, Interest::kErrors);
  return count.ok() ? restored : count.status();
}

absl::Status TailLoop::Print(const FollowedFile& file, absl::string_view data) {
  if (data.empty()) return absl::OkStatus();
  if (files_.size() > 1 && printed_last_ != &file) {
    const absl::string_view separator = printed_last_ == nullptr ? "" : "\n";
    const absl::Status status = WriteAll(absl::StrCat(separator, "==> ", file.path(), " <==\n"));
    if (!status.ok()) return status;
    printed_last_ = &file;
  }
  return WriteAll(data);
}

absl::Status TailLoop::WriteAll(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(output_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      if (absl::Status status = WaitForRoom(); !status.ok()) return status;
    } else if (errno != EINTR) {
      return ErrnoStatus(errno, "write");
    }
    if (stopped_.load()) return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace someos::tail
