// What Python's mmap() takes, and its checks.

#ifndef SOMEOS_API_MMAP_ARGUMENTS_H_
#define SOMEOS_API_MMAP_ARGUMENTS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "someos/backends/mapping_constants/mapping_constants.h"

namespace someos::mmap {

// The arguments besides the descriptor and the length.
struct MmapArguments {
  int flags = kMapShared;             // of mmap(2)
  int prot = kProtRead | kProtWrite;  // of mmap(2)
  int access = kAccessDefault;        // instead of `flags` and `prot`
  int64_t offset = 0;                 // in bytes; a multiple of AllocationGranularity()
  bool trackfd = true;                // keep a duplicate of the descriptor, for Size and Resize

  // Not in Python: survives that another process makes the file shorter. Methods that meet what is
  // lost return kDataLoss instead of being killed by SIGBUS; see Mapping::Guard for how. Needs
  // trackfd. Memory without a file cannot be lost: there it has no effect.
  bool guarded = false;
};

// The arguments after Python's checks.
struct CheckedArguments {
  size_t length;
  int flags;
  int prot;
  int access;    // never kAccessDefault for what is not both readable and writable
  bool is_file;  // not memory of its own
};

// Checks in Python's order and with its messages: kOutOfRange for an OverflowError,
// kInvalidArgument for a ValueError. What only the kernel checks is passed on.
absl::StatusOr<CheckedArguments> CheckArguments(int fileno, int64_t length,
                                                const MmapArguments& arguments);

}  // namespace someos::mmap

#endif  // SOMEOS_API_MMAP_ARGUMENTS_H_
