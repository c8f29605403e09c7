// The process's limit of open files.

#ifndef SOMEOS_TOOLS_RELAY_DESCRIPTOR_LIMIT_H_
#define SOMEOS_TOOLS_RELAY_DESCRIPTOR_LIMIT_H_

namespace someos::relay {

// Raises the soft limit to the hard one, as far as the system lets it.
void RaiseDescriptorLimit();

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_DESCRIPTOR_LIMIT_H_
