#include <unistd.h>

#include <iostream>

#include "someos/api/select.h"

int main() {
  auto poller = someos::NewPoller();
  if (!poller.ok()) {
    std::cerr << poller.status() << "\n";
    return 1;
  }
  absl::Status status = (*poller)->Register(STDIN_FILENO, someos::Interest::kReadable);
  someos::Event events[16];
  auto count = (*poller)->Wait(events, absl::Seconds(5));
  if (!status.ok() || !count.ok()) return 1;
  std::cout << (*poller)->name() << ": " << *count << " ready\n";
  for (size_t i = 0; i < *count; ++i) std::cout << absl::StrCat(events[i]) << "\n";
}
