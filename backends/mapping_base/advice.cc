#include "someos/backends/mapping_base/advice.h"

#include <sys/mman.h>

#include <optional>

#include "someos/api/mapping_options.h"

namespace someos::mapping_base {
namespace {

std::optional<int> NotNeededSoon() {
#if defined(MADV_COLD)
  return MADV_COLD;
#elif defined(__linux__)
  // Older headers. Linux's MADV_DONTNEED would throw away what private pages contain.
  return 20;
#else
  return MADV_DONTNEED;
#endif
}

std::optional<int> Discard(Backing backing) {
  switch (backing) {
    case Backing::kFile:
      return std::nullopt;
    case Backing::kPrivateMemory:
      return MADV_FREE;
    case Backing::kSharedMemory:
#ifdef MADV_REMOVE
      return MADV_REMOVE;
#else
      return std::nullopt;
#endif
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> AdviceNumber(Advice advice, Backing backing) {
  switch (advice) {
    case Advice::kNormal:
      return MADV_NORMAL;
    case Advice::kRandom:
      return MADV_RANDOM;
    case Advice::kSequential:
      return MADV_SEQUENTIAL;
    case Advice::kWillNeed:
      return MADV_WILLNEED;
    case Advice::kNotNeededSoon:
      return NotNeededSoon();
    case Advice::kDiscard:
      return Discard(backing);
    case Advice::kHugePages:
#ifdef MADV_HUGEPAGE
      return MADV_HUGEPAGE;
#else
      return std::nullopt;
#endif
  }
  return std::nullopt;
}

}  // namespace someos::mapping_base
