#include "someos/api/multiprocessing/shared_memory/shareable_list.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/shared_memory/shareable_item.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

// The layout, in numbers of 64 bits in the processor's order of bytes:
//
//   count
//   offsets[count + 1]    in the data area, ascending from 0; the last one is the area's size
//   the data area
//   formats[count]        8 bytes each, padded with NULs
//   codes[count]          a byte each

namespace someos::multiprocessing {
namespace {

using internal::kShareableAlignment;
using internal::kShareableFormatSize;
using internal::ShareableItem;

constexpr size_t kWord = sizeof(int64_t);
// What an item takes besides its data: offset, format and code.
constexpr size_t kPerItem = kWord + kShareableFormatSize + 1;
constexpr size_t kEmptySize = 2 * kWord;  // the count and the last offset

size_t DataStart(size_t count) { return (count + 2) * kWord; }

absl::Status NoList(absl::string_view what) {
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("there is no ShareableList in the shared memory: ", what));
}

uint64_t WordAt(absl::Span<const char> memory, size_t index) {
  uint64_t word;
  std::memcpy(&word, memory.data() + index * kWord, kWord);
  return word;
}

// Each item has room for a number, whatever it is now, and no more than its format can say.
bool IsRoom(uint64_t end, uint64_t begin) {
  return end >= begin + kShareableAlignment && end - begin <= internal::kShareableMostRoom;
}

// Copies the offsets, and checks that everything is within the memory.
absl::StatusOr<std::vector<size_t>> ReadOffsets(absl::Span<const char> memory) {
  if (memory.size() < kEmptySize) return NoList("it is too small");
  const uint64_t count = WordAt(memory, 0);
  if (count > (memory.size() - kEmptySize) / kPerItem) {
    return NoList(absl::StrCat(memory.size(), " bytes are too few for ", count, " items"));
  }
  const size_t most = memory.size() - kEmptySize - count * kPerItem;
  std::vector<size_t> offsets;
  offsets.reserve(count + 1);
  for (size_t i = 0; i <= count; ++i) {
    const uint64_t offset = WordAt(memory, 1 + i);
    if (i == 0 && offset != 0) return NoList("it may be in the layout of Python 3.8");
    if (i > 0 && (offset > most || !IsRoom(offset, offsets.back()))) {
      return NoList(absl::StrCat("the offset ", offset, " behind item ", i - 1, " is wrong"));
    }
    offsets.push_back(static_cast<size_t>(offset));
  }
  return offsets;
}

void Store(char* into, absl::string_view bytes, size_t room) {
  std::memcpy(into, bytes.data(), bytes.size());
  std::memset(into + bytes.size(), 0, room - bytes.size());
}

std::string FormatOf(const ShareableItem& item, size_t room) {
  return item.format.empty() ? internal::ShareableTextFormat(room) : item.format;
}

}  // namespace

absl::StatusOr<ShareableList> ShareableList::Create(absl::Span<const PyValue> values,
                                                    std::optional<std::string> name,
                                                    const SharedMemoryOptions& options) {
  std::vector<ShareableItem> items;
  std::vector<size_t> offsets = {0};
  for (const PyValue& value : values) {
    absl::StatusOr<ShareableItem> item = internal::MakeShareableItem(value);
    if (!item.ok()) return item.status();
    offsets.push_back(offsets.back() + item->room());
    items.push_back(*std::move(item));
  }
  const size_t size = kEmptySize + values.size() * kPerItem + offsets.back();
  absl::StatusOr<SharedMemory> memory =
      SharedMemory::Create(static_cast<int64_t>(size), std::move(name), options);
  if (!memory.ok()) return memory.status();
  const uint64_t count = items.size();
  std::memcpy(memory->buf().data(), &count, kWord);
  for (size_t i = 0; i < offsets.size(); ++i) {
    const uint64_t offset = offsets[i];
    std::memcpy(memory->buf().data() + (1 + i) * kWord, &offset, kWord);
  }
  ShareableList list(*std::move(memory), std::move(offsets));
  for (size_t i = 0; i < items.size(); ++i) {
    const absl::StatusOr<Place> place = list.At(i);
    if (!place.ok()) return place.status();
    Store(place->format, FormatOf(items[i], place->size), kShareableFormatSize);
    Store(place->data, items[i].bytes, place->size);
    *place->code = static_cast<char>(items[i].code);
  }
  return list;
}

