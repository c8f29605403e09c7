#include "someos/tools/relay/bench/relay_under_test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {
namespace {

std::string ReadLine(int fd) {
  std::string line;
  char byte;
  while (read(fd, &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

absl::StatusOr<SocketAddress> AddressIn(absl::string_view first_line) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(first_line, absl::MaxSplits(" listening on ", 1));
  const std::pair<absl::string_view, absl::string_view> text =
      absl::StrSplit(parts.second, absl::MaxSplits(", ", 1));
  const absl::StatusOr<Address> address = ParseAddress(text.first);
  if (!address.ok()) {
    return absl::UnavailableError(absl::StrCat("not the first line of a relay: ", first_line));
  }
  const absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(*address);
  if (!addresses.ok()) return addresses.status();
  return addresses->front();
}

// A relay of somebody else prints its line before it listens.
absl::Status AwaitListener(const SocketAddress& address) {
  constexpr int kAttempts = 1000;
  int error = 0;
  for (int i = 0; i < kAttempts; ++i) {
    Socket client;
    error = NewSocket(address.family(), &client);
    if (error == 0) error = BeginConnect(client.fd(), address);
    if (error == EINPROGRESS) {
      pollfd connecting = {client.fd(), POLLOUT, 0};
      poll(&connecting, 1, /*timeout=*/-1);
      error = ConnectResult(client.fd(), (connecting.revents & POLLERR) != 0);
    }
    if (error != ECONNREFUSED) break;
    absl::SleepFor(absl::Milliseconds(10));
  }
  if (error == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("connect ", address.ToString(), ": errno ", error));
}

}  // namespace

absl::StatusOr<RelayUnderTest> RelayUnderTest::Start(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  int ends[2];
  if (pipe(ends) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const Socket output(ends[0]);
  Socket input(ends[1]);
  fcntl(output.fd(), F_SETFD, FD_CLOEXEC);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(input.fd(), STDOUT_FILENO);
    close(input.fd());
    execv(argv[0], argv.data());
    _exit(127);
  }
  if (pid < 0) return absl::ErrnoToStatus(errno, "fork");
  input.Close();
  RelayUnderTest relay(pid);
  absl::StatusOr<SocketAddress> address = AddressIn(ReadLine(output.fd()));
  if (!address.ok()) return address.status();
  relay.address_ = *address;
  if (absl::Status status = AwaitListener(*address); !status.ok()) return status;
  return relay;
}

RelayUnderTest::RelayUnderTest(RelayUnderTest&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), address_(other.address_) {}

RelayUnderTest::~RelayUnderTest() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

size_t RelayUnderTest::ResidentBytes() const {
  size_t all = 0;
  size_t resident = 0;
  std::ifstream(absl::StrCat("/proc/", pid_, "/statm")) >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

absl::Duration RelayUnderTest::ProcessorTime() const {
  clockid_t clock;
  timespec time = {};
  if (clock_getcpuclockid(pid_, &clock) == 0) clock_gettime(clock, &time);
  return absl::DurationFromTimespec(time);
}

}  // namespace someos::relay
