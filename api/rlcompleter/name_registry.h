// The names that a program offers for completion: what Python's rlcompleter finds in namespaces.

#ifndef SOMEOS_API_RLCOMPLETER_NAME_REGISTRY_H_
#define SOMEOS_API_RLCOMPLETER_NAME_REGISTRY_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

// What a name stands for, which decides what completion writes behind it.
enum class NameKind {
  kValue,                     // nothing
  kNamespace,                 // nothing; the same, for readers
  kCallable,                  // "("
  kCallableWithoutArguments,  // "()"
  kKeyword,                   // a blank
  kKeywordWithColon,          // ":", as behind Python's "try"
  kWordKeyword,               // nothing, as behind Python's "None"
};

struct Name;

// Names that are found when completion reaches them, and not before. Called by the thread that
// completes; an empty function has none.
using NameSource = std::function<std::vector<Name>()>;

struct Name {
  Name(std::string name, NameKind name_kind = NameKind::kValue,  // NOLINT: to be made from braces
       NameSource name_children = nullptr)
      : text(std::move(name)), kind(name_kind), children(std::move(name_children)) {}

  std::string text;
  NameKind kind;
  // What follows the separator: "b" of "a.b".
  NameSource children;
};

// The text of a name with what its kind writes behind it.
std::string Completed(const Name& name);

// One thread at a time may use it, unless nobody changes it.
class NameRegistry {
 public:
  // `separator`: what stands between a name and its children; "::" for C++, "" for none.
  explicit NameRegistry(absl::string_view separator = ".") : separator_(separator) {}

  // Adds a name, or replaces the one with the same text.
  void Add(Name name);

  // Adds names that are found at each completion.
  void AddSource(NameSource source);

  // Whether it was there.
  bool Remove(absl::string_view text);

  // What `text` can be completed to, each with `text` at its beginning, as Python does:
  //
  // - Without a separator: the names that begin with it, in the order in which they were added.
  // - With separators, "a.b.c": the children of a.b that begin with "c", sorted. Nothing is called
  //   or evaluated but the sources of children on the way. Those that begin with "_" are there only
  //   if "_" was typed, or if there are no others; after "_", the same with "__".
  //
  // A name that is there twice is returned once.
  std::vector<std::string> Matches(absl::string_view text) const;

 private:
  std::vector<Name> AllNames() const;
  // The children of the names in `path`: "a.b". Empty if there is no such name.
  std::vector<Name> ChildrenOf(absl::string_view path) const;

  std::string separator_;
  std::vector<Name> names_;
  std::vector<NameSource> sources_;
};

}  // namespace someos

#endif  // SOMEOS_API_RLCOMPLETER_NAME_REGISTRY_H_
