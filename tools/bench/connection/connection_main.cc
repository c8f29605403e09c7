// Compares messages between two processes over Connection with the same over a bare socket pair,
// and values with CPython's own.
//
//   connection [ROUNDS [PART OF A TITLE [CONTENDER [PYTHON]]]]
//
// Prints, for each contender, nanoseconds of an operation and the ratio to the first one: the best
// of the rounds, in which all take turns. With one contender alone, its system calls can be
// counted, those of the other process as well:
//
//   strace -cf connection 1 "32 B" someos

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing.h"
#include "someos/testing/shell_command.h"

namespace someos {
namespace {

using multiprocessing::Connection;
using multiprocessing::PyValue;

double Now() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Check(bool holds) {
  if (!holds) std::abort();
}

// What a program does that needs messages and has no library: a header with the length and the
// message in one write; the header and then the message are read.
class RawMessages {
 public:
  explicit RawMessages(int fd) : fd_(fd), buffer_(4, '\0') {}

  void Send(absl::string_view message) {
    const auto size = static_cast<uint32_t>(message.size());
    buffer_.resize(4 + message.size());
    std::memcpy(&buffer_[0], &size, 4);
    std::memcpy(&buffer_[4], message.data(), message.size());
    for (size_t done = 0; done < buffer_.size();) {
      const ssize_t count = write(fd_, &buffer_[done], buffer_.size() - done);
      Check(count > 0);
      done += static_cast<size_t>(count);
    }
  }

  size_t Receive(absl::Span<char> into) {
    uint32_t size = 0;
    ReadAll(reinterpret_cast<char*>(&size), 4);
    ReadAll(into.data(), size);
    return size;
  }

 private:
  void ReadAll(char* to, size_t size) {
    for (size_t done = 0; done < size;) {
      const ssize_t count = read(fd_, to + done, size - done);
      if (count <= 0) _exit(0);  // the other process has closed
      done += static_cast<size_t>(count);
    }
  }

  int fd_;
  std::string buffer_;
};

class OwnMessages {
 public:
  explicit OwnMessages(int fd) : connection_(Connection::Of(fd).value()) {}

  void Send(absl::string_view message) { Check(connection_.SendBytes(message).ok()); }
  size_t Receive(absl::Span<char> into) {
    const absl::StatusOr<size_t> size = connection_.ReceiveBytesInto(into);
    if (!size.ok()) _exit(0);
    return *size;
  }

