// How a copy of this program that the library has started recognises itself.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_FREEZE_SUPPORT_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_FREEZE_SUPPORT_H_

#include <string>

namespace someos::multiprocessing {

// To be called at the beginning of main(), after the calls of RegisterFunction:
//
//   int main(int argc, char** argv) {
//     RegisterFunction("work", Work);
//     FreezeSupport(argc, argv);
//     ...
//
// In a child that was started by "spawn" or "forkserver" it runs the child's function and then
// exit(3), and in the server of the latter it serves; it does not return. Otherwise it returns at
// once. A program that has not called it cannot start children by these: they would run main() and
// start children of their own.
//
// What main() does before it, it does in each child of "spawn", and in the server of "forkserver",
// of which the children are copies: exit handlers that it has registered (atexit(3), destructors of
// static objects) run at the end of each child, and at that of the server as well.
void FreezeSupport(int argc, char** argv);

namespace internal {
// argv[0] of FreezeSupport; empty if it has not been called.
std::string ProgramName();
}  // namespace internal

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_FREEZE_SUPPORT_H_
