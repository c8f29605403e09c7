#include "someos/testing/host_name.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "someos/testing/child_process.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

#ifdef __linux__
#include <sched.h>
#endif

namespace someos {
namespace {

constexpr char kFile[] = "/proc/sys/kernel/hostname";
constexpr char kName[] = "someos";

bool EnterNamespace() {
#ifdef __linux__
  return unshare(CLONE_NEWUTS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWUTS) == 0;
#else
  return false;
#endif
}

int SetName() {
#ifdef __linux__
  return sethostname(kName, sizeof(kName) - 1);
#else
  return -1;
#endif
}

}  // namespace

bool HostName::Changeable() {
  return RunInChild([]() -> std::string {
           return EnterNamespace() && SetName() == 0 && access(kFile, R_OK) == 0 ? "" : "no";
         }) == "";
}

HostName::HostName() {
  if (!EnterNamespace()) MustSucceed(-1, "unshare");
  file_ = ScopedFd(MustSucceed(open(kFile, O_RDONLY | O_CLOEXEC), "open"));
}

void HostName::Change() const { MustSucceed(SetName(), "sethostname"); }

}  // namespace someos
