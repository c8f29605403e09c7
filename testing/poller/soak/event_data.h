// The 64-bit values of the soak's registrations. No two registrations ever have the same one.

#ifndef SOMEOS_TESTING_POLLER_SOAK_EVENT_DATA_H_
#define SOMEOS_TESTING_POLLER_SOAK_EVENT_DATA_H_

#include <cstdint>

namespace someos::soak {

// Whose registration it is.
enum class Owner : uint8_t { kListener = 1, kConnection = 2, kChanger = 3 };

// The `serial`th registration (below 2^48) of the owner's part `part`.
constexpr uint64_t EventData(Owner owner, uint8_t part, uint64_t serial) {
  return static_cast<uint64_t>(owner) << 56 | static_cast<uint64_t>(part) << 48 | serial;
}

constexpr Owner OwnerOf(uint64_t data) { return static_cast<Owner>(data >> 56); }
constexpr uint8_t PartOf(uint64_t data) { return static_cast<uint8_t>(data >> 48); }

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_EVENT_DATA_H_
