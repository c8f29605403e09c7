// A relay as a process of its own, whose processor time is measured.

#ifndef SOMEOS_TOOLS_RELAY_BENCH_RELAY_UNDER_TEST_H_
#define SOMEOS_TOOLS_RELAY_BENCH_RELAY_UNDER_TEST_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

class RelayUnderTest {
 public:
  // Runs the program `arguments[0]`, whose first line says "... listening on ADDRESS, ...". Waits
  // until it accepts connections there. kUnavailable: it does not.
  static absl::StatusOr<RelayUnderTest> Start(const std::vector<std::string>& arguments);

  RelayUnderTest(RelayUnderTest&& other) noexcept;
  RelayUnderTest& operator=(RelayUnderTest&& other) = delete;
  // Ends the process.
  ~RelayUnderTest();

  const SocketAddress& address() const { return address_; }

  // The memory that it has at the moment, in bytes.
  size_t ResidentBytes() const;

  // What all its threads have had of the processors so far.
  absl::Duration ProcessorTime() const;

 private:
  explicit RelayUnderTest(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  SocketAddress address_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_BENCH_RELAY_UNDER_TEST_H_
