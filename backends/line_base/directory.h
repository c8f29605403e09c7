// What a directory has.

#ifndef SOMEOS_BACKENDS_LINE_BASE_DIRECTORY_H_
#define SOMEOS_BACKENDS_LINE_BASE_DIRECTORY_H_

#include <string>
#include <vector>

namespace someos::line_base {

struct DirectoryEntry {
  std::string name;           // not empty
  bool is_directory = false;  // or a link to one
};

// The entries but "." and "..", in no order; none if the directory cannot be read. An empty path is
// the working directory; "~/" at its beginning is the directory that the environment variable HOME
// names. Any thread may call it.
std::vector<DirectoryEntry> ReadDirectory(const std::string& path);

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_DIRECTORY_H_
