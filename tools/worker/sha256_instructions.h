// SHA-256 by the instructions that some processors of x86 have for it.

#ifndef SOMEOS_TOOLS_WORKER_SHA256_INSTRUCTIONS_H_
#define SOMEOS_TOOLS_WORKER_SHA256_INSTRUCTIONS_H_

#include <cstddef>
#include <cstdint>

namespace someos::worker {

// False on other processors.
bool HasSha256Instructions();

// As MixBlocks. Only if there are such instructions.
void MixBlocksByInstructions(uint32_t* state, const unsigned char* blocks, size_t count);

}  // namespace someos::worker

#endif  // SOMEOS_TOOLS_WORKER_SHA256_INSTRUCTIONS_H_
