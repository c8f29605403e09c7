#include "someos/tools/relay/statistics.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos::relay {
namespace {

std::string ToString(const Traffic& traffic, absl::string_view way) {
  return absl::StrCat(way, "_bytes=", traffic.bytes, " ", way, "_spliced=", traffic.spliced, " ",
                      way, "_reads=", traffic.reads, " ", way, "_stalls=", traffic.stalls);
}

}  // namespace

std::string ToString(const Statistics& statistics) {
  return absl::StrCat("accepted=", statistics.accepted, " active=", statistics.active,
                      " refused=", statistics.refused, " timed_out=", statistics.timed_out,
                      " limited=", statistics.limited, " expired=", statistics.expired,
                      " reset=", statistics.reset, " exhausted=", statistics.exhausted, " ",
                      ToString(statistics.to_upstream, "up"), " ",
                      ToString(statistics.to_client, "down"), " waits=", statistics.waits,
                      " modifies=", statistics.modifies);
}

}  // namespace someos::relay