absl::StatusOr<ShareableList> ShareableList::Attach(absl::string_view name,
                                                    const SharedMemoryOptions& options) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Attach(name, options);
  if (!memory.ok()) return memory.status();
  return Of(*std::move(memory));
}

absl::StatusOr<ShareableList> ShareableList::Of(SharedMemory memory) {
  absl::StatusOr<std::vector<size_t>> offsets = ReadOffsets(memory.buf());
  if (!offsets.ok()) return offsets.status();
  return ShareableList(std::move(memory), *std::move(offsets));
}

absl::StatusOr<ShareableList::Place> ShareableList::At(size_t position) const {
  const absl::Span<char> memory = memory_.buf();
  if (memory.empty()) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition, "the shared memory is closed");
  }
  char* const data = memory.data() + DataStart(size());
  char* const formats = data + offsets_.back();
  char* const codes = formats + size() * kShareableFormatSize;
  return Place{data + offsets_[position], offsets_[position + 1] - offsets_[position],
               formats + position * kShareableFormatSize, codes + position};
}

absl::StatusOr<ShareableList::Place> ShareableList::At(int64_t position,
                                                       absl::string_view complaint) const {
  const auto count = static_cast<int64_t>(size());
  if (position < -count || position >= count) return PythonIndexError(complaint);
  return At(static_cast<size_t>(position < 0 ? position + count : position));
}

absl::StatusOr<PyValue> ShareableList::Get(int64_t position) const {
  const absl::StatusOr<Place> place = At(position, "index out of range");
  if (!place.ok()) return place.status();
  // Copies: another process may be changing them.
  const std::string data(place->data, place->size);
  const std::string format(place->format, kShareableFormatSize);
  return internal::ReadShareableItem(data, format, *place->code);
}

absl::Status ShareableList::Set(int64_t position, const PyValue& value) {
  const absl::StatusOr<Place> place = At(position, "assignment index out of range");
  if (!place.ok()) return place.status();
  const absl::StatusOr<ShareableItem> item = internal::MakeShareableItem(value);
  if (!item.ok()) return item.status();
  if (item->bytes.size() > place->size) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "bytes/str item exceeds available storage");
  }
  Store(place->format, FormatOf(*item, place->size), kShareableFormatSize);
  *place->code = static_cast<char>(item->code);
  Store(place->data, item->bytes, place->size);
  return absl::OkStatus();
}

absl::StatusOr<size_t> ShareableList::Count(const PyValue& value) const {
  size_t count = 0;
  for (size_t i = 0; i < size(); ++i) {
    const absl::StatusOr<PyValue> item = Get(static_cast<int64_t>(i));
    if (!item.ok()) return item.status();
    if (*item == value) ++count;
  }
  return count;
}

absl::StatusOr<size_t> ShareableList::Index(const PyValue& value) const {
  for (size_t i = 0; i < size(); ++i) {
    const absl::StatusOr<PyValue> item = Get(static_cast<int64_t>(i));
    if (!item.ok()) return item.status();
    if (*item == value) return i;
  }
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(value.ToString(), " not in this container"));
}

absl::StatusOr<std::string> ShareableList::format() const {
  std::string formats;
  for (size_t i = 0; i < size(); ++i) {
    const absl::StatusOr<Place> place = At(i);
    if (!place.ok()) return place.status();
    const absl::string_view format(place->format, kShareableFormatSize);
    absl::StrAppend(&formats, format.substr(0, format.find('\0')));
  }
  return formats;
}

}  // namespace someos::multiprocessing
