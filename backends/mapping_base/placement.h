// Where in the address space a mapping is, and how it grows: what the mechanisms differ in.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_PLACEMENT_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_PLACEMENT_H_

#include <cstddef>

#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/source.h"

namespace someos::mapping_base {

// The pages of one mapping. Lengths are multiples of the page size. Functions that return an int
// return an errno, and nothing has changed then, or 0.
class Placement {
 public:
  // Unmaps everything. Preserves errno.
  virtual ~Placement() = default;
  Placement(const Placement&) = delete;
  Placement& operator=(const Placement&) = delete;

  char* begin() const { return begin_; }
  size_t length() const { return length_; }

  // Maps the first `length` bytes of `source`. To be called once, first.
  virtual int Map(const Source& source, size_t length) = 0;

  // Maps more of `source`, so that it is `length` long, no more than most(). begin() may change,
  // the contents do not.
  virtual int Grow(const Source& source, size_t length) = 0;

  // Gives back all but the first `length` bytes. If the kernel refuses, they stay mapped, and
  // length() says so.
  virtual void Shrink(size_t length) = 0;

  // The greatest length that Grow can be asked for.
  virtual size_t most() const = 0;
  // Whether Grow may change begin().
  virtual bool may_move() const = 0;

 protected:
  explicit Placement(const MappingSystem& system) : system_(system) {}

  const MappingSystem& system() const { return system_; }

  // From now on `length` bytes are mapped at `begin`.
  void Set(void* begin, size_t length) {
    begin_ = static_cast<char*>(begin);
    length_ = length;
  }

  // Gives the pages from `begin` on, where `source` has been mapped anew, the contents of those
  // that are mapped now, if these are not the source's own.
  int CopyTo(void* begin, const Source& source) const;

 private:
  const MappingSystem& system_;
  char* begin_ = nullptr;
  size_t length_ = 0;
};

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_PLACEMENT_H_
