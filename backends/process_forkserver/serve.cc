#include "someos/backends/process_forkserver/serve.h"

#include <signal.h>
#include <sys/select.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/stream.h"
#include "someos/backends/process_base/child_side.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/request.h"

namespace someos::multiprocessing::process_forkserver {
namespace {

// Installed so that SIGCHLD interrupts a wait.
void Nothing(int /*signal*/) {}

// A signal's disposition that is put back, in children.
class Disposition {
 public:
  Disposition(int signal, void (*handler)(int)) : signal_(signal) {
    struct sigaction action = {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(signal_, &action, &before_);
  }
  Disposition(const Disposition&) = delete;
  Disposition& operator=(const Disposition&) = delete;
  ~Disposition() { sigaction(signal_, &before_, nullptr); }

 private:
  const int signal_;
  struct sigaction before_ = {};
};

class ForkServer {
 public:
  ForkServer(int requests, const sigset_t& while_waiting)
      : while_waiting_(while_waiting), requests_(requests) {}

  std::optional<ChildSide> Run() {
    while (true) {
      Reap();
      if (!AwaitRequest()) continue;
      std::optional<ReceivedRequest> received = ReceiveRequest(requests_.get());
      if (!received.has_value()) return std::nullopt;
      if (received->request.signal != 0) {
        Signal(received->request);
        continue;
      }
      std::optional<ChildSide> side = Start(*received);
      if (side.has_value()) return side;
    }
  }

 private:
  struct Served {
    uint64_t serial;
    base::OwnedFd status;
  };

  static void Tell(const base::OwnedFd& status, int32_t number) {
    char bytes[sizeof(number)];
    std::memcpy(bytes, &number, sizeof(number));
    connection_socket::Stream stream(status.get());
    base::Deadline never(absl::InfiniteDuration());
    // Who no longer listens need not be told.
    (void)stream.Write(absl::string_view(bytes, sizeof(bytes)), "", never);
    (void)stream.Release();
  }

  // False: SIGCHLD has come, which is blocked everywhere else.
  bool AwaitRequest() {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(requests_.get(), &readable);  // kFirstChildDescriptor
    const int found =
        pselect(requests_.get() + 1, &readable, nullptr, nullptr, nullptr, &while_waiting_);
    // Any other error is one of reading, too, and ends the server.
    return found > 0 || errno != EINTR;
  }

  // The only place where children are waited for.
  void Reap() {
    while (true) {
      siginfo_t ended = {};
      if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) return;
      const auto child = children_.find(ended.si_pid);
      if (child != children_.end()) {
        Tell(child->second.status,
             ended.si_code == CLD_EXITED ? ended.si_status : -ended.si_status);
        children_.erase(child);
      }
      (void)waitpid(ended.si_pid, nullptr, 0);
    }
  }

  void Signal(const Request& request) {
    const auto child = children_.find(request.pid);
    if (child == children_.end() || child->second.serial != request.serial) return;
    (void)kill(request.pid, request.signal);
  }

  // Returns in the child, which has no descriptors of its brothers and sisters.
  std::optional<ChildSide> Start(ReceivedRequest& received) {
    std::vector<base::OwnedFd>& given = received.descriptors;
    if (given.size() < kOwnDescriptors || !given[0].valid()) return std::nullopt;
    base::OwnedFd status = std::move(given[0]);
    for (size_t i = 1; i < given.size(); ++i) {
      if (given[i].valid()) continue;
      Tell(status, -EMFILE);
      return std::nullopt;
    }
    const pid_t pid = fork();
    if (pid == 0) {
      (void)status.Release();  // see ServedChild
      ChildSide side;
      side.parent = given[1].Release();
      for (size_t i = kOwnDescriptors; i < given.size(); ++i) {
        side.descriptors.push_back(given[i].Release());
      }
      return side;
    }
    Tell(status, pid > 0 ? pid : -errno);
    if (pid > 0) children_.emplace(pid, Served{received.request.serial, std::move(status)});
    return std::nullopt;
  }

  const sigset_t while_waiting_;  // the signals that are blocked
  base::OwnedFd requests_;
  std::map<pid_t, Served> children_;
};

}  // namespace

std::optional<ChildSide> Serve(int descriptors) {
  process_base::FlushStandardStreams();  // each child would print it again
  const ChildSide own = process_base::GivenDescriptors(descriptors);
  // SIGINT is blocked, not ignored: one that is sent to a child at once takes effect when the child
  // unblocks it. What main() has blocked stays so.
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  sigaddset(&blocked, SIGCHLD);
  sigset_t before;
  sigprocmask(SIG_BLOCK, &blocked, &before);
  sigset_t while_waiting = before;
  sigaddset(&while_waiting, SIGINT);
  sigdelset(&while_waiting, SIGCHLD);
  std::optional<ChildSide> side;
  {
    const Disposition wakes(SIGCHLD, Nothing);
    ForkServer server(own.parent, while_waiting);
    side = server.Run();
  }
  if (side.has_value()) sigprocmask(SIG_SETMASK, &before, nullptr);
  return side;
}

}  // namespace someos::multiprocessing::process_forkserver
