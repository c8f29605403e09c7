#include "someos/testing/interop/pickle/canonical_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/value/py_kind.h"

namespace someos {
namespace {

using multiprocessing::PyKind;
using multiprocessing::PyValue;

std::string Hexadecimal(absl::string_view kind, absl::string_view bytes) {
  return absl::StrCat(kind, absl::BytesToHexString(bytes));
}

std::string TextOfFloat(double value) {
  if (std::isnan(value)) return "fnan";
  char bytes[sizeof(value)];
  std::memcpy(bytes, &value, sizeof(value));
  return Hexadecimal("f", absl::string_view(bytes, sizeof(bytes)));
}

// Makes the texts of a value and its parts.
class Canonical {
 public:
  explicit Canonical(size_t limit) : left_(limit) {}

  // Meaningless after a failure.
  std::string Of(const PyValue& value) {
    if (failed_) return "";
    std::string text = Whole(value);
    // Parts are counted again in what contains them.
    if (text.size() > left_) failed_ = true;
    left_ -= std::min(left_, text.size());
    return text;
  }
  bool failed() const { return failed_; }

 private:
  std::string Whole(const PyValue& value) {
    switch (value.kind()) {
      case PyKind::kNone:
        return "N";
      case PyKind::kBool:
        return *value.AsBool() ? "T" : "F";
      case PyKind::kInt:
        return Hexadecimal("i", *value.AsIntBytes());
      case PyKind::kFloat:
        return TextOfFloat(*value.AsFloat());
      case PyKind::kStr:
        return Hexadecimal("s", *value.AsStr());
      case PyKind::kBytes:
        return Hexadecimal("b", *value.AsBytes());
      case PyKind::kByteArray:
        return Hexadecimal("B", *value.AsBytes());
      case PyKind::kTuple:
        return Enclosed("(", Parts(*value.AsItems()), ")");
      case PyKind::kList:
        return Enclosed("[", Parts(*value.AsItems()), "]");
      case PyKind::kDict:
        return Enclosed("{", Sorted(Entries(*value.AsDictEntries())), "}");
      case PyKind::kSet:
        return Enclosed("<", Sorted(Parts(*value.AsItems())), ">");
      case PyKind::kFrozenSet:
        return Enclosed("^", Sorted(Parts(*value.AsItems())), ">");
      default:
        failed_ = true;
        return "";
    }
  }

  std::vector<std::string> Parts(absl::Span<const PyValue> items) {
    std::vector<std::string> parts;
    for (const PyValue& item : items) parts.push_back(Of(item));
    return parts;
  }

  std::vector<std::string> Entries(absl::Span<const PyValue> entries) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < entries.size(); i += 2) {
      parts.push_back(absl::StrCat(Of(entries[i]), ":", Of(entries[i + 1])));
    }
    return parts;
  }

  static std::vector<std::string> Sorted(std::vector<std::string> parts) {
    std::sort(parts.begin(), parts.end());
    return parts;
  }

  static std::string Enclosed(absl::string_view open, const std::vector<std::string>& parts,
                              absl::string_view close) {
    return absl::StrCat(open, absl::StrJoin(parts, ","), close);
  }

  size_t left_;
  bool failed_ = false;
};

}  // namespace

std::optional<std::string> CanonicalText(const PyValue& value, size_t limit) {
  Canonical canonical(limit);
  std::string text = canonical.Of(value);
  if (canonical.failed()) return std::nullopt;
  return text;
}

}  // namespace someos
