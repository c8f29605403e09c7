#include "someos/api/multiprocessing/connection/peer_version.h"

#include <utility>

#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/frame_header.h"
#include "someos/api/multiprocessing/pickle/pickle.h"

namespace someos::multiprocessing {
namespace {

TEST(PeerVersionTest, NothingIsKnown) {
  const PeerVersion peer;
  EXPECT_EQ(peer.accepts_long_form(), LongForm::kUnknownToPeer);
  EXPECT_EQ(peer.sends_long_form(), LongForm::kKnownToPeer);
  EXPECT_EQ(peer.dialect(), PickleDialect::kAll);
}

TEST(PeerVersionTest, AHandshakeTells) {
  const PeerVersion modern = PeerVersion::OfHandshake(/*legacy=*/false);
  EXPECT_EQ(modern.accepts_long_form(), LongForm::kKnownToPeer);
  EXPECT_EQ(modern.dialect(), PickleDialect::kPython3);
  const PeerVersion legacy = PeerVersion::OfHandshake(/*legacy=*/true);
  EXPECT_EQ(legacy.accepts_long_form(), LongForm::kUnknownToPeer);
  EXPECT_EQ(legacy.dialect(), PickleDialect::kAll);
}

PeerVersion AfterPickle(PeerVersion before, const char* pickle) {
  before.LearnFromPickle(pickle);
  return before;
}

TEST(PeerVersionTest, APickleTells) {
  const PeerVersion legacy = PeerVersion::OfHandshake(/*legacy=*/true);
  const PeerVersion python2 = AfterPickle(legacy, "\x80\2N.");
  EXPECT_EQ(python2.dialect(), PickleDialect::kPython2);
  EXPECT_EQ(python2.sends_long_form(), LongForm::kUnknownToPeer);
  const PeerVersion old = AfterPickle(legacy, "\x80\3N.");
  EXPECT_EQ(old.dialect(), PickleDialect::kAll);
  EXPECT_EQ(old.sends_long_form(), LongForm::kUnknownToPeer);
  const PeerVersion newer = AfterPickle(legacy, "\x80\4N.");
  EXPECT_EQ(newer.dialect(), PickleDialect::kPython3);
  EXPECT_EQ(newer.accepts_long_form(), LongForm::kKnownToPeer);
  EXPECT_EQ(AfterPickle(PeerVersion(), "\x80\5N.").oldest(), 314);
  // Of Python 2.7, of this library, or of a program that has chosen it.
  EXPECT_EQ(AfterPickle(PeerVersion(), "\x80\2N.").dialect(), PickleDialect::kAll);
  EXPECT_EQ(AfterPickle(PeerVersion(), "N.").dialect(), PickleDialect::kAll);
}

TEST(PeerVersionTest, AContradictionIsIgnored) {
  const PeerVersion after = AfterPickle(PeerVersion::OfHandshake(/*legacy=*/true), "\x80\5N.");
  EXPECT_EQ(after.newest(), 311);
}

}  // namespace
}  // namespace someos::multiprocessing
