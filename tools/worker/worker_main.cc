// A worker in C++ for Python's pools. Started by anybody else, it says how it is to be used.

#include <iostream>
#include <optional>

#include "someos/api/multiprocessing/python_worker.h"
#include "someos/tools/worker/functions.h"

int main(int argc, char** argv) {
  const someos::multiprocessing::NamedFunctions functions = someos::worker::KernelFunctions();
  const std::optional<int> code = someos::multiprocessing::RunAsPythonWorker(argc, argv, functions);
  if (code.has_value()) return *code;
  std::cout << "A worker for Python's multiprocessing.Pool and ProcessPoolExecutor. In Python:\n"
               "  context = multiprocessing.get_context(\"spawn\")\n"
               "  context.set_executable(\""
            << argv[0] << "\")\n  pool = context.Pool()\n"
            << "It runs: " << functions.Names() << "\n";
  return 2;
}
