#include "someos/backends/line_base/directory.h"

#include <dirent.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_base/home.h"

namespace someos::line_base {
namespace {

struct Close {
  void operator()(DIR* directory) const { closedir(directory); }
};

bool IsDirectory(const std::string& path) {
  struct stat about = {};
  return stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

}  // namespace

std::vector<DirectoryEntry> ReadDirectory(const std::string& path) {
  const std::string expanded = path.empty() ? "." : AtHome(path);
  const std::unique_ptr<DIR, Close> directory(opendir(expanded.c_str()));
  std::vector<DirectoryEntry> entries;
  if (directory == nullptr) return entries;
  while (const dirent* const found = readdir(directory.get())) {
    const absl::string_view name = found->d_name;
    if (name == "." || name == "..") continue;
    entries.push_back({std::string(name), IsDirectory(absl::StrCat(expanded, "/", name))});
  }
  return entries;
}

}  // namespace someos::line_base
