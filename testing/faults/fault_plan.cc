#include "someos/testing/faults/fault_plan.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace someos {
namespace {

std::atomic<FaultPlan*> g_plan{nullptr};

}  // namespace

FaultPlan::FaultPlan() {
  steps_.reserve(16);  // so that tests which count allocations do not see these
  FaultPlan* none = nullptr;
  if (g_plan.compare_exchange_strong(none, this)) return;
  std::fputs("A FaultPlan lives already.\n", stderr);
  std::abort();
}

FaultPlan::~FaultPlan() { g_plan.store(nullptr); }

void FaultPlan::Add(Step step, int nth) {
  const std::lock_guard<std::mutex> lock(mutex_);
  step.number = calls_[step.call] + nth;
  steps_.push_back(std::move(step));
}

void FaultPlan::Fail(absl::string_view call, int error, int nth) {
  Add({std::string(call), 0, Step::Kind::kFail, error}, nth);
}

void FaultPlan::ReturnEarly(absl::string_view call, int nth) {
  Add({std::string(call), 0, Step::Kind::kReturnEarly}, nth);
}

void FaultPlan::Repeat(absl::string_view call, int nth) {
  Add({std::string(call), 0, Step::Kind::kRepeat}, nth);
}

void FaultPlan::RunAfter(absl::string_view call, std::function<void()> action, int nth) {
  Add({std::string(call), 0, Step::Kind::kRunAfter, 0, std::move(action)}, nth);
}

void FaultPlan::BringAtMost(int events) {
  const std::lock_guard<std::mutex> lock(mutex_);
  most_ = events;
}

void FaultPlan::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  steps_.clear();
  most_ = INT_MAX;
}

bool FaultPlan::done() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return steps_.empty();
}

int FaultPlan::calls(absl::string_view call) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = calls_.find(call);
  return found == calls_.end() ? 0 : found->second;
}

int FaultPlan::failed_fd() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_fd_;
}

bool FaultPlan::Take(absl::string_view call, Step::Kind kind, Step& step) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) return false;
  for (auto it = steps_.begin(); it != steps_.end(); ++it) {
    if (it->call != call || it->kind != kind || it->number != found->second) continue;
    step = std::move(*it);
    steps_.erase(it);
    return true;
  }
  return false;
}

bool FaultPlan::Fails(absl::string_view call, int fd) {
  FaultPlan* const plan = g_plan.load();
  if (plan == nullptr) return false;
  const std::lock_guard<std::mutex> lock(plan->mutex_);
  ++plan->calls_[std::string(call)];
  Step step;
  if (!plan->Take(call, Step::Kind::kFail, step)) return false;
  plan->failed_fd_ = fd;
  errno = step.error;
  return true;
}

FaultPlan::WaitFault FaultPlan::OfWait(absl::string_view call) {
  WaitFault fault;
  FaultPlan* const plan = g_plan.load();
  if (plan == nullptr) return fault;
  const std::lock_guard<std::mutex> lock(plan->mutex_);
  ++plan->calls_[std::string(call)];
  Step step;
  if (plan->Take(call, Step::Kind::kFail, step)) {
    fault.error = step.error;
    plan->failed_fd_ = -1;
  }
  fault.early = plan->Take(call, Step::Kind::kReturnEarly, step);
  fault.repeat = plan->Take(call, Step::Kind::kRepeat, step);
  fault.most = plan->most_;
  return fault;
}

void FaultPlan::WaitMade(absl::string_view call) {
  FaultPlan* const plan = g_plan.load();
  if (plan == nullptr) return;
  const int error = errno;
  Step step;
  {
    const std::lock_guard<std::mutex> lock(plan->mutex_);
    if (!plan->Take(call, Step::Kind::kRunAfter, step)) return;
  }
  step.action();
  errno = error;
}

}  // namespace someos
