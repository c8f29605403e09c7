// A pipe by which children tell a test something.

#ifndef SOMEOS_TESTING_ANSWER_PIPE_H_
#define SOMEOS_TESTING_ANSWER_PIPE_H_

#include <fcntl.h>
#include <poll.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

// Both ends are blocking and close-on-exec.
struct AnswerPipe {
  AnswerPipe() {
    int ends[2];
    MustSucceed(pipe(ends), "pipe");
    for (const int end : ends) MustSucceed(fcntl(end, F_SETFD, FD_CLOEXEC), "fcntl");
    reader = ScopedFd(ends[0]);
    writer = ScopedFd(ends[1]);
  }

  // What comes until nobody has the other end any more, or until `until` has come. Complains if
  // nothing comes for a minute.
  std::string Read(absl::string_view until = "(never)") const {
    std::string text;
    char buffer[512];
    while (text != until) {
      pollfd entry = {reader.get(), POLLIN, 0};
      if (poll(&entry, 1, 60'000) != 1) return text + " and then nothing";
      const ssize_t count = MustSucceed(read(reader.get(), buffer, sizeof(buffer)), "read");
      if (count == 0) break;
      text.append(buffer, static_cast<size_t>(count));
    }
    return text;
  }

  ScopedFd reader;
  ScopedFd writer;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_ANSWER_PIPE_H_
