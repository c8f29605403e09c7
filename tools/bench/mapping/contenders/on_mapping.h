// Mapping, without Guards and with them, and mmap::Mmap.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_ON_MAPPING_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_ON_MAPPING_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/mmap.h"
#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

enum class Guarding {
  kNone,
  kAround,  // one Guard around each access
  kPer64,   // and in a scan one around each 64 bytes
};

inline std::unique_ptr<Mapping> MustMap(int fd, const MappingOptions& options) {
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = MapFile(fd, std::nullopt, options);
  Require(mapping.ok());
  return *std::move(mapping);
}

template <Guarding kGuarding, bool kSparse = true>
class OnMapping {
 public:
  static constexpr bool kReads = kSparse;
  static constexpr bool kFinds = false;
  static constexpr bool kResizes = kGuarding != Guarding::kPer64;
  static constexpr bool kRecovers = kGuarding == Guarding::kAround;

  OnMapping(int fd, size_t, bool writable)
      : mapping_(MustMap(fd, Options(writable ? Access::kWrite : Access::kRead))) {}

  template <typename Body>
  void ForAll(Body body) {
    if constexpr (kGuarding == Guarding::kPer64) {
      for (size_t at = 0; at + 64 <= mapping_->size(); at += 64) {
        At(at, 64, [&](const char* bytes) { body(bytes, 64); });
      }
    } else {
      At(0, mapping_->size(), [&](const char* bytes) { body(bytes, mapping_->size()); });
    }
  }
  template <typename Body>
  void At(size_t offset, size_t, Body body) {
    if constexpr (kGuarding == Guarding::kNone) {
      body(mapping_->view().data() + offset);
    } else {
      absl::StatusOr<Mapping::Guard> guard = mapping_->Enter();
      Require(guard.ok());
      body(guard->view().data() + offset);
      Require(guard->Done().ok());
    }
  }

  void Resize(size_t size) { Require(mapping_->Resize(size).ok()); }

  void ReadLost() {
    absl::StatusOr<Mapping::Guard> guard = mapping_->Enter();
    Require(guard.ok());
    Use(static_cast<uint64_t>(guard->view().front()));
    Require(absl::IsDataLoss(guard->Done()));
  }

 private:
  static MappingOptions Options(Access access) {
    MappingOptions options;
    options.access = access;
    options.guarded = kGuarding != Guarding::kNone;
    options.sparse = kSparse;
    return options;
  }

  const std::unique_ptr<Mapping> mapping_;
};

template <bool kGuarded>
class OnMmap {
 public:
  static constexpr bool kReads = false;
  static constexpr bool kFinds = true;
  static constexpr bool kResizes = false;
  static constexpr bool kRecovers = false;

  OnMmap(int fd, size_t, bool) {
    mmap::MmapArguments arguments;
    arguments.access = mmap::kAccessRead;
    arguments.guarded = kGuarded;
    absl::StatusOr<mmap::Mmap> made = mmap::Mmap::Create(fd, 0, arguments);
    Require(made.ok());
    mmap_ = *std::move(made);
  }

  bool Find(absl::string_view needle) { return *mmap_.Find(needle) != -1; }
  bool Rfind(absl::string_view needle) { return *mmap_.Rfind(needle) != -1; }

 private:
  mmap::Mmap mmap_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_ON_MAPPING_H_
