#include "someos/api/rlcompleter/name_registry.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos {
namespace {

std::vector<Name>::const_iterator Find(const std::vector<Name>& names, absl::string_view text) {
  return std::find_if(names.begin(), names.end(),
                      [text](const Name& name) { return name.text == text; });
}

// Those that begin with `text`, but not those that begin with `hidden`, if that is not empty.
std::vector<std::string> Beginning(const std::vector<Name>& names, absl::string_view text,
                                   absl::string_view hidden, absl::string_view path) {
  std::vector<std::string> matches;
  absl::flat_hash_set<absl::string_view> seen;
  for (const Name& name : names) {
    if (!absl::StartsWith(name.text, text)) continue;
    if (!hidden.empty() && absl::StartsWith(name.text, hidden)) continue;
    if (seen.insert(name.text).second) matches.push_back(absl::StrCat(path, Completed(name)));
  }
  return matches;
}

// As Beginning, with Python's rule for underscores: first without one more than was typed.
std::vector<std::string> BeginningUnhidden(const std::vector<Name>& names, absl::string_view text,
                                           absl::string_view path) {
  if (text.empty() || text == "_") {
    std::vector<std::string> matches = Beginning(names, text, text.empty() ? "_" : "__", path);
    if (!matches.empty()) return matches;
  }
  return Beginning(names, text, "", path);
}

}  // namespace

std::string Completed(const Name& name) {
  switch (name.kind) {
    case NameKind::kCallable:
      return absl::StrCat(name.text, "(");
    case NameKind::kCallableWithoutArguments:
      return absl::StrCat(name.text, "()");
    case NameKind::kKeyword:
      return absl::StrCat(name.text, " ");
    case NameKind::kKeywordWithColon:
      return absl::StrCat(name.text, ":");
    case NameKind::kValue:
    case NameKind::kNamespace:
    case NameKind::kWordKeyword:
      break;
  }
  return name.text;
}

void NameRegistry::Add(Name name) {
  const auto found = Find(names_, name.text);
  if (found == names_.end()) {
    names_.push_back(std::move(name));
  } else {
    names_[static_cast<size_t>(found - names_.begin())] = std::move(name);
  }
}

void NameRegistry::AddSource(NameSource source) {
  if (source) sources_.push_back(std::move(source));
}

bool NameRegistry::Remove(absl::string_view text) {
  const auto found = Find(names_, text);
  if (found == names_.end()) return false;
  names_.erase(found);
  return true;
}

std::vector<std::string> NameRegistry::Matches(absl::string_view text) const {
  const size_t last = separator_.empty() ? absl::string_view::npos : text.rfind(separator_);
  if (last == absl::string_view::npos) return Beginning(AllNames(), text, "", "");
  const size_t child = last + separator_.size();
  std::vector<std::string> matches = BeginningUnhidden(ChildrenOf(text.substr(0, last)),
                                                       text.substr(child), text.substr(0, child));
  std::sort(matches.begin(), matches.end());
  return matches;
}

std::vector<Name> NameRegistry::AllNames() const {
  std::vector<Name> names = names_;
  for (const NameSource& source : sources_) {
    std::vector<Name> found = source();
    std::move(found.begin(), found.end(), std::back_inserter(names));
  }
  return names;
}

std::vector<Name> NameRegistry::ChildrenOf(absl::string_view path) const {
  std::vector<Name> names = AllNames();
  for (;;) {
    const size_t end = path.find(separator_);
    const auto name = Find(names, path.substr(0, end));
    if (name == names.end() || !name->children) return {};
    // Not into `names`, which owns the function.
    std::vector<Name> children = name->children();
    names = std::move(children);
    if (end == absl::string_view::npos) return names;
    path.remove_prefix(end + separator_.size());
  }
}

}  // namespace someos
