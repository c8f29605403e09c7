#include "someos/tools/relay/relay_threads.h"

#include <pthread.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/client_inbox.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {
namespace {

// One of the other threads.
struct Thread {
  RelayThreads* relay;
  RelayLoop* loop;
  absl::Status status;
  pthread_t id;
};

// An end that nobody asked for ends the others, too.
void RunLoop(Thread& thread) {
  thread.status = thread.loop->Run();
  if (!thread.status.ok()) thread.relay->Stop();
}

void* Start(void* thread) {
  RunLoop(*static_cast<Thread*>(thread));
  return nullptr;
}

}  // namespace

RelayThreads::RelayThreads(absl::Span<Poller* const> pollers, std::vector<Listener> listeners,
                           const std::vector<SocketAddress>& upstream, const Limits& limits,
                           RelayLoop::Reporter reporter)
    : reporter_(std::move(reporter)), reports_(pollers.size()) {
  crew_.hand_out = [this](Socket* client) { return HandOut(client); };
  crew_.give_back = [this](Socket client, absl::Status why) {
    GivenClient given = {std::move(client), Socket(), std::move(why)};
    loops_.front()->Give(&given);
  };
  for (size_t i = 0; i < pollers.size(); ++i) {
    loops_.push_back(std::make_unique<RelayLoop>(
        pollers[i], std::exchange(listeners, {}), upstream, limits,
        [this, i](const Statistics& statistics) { OnReport(i, statistics); }, &crew_));
  }
}

absl::Status RelayThreads::Run() {
  std::vector<Thread> threads;
  for (const std::unique_ptr<RelayLoop>& loop : loops_) {
    threads.push_back({this, loop.get(), absl::OkStatus(), pthread_t()});
  }
  absl::Status status;
  size_t started = 1;
  for (; started < threads.size() && status.ok(); ++started) {
    // Not std::thread, which throws if there can be no more threads.
    const int error =
        pthread_create(&threads[started].id, /*attr=*/nullptr, Start, &threads[started]);
    if (error != 0) {
      status = absl::ErrnoToStatus(error, "pthread_create");
      break;
    }
  }
  if (status.ok()) {
    RunLoop(threads.front());
  } else {
    Stop();
  }
  for (size_t i = 1; i < started; ++i) pthread_join(threads[i].id, nullptr);
  for (const Thread& thread : threads) status.Update(thread.status);
  return status;
}

void RelayThreads::Stop() {
  for (const std::unique_ptr<RelayLoop>& loop : loops_) loop->Stop();
}

void RelayThreads::ReportStatistics() {
  for (const std::unique_ptr<RelayLoop>& loop : loops_) loop->ReportStatistics();
}

void RelayThreads::OnReport(size_t loop, const Statistics& statistics) {
  const std::lock_guard<std::mutex> lock(reports_mutex_);
  reports_[loop] = statistics;
  if (!absl::c_all_of(reports_, [](const auto& report) { return report.has_value(); })) return;
  Statistics sum;
  for (std::optional<Statistics>& report : reports_) {
    sum += *report;
    report.reset();
  }
  reporter_(sum);
}

Statistics RelayThreads::statistics() const {
  Statistics sum;
  for (const std::unique_ptr<RelayLoop>& loop : loops_) sum += loop->statistics();
  return sum;
}

std::vector<Statistics> RelayThreads::EachThread() const {
  std::vector<Statistics> each;
  for (const std::unique_ptr<RelayLoop>& loop : loops_) each.push_back(loop->statistics());
  return each;
}

bool RelayThreads::HandOut(Socket* client) {
  const size_t turn = next_;
  next_ = (next_ + 1) % loops_.size();
  if (turn == 0) return false;
  GivenClient given;
  // The loop will need a second descriptor. If there is none, the first loop, which finds out at
  // once, pauses.
  given.reserve = Duplicate(client->fd());
  if (!given.reserve.valid()) return false;
  given.client = std::move(*client);
  if (loops_[turn]->Give(&given)) return true;
  *client = std::move(given.client);
  return false;
}

}  // namespace someos::relay
