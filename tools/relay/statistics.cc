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

void Add(Traffic& sum, const Traffic& other) {
  sum.bytes += other.bytes;
  sum.spliced += other.spliced;
  sum.reads += other.reads;
  sum.stalls += other.stalls;
}

}  // namespace

Statistics& operator+=(Statistics& sum, const Statistics& other) {
  sum.accepted += other.accepted;
  sum.active += other.active;
  sum.refused += other.refused;
  sum.timed_out += other.timed_out;
  sum.limited += other.limited;
  sum.expired += other.expired;
  sum.reset += other.reset;
  sum.exhausted += other.exhausted;
  Add(sum.to_upstream, other.to_upstream);
  Add(sum.to_client, other.to_client);
  sum.waits += other.waits;
  sum.modifies += other.modifies;
  return sum;
}

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
