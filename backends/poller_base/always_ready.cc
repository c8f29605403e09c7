#include "someos/backends/poller_base/always_ready.h"

namespace someos::poller_base {

void AlwaysReady::Add(int fd, const FileIdentity& identity, bool active) {
  Remove(fd);
  files_[fd] = {identity.digest, active};
  active_ += active ? 1 : 0;
}

void AlwaysReady::SetActive(int fd, bool active) {
  const auto file = files_.find(fd);
  if (file == files_.end() || file->second.active == active) return;
  file->second.active = active;
  active_ += active ? 1 : -1;
}

void AlwaysReady::Remove(int fd) {
  SetActive(fd, false);
  files_.erase(fd);
}

bool AlwaysReady::Holds(int fd, const FileIdentity& identity) const {
  const auto file = files_.find(fd);
  return file != files_.end() && identity.SameAs(file->second.digest);
}

std::optional<int> AlwaysReady::Next() {
  if (active_ == 0) return std::nullopt;
  auto file = files_.upper_bound(last_);
  for (;; ++file) {
    if (file == files_.end()) file = files_.begin();
    if (file->second.active) break;
  }
  last_ = file->first;
  return last_;
}

}  // namespace someos::poller_base
