// The numbers 0 to 2: standard input, output and error.

#ifndef SOMEOS_TOOLS_RELAY_STANDARD_DESCRIPTORS_H_
#define SOMEOS_TOOLS_RELAY_STANDARD_DESCRIPTORS_H_

namespace someos::relay {

// Opens /dev/null, or "/" where that is missing, under each of the numbers 0 to 2 that is closed.
// Otherwise a socket would get the number, and what the program prints would go to a peer. To be
// called before anything else is opened. False if that is impossible.
bool OpenStandardDescriptors();

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_STANDARD_DESCRIPTORS_H_
