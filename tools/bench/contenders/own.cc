#include "someos/tools/bench/contenders/own.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/linkable_pollers.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/contenders/on_poller.h"
#include "someos/tools/bench/contenders/raw_poll.h"
#include "someos/tools/bench/contenders/raw_select.h"
#include "someos/tools/bench/workloads/make_case.h"

#if SOMEOS_LINKS_EPOLL
#include "someos/backends/epoll/epoll_poller.h"
#include "someos/tools/bench/contenders/raw_epoll.h"
#endif
// Over libkqueue a kqueue costs what that library does, and takes no eventfds: it is left out.
#if SOMEOS_LINKS_KQUEUE && !defined(__linux__)
#define SOMEOS_BENCHES_KQUEUE 1
#include "someos/tools/bench/contenders/raw_kqueue.h"
#endif

namespace someos::bench {
namespace {

int MostOf(const Backend& backend) {
  return backend.name == "select" ? MostChannelsOfSelect() : MostChannels();
}

// A loop over the bare system calls of the mechanism, where there is one here.
std::optional<Contender> Raw(const Backend& backend) {
  const std::string name(backend.name);
  const std::string version(backend.implementation);
  const int most = MostOf(backend);
#if SOMEOS_LINKS_EPOLL
  if (name == "epoll") return MakeContender<RawEpoll>("raw", name, version, most);
#endif
#if SOMEOS_BENCHES_KQUEUE
  if (name == "kqueue") return MakeContender<RawKqueue>("raw", name, version, most);
#endif
  if (name == "poll") return MakeContender<RawPoll>("raw", name, version, most);
  if (name == "select") return MakeContender<RawSelect>("raw", name, version, most);
  return std::nullopt;
}

#if SOMEOS_LINKS_EPOLL
template <typename Handler>
using OnEpollPoller = OnPollerOf<EpollPoller, Handler>;
#endif

}  // namespace

std::vector<Contender> OwnContenders() {
  std::vector<Contender> contenders;
  for (const Backend* backend : AllBackends()) {
#if !SOMEOS_BENCHES_KQUEUE
    if (backend->name == "kqueue") continue;
#endif
    if (!backend->create({}).ok()) continue;  // this kernel lacks it
    if (std::optional<Contender> raw = Raw(*backend)) contenders.push_back(*std::move(raw));
    contenders.push_back(MakeContender<OnPoller>("someos", std::string(backend->name), "",
                                                 MostOf(*backend), backend));
#if SOMEOS_LINKS_EPOLL
    if (backend->name == "epoll") {
      contenders.push_back(
          MakeContender<OnEpollPoller>("EpollPoller", "epoll", "", MostOf(*backend), backend));
      contenders.back().variant = true;
      contenders.push_back(MakeContender<OnSynchronizedPoller>("synchronized", "epoll", "",
                                                               MostOf(*backend), backend));
      contenders.back().variant = true;
    }
#endif
  }
  return contenders;
}

}  // namespace someos::bench
