#include "someos/backends/poll/poll_registrations.h"

namespace someos::select::internal {

void PollRegistrations::Set(int fd, uint16_t mask) {
  const auto [place, is_new] = places_.try_emplace(fd, entries_.size());
  if (is_new) entries_.push_back({fd, 0, 0});
  entries_[place->second].events = static_cast<short>(mask);
}

bool PollRegistrations::Change(int fd, uint16_t mask) {
  const auto place = places_.find(fd);
  if (place == places_.end()) return false;
  entries_[place->second].events = static_cast<short>(mask);
  return true;
}

bool PollRegistrations::Remove(int fd) {
  const auto place = places_.find(fd);
  if (place == places_.end()) return false;
  entries_[place->second].fd = kGap;
  places_.erase(place);
  // Otherwise a program that registers and removes, but never waits, would fill the memory with
  // gaps.
  if (entries_.size() > 2 * places_.size() + 16) CloseGaps();
  return true;
}

void PollRegistrations::CloseGaps() {
  size_t place = 0;
  for (const pollfd& entry : entries_) {
    if (entry.fd == kGap) continue;
    places_[entry.fd] = place;
    entries_[place++] = entry;
  }
  entries_.resize(place);
}

}  // namespace someos::select::internal
