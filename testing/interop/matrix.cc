#include "someos/testing/interop/matrix.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "someos/testing/interop/interpreters.h"

namespace someos {

Matrix::Matrix(std::string subject, std::vector<std::string> roles)
    : subject_(std::move(subject)), roles_(std::move(roles)) {}

void Matrix::Ran(const Interpreter& interpreter, const std::string& role) {
  pairs_[{interpreter.language, role}].clear();
}

void Matrix::Impossible(const Interpreter& interpreter, const std::string& role,
                        std::string reason) {
  pairs_[{interpreter.language, role}] = std::move(reason);
}

size_t Matrix::ran() const {
  return std::count_if(pairs_.begin(), pairs_.end(),
                       [](const auto& pair) { return pair.second.empty(); });
}

size_t Matrix::possible() const {
  return Interpreters().size() * roles_.size() - (pairs_.size() - ran());
}

std::string Matrix::Cell(const Interpreter& interpreter, const std::string& role) const {
  const auto pair = pairs_.find({interpreter.language, role});
  if (pair == pairs_.end()) return "missing";
  return pair->second.empty() ? "ran" : "-";
}

std::string Matrix::Text() const {
  size_t width = subject_.size();
  for (const Interpreter& interpreter : Interpreters()) {
    width = std::max(width, interpreter.version.size());
  }
  std::string text = absl::StrFormat("interop %-*s", width, subject_);
  for (const std::string& role : roles_) absl::StrAppendFormat(&text, "  %-7s", role);
  std::string reasons;
  for (const Interpreter& interpreter : Interpreters()) {
    absl::StrAppendFormat(&text, "\ninterop %-*s", width, interpreter.version);
    for (const std::string& role : roles_) {
      absl::StrAppendFormat(&text, "  %-*s", std::max(size_t{7}, role.size()),
                            Cell(interpreter, role));
      const auto pair = pairs_.find({interpreter.language, role});
      if (pair == pairs_.end() || pair->second.empty()) continue;
      absl::StrAppend(&reasons, "\ninterop - ", interpreter.version, " ", role, ": ", pair->second);
    }
  }
  return absl::StrCat(text, reasons, "\ninterop ", subject_, ": ", ran(), " of ", possible(),
                      " pairs (", Interpreters().size(), " interpreters x ", roles_.size(),
                      " roles)\n");
}

void Matrix::Print() const { std::fputs(Text().c_str(), stdout); }

}  // namespace someos
