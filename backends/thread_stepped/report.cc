#include "someos/backends/thread_stepped/report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/schedule.h"

namespace someos::thread_stepped {
namespace {

using thread_base::Operation;

// "Lock" of "Lock.Acquire".
absl::string_view TypeOf(const Operation& operation) {
  const absl::string_view name = operation.name;
  return name.substr(0, name.find('.'));
}

// Names of the threads and objects of a schedule.
class Names {
 public:
  explicit Names(const Members& members) : members_(members) {}

  std::string Thread(size_t number) const {
    const Member& member = *members_[number];
    return absl::StrCat("[", number, "] ", member.name);
  }
  // "Lock#1"
  std::string Object(const Operation& operation) {
    return absl::StrCat(TypeOf(operation), "#", Number(operation));
  }
  // "Lock#1.Acquire"
  std::string Call(const Operation& operation) {
    if (operation.object == nullptr) return operation.name;
    const absl::string_view name = operation.name;
    return absl::StrCat(Object(operation), name.substr(TypeOf(operation).size()));
  }

 private:
  // By type, in the order of the first question.
  size_t Number(const Operation& operation) {
    const std::string type(TypeOf(operation));
    const auto [place, is_new] = numbers_.insert({{type, operation.object}, 0});
    if (is_new) place->second = ++count_[type];
    return place->second;
  }

  const Members& members_;
  std::map<std::pair<std::string, const void*>, size_t> numbers_;
  std::map<std::string, size_t> count_;
};

std::string TraceLines(const Trace& trace, Names& names) {
  std::string lines = trace.empty() ? "" : "  last steps of the schedule:\n";
  size_t before = SIZE_MAX;
  for (const auto& step : trace) {
    const std::string thread = names.Thread(step.thread);
    absl::StrAppend(&lines, step.thread == before ? "    " : "  > ", step.number, "  ", thread,
                    "  ", names.Call(step.operation), step.timeout ? " times out\n" : "\n");
    before = step.thread;
  }
  return lines;
}

bool IsLeft(const Member& member) { return member.state != Member::State::kEnded; }

// Who has to give the object back, or, if it is a thread, to end.
const Member* HolderOf(const Members& members, const void* object) {
  if (object == nullptr) return nullptr;
  for (const auto& member : members) {
    if (member->thread == object && IsLeft(*member)) return member.get();
    for (const Operation& operation : member->held) {
      if (operation.object == object) return member.get();
    }
  }
  return nullptr;
}

// Whether a thread that holds something waits, through others, for itself.
bool HasCircle(const Members& members) {
  for (const auto& first : members) {
    std::set<const Member*> seen;
    for (const Member* member = first.get(); member != nullptr && IsLeft(*member);) {
      if (!seen.insert(member).second) return true;
      member = HolderOf(members, member->wants.object);
    }
  }
  return false;
}

// Whether it waits for something that another thread has to say, not to give back.
bool WaitsForWord(const Members& members, const Member& member) {
  static constexpr absl::string_view kTypes[] = {"Condition", "Event", "Semaphore",
                                                 "BoundedSemaphore", "Barrier"};
  if (!IsLeft(member) || HolderOf(members, member.wants.object) != nullptr) return false;
  if (member.ready != nullptr) return true;
  return std::find(std::begin(kTypes), std::end(kTypes), TypeOf(member.wants)) != std::end(kTypes);
}

std::string Left(const Members& members, const Member& member, Names& names) {
  std::string lines =
      absl::StrCat("  ", names.Thread(member.number), " waits in ", names.Call(member.wants));
  const Member* const holder = HolderOf(members, member.wants.object);
  if (holder != nullptr) {
    absl::StrAppend(&lines, holder->thread == member.wants.object ? ", which is " : ", held by ",
                    holder == &member ? "itself" : names.Thread(holder->number));
  }
  absl::StrAppend(
      &lines, "; holds ",
      member.held.empty()
          ? "nothing"
          : absl::StrJoin(member.held, ", ", [&](std::string* out, const Operation& operation) {
              absl::StrAppend(out, names.Object(operation));
            }));
  const auto steps = member.steps.Get();
  if (steps.empty()) return absl::StrCat(lines, "\n");
  return absl::StrCat(lines, "; last steps: ",
                      absl::StrJoin(steps, ", ",
                                    [&](std::string* out, const auto& step) {
                                      absl::StrAppend(out, step.number, " ",
                                                      names.Call(step.operation));
                                    }),
                      "\n");
}

}  // namespace

std::string DescribeTrace(const Members& members, const Trace& trace) {
  Names names(members);
  return TraceLines(trace, names);
}

Failure DescribeBlocked(const Members& members, const Trace& trace) {
  Names names(members);
  const std::string trace_lines = TraceLines(trace, names);  // objects are numbered along it
  const size_t left = std::count_if(members.begin(), members.end(),
                                    [](const auto& member) { return IsLeft(*member); });
  const auto waits_for_word = std::find_if(members.begin(), members.end(), [&](const auto& member) {
    return WaitsForWord(members, *member);
  });
  Failure failure;
  if (!HasCircle(members) && waits_for_word != members.end()) {
    failure.kind = "lost wakeup";
    failure.text = absl::StrCat("lost wakeup: nobody is left to end the wait of ",
                                names.Thread((*waits_for_word)->number), " in ",
                                names.Call((*waits_for_word)->wants), "; ");
  } else {
    failure.kind = "deadlock";
    failure.text = "deadlock: ";
  }
  absl::StrAppend(&failure.text, left == 1 ? "the only thread left waits\n"
                                           : absl::StrCat("all ", left, " threads left wait\n"));
  for (const auto& member : members) {
    if (IsLeft(*member)) failure.text += Left(members, *member, names);
  }
  failure.text += trace_lines;
  return failure;
}

}  // namespace someos::thread_stepped
