#include "someos/backends/line_libedit/libedit_line_editor.h"
#include "someos/testing/line/conformance.h"

namespace someos {
namespace {

SOMEOS_LINE_CONFORMANCE_TESTS(Libedit, LibeditLineBackend);

}  // namespace
}  // namespace someos
