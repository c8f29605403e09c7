#include "someos/tools/relay/testing/relay_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {
namespace {

constexpr int kPatienceMilliseconds = 60'000;

void Pipe(Socket* reader, Socket* writer) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  for (int fd : fds) ASSERT_EQ(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
  *reader = Socket(fds[0]);
  *writer = Socket(fds[1]);
}

// In the child: gives the descriptors the numbers from 3 on, and says so in the environment.
void Pass(const RelayProcess::Start& start) {
  constexpr int kFirst = 3;
  constexpr int kOutOfTheWay = 100;
  std::vector<int> copies;
  copies.reserve(start.passed_sockets.size());
  for (const int fd : start.passed_sockets) {
    copies.push_back(fcntl(fd, F_DUPFD_CLOEXEC, kOutOfTheWay));
  }
  for (size_t i = 0; i < copies.size(); ++i) dup2(copies[i], kFirst + static_cast<int>(i));
  setenv("LISTEN_PID", absl::StrCat(getpid()).c_str(), /*overwrite=*/1);
  const std::string count = start.count.empty() ? absl::StrCat(copies.size()) : start.count;
  setenv("LISTEN_FDS", count.c_str(), /*overwrite=*/1);
  if (!start.names.empty()) setenv("LISTEN_FDNAMES", start.names.c_str(), /*overwrite=*/1);
}

// The next byte; false at the end.
bool ReadByte(const Socket& pipe, char* byte) {
  pollfd entry = {pipe.fd(), POLLIN, 0};
  if (poll(&entry, 1, kPatienceMilliseconds) <= 0) {
    ADD_FAILURE() << "the relay says nothing and does not end";
    return false;
  }
  return read(pipe.fd(), byte, 1) == 1;
}

std::string ReadAll(const Socket& pipe) {
  std::string all;
  char byte;
  while (ReadByte(pipe, &byte)) all += byte;
  return all;
}

}  // namespace

RelayProcess::RelayProcess(const std::vector<std::string>& arguments, const Start& start) {
  const char* const program = getenv("RELAY");
  if (program == nullptr) {
    ADD_FAILURE() << "RELAY does not name the program";
    abort();
  }
  std::vector<char*> argv = {const_cast<char*>(program)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  Socket output;
  Socket errors;
  Pipe(&output_, &output);
  Pipe(&errors_, &errors);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(output.fd(), STDOUT_FILENO);
    dup2(errors.fd(), STDERR_FILENO);
    if (start.hard_open_files > 0) {
      const rlimit limit = {static_cast<rlim_t>(start.soft_open_files),
                            static_cast<rlim_t>(start.hard_open_files)};
      if (setrlimit(RLIMIT_NOFILE, &limit) != 0) _exit(126);
    }
    if (!start.passed_sockets.empty()) Pass(start);
    if (start.without_standard_descriptors) {
      for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) close(fd);
    }
    execv(program, argv.data());
    _exit(127);
  }
  EXPECT_GT(pid_, 0);
}

RelayProcess::~RelayProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  ExitCode();
}

SocketAddress RelayProcess::Address() {
  constexpr absl::string_view kBefore = "relay: listening on ";
  const std::string line = NextLine();
  const size_t end = line.find(", ");
  if (line.rfind(kBefore, 0) != 0 || end == std::string::npos) {
    ADD_FAILURE() << "not the first line of a relay: " << line << "\n" << RestOfErrors();
    abort();
  }
  return AddressOf(line.substr(kBefore.size(), end - kBefore.size()));
}

void RelayProcess::Signal(int signal) const { EXPECT_EQ(kill(pid_, signal), 0); }

std::string RelayProcess::NextLine() {
  std::string line;
  char byte;
  while (ReadByte(output_, &byte) && byte != '\n') line += byte;
  return line;
}

int RelayProcess::ExitCode() {
  if (pid_ <= 0) return exit_code_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string RelayProcess::RestOfOutput() { return ReadAll(output_); }
std::string RelayProcess::RestOfErrors() { return ReadAll(errors_); }

}  // namespace someos::relay
