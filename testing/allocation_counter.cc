#include "someos/testing/allocation_counter.h"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace someos {
namespace {

thread_local size_t g_allocations = 0;

}  // namespace

size_t Allocations() { return g_allocations; }

}  // namespace someos

// The array, nothrow and sized forms of the standard library end up in these.
void* operator new(size_t size) {
  ++someos::g_allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }

void operator delete(void* memory, size_t /*size*/) noexcept { std::free(memory); }
