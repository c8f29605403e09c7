// What is known of the Python at the other end of a connection.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_PEER_VERSION_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_PEER_VERSION_H_

#include <algorithm>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/frame_header.h"
#include "someos/api/multiprocessing/pickle/pickle.h"

namespace someos::multiprocessing {

// Versions are 100 * major + minor: 313 is Python 3.13. A program with this library counts as one
// that knows what Python 3.12 does.
class PeerVersion {
 public:
  static constexpr int kNewest = 9999;

  // Nothing is known: anything from 2.7 on.
  constexpr PeerVersion() = default;
  constexpr PeerVersion(int oldest, int newest) : oldest_(oldest), newest_(newest) {}

  // The oldest and the newest that it can be.
  constexpr int oldest() const { return oldest_; }
  constexpr int newest() const { return newest_; }

  // What the handshake tells: before 3.12, challenges have 20 bytes and answers are raw.
  static constexpr PeerVersion OfHandshake(bool legacy) {
    return legacy ? PeerVersion(207, 311) : PeerVersion(312, kNewest);
  }

  // Adds what has been found out; what contradicts it is ignored.
  constexpr void Learn(PeerVersion other) {
    const int oldest = std::max(oldest_, other.oldest_);
    const int newest = std::min(newest_, other.newest_);
    if (oldest > newest) return;
    oldest_ = oldest;
    newest_ = newest;
  }

  // Adds what the protocol of its pickle tells, which is the default one. Protocol 2 is that of
  // Python 2.7, and of this library.
  void LearnFromPickle(absl::string_view pickle) {
    if (pickle.size() < 2 || pickle[0] != '\x80') return;
    const char protocol = pickle[1];
    if (protocol == 2 && newest_ <= 311) Learn(PeerVersion(207, 299));
    if (protocol == 3) Learn(PeerVersion(300, 307));
    if (protocol == 4) Learn(PeerVersion(308, 313));
    if (protocol == 5) Learn(PeerVersion(314, kNewest));
  }

  // Whether frames to it may have the long form, and whether it may send such.
  constexpr LongForm accepts_long_form() const {
    return oldest_ >= 308 ? LongForm::kKnownToPeer : LongForm::kUnknownToPeer;
  }
  constexpr LongForm sends_long_form() const {
    return newest_ >= 308 ? LongForm::kKnownToPeer : LongForm::kUnknownToPeer;
  }

  // Whether who receives a descriptor answers with a byte, which who has sent it waits for.
  constexpr bool acknowledges_descriptors() const { return oldest_ >= 314; }

  // The dialect of pickles that it reads.
  constexpr PickleDialect dialect() const {
    if (oldest_ >= 304) return PickleDialect::kPython3;
    return newest_ < 300 ? PickleDialect::kPython2 : PickleDialect::kAll;
  }

 private:
  int oldest_ = 207;
  int newest_ = kNewest;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_PEER_VERSION_H_
