// One step of a differential test, its text form, and how bytes become sequences of steps.

#ifndef SOMEOS_TESTING_POLLER_DIFFERENTIAL_OPERATION_H_
#define SOMEOS_TESTING_POLLER_DIFFERENTIAL_OPERATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/interest.h"

namespace someos::differential {

// Descriptors live in slots; each slot is one descriptor number (see world.h).
inline constexpr int kSlots = 6;

// The room of a Wait that has room for all slots. kqueue needs one for each of its filters.
inline constexpr int kRoomForAll = 16;

struct Operation {
  enum class Kind : uint8_t {
    kPipe,        // opens a pipe: its reader in `slot`, its writer in `other`
    kSocketPair,  // opens two connected unix sockets in `slot` and `other`
    kDup,         // puts the file of `slot` into `other` too, in place of what is there (dup2)
    kClose,
    kWrite,  // a byte
    kFill,   // until the stream takes no more
    kRead,   // all there is
    kShutdown,
    kRegister,
    kModify,
    kUnregister,
    kWait,  // blocks if something must be reported
    kLook,  // does not
    kWake,
  };
  enum class Direction : uint8_t { kRead, kWrite, kBoth };

  Kind kind = Kind::kLook;
  int slot = 0;
  int other = 0;                            // kPipe, kSocketPair, kDup
  Direction direction = Direction::kRead;   // kShutdown
  Interest interest = Interest::kReadable;  // kRegister, kModify
  Trigger trigger = Trigger::kLevel;        // kRegister, kModify
  int room = kRoomForAll;                   // kWait, kLook
};

using Sequence = std::vector<Operation>;

// "register 2 readable|writable one-shot", "shutdown 0 write", "wait 16", ...
std::string ToText(const Operation& operation);

// The operations, separated by "; ".
std::string ToText(const Sequence& sequence);

// Reads what ToText writes; lines may separate operations as well, and # begins a comment.
// kInvalidArgument: something else, which the message quotes.
absl::StatusOr<Sequence> ParseSequence(absl::string_view text);

// Every string of bytes is a sequence, of one operation for each four bytes; the rest is ignored.
Sequence FromBytes(absl::Span<const uint8_t> bytes);

// The sequence of FromBytes for bytes that `seed` determines, the same on every system.
Sequence RandomSequence(uint64_t seed, int length);

}  // namespace someos::differential

#endif  // SOMEOS_TESTING_POLLER_DIFFERENTIAL_OPERATION_H_
