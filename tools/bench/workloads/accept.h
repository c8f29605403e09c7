// Four threads, each on a contender of its own, wait for one listening socket, exclusively if the
// contender can; each connection is accepted and reset by one of them. The second thread of the
// benchmark connects. One operation: one connection.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_ACCEPT_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_ACCEPT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/listening_socket.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/helper_thread.h"

namespace someos::bench {

template <template <typename> class C>
class Accept final : public Case {
 public:
  Accept(const Backend* backend, const Parameters&) {
    for (int i = 0; i < kThreads; ++i) {
      threads_.push_back(std::make_unique<AcceptingThread>(backend, listener_));
    }
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) listener_.ConnectUntilReset();
  }

 private:
  static constexpr int kThreads = 4;
  static constexpr uint64_t kWake = 0;
  static constexpr uint64_t kListener = 1;

  struct AcceptOne {
    const Channel* wake = nullptr;
    const ListeningSocket* listener = nullptr;
    void operator()(uint64_t data) {
      if (data == kWake) {
        wake->Drain();
      } else {
        listener->AcceptAndReset();
      }
    }
  };

  struct Acceptor {
    Acceptor(const Backend* backend, const ListeningSocket& listener)
        : scenery(backend, 1, /*spare=*/1, Threads::kWake) {
      scenery.handler = {scenery.channels.data(), &listener};
      if constexpr (C<AcceptOne>::kExclusive) {
        scenery.contender.RegisterExclusive(listener.fd(), kListener);
      } else {
        scenery.contender.Register(listener.fd(), kListener, Want::kRead);
      }
    }
    void Wait() { scenery.contender.Wait(Patience::kForever); }
    void Wake() { scenery.channels[0].Signal(); }

    Scenery<C, AcceptOne> scenery;
  };

  struct AcceptingThread {
    AcceptingThread(const Backend* backend, const ListeningSocket& listener)
        : acceptor(backend, listener), thread(acceptor) {}
    Acceptor acceptor;
    HelperThread<Acceptor> thread;
  };

  ListeningSocket listener_;
  std::vector<std::unique_ptr<AcceptingThread>> threads_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_ACCEPT_H_
