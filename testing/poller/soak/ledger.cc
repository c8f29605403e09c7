#include "someos/testing/poller/soak/ledger.h"

#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace someos::soak {
namespace {

constexpr size_t kMostComplaints = 20;

}  // namespace

void Ledger::Complain(absl::string_view complaint) {
  absl::MutexLock lock(mutex_);
  if (complaints_.size() == kMostComplaints) return;
  complaints_.emplace_back(complaint);
  std::cerr << "WRONG: " << complaint << std::endl;
}

std::vector<std::string> Ledger::complaints() const {
  absl::MutexLock lock(mutex_);
  return complaints_;
}

}  // namespace someos::soak
