// The items of a container. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_ITEMS_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_ITEMS_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// A vector whose first items may stand in memory that belongs to the node, behind it, so that there
// is one allocation for a small container.
class PyItems {
 public:
  // `room` for so many items is there already, and stays the caller's.
  PyItems(void* room, size_t count) : data_(static_cast<PyValue*>(room)), capacity_(count) {}
  PyItems(const PyItems&) = delete;
  PyItems& operator=(const PyItems&) = delete;
  ~PyItems() {
    std::destroy(begin(), end());
    if (allocated_) ::operator delete(data_);
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  PyValue* data() { return data_; }
  const PyValue* data() const { return data_; }
  PyValue* begin() { return data_; }
  PyValue* end() { return data_ + size_; }
  const PyValue* begin() const { return data_; }
  const PyValue* end() const { return data_ + size_; }
  PyValue& operator[](size_t i) { return data_[i]; }
  const PyValue& operator[](size_t i) const { return data_[i]; }

  void push_back(PyValue&& item) {
    if (size_ == capacity_) Grow(1);
    AppendExpected(std::move(item));
  }
  // Expect has made room for it.
  void AppendExpected(PyValue&& item) { new (data_ + size_++) PyValue(std::move(item)); }

  PyValue& back() { return data_[size_ - 1]; }
  void pop_back() { Truncate(size_ - 1); }
  void Truncate(size_t size) {
    std::destroy(data_ + size, end());
    size_ = size;
  }
  // So many items have been made at end(), where Expect has made room for them.
  void AddMade(size_t count) { size_ += count; }

  // Room for more items: as many as are needed at the first time, twice as many as before later.
  void Expect(size_t more) {
    if (more > capacity_ - size_) Grow(more);
  }

 private:
  void Grow(size_t more) {
    const size_t capacity = std::max(size_ + more, size_ == 0 ? 0 : 2 * capacity_);
    auto* data = static_cast<PyValue*>(::operator new(capacity * sizeof(PyValue)));
    std::uninitialized_move(begin(), end(), data);
    std::destroy(begin(), end());
    if (allocated_) ::operator delete(data_);
    data_ = data;
    capacity_ = capacity;
    allocated_ = true;
  }

  PyValue* data_;
  size_t size_ = 0;
  size_t capacity_;
  bool allocated_ = false;  // data_, by Grow
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_ITEMS_H_
