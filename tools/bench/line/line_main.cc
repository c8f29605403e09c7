// Compares LineEditor with GNU readline.
//
//   line [ROUNDS [PART OF A TITLE [CONTENDER]]]
//
// Prints, for each contender, the best of the rounds, in which all take turns: of a key, of a paste
// of 1 MiB and of reading a history of 100,000 lines; and how many bytes are written for a key.

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
// The library's headers need it before them.
#include <readline/history.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "someos/api/readline/history.h"
#include "someos/testing/pseudo_terminal.h"
#include "someos/testing/stream_io.h"
#include "someos/tools/bench/line/contenders.h"
#include "someos/tools/bench/threading/compare.h"

namespace someos {
namespace {

constexpr int kLines = 20;
constexpr size_t kPasted = size_t{1} << 20;
constexpr int kEntries = 100'000;

template <typename Editor>
double Key() {
  double total = 0;
  for (int line = 0; line < kLines; ++line) {
    LongLine<Editor> subject;
    for (int key = 0; key < kKeys; ++key) {
      subject.Press();
      const double begin = Now();
      subject.editor().OnReadable();
      total += Now() - begin;
    }
  }
  return total / (kLines * kKeys);
}

template <typename Editor>
void PrintBytes() {
  LongLine<Editor> subject;
  subject.TakeOutput();
  for (int key = 0; key < kKeys; ++key) {
    subject.Press();
    subject.editor().OnReadable();
  }
  std::cout << absl::StreamFormat("%-28s %-24s %9.1f bytes\n", "bytes written for a key",
                                  Editor::kName,
                                  static_cast<double>(subject.TakeOutput().size()) / kKeys);
}

// Words, as a terminal emulator pastes them, and the key that ends the line.
std::string PasteAndReturn() {
  std::string text;
  while (text.size() < kPasted) absl::StrAppend(&text, "word ");
  text.resize(kPasted);
  return absl::StrCat("\033[200~", text, "\033[201~\r");
}

void TypeAll(int controller, const std::string& keys) {
  size_t at = 0;
  while (at < keys.size()) {
    const ssize_t count = write(controller, keys.data() + at, keys.size() - at);
    if (count > 0) at += static_cast<size_t>(count);
    ReadAvailable(controller);
  }
}

template <typename Editor>
double Paste() {
  static const std::string& keys = *new std::string(PasteAndReturn());
  const PseudoTerminal terminal;
  terminal.MakeCooked();
  terminal.Resize(kWidth, kHeight);
  Editor editor(terminal.terminal.get());
  editor.Begin();
  std::atomic<bool> ended{false};
  const double begin = Now();
  std::thread typist([&] {
    TypeAll(terminal.controller.get(), keys);
    // What is written at the end.
    while (!ended.load()) ReadAvailable(terminal.controller.get());
  });
  do {
    AwaitReadable(terminal.terminal.get());
  } while (!editor.OnReadable());
  const double end = Now();
  ended = true;
  typist.join();
  if (editor.line_size() != kPasted) std::abort();
  return end - begin;
}

const std::string& HistoryPath() {
  static const std::string& path = *new std::string([] {
    const char* const directory = std::getenv("TMPDIR");
    std::string made =
        absl::StrCat(directory == nullptr ? "/tmp" : directory, "/line_history.", getpid());
    std::ofstream file(made);
    for (int i = 0; i < kEntries; ++i) file << "command --number=" << i << " an argument\n";
    return made;
  }());
  return path;
}

double GetlineLoop() {
  const double begin = Now();
  std::vector<std::string> lines;
  std::ifstream file(HistoryPath());
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  const double end = Now();
  if (lines.size() != kEntries) std::abort();
  return end - begin;
}

double HistoryRead() {
  const double begin = Now();
  History history;
  if (!history.Read(HistoryPath()).ok()) std::abort();
  const double end = Now();
  if (history.size() != kEntries) std::abort();
  return end - begin;
}

double GnuReadHistory() {
  clear_history();
  const double begin = Now();
  if (read_history(HistoryPath().c_str()) != 0) std::abort();
  const double end = Now();
  if (history_length != kEntries) std::abort();
  return end - begin;
}

int Main(int argc, char** argv) {
  setenv("TERM", "xterm", 1);
  setenv("INPUTRC", "/dev/null", 1);
  const Choice choice = ParseChoice(argc, argv);
  PrintBytes<GnuReadline>();
  PrintBytes<PlainEditor>();
  Compare(choice, "key at 80 columns",
          {{GnuReadline::kName, Key<GnuReadline>}, {PlainEditor::kName, Key<PlainEditor>}});
  Compare(choice, "paste of 1 MiB",
          {{GnuReadline::kName, Paste<GnuReadline>}, {PlainEditor::kName, Paste<PlainEditor>}});
  Compare(choice, "history of 100,000 lines",
          {{"getline", GetlineLoop},
           {"History::Read", HistoryRead},
           {GnuReadline::kName, GnuReadHistory}});
  unlink(HistoryPath().c_str());
  return 0;
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) { return someos::Main(argc, argv); }
