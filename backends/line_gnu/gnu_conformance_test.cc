#include "someos/backends/line_gnu/gnu_line_editor.h"
#include "someos/testing/line/conformance.h"

namespace someos {
namespace {

SOMEOS_LINE_CONFORMANCE_TESTS(Gnu, GnuLineBackend);

}  // namespace
}  // namespace someos
