// Shared memory with the interpreters that are here.

#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/shared_memory/shareable_list.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

std::string Run(const Interpreter& python, absl::string_view command, absl::string_view name = "") {
  return PythonPrints(python, absl::StrCat(std::getenv("PEER"), " ", command, " ", name));
}

// What Python has made, unlinked here.
std::string MadeBy(const Interpreter& python, absl::string_view command) {
  return std::string(absl::StripAsciiWhitespace(Run(python, command)));
}

bool Exists(const std::string& name) { return SharedMemory::Attach(name).ok(); }

std::string Text(const ShareableList& list) {
  std::string text;
  for (size_t i = 0; i < list.size(); ++i) {
    const absl::StatusOr<PyValue> item = list.Get(static_cast<int64_t>(i));
    absl::StrAppend(&text, item.ok() ? item->ToString() : item.status().ToString(), " ");
  }
  return text;
}

void PythonCreates(const Interpreter& python) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Attach(MadeBy(python, "make"));
  ASSERT_THAT(memory, Succeeds());
  EXPECT_GE(memory->size(), 100u);
  EXPECT_EQ(std::string(memory->buf().data(), 5), "hello");
  EXPECT_THAT(memory->Unlink(), Succeeds());
}

void PythonAttaches(const Interpreter& python) {
  const absl::StatusOr<SharedMemory> memory = SharedMemory::Create(100);
  ASSERT_THAT(memory, Succeeds());
  std::memcpy(memory->buf().data(), "hello", 5);
  EXPECT_EQ(Run(python, "change", memory->name()), absl::StrCat(memory->size(), "\nhello\n"));
  EXPECT_EQ(std::string(memory->buf().data(), 5), "HELLO");
}

void ListsOfPython(const Interpreter& python) {
  absl::StatusOr<ShareableList> list = ShareableList::Attach(MadeBy(python, "make_list"));
  ASSERT_THAT(list, Succeeds());
  EXPECT_EQ(Text(*list), "-5 1.5 True None 'text' b'\\xff\\x01' 4611686018427387904 ");
  EXPECT_THAT(list->shm().Unlink(), Succeeds());
}

void ListsOfOurs(const Interpreter& python) {
  const absl::StatusOr<ShareableList> list = ShareableList::Create(
      {PyValue(1), PyValue(1.5), PyValue(false), PyValue(), PyValue::Str("ééééééé"),
       PyValue::Bytes("b"), PyValue(int64_t{1} << 62)});
  ASSERT_THAT(list, Succeeds());
  EXPECT_EQ(Run(python, "change_list", list->shm().name()),
            "[1, 1.5, False, None, '\\xe9\\xe9\\xe9\\xe9\\xe9\\xe9\\xe9', b'b', "
            "4611686018427387904]\nqdxxxxxxx?xxxxxx?x16s8sq\n");
  EXPECT_EQ(Text(*list), "'changed' 1.5 False None 'ééééééé' b'b' 3 ");
}

// What the page says of Python that attaches.
void WhoDestroys(const Interpreter& python) {
  const absl::StatusOr<SharedMemory> memory = SharedMemory::Create(100);
  ASSERT_THAT(memory, Succeeds());
  if (python.AtLeast(3, 13)) {
    EXPECT_EQ(Run(python, "attach_untracked", memory->name()), "");
    EXPECT_TRUE(Exists(memory->name()));
  }
  Run(python, "attach", memory->name());
  EXPECT_FALSE(Exists(memory->name()));
}

TEST(SharedMemoryInteropTest, WithEveryInterpreter) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("shared_memory", {"creates", "attaches", "destroys", "makes_list", "reads_list"});
  for (const Interpreter& python : Interpreters()) {
    SCOPED_TRACE(python.version);
    const auto run = [&](const std::string& role, void (*test)(const Interpreter&), int since) {
      if (!python.AtLeast(3, since)) {
        matrix.Impossible(python, role, absl::StrCat("before 3.", since));
        return;
      }
      test(python);
      matrix.Ran(python, role);
    };
    run("creates", PythonCreates, 8);
    run("attaches", PythonAttaches, 8);
    run("destroys", WhoDestroys, 8);
    run("makes_list", ListsOfPython, 9);  // 3.8 has another layout
    run("reads_list", ListsOfOurs, 9);
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos::multiprocessing
