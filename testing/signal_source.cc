#include "someos/testing/signal_source.h"

#ifdef __linux__
#include <sys/eventfd.h>
#endif
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {

#ifdef __linux__

SignalSource::SignalSource()
    : reader_(MustSucceed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

void SignalSource::Raise() {
  const uint64_t one = 1;
  MustSucceed(write(fd(), &one, sizeof(one)), "write");
}

void SignalSource::Clear() {
  uint64_t count;
  MustSucceed(read(fd(), &count, sizeof(count)), "read");
}

#else

SignalSource::SignalSource() {
  Pipe pipe;
  reader_ = std::move(pipe.reader);
  writer_ = std::move(pipe.writer);
}

void SignalSource::Raise() { WriteText(writer_.get(), "!"); }

void SignalSource::Clear() { ReadAvailable(fd()); }

#endif

}  // namespace someos
