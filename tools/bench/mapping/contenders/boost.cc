// Boost.Interprocess: mapped_region, which has no search, and which is made anew to be resized.

#include "someos/tools/bench/mapping/contenders/boost.h"

#include <unistd.h>

#include <boost/interprocess/mapped_region.hpp>
#include <boost/version.hpp>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/mapping/make_case.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {
namespace {

namespace ipc = boost::interprocess;

// A descriptor in the form that mapped_region takes.
struct OpenFile {
  ipc::mapping_handle_t get_mapping_handle() const { return {fd, false}; }
  int fd;
};

class BoostRegion {
 public:
  static constexpr bool kReads = true;
  static constexpr bool kFinds = false;
  static constexpr bool kResizes = true;
  static constexpr bool kRecovers = false;

  BoostRegion(int fd, size_t size, bool writable)
      : fd_(fd),
        mode_(writable ? ipc::read_write : ipc::read_only),
        region_(OpenFile{fd}, mode_, 0, size) {}

  template <typename Body>
  void ForAll(Body body) {
    body(data(), region_.get_size());
  }
  template <typename Body>
  void At(size_t offset, size_t, Body body) {
    body(data() + offset);
  }

  void Resize(size_t size) {
    Require(ftruncate(fd_, static_cast<off_t>(size)) == 0);
    ipc::mapped_region(OpenFile{fd_}, mode_, 0, size).swap(region_);
  }

 private:
  const char* data() const { return static_cast<const char*>(region_.get_address()); }

  const int fd_;
  const ipc::mode_t mode_;
  ipc::mapped_region region_;
};

}  // namespace

Contender BoostContender() {
  return MakeMappingContender<BoostRegion>(
      "Boost", absl::StrCat(BOOST_VERSION / 100000, ".", BOOST_VERSION / 100 % 1000));
}

}  // namespace someos::bench
