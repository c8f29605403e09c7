// Types keys into each editor, each in a separate function, for instructions.py, which counts with
// callgrind. Prints for each: slot, contender, backend, workload, operations.

#include <stdlib.h>

#include <cstddef>

#include "absl/base/attributes.h"
#include "absl/strings/str_format.h"
#include "someos/tools/bench/line/contenders.h"

namespace someos {
namespace {

constexpr int kLines = 10;

template <size_t kSlot, typename Editor>
ABSL_ATTRIBUTE_NOINLINE void Slot(Editor& editor) {
  editor.OnReadable();
  asm volatile("");  // prevents a tail call, which is not counted as a call
}

template <size_t kSlot, typename Editor>
void Count() {
  for (int line = 0; line < kLines; ++line) {
    LongLine<Editor> subject;
    for (int key = 0; key < kKeys; ++key) {
      subject.Press();
      Slot<kSlot>(subject.editor());
    }
  }
  absl::PrintF("%d\t%s\tline\tkey at 80 columns\t%d\n", kSlot, Editor::kName, kLines * kKeys);
}

}  // namespace
}  // namespace someos

int main() {
  setenv("TERM", "xterm", 1);
  setenv("INPUTRC", "/dev/null", 1);
  someos::Count<0, someos::GnuReadline>();
  someos::Count<1, someos::PlainEditor>();
  return 0;
}
