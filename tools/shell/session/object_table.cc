#include "someos/tools/shell/session/object_table.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/tools/shell/session/object.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

bool IsName(absl::string_view name) {
  return !name.empty() && absl::ascii_isalpha(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' ||
                  c == '.';
         });
}

// "a stream", "an object".
std::string WithArticle(absl::string_view kind) {
  return absl::StrCat(
      absl::string_view("aeio").find(kind[0]) == absl::string_view::npos ? "a " : "an ", kind);
}

}  // namespace

absl::Status ObjectTable::CheckNew(absl::string_view name) const {
  if (!IsName(name)) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat(Quoted(name),
                                    " cannot be a name: names are letters, digits "
                                    "and any of _-., a letter first"));
  }
  if (!Find(name).ok()) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("there is ", name, " already: close it first"));
}

absl::Status ObjectTable::CheckNewPair(absl::string_view first, absl::string_view second,
                                       absl::string_view what) const {
  for (const absl::string_view name : {first, second}) {
    absl::Status status = CheckNew(name);
    if (!status.ok()) return status;
  }
  if (first != second) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kInvalidArgument, absl::StrCat(what, " need two names"));
}

void ObjectTable::Add(absl::string_view name, std::unique_ptr<Object> object) {
  entries_.push_back({std::string(name), std::move(object)});
}

absl::StatusOr<Object*> ObjectTable::Find(absl::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return entry.object.get();
  }
  return PlainStatus(absl::StatusCode::kNotFound, absl::StrCat("there is no ", Quoted(name)));
}

absl::Status ObjectTable::WrongKind(absl::string_view name, const Object& object,
                                    absl::string_view expected) {
  return PlainStatus(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat(name, " is ", WithArticle(object.kind()), ", not ", WithArticle(expected)));
}

void ObjectTable::Remove(absl::string_view name) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [name](const Entry& entry) { return entry.name == name; });
  if (found != entries_.end()) entries_.erase(found);
}

}  // namespace someos::shell
