#include <algorithm>
#include <iostream>

#include "someos/api/mmap.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  someos::MappingOptions options;
  options.access = someos::Access::kRead;
  options.guarded = true;
  auto file = someos::MapPath(argv[1], options);
  if (!file.ok()) {
    std::cerr << file.status() << "\n";
    return 1;
  }
  auto guard = (*file)->Enter();
  if (!guard.ok()) return 1;
  auto bytes = guard->view();
  auto lines = std::count(bytes.begin(), bytes.end(), '\n');
  absl::Status status = guard->Done();  // kDataLoss: another process has truncated the file
  if (!status.ok()) {
    std::cerr << status << "\n";
    return 1;
  }
  std::cout << lines << " lines\n";
}
