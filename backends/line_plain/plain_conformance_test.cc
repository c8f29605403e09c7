#include "someos/backends/line_plain/plain_line_editor.h"
#include "someos/testing/line/conformance.h"

namespace someos {
namespace {

SOMEOS_LINE_CONFORMANCE_TESTS(Plain, PlainLineBackend);

}  // namespace
}  // namespace someos
