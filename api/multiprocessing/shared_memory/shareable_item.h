// An item of a ShareableList as bytes. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHAREABLE_ITEM_H_
#define SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHAREABLE_ITEM_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// The room of an item is a multiple of it, and never nothing.
inline constexpr size_t kShareableAlignment = 8;
// Of which a format of 8 characters can tell: "9999999s".
inline constexpr size_t kShareableMostRoom = 9'999'999;
// The bytes of a format.
inline constexpr size_t kShareableFormatSize = 8;

// What the number at the end of the layout says of how an item is to be read.
enum class ShareableCode : char { kNumber = 0, kStr = 1, kBytes = 2, kNone = 3 };

struct ShareableItem {
  std::string bytes;   // as they stand in the memory, without padding of a str or bytes
  std::string format;  // of a number, bool or None; empty for a str or bytes, which "%ds" % room is
  ShareableCode code;

  // What Python gives an item: at least a byte more than a str or bytes has.
  size_t room() const;
};

// Errors as of ShareableList::Create.
absl::StatusOr<ShareableItem> MakeShareableItem(const PyValue& value);

// The format of a str or bytes with so much room.
std::string ShareableTextFormat(size_t room);

// The value of an item that has `data` as its room; `format` is 8 bytes, padded with NULs.
//
// kInvalidArgument (ValueError): it is none.
absl::StatusOr<PyValue> ReadShareableItem(absl::string_view data, absl::string_view format,
                                          char code);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHAREABLE_ITEM_H_
