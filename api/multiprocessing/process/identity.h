// What Python's process object of the process that calls knows. Private to this layer.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_IDENTITY_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_IDENTITY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace someos::multiprocessing::internal {

struct Identity {
  std::string name = "MainProcess";
  // The number of each of its ancestors among the children of their parents, then its own.
  std::vector<int64_t> numbers;
  bool daemon = false;
  // Of a child that this library has started.
  std::string parent_name;
  int64_t parent_pid = 0;
  int parent_descriptor = -1;  // see ChildSide::parent
};

// Of this process; of the parent in a child of fork(2) that another part of the program has called.
// Thread-safe.
Identity OwnIdentity();
void SetOwnIdentity(Identity identity);
void SetOwnName(const std::string& name);

// 1, 2 and so on; from 1 again after SetOwnIdentity.
int64_t NextChildNumber();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_IDENTITY_H_
