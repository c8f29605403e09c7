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
    case Workload::kWaitMany:
      return "wait, many ready";
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
    case Workload::kWake:
      return "wake from a thread";
    case Workload::kPass:
      return "pass";
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

}  // namespace someos::bench
