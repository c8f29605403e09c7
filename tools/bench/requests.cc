#include "someos/tools/bench/requests.h"

#include <unistd.h>

#include "someos/testing/system_call.h"

namespace someos::bench {

Requests::Requests() {
  int ends[2];
  MustSucceed(pipe(ends), "pipe");
  reader_ = ScopedFd(ends[0]);
  writer_ = ScopedFd(ends[1]);
}

void Requests::Send() const { MustSucceed(write(writer_.get(), "", 1), "write"); }

bool Requests::Receive() const {
  char byte;
  return MustSucceed(read(reader_.get(), &byte, 1), "read") == 1;
}

}  // namespace someos::bench
