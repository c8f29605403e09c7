// The objects of a session, by their names.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_OBJECT_TABLE_H_
#define SOMEOS_TOOLS_SHELL_SESSION_OBJECT_TABLE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/tools/shell/session/object.h"

namespace someos::shell {

class ObjectTable {
 public:
  struct Entry {
    std::string name;
    std::unique_ptr<Object> object;
  };

  // OK if an object may be added by this name: letters, digits and any of "_-.", a letter first.
  //
  // kInvalidArgument; kAlreadyExists.
  absl::Status CheckNew(absl::string_view name) const;

  // The same for two objects that are made together: kInvalidArgument as well if the names are the
  // same one, "the two ends need two names", where `what` is "the two ends".
  absl::Status CheckNewPair(absl::string_view first, absl::string_view second,
                            absl::string_view what) const;

  // CheckNew must have accepted the name.
  void Add(absl::string_view name, std::unique_ptr<Object> object);

  // kNotFound: "there is no r". Valid until it is removed.
  absl::StatusOr<Object*> Find(absl::string_view name) const;

  // The same of the kind T::kKind. kInvalidArgument: "r is a stream, not a poller".
  template <typename T>
  absl::StatusOr<T*> Find(absl::string_view name) const {
    const absl::StatusOr<Object*> object = Find(name);
    if (!object.ok()) return object.status();
    if ((*object)->kind() != T::kKind) return WrongKind(name, **object, T::kKind);
    return static_cast<T*>(*object);
  }

  // All of the kind T::kKind.
  template <typename T>
  std::vector<T*> All() const {
    std::vector<T*> all;
    for (const Entry& entry : entries_) {
      if (entry.object->kind() == T::kKind) all.push_back(static_cast<T*>(entry.object.get()));
    }
    return all;
  }

  // In the order in which they were added.
  const std::vector<Entry>& entries() const { return entries_; }

  // Closes it, if it is there.
  void Remove(absl::string_view name);

 private:
  static absl::Status WrongKind(absl::string_view name, const Object& object,
                                absl::string_view expected);

  std::vector<Entry> entries_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_OBJECT_TABLE_H_
