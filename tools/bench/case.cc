#include "someos/tools/bench/case.h"

namespace someos::bench {

absl::string_view WorkloadName(Workload workload) {
  switch (workload) {
    case Workload::kWaitNone:
      return "wait, none ready";
    case Workload::kWaitOne:
      return "wait, one ready";
    case Workload::kWaitTimed:
      return "wait with a timeout, one ready";
    case Workload::kWaitPending:
      return "wait with a pending timer, one ready";
    case Workload::kWaitMany:
      return "wait, many ready";
    case Workload::kLoopOne:
      return "own loop, one ready";
    case Workload::kLoopMany:
      return "own loop, many ready";
    case Workload::kRegister:
      return "register+unregister";
    case Workload::kWatch:
      return "register+wait+unregister+wait";
    case Workload::kModify:
      return "modify";
    case Workload::kRewatch:
      return "modify+wait";
    case Workload::kBatch:
      return "batch of 1000 changes";
    case Workload::kBatchAndWait:
      return "batch of 1000 changes+wait";
    case Workload::kPass:
      return "pass";
    case Workload::kWake:
      return "wake from a thread";
    case Workload::kWakeByFd:
      return "wake by a descriptor";
    case Workload::kWakeLatency:
      return "wake, elapsed time";
    case Workload::kWakeOften:
      return "wakes of a busy thread";
    case Workload::kRegisterShared:
      return "register+unregister beside a wait";
    case Workload::kRearm:
      return "one-shot re-armed by a thread";
    case Workload::kAccept:
      return "accept by one of 4 threads";
    case Workload::kMapAndScan:
      return "map and scan";
    case Workload::kScan:
      return "scan";
    case Workload::kRandomReads:
      return "random reads of 64 bytes";
    case Workload::kReadByte:
      return "read of a byte";
    case Workload::kReadWritable:
      return "read of a byte, writable";
    case Workload::kFind:
      return "find";
    case Workload::kRfind:
      return "rfind";
    case Workload::kResize:
      return "resize by a page";
    case Workload::kRecover:
      return "loss and recovery";
  }
  return "?";
}

bool IsThreaded(Workload workload) {
  switch (workload) {
    case Workload::kWake:
    case Workload::kWakeByFd:
    case Workload::kWakeLatency:
    case Workload::kWakeOften:
    case Workload::kRegisterShared:
    case Workload::kRearm:
    case Workload::kAccept:
      return true;
    default:
      return false;
  }
}

}  // namespace someos::bench
