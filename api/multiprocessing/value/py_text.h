// Values as text. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_TEXT_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_nodes.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// PyValue::ToString for one value.
class PyText {
 public:
  explicit PyText(size_t limit) : limit_(limit) {}

  std::string Of(const PyValue& value);

 private:
  // What remains to be written: a value, or text of the program's own.
  struct Piece {
    const PyValue* value;
    absl::string_view text;
  };

  void Write(const PyValue& value);
  void WriteText(const PyValue& value);
  void WriteItems(const PyValue& value);
  void Enclosed(const ItemsNode& node, absl::string_view open, absl::string_view close);
  void WriteObject(const ItemsNode& node);

  const size_t limit_;
  std::string text_;
  std::vector<Piece> pending_;  // the next one last
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_TEXT_H_
