#include "someos/tools/bench/contenders/peers.h"

#include "absl/strings/str_cat.h"

#if SOMEOS_HAS_BOOST
#include "someos/tools/bench/mapping/contenders/boost.h"
#endif

namespace someos::bench {

std::vector<Contender> PeerContenders() {
  std::vector<Contender> contenders;
  [[maybe_unused]] const auto add = [&](const std::vector<Contender>& more) {
    contenders.insert(contenders.end(), more.begin(), more.end());
  };
#if SOMEOS_HAS_LIBEVENT
  add(LibeventContenders());
#endif
#if SOMEOS_HAS_LIBEV
  add(LibevContenders());
#endif
#if SOMEOS_HAS_LIBUV
  add(LibuvContenders());
#endif
#if SOMEOS_HAS_ASIO
  add(AsioContenders());
#endif
  return contenders;
}

std::vector<Contender> PeerMappingContenders() {
  return {
#if SOMEOS_HAS_BOOST
      BoostContender(),
#endif
  };
}

std::vector<std::string> AbsentPeers() {
  std::vector<std::string> absent;
  [[maybe_unused]] const auto add = [&](const char* name, const char* package) {
    absent.push_back(absl::StrCat(name, " was not found when this was built (Debian: ", package,
                                  "; or --repo_env=SOMEOS_PEERS=PREFIX)"));
  };
#if !SOMEOS_HAS_LIBEVENT
  add("libevent", "libevent-dev");
#endif
#if !SOMEOS_HAS_LIBEV
  add("libev", "libev-dev");
#endif
#if !SOMEOS_HAS_LIBUV
  add("libuv", "libuv1-dev");
#endif
#if !SOMEOS_HAS_ASIO
  add("asio", "libasio-dev");
#endif
#if !SOMEOS_HAS_BOOST
  add("Boost.Interprocess", "libboost-dev");
#endif
  return absent;
}

}  // namespace someos::bench
