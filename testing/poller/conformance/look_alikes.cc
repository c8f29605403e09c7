#include "someos/testing/poller/conformance/look_alikes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

bool HasInode(int fd) {
  struct stat status;
  MustSucceed(fstat(fd, &status), "fstat");
  return status.st_ino != 0;
}

}  // namespace

void AwaitATick(int fd) {
  constexpr absl::Duration kMoreThanATick = absl::Milliseconds(25);  // the clock has 100 a second
  if (!HasInode(fd)) absl::SleepFor(kMoreThanATick);
}

bool EndsLookAlike(const Pipe& pipe) {
  return !HasInode(pipe.reader.get()) && (fcntl(pipe.reader.get(), F_GETFL) & O_ACCMODE) == O_RDWR;
}

}  // namespace someos
