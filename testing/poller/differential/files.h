// The plain model of the descriptors: which file each slot names, and what holds for it.

#ifndef SOMEOS_TESTING_POLLER_DIFFERENTIAL_FILES_H_
#define SOMEOS_TESTING_POLLER_DIFFERENTIAL_FILES_H_

#include <array>
#include <vector>

#include "someos/api/event.h"
#include "someos/testing/poller/differential/operation.h"

namespace someos::differential {

// What must be true of a readiness, and what may be in addition.
struct Expectation {
  Readiness must = Readiness::kNone;
  Readiness may = Readiness::kNone;
};

// Open files, counted from 0 in the order in which they were opened, never reused: "file" below is
// such a count, and kNoFile is what a closed slot names.
class Files {
 public:
  static constexpr int kNoFile = -1;

  Files() { slots_.fill(kNoFile); }

  int At(int slot) const { return slots_[slot]; }
  bool IsPipe(int file) const { return files_[file].kind != Kind::kSocket; }
  // How many slots name `file`.
  int References(int file) const { return files_[file].references; }

  // Whether an operation on descriptors does something here.
  bool MakesSense(const Operation& operation) const;
  // Carries out one that does.
  void Do(const Operation& operation);

  // The conditions that hold for `file`, whoever asks: hangups and errors do not imply readable
  // and writable here.
  Expectation Conditions(int file) const;

  // Grows with each operation on `file` or on its peer.
  int Touches(int file) const { return files_[file].touches; }
  // Grows with each time that data was written to be read from `file`.
  int Arrivals(int file) const { return files_[file].arrivals; }

 private:
  enum class Kind { kPipeReader, kPipeWriter, kSocket };

  struct File {
    Kind kind;
    int peer;
    int references = 1;
    int touches = 0;
    // The stream into this file; a pipe's writer has none.
    int arrivals = 0;
    int unread = 0;      // bytes; no more than kMostBytes unless full
    bool full = false;   // the peer cannot write
    bool ended = false;  // by a shutdown
    bool ended_by_peer = false;
    bool deaf = false;  // kqueue reports nothing more of the stream into it
  };

  // So few that no stream is full after as many writes of one byte.
  static constexpr int kMostBytes = 16;

  bool CanWrite(int file) const;
  void Open(int slot, int other, Kind kind, Kind other_kind);
  void Close(int slot);
  void Touch(int file);
  Expectation OfPipeReader(const File& file) const;
  Expectation OfPipeWriter(const File& file) const;
  Expectation OfSocket(const File& file) const;

  std::array<int, kSlots> slots_;
  std::vector<File> files_;
};

}  // namespace someos::differential

#endif  // SOMEOS_TESTING_POLLER_DIFFERENTIAL_FILES_H_
