#include "someos/tools/shell/commands/mapping_commands.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/commands/arguments.h"
#include "someos/tools/shell/commands/mapped.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

using multiprocessing::SharedMemory;

constexpr size_t kRow = 16;
constexpr uint64_t kMostShown = 65536;

absl::StatusOr<Access> AccessOf(absl::string_view text) {
  if (text == "read") return Access::kRead;
  if (text == "write") return Access::kWrite;
  if (text == "copy") return Access::kCopy;
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(Quoted(text), " is none of read, write and copy"));
}

absl::Status Map(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Access> access =
      arguments.size() > 2 ? AccessOf(arguments[2].text) : Access::kRead;
  if (!access.ok()) return access.status();
  MappingOptions options;
  options.access = *access;
  options.guarded = true;
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = MapPath(arguments[1].text, options);
  if (!mapping.ok()) return mapping.status();
  return session.Add(
      arguments[0].text,
      std::make_unique<Mapped>(*std::move(mapping), absl::StrCat("the file ", arguments[1].text)));
}

absl::Status Memory(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<uint64_t> size = NumberOf(arguments[1]);
  if (!size.ok()) return size.status();
  MemoryOptions options;
  options.can_grow = true;
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = MapMemory(*size, options);
  if (!mapping.ok()) return mapping.status();
  return session.Add(arguments[0].text, std::make_unique<Mapped>(*std::move(mapping), "memory"));
}

absl::Status AddShared(Session& session, absl::string_view name,
                       absl::StatusOr<SharedMemory> shared) {
  if (!shared.ok()) return shared.status();
  return session.Add(name, std::make_unique<Mapped>(*std::move(shared)));
}

absl::Status Share(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<uint64_t> size = NumberOf(arguments[1]);
  if (!size.ok()) return size.status();
  if (*size > uint64_t{INT64_MAX}) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "there is not so much memory");
  }
  std::optional<std::string> shared_name;
  if (arguments.size() > 2) shared_name = arguments[2].text;
  return AddShared(session, arguments[0].text,
                   SharedMemory::Create(static_cast<int64_t>(*size), shared_name,
                                        {/*track=*/true, /*guarded=*/true}));
}

absl::Status Attach(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  return AddShared(session, arguments[0].text,
                   SharedMemory::Attach(arguments[1].text, {/*track=*/true, /*guarded=*/true}));
}

std::string HexadecimalRow(uint64_t offset, absl::string_view bytes) {
  std::string row = absl::StrFormat("%08x ", offset);
  for (size_t i = 0; i < kRow; ++i) {
    absl::StrAppend(&row, i < bytes.size()
                              ? absl::StrFormat(" %02x", static_cast<unsigned char>(bytes[i]))
                              : "   ");
  }
  absl::StrAppend(&row, "  |");
  for (const char c : bytes) row += absl::ascii_isprint(static_cast<unsigned char>(c)) ? c : '.';
  return absl::StrCat(row, "|");
}

absl::Status Show(Session& session, Arguments arguments) {
  const absl::StatusOr<Mapped*> mapped = session.objects().Find<Mapped>(arguments[0].text);
  if (!mapped.ok()) return mapped.status();
  const absl::StatusOr<uint64_t> offset = arguments.size() > 1 ? NumberOf(arguments[1]) : 0;
  if (!offset.ok()) return offset.status();
  const absl::StatusOr<uint64_t> size = arguments.size() > 2 ? NumberOf(arguments[2]) : 64;
  if (!size.ok()) return size.status();
  std::optional<std::string> shown;
  const absl::Status status = (*mapped)->Look([&](absl::string_view bytes) {
    if (*offset <= bytes.size()) {
      bytes.remove_prefix(static_cast<size_t>(*offset));
      shown =
          std::string(bytes.substr(0, static_cast<size_t>(std::min<uint64_t>(*size, kMostShown))));
    }
  });
  if (!status.ok()) return status;
  if (!shown.has_value()) {
    return PlainStatus(absl::StatusCode::kOutOfRange,
                       absl::StrCat(*offset, " is behind the end of ", arguments[0].text));
  }
  for (size_t at = 0; at < shown->size(); at += kRow) {
    session.Print(HexadecimalRow(*offset + at, absl::string_view(*shown).substr(at, kRow)));
  }
  return absl::OkStatus();
}

absl::Status Find(Session& session, Arguments arguments) {
  const absl::StatusOr<Mapped*> mapped = session.objects().Find<Mapped>(arguments[0].text);
  if (!mapped.ok()) return mapped.status();
  const absl::StatusOr<uint64_t> start = arguments.size() > 2 ? NumberOf(arguments[2]) : 0;
  if (!start.ok()) return start.status();
  size_t found = absl::string_view::npos;
  const absl::Status status = (*mapped)->Look([&](absl::string_view bytes) {
    if (*start <= bytes.size()) {
      found = bytes.find(arguments[1].text, static_cast<size_t>(*start));
    }
  });
  if (!status.ok()) return status;
  if (found == absl::string_view::npos) {
    return PlainStatus(absl::StatusCode::kNotFound,
                       absl::StrCat(Quoted(arguments[1].text), " is not in ", arguments[0].text));
  }
  session.Print(absl::StrCat(found));
  return absl::OkStatus();
}

absl::Status Edit(Session& session, Arguments arguments) {
  const absl::StatusOr<Mapped*> mapped = session.objects().Find<Mapped>(arguments[0].text);
  if (!mapped.ok()) return mapped.status();
  const absl::StatusOr<uint64_t> offset = NumberOf(arguments[1]);
  return offset.ok() ? (*mapped)->Edit(*offset, arguments[2].text) : offset.status();
}

absl::Status Flush(Session& session, Arguments arguments) {
  const absl::StatusOr<Mapped*> mapped = session.objects().Find<Mapped>(arguments[0].text);
  return mapped.ok() ? (*mapped)->Flush() : mapped.status();
}

absl::Status Resize(Session& session, Arguments arguments) {
  const absl::StatusOr<Mapped*> mapped = session.objects().Find<Mapped>(arguments[0].text);
  if (!mapped.ok()) return mapped.status();
  const absl::StatusOr<uint64_t> size = NumberOf(arguments[1]);
  return size.ok() ? (*mapped)->Resize(*size) : size.status();
}

constexpr Command kCommands[] = {
    {"map NAME PATH [ACCESS]",
     "maps a file\n\n"
     "ACCESS: read (if none is given), write, or copy, whose changes stay in the shell. A file "
     "that\n"
     "somebody truncates meanwhile is an error of the commands that follow, and does no harm.",
     Map},
    {"memory NAME SIZE", "maps memory, of zeros", Memory},
    {"share NAME SIZE [TEXT]",
     "makes shared memory\n\n"
     "Python's SharedMemory(name=TEXT, create=True, size=SIZE). It vanishes when it is closed.",
     Share},
    {"attach NAME TEXT", "opens the shared memory that has the name TEXT, as Python's", Attach},
    {"show MAPPING [OFFSET] [SIZE]", "shows bytes, 64 if no size is given", Show},
    {"find MAPPING TEXT [OFFSET]", "prints where a text is, from an offset on", Find},
    {"edit MAPPING OFFSET TEXT", "replaces bytes by a text", Edit},
    {"flush MAPPING", "writes changes to the disk", Flush},
    {"resize MAPPING SIZE", "makes a mapping and its file longer or shorter", Resize},
};

}  // namespace

absl::Span<const Command> MappingCommands() { return kCommands; }

}  // namespace someos::shell
