// What the commands of a session work on.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_SESSION_H_
#define SOMEOS_TOOLS_SHELL_SESSION_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/session/command.h"
#include "someos/tools/shell/session/notice_queue.h"
#include "someos/tools/shell/session/object.h"
#include "someos/tools/shell/session/object_table.h"

namespace someos::shell {

// What a line has come to.
struct Outcome {
  absl::Status status;
  // Whether it is a command with as many arguments as it takes: if not, nothing was done.
  bool understood = true;

  // Of a program that ends with it: 0; 1: the command has failed; 2: it was not understood.
  int exit_code() const { return status.ok() ? 0 : understood ? 1 : 2; }
};

// Used by one thread, except for notices().
class Session {
 public:
  // `print` gets lines, each with its newline.
  Session(const CommandTable& commands, std::function<void(absl::string_view)> print)
      : commands_(commands), print_(std::move(print)) {}
  // Closes all objects, the last one first.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Executes a line, which may be empty.
  Outcome Execute(absl::string_view line);
  // Shows or executes a notice.
  Outcome Handle(const Notice& notice);

  const CommandTable& commands() const { return commands_; }
  ObjectTable& objects() { return objects_; }
  const ObjectTable& objects() const { return objects_; }
  NoticeQueue& notices() { return notices_; }

  // A line. What others have sent may be in it: control characters are made visible.
  void Print(absl::string_view line) const;

  // Names what a command has opened. The errors of ObjectTable::CheckNew.
  absl::Status Add(absl::string_view name, std::unique_ptr<Object> object);

  // Closes an object, which no poller watches any more.
  absl::Status Close(absl::string_view name);

  // To be called after something was read from, written to or accepted from an object: pollers
  // report its events anew.
  void Used(const Object& object) const;

  // "HOST:PORT", "[HOST]:PORT" for IPv6, "unix:PATH", or the name of an object that has an address.
  //
  // kInvalidArgument.
  absl::StatusOr<multiprocessing::Address> AddressOf(absl::string_view text) const;

  // Set by the command that ends the session.
  std::optional<int> exit_code() const { return exit_code_; }
  void Exit(int code) { exit_code_ = code; }

 private:
  const CommandTable& commands_;
  const std::function<void(absl::string_view)> print_;
  NoticeQueue notices_;  // outlives the objects, whose threads post
  ObjectTable objects_;
  std::optional<int> exit_code_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_SESSION_H_
