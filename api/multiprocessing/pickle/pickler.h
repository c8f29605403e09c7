// Writes one pickle. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLER_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/node_places.h"
#include "someos/api/multiprocessing/pickle/opcode.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/pickle_writer.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

class Pickler {
 public:
  explicit Pickler(PickleDialect dialect) : dialect_(dialect) { frames_.reserve(kFirstFrames); }

  // Once.
  absl::StatusOr<std::string> Run(const PyValue& value);

 private:
  // What is written of a container: itself; its items as batches for the value before; its items.
  enum class Part { kWhole, kBatches, kItems };
  struct Frame {
    const ItemsNode* node;
    Part part;
    size_t next = 0;       // item or, of an object, step
    size_t batch_end = 0;  // of a list, dict or set: behind the last item of the open batch
  };
  // Text that the dialects write often, and where it is in the memo.
  enum Known { kEncode, kLatin1, kByteArrayType, kSetType, kFrozenSetType, kKnown };

  bool python3() const { return dialect_ == PickleDialect::kPython3; }
  void Byte(unsigned char byte) { writer_.Byte(byte); }
  bool Fail(absl::string_view message);

  // pickler.cc
  bool Write(const PyValue& value);
  bool WriteItems(Frame& frame, size_t end);
  void Begin(const ItemsNode& node);
  bool Advance(Frame& frame);
  bool AdvanceBatches(Frame& frame, Opcode opcode);
  bool AdvanceItems(Frame& frame);
  bool AdvanceObject(Frame& frame);
  bool CheckObject(const ItemsNode& node);
  void EndConstruction(const ItemsNode& node);
  void End(const Frame& frame);
  bool WriteMemoized(const Node& node);
  void Memoize(const Node& node);
  void Put(uint32_t place);
  void Get(uint32_t place);

  // pickler_scalars.cc
  size_t WriteScalars(const PyValue* values, size_t count);
  void WriteLong(absl::string_view bytes);
  bool WriteText(const PyValue& value);
  bool WriteStr(absl::string_view text);
  bool WriteBytes(absl::string_view bytes);
  bool WriteByteArray(absl::string_view bytes);
  bool WriteGlobal(absl::string_view module, absl::string_view name);
  bool WriteSized(absl::string_view bytes, Opcode small, Opcode large, Opcode huge);
  bool WriteKnown(Known known);

  static constexpr size_t kFirstFrames = 16;

  const PickleDialect dialect_;
  PickleWriter writer_;
  std::vector<Frame> frames_;
  NodePlaces memo_;
  uint32_t places_ = 0;
  std::array<uint32_t, kKnown> known_places_ = {};  // plus one
  absl::Status error_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLER_H_
