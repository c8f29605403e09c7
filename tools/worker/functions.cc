#include "someos/tools/worker/functions.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <ios>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/python_worker.h"
#include "someos/tools/worker/columns.h"
#include "someos/tools/worker/primes.h"
#include "someos/tools/worker/sha256.h"

namespace someos::worker {
namespace {

using multiprocessing::Arguments;
using multiprocessing::BoundArguments;
using multiprocessing::PyValue;

constexpr int64_t kPart = int64_t{64} << 10;
constexpr int64_t kLargestPart = int64_t{1} << 30;
constexpr int64_t kLargestFile = int64_t{1} << 60;

absl::StatusOr<std::ifstream> Opened(const PyValue& path) {
  const absl::StatusOr<absl::string_view> text = path.AsStr();
  if (!text.ok()) return text.status();
  errno = 0;
  std::ifstream file(std::string(*text), std::ios::binary);
  if (!file) return ErrnoStatus(errno == 0 ? EIO : errno, absl::StrCat("open ", *text));
  return file;
}

absl::StatusOr<PyValue> Nothing(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("nothing", {"ignored"}, 1);
  if (!bound.ok()) return bound.status();
  return PyValue();
}

absl::StatusOr<PyValue> Sha256OfBytes(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("sha256", {"data"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<absl::string_view> data = (*bound)[0]->AsBytes();
  if (!data.ok()) return data.status();
  return PyValue::Bytes(Sha256::Of(*data));
}

// The digests of the parts of what follows in a file, each of `size` bytes, `length` bytes in all
// or up to the end of the file.
std::vector<PyValue> DigestsOfParts(std::ifstream& file, int64_t size, int64_t length) {
  std::string read(static_cast<size_t>(std::max<int64_t>(1, kPart / size) * size), '\0');
  std::vector<PyValue> digests;
  while (length > 0) {
    file.read(&read[0], static_cast<std::streamsize>(read.size()));
    const int64_t count = std::min<int64_t>(file.gcount(), (length + size - 1) / size * size);
    if (count == 0) break;
    for (int64_t at = 0; at < count; at += size) {
      digests.push_back(PyValue::Bytes(Sha256::Of(absl::string_view(read).substr(
          static_cast<size_t>(at), static_cast<size_t>(std::min(size, count - at))))));
    }
    length -= count;
  }
  return digests;
}

absl::StatusOr<PyValue> Sha256OfParts(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound =
      arguments.Bind("sha256_parts", {"path", "begin", "end", "size"}, 4);
  if (!bound.ok()) return bound.status();
  int64_t numbers[3];
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<int64_t> number = (*bound)[i + 1]->AsInt();
    if (!number.ok()) return number.status();
    numbers[i] = *number;
  }
  const auto [begin, end, size] = numbers;
  if (begin < 0 || end < 0 || size < 1 || size > kLargestPart || end > kLargestFile) {
    return absl::InvalidArgumentError("no such parts of a file");
  }
  absl::StatusOr<std::ifstream> file = Opened(*(*bound)[0]);
  if (!file.ok()) return file.status();
  file->seekg(begin);
  return PyValue::List(DigestsOfParts(*file, size, end - begin));
}

absl::StatusOr<PyValue> Sha256OfFile(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("sha256_file", {"path"}, 1);
  if (!bound.ok()) return bound.status();
  absl::StatusOr<std::ifstream> file = Opened(*(*bound)[0]);
  if (!file.ok()) return file.status();
  Sha256 digest;
  std::string part(kPart, '\0');
  while (file->read(&part[0], kPart), file->gcount() > 0) {
    digest.Update(absl::string_view(part).substr(0, static_cast<size_t>(file->gcount())));
  }
  if (file->bad()) return ErrnoStatus(EIO, absl::StrCat("read ", *(*bound)[0]->AsStr()));
  return PyValue::Str(absl::BytesToHexString(digest.Finish()));
}

absl::StatusOr<PyValue> Primes(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("count_primes", {"begin", "end"}, 2);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<int64_t> begin = (*bound)[0]->AsInt();
  const absl::StatusOr<int64_t> end = (*bound)[1]->AsInt();
  if (!begin.ok()) return begin.status();
  if (!end.ok()) return end.status();
  const absl::StatusOr<int64_t> count = CountPrimes(*begin, *end);
  if (!count.ok()) return count.status();
  return PyValue(*count);
}

// {name: (numbers, others, least, greatest, sum)}
absl::StatusOr<PyValue> Columns(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("column_statistics", {"path"}, 1);
  if (!bound.ok()) return bound.status();
  absl::StatusOr<std::ifstream> file = Opened(*(*bound)[0]);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::vector<ColumnStatistics>> columns = StatisticsOfColumns(*file);
  if (!columns.ok()) return columns.status();
  std::vector<std::pair<PyValue, PyValue>> entries;
  for (const ColumnStatistics& column : *columns) {
    entries.emplace_back(
        PyValue::Str(column.name),
        PyValue::Tuple({PyValue(column.numbers), PyValue(column.others), PyValue(column.least),
                        PyValue(column.greatest), PyValue(column.sum)}));
  }
  return PyValue::Dict(std::move(entries));
}

}  // namespace

multiprocessing::NamedFunctions KernelFunctions() {
  multiprocessing::NamedFunctions functions;
  functions.Register("kernels.nothing", Nothing);
  functions.Register("kernels.sha256", Sha256OfBytes);
  functions.Register("kernels.sha256_parts", Sha256OfParts);
  functions.Register("kernels.sha256_file", Sha256OfFile);
  functions.Register("kernels.count_primes", Primes);
  functions.Register("kernels.column_statistics", Columns);
  return functions;
}

}  // namespace someos::worker
