// Python's queue.Queue behind a proxy, which is both Queue and JoinableQueue. Private to this
// package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_QUEUE_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_QUEUE_OBJECT_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/wait_queue.h"

namespace someos::multiprocessing::internal {

class QueueObject : public SharedObject {
 public:
  // `max_size` of 0 or less: no limit.
  QueueObject(const ServerContext& context, int64_t max_size)
      : objects_(*context.objects),
        max_size_(max_size),
        getting_(context.timers),
        putting_(context.timers),
        joining_(context.timers) {}

  absl::string_view class_name() const override { return "Queue"; }
  void Start(Call call) override;
  std::string Repr() const override { return "<queue.Queue object>"; }

 private:
  absl::StatusOr<PyValue> Size(const Arguments& arguments);
  absl::StatusOr<PyValue> Empty(const Arguments& arguments);
  absl::StatusOr<PyValue> Full(const Arguments& arguments);
  absl::StatusOr<PyValue> TaskDone(const Arguments& arguments);
  void Get(Call call);
  void GetNoWait(Call call);
  void Put(Call call);
  void PutNoWait(Call call);
  void Join(Call call);

  bool full() const { return max_size_ > 0 && static_cast<int64_t>(items_.size()) >= max_size_; }
  // With a timeout of zero: at once or never.
  void GetWithin(Call call, std::optional<absl::Duration> timeout);
  void PutWithin(Call call, const PyValue& item, std::optional<absl::Duration> timeout);
  void ReturnFirst(Call call);
  void Append(HeldValue item);

  ObjectTable& objects_;
  const int64_t max_size_;
  int64_t unfinished_ = 0;
  std::deque<HeldValue> items_;
  WaitQueue getting_;  // empty unless items_ is
  WaitQueue putting_;  // empty unless full()
  WaitQueue joining_;
};

// Both are the same class in Python's manager, too.
ManagedType QueueType();
ManagedType JoinableQueueType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_QUEUE_OBJECT_H_