 private:
  Connection connection_;
};

// A socket pair, at whose other end a child runs `serve`.
template <typename Serve>
std::pair<int, pid_t> ForkPeer(const Serve& serve) {
  int ends[2];
  Check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const pid_t child = fork();
  Check(child >= 0);
  if (child == 0) {
    close(ends[0]);
    serve(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  return {ends[0], child};
}

template <typename Messages>
double RoundTrips(size_t size, int operations) {
  const auto [fd, child] = ForkPeer([size](int end) {
    Messages messages(end);
    std::string buffer(size, '\0');
    while (true) {
      const size_t received = messages.Receive(absl::MakeSpan(&buffer[0], size));
      messages.Send(absl::string_view(buffer).substr(0, received));
    }
  });
  double time = 0;
  {
    Messages messages(fd);
    std::string buffer(size, 'm');
    const double start = Now();
    for (int i = 0; i < operations; ++i) {
      messages.Send(buffer);
      Check(messages.Receive(absl::MakeSpan(&buffer[0], size)) == size);
    }
    time = (Now() - start) / operations;
    shutdown(fd, SHUT_RDWR);
  }
  waitpid(child, nullptr, 0);
  return time;
}

// One direction; the last message is answered.
template <typename Messages>
double Stream(size_t size, int operations) {
  const auto [fd, child] = ForkPeer([size, operations](int end) {
    Messages messages(end);
    std::string buffer(size, '\0');
    for (int i = 0; i < operations; ++i) messages.Receive(absl::MakeSpan(&buffer[0], size));
    messages.Send("done");
  });
  Messages messages(fd);
  std::string buffer(size, 'm');
  const double start = Now();
  for (int i = 0; i < operations; ++i) messages.Send(buffer);
  messages.Receive(absl::MakeSpan(&buffer[0], size));
  const double time = (Now() - start) / operations;
  waitpid(child, nullptr, 0);
  return time;
}

// The value of cpython_connection.py.
PyValue Record() {
  return PyValue::Tuple({PyValue(17), PyValue::Str("someos"), PyValue(2.5),
                         PyValue::List({PyValue(1), PyValue(2), PyValue(3)})});
}

double ValueRoundTrips(int operations) {
  const auto [fd, child] = ForkPeer([](int end) {
    Connection connection = Connection::Of(end).value();
    while (true) {
      const absl::StatusOr<PyValue> value = connection.Receive();
      if (!value.ok()) return;
      Check(connection.Send(*value).ok());
    }
  });
  double time = 0;
  {
    Connection connection = Connection::Of(fd).value();
    const PyValue record = Record();
    const double start = Now();
    for (int i = 0; i < operations; ++i) {
      Check(connection.Send(record).ok());
      Check(connection.Receive().ok());
    }
    time = (Now() - start) / operations;
  }
  waitpid(child, nullptr, 0);
  return time;
}

double PythonRoundTrips(const std::string& python, absl::string_view what) {
  const CommandResult printed =
      RunShellCommand(absl::StrCat(python, " tools/bench/connection/cpython_connection.py ", what));
  double time = 0;
  Check(absl::SimpleAtod(absl::StripSuffix(printed.output, "\n"), &time));
  return time;
}

struct Contender {
  std::string name;
  std::function<double()> run;
};

struct Workload {
  std::string title;
  std::vector<Contender> contenders;
};

std::vector<Workload> Workloads(const std::string& python) {
  std::vector<Workload> all;
  for (const auto& [title, size] : {std::pair<std::string, size_t>{"round trip of 32 B", 32},
                                    {"round trip of 32 KiB", 32768}}) {
    const size_t bytes = size;
    all.push_back(
        {title,
         {{"raw", [bytes] { return RoundTrips<RawMessages>(bytes, 20000); }},
          {"someos", [bytes] { return RoundTrips<OwnMessages>(bytes, 20000); }},
          {"CPython", [python, bytes] { return PythonRoundTrips(python, absl::StrCat(bytes)); }}}});
  }
  all.push_back({"message of 1 MiB, one way",
                 {{"raw", [] { return Stream<RawMessages>(1 << 20, 500); }},
                  {"someos", [] { return Stream<OwnMessages>(1 << 20, 500); }}}});
  all.push_back({"round trip of a value",
                 {{"CPython", [python] { return PythonRoundTrips(python, "value"); }},
                  {"someos", [] { return ValueRoundTrips(20000); }}}});
  return all;
}

void Run(int rounds, absl::string_view title, absl::string_view name, const std::string& python) {
  for (Workload& workload : Workloads(python)) {
    if (!absl::StrContains(workload.title, title)) continue;
    std::vector<double> best(workload.contenders.size(), std::numeric_limits<double>::max());
    for (int round = 0; round < rounds; ++round) {
      for (size_t i = 0; i < best.size(); ++i) {
        if (!name.empty() && workload.contenders[i].name != name) continue;
        best[i] = std::min(best[i], workload.contenders[i].run());
      }
    }
    std::cout << workload.title << "\n";
    for (size_t i = 0; i < best.size(); ++i) {
      if (best[i] == std::numeric_limits<double>::max()) continue;
      std::cout << absl::StrFormat("  %-10s %12.0f ns  %5.2f\n", workload.contenders[i].name,
                                   best[i], best[i] / best[0]);
    }
  }
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) {
  someos::Run(argc > 1 ? std::atoi(argv[1]) : 9, argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : "",
              argc > 4 ? argv[4] : "python3");
}
