// Portable advice as numbers of madvise(2).

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_ADVICE_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_ADVICE_H_

#include <optional>

#include "someos/api/mapping_options.h"

namespace someos::mapping_base {

// What is behind the pages that advice is about.
enum class Backing { kFile, kPrivateMemory, kSharedMemory };

// The number that has the effect of `advice` on this system; nullopt if there is none.
std::optional<int> AdviceNumber(Advice advice, Backing backing);

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_ADVICE_H_
