#include <iostream>

#include "someos/api/select.h"

int main() {
  auto poller = someos::NewPoller();
  if (!poller.ok()) {
    std::cerr << poller.status() << "\n";
    return 1;
  }
  absl::Status status = (*poller)->Wake();
  someos::Event events[16];
  auto count = (*poller)->Wait(events, absl::InfiniteDuration());
  if (!status.ok() || !count.ok()) return 1;
  std::cout << (*poller)->name() << ": woken, " << *count << " ready\n";
}
