// A description of the machine, to be printed with the figures.

#ifndef SOMEOS_TOOLS_BENCH_MACHINE_H_
#define SOMEOS_TOOLS_BENCH_MACHINE_H_

#include <string>

namespace someos::bench {

// The date, the operating system, the processors.
std::string Machine();

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MACHINE_H_
