#include "someos/backends/mapping_base/reserved_placement.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "someos/backends/mapping_base/page_geometry.h"
#include "someos/backends/mapping_base/source.h"

namespace someos::mapping_base {
namespace {

// Address space without memory. Not counted as memory by Linux (MAP_NORESERVE).
#ifdef MAP_NORESERVE
constexpr int kReservation = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE;
#else
constexpr int kReservation = MAP_PRIVATE | MAP_ANON;
#endif

}  // namespace

ReservedPlacement::~ReservedPlacement() {
  if (begin() == nullptr) return;
  const int saved = errno;
  system().Unmap(begin(), std::max(reserved_, length()));
  errno = saved;
}

size_t ReservedPlacement::most() const { return pinned_ ? reserved_ : MostBytes(); }

void* ReservedPlacement::MapReserved(const Source& source, size_t length, size_t reserve) const {
  if (reserve <= length) return source.Map(system(), 0, length);
  void* const reservation = system().Map(nullptr, reserve, PROT_NONE, kReservation, -1, 0);
  if (reservation == nullptr) return nullptr;
  if (source.MapFixed(system(), reservation, 0, length) != nullptr) return reservation;
  const int error = errno;
  system().Unmap(reservation, reserve);
  errno = error;
  return nullptr;
}

int ReservedPlacement::Map(const Source& source, size_t length) {
  void* const mapped = MapReserved(source, length, reserved_);
  if (mapped == nullptr) return errno;
  Set(mapped, length);
  reserved_ = std::max(reserved_, length);
  return 0;
}

int ReservedPlacement::Grow(const Source& source, size_t length) {
  if (length <= this->length()) return 0;
  return length <= reserved_ ? GrowInside(source, length) : Move(source, length);
}

int ReservedPlacement::GrowInside(const Source& source, size_t length) {
  const size_t old_length = this->length();
  char* const tail = begin() + old_length;
  if (source.MapFixed(system(), tail, old_length, length - old_length) != nullptr) {
    Set(begin(), length);
    return 0;
  }
  const int error = errno;
  // A kernel may have unmapped what was there before it failed. If so, the hint brings the same
  // address again, and otherwise another one.
  void* const again = system().Map(tail, length - old_length, PROT_NONE, kReservation, -1, 0);
  if (again != nullptr && again != tail) system().Unmap(again, length - old_length);
  return error;
}

int ReservedPlacement::Move(const Source& source, size_t length) {
  const size_t twice = std::min(reserved_, MostBytes() / 2) * 2;
  const size_t reserve = std::max(length, twice);
  void* const mapped = MapReserved(source, length, reserve);
  if (mapped == nullptr) return errno;
  const int error = CopyTo(mapped, source);
  if (error != 0) {
    system().Unmap(mapped, reserve);
    return error;
  }
  system().Unmap(begin(), reserved_);
  Set(mapped, length);
  reserved_ = reserve;
  return 0;
}

void ReservedPlacement::Shrink(size_t length) {
  if (length >= this->length()) return;
  // Reserved again, so that nobody else is given these addresses.
  if (system().Map(begin() + length, this->length() - length, PROT_NONE, kReservation | MAP_FIXED,
                   -1, 0) != nullptr) {
    Set(begin(), length);
  }
}

}  // namespace someos::mapping_base
