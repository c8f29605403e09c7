#include "someos/backends/thread_stepped/shrink.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "someos/backends/thread_stepped/run.h"
#include "someos/backends/thread_stepped/token.h"

namespace someos::thread_stepped {
namespace {

// Of all variants together. Each that is abandoned leaves threads behind.
constexpr int kMostVariants = 400;
constexpr int kMostAbandoned = 24;
constexpr int64_t kMostSteps = 1'000'000;

class Shrinker {
 public:
  Shrinker(Outcome failed, absl::FunctionRef<Outcome(const Token& token)> run)
      : best_(std::move(failed)), run_(run) {}

  Outcome Shrink() {
    if (!FailsAlike(Run(best_.token))) {
      best_.repeatable = false;
      return std::move(best_);
    }
    size_t size = std::max<size_t>(Interruptions().size() / 2, 1);
    while (!IsUsedUp()) {
      const bool better = RemoveOnce(size);
      if (!better && size == 1) break;
      if (!better || size > Interruptions().size()) size = std::max<size_t>(size / 2, 1);
    }
    return std::move(best_);
  }

 private:
  bool IsUsedUp() const {
    return variants_ >= kMostVariants || abandoned_ >= kMostAbandoned || steps_ >= kMostSteps;
  }

  Outcome Run(const Token& token) {
    Outcome outcome = run_(token);
    ++variants_;
    abandoned_ += outcome.abandoned ? 1 : 0;
    steps_ += outcome.steps;
    return outcome;
  }

  bool FailsAlike(const Outcome& outcome) const {
    return outcome.failure.has_value() && outcome.failure->kind == best_.failure->kind;
  }

  // The places of the choices that are not the first candidate.
  std::vector<size_t> Interruptions() const {
    const std::vector<uint32_t>& choices = best_.token.choices;
    std::vector<size_t> places;
    for (size_t i = 0; i < choices.size(); ++i) {
      if (choices[i] != 0) places.push_back(i);
    }
    return places;
  }

  // Tries to do without `size` interruptions that follow each other, from the last to the first.
  bool RemoveOnce(size_t size) {
    const std::vector<size_t> places = Interruptions();
    for (size_t end = places.size(); end > 0 && !IsUsedUp(); end -= std::min(size, end)) {
      Token token = best_.token;
      for (size_t i = end - std::min(size, end); i < end; ++i) token.choices[places[i]] = 0;
      Outcome outcome = Run(token);
      if (!FailsAlike(outcome) || !IsBetter(outcome)) continue;
      best_ = std::move(outcome);
      return true;
    }
    return false;
  }

  bool IsBetter(const Outcome& outcome) const {
    return std::pair(outcome.switches, outcome.steps) < std::pair(best_.switches, best_.steps);
  }

  Outcome best_;
  const absl::FunctionRef<Outcome(const Token& token)> run_;
  int variants_ = 0;
  int abandoned_ = 0;
  int64_t steps_ = 0;
};

}  // namespace

Outcome Shrink(Outcome failed, absl::FunctionRef<Outcome(const Token& token)> run) {
  return Shrinker(std::move(failed), run).Shrink();
}

}  // namespace someos::thread_stepped
