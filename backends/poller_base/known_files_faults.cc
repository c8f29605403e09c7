#include "someos/backends/poller_base/known_files_faults.h"

#include <cerrno>
#include <cstdint>
#include <vector>

#include "someos/backends/poller_base/known_files_system.h"
#include "someos/testing/faults/fault.h"
#include "someos/testing/faults/fault_plan.h"

namespace someos::poller_base {
namespace {

constexpr char kCreate[] = "epoll_create1";
constexpr char kAdd[] = "epoll_ctl ADD";
constexpr char kRemove[] = "epoll_ctl DEL";

int Create() { return FaultPlan::Fails(kCreate) ? -1 : RealKnownFilesSystem().create(); }

int Add(int set, int fd) {
  return FaultPlan::Fails(kAdd, fd) ? -1 : RealKnownFilesSystem().add(set, fd);
}

// Without faults: it is what remains when an addition has failed.
int Modify(int set, int fd) { return RealKnownFilesSystem().modify(set, fd); }

int Remove(int set, int fd) {
  return FaultPlan::Fails(kRemove, fd) ? -1 : RealKnownFilesSystem().remove(set, fd);
}

int Compare(int set, int number, uint32_t position, int fd) {
  if (FaultPlan::Fails("kcmp", fd)) return -1;
  return RealKnownFilesSystem().compare(set, number, position, fd);
}

constexpr KnownFilesSystem kFaulty = {Create, Add, Modify, Remove, Compare};

}  // namespace

const KnownFilesSystem& FaultyKnownFilesSystem() { return kFaulty; }

std::vector<Fault> KnownFilesFaults() {
#ifdef __linux__
  return {
      {kCreate, EMFILE, true}, {kCreate, ENFILE, true}, {kCreate, ENOMEM, true},
      {kCreate, ENOSYS, true}, {kCreate, EPERM, true},  {kAdd, ENOMEM, true},
      {kAdd, ENOSPC, true},    {kAdd, EPERM, true},     {kAdd, ENOSYS, true},
  };
#else
  return {};
#endif
}

}  // namespace someos::poller_base
