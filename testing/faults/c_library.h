// The calls of the C library that backends make beside those of their mechanism, with faults; and
// accept4 and sendmsg, which servers and connections make.
//
// They have no seam: a program that links this has functions of its own by these names, which ask
// the FaultPlan and then make the call. That is, where a LibraryCall lives; a test's own calls are
// left alone.

#ifndef SOMEOS_TESTING_FAULTS_C_LIBRARY_H_
#define SOMEOS_TESTING_FAULTS_C_LIBRARY_H_

#include <time.h>

#include <functional>
#include <vector>

#include "someos/testing/faults/fault.h"

namespace someos {

// While it lives, what the calling thread calls does as the FaultPlan has it.
class LibraryCall {
 public:
  LibraryCall();
  LibraryCall(const LibraryCall&) = delete;
  LibraryCall& operator=(const LibraryCall&) = delete;
  ~LibraryCall();
};

// Every errno that the man pages name and that a kernel can give for what backends ask of it, of
// eventfd, pipe, fstat, read, write, close and getsockopt. None where functions cannot be put in
// front of the C library's. (Of these, write alone runs what FaultPlan::RunAfter has for it.)
std::vector<Fault> CLibraryFaults();

// Has `action`, until there is another one or none, run whenever a LibraryCall of the calling
// thread is about to read(2). Returns false, and does nothing, where functions cannot be put in
// front of the C library's.
bool RunBeforeEachRead(std::function<void()> action);

// Has LibraryCalls of the calling thread, until there is another clock or none, be told `clock(id,
// time)` by clock_gettime(2) where it would tell `time`. Returns false, and does nothing, where
// functions cannot be put in front of the C library's.
bool ReplaceClock(std::function<timespec(clockid_t id, timespec time)> clock);

}  // namespace someos

#endif  // SOMEOS_TESTING_FAULTS_C_LIBRARY_H_
