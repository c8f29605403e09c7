// Repeats the choices of a schedule.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_GUIDED_POLICY_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_GUIDED_POLICY_H_

#include <cstddef>
#include <utility>

#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/token.h"

namespace someos::thread_stepped {

// One schedule: the choices of a token, and behind them always the first candidate. A choice of a
// candidate that is not there becomes the first one.
class GuidedPolicy : public Policy {
 public:
  explicit GuidedPolicy(Token token) : token_(std::move(token)) {}

  bool NextSchedule() override { return !std::exchange(used_, true); }
  size_t Choose(const Decision& decision) override {
    const size_t choice = next_ < token_.choices.size() ? token_.choices[next_] : 0;
    ++next_;
    if (choice < decision.candidates.size()) return choice;
    astray_ = true;
    return 0;
  }
  bool after_operations() const override { return token_.after_operations; }

  // Whether the schedule had not all the choices of the token.
  bool astray() const { return astray_ || next_ < token_.choices.size(); }

 private:
  const Token token_;
  bool used_ = false;
  bool astray_ = false;
  size_t next_ = 0;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_GUIDED_POLICY_H_
