#include "someos/backends/mapping_base/mechanism.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/placed_mapping.h"
#include "someos/backends/mapping_base/request.h"

namespace someos::mapping_base {
namespace {

absl::StatusOr<std::unique_ptr<Mapping>> Fulfil(const Mechanism& mechanism,
                                                const MappingSystem& system,
                                                absl::StatusOr<Request> request) {
  if (!request.ok()) return request.status();
  const size_t reserve = request->reserve;
  return PlacedMapping::Create(system, *std::move(request), mechanism.place(system, reserve),
                               mechanism.name);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mapping>> MapFileBy(const Mechanism& mechanism,
                                                   const MappingSystem& system, int fd,
                                                   std::optional<uint64_t> size,
                                                   const MappingOptions& options) {
  return Fulfil(mechanism, system, FileRequest(system, fd, size, options));
}

absl::StatusOr<std::unique_ptr<Mapping>> MapMemoryBy(const Mechanism& mechanism,
                                                     const MappingSystem& system, uint64_t size,
                                                     const MemoryOptions& options) {
  return Fulfil(mechanism, system, MemoryRequest(system, size, options));
}

absl::StatusOr<std::unique_ptr<Mapping>> MapRawBy(const Mechanism& mechanism,
                                                  const MappingSystem& system,
                                                  const RawMapping& raw) {
  return Fulfil(mechanism, system, RawRequest(system, raw));
}

}  // namespace someos::mapping_base
