// Thread, Timer, and ThreadRef, which are the threads that the module's functions return.

#include "someos/testing/python/binding/threading/threading_module.h"

// Python.h comes first.
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "someos/testing/python/binding/threading/foreign_ref.h"

namespace someos::python {
namespace {

using threading::Thread;
using threading::ThreadRef;
using threading::Timer;

PyTypeObject* ref_type = nullptr;

PyObject* NewRef(ThreadRef thread) { return NewObject(ref_type, new ThreadRef(std::move(thread))); }

// An exception of Python that leaves the body of a thread as one of C++.
class Raising {
 public:
  Raising() {
    PyObject* type = nullptr;
    PyObject* value = nullptr;
    PyObject* traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != nullptr) PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    value_ = std::make_shared<ForeignRef>(Ref::Owning(value));
  }
  PyObject* value() const { return value_->get(); }

 private:
  std::shared_ptr<ForeignRef> value_;
};

// Runs a Python function as the body of a thread.
absl::AnyInvocable<void() &&> BodyOf(PyObject* function) {
  return [function = ForeignRef(Ref::Sharing(function))]() mutable {
    std::optional<Raising> raised;
    bool exits = false;
    {
      const RunningPython running;
      if (!Ref::Owning(PyObject_CallObject(function.get(), nullptr))) {
        exits = PyErr_ExceptionMatches(PyExc_SystemExit) != 0;
        raised.emplace();
      }
    }
    if (exits) throw threading::SystemExit();
    if (raised.has_value()) throw *raised;
  };
}

// Name and daemon, from what stands in the arguments. False: raised.
bool ParseOptions(const char* name, PyObject* daemon, threading::ThreadOptions& options) {
  options.name = name;
  if (daemon == Py_None) return true;
  const int is_daemon = PyObject_IsTrue(daemon);
  if (is_daemon >= 0) options.daemon = is_daemon == 1;
  return is_daemon >= 0;
}

PyObject* NewThread(PyTypeObject* type, PyObject* positional, PyObject* /*named*/) {
  PyObject* function = nullptr;
  const char* name = "";
  PyObject* daemon = Py_None;
  threading::ThreadOptions options;
  if (!PyArg_ParseTuple(positional, "O|sO", &function, &name, &daemon) ||
      !ParseOptions(name, daemon, options)) {
    return nullptr;
  }
  return NewObject(type, new Thread(BodyOf(function), std::move(options)));
}

PyObject* NewTimer(PyTypeObject* type, PyObject* positional, PyObject* /*named*/) {
  double seconds = 0;
  PyObject* function = nullptr;
  if (!PyArg_ParseTuple(positional, "dO", &seconds, &function)) return nullptr;
  return NewObject(type, new Timer(absl::Seconds(seconds), BodyOf(function)));
}

template <typename T>
PyObject* Start(PyObject* self, PyObject* /*unused*/) {
  return NoneOrRaise(WithoutGil([&] { return Self<T>(self).Start(); }));
}

template <typename T>
PyObject* Join(PyObject* self, PyObject* positional, PyObject* /*named*/) {
  PyObject* object = Py_None;
  std::optional<absl::Duration> timeout;
  if (!PyArg_ParseTuple(positional, "|O", &object) ||
      !ParseTimeout(object, /*minus_one_is_none=*/false, timeout)) {
    return nullptr;
  }
  return BoolOrRaise(
      WithoutGil([&] { return Self<T>(self).Join(timeout.value_or(absl::InfiniteDuration())); }));
}

template <typename T>
PyObject* IsAlive(PyObject* self, PyObject* /*unused*/) {
  return PyBool_FromLong(Self<T>(self).is_alive() ? 1 : 0);
}

PyObject* Cancel(PyObject* self, PyObject* /*unused*/) {
  Self<Timer>(self).Cancel();
  Py_RETURN_NONE;
}

// The same thread as a ThreadRef, which can be compared.
template <typename T>
PyObject* RefOf(PyObject* self, PyObject* /*unused*/) {
  return NewRef(Self<T>(self));
}

template <typename T>
PyObject* Compare(PyObject* self, PyObject* other, int operation) {
  if (Py_TYPE(other) != ref_type || (operation != Py_EQ && operation != Py_NE)) {
    Py_RETURN_NOTIMPLEMENTED;
  }
  const ThreadRef& thread = Self<T>(self);
  const bool same = thread == Self<ThreadRef>(other);
  return PyBool_FromLong(same == (operation == Py_EQ) ? 1 : 0);
}

template <typename T>
PyObject* Name(PyObject* self, void* /*unused*/) {
  return PyUnicode_FromString(Self<T>(self).name().c_str());
}

template <typename T>
int SetName(PyObject* self, PyObject* value, void* /*unused*/) {
  const char* const name = value == nullptr ? nullptr : PyUnicode_AsUTF8(value);
  if (name == nullptr) return -1;
  Self<T>(self).SetName(name);
  return 0;
}

template <typename T>
PyObject* Daemon(PyObject* self, void* /*unused*/) {
  return PyBool_FromLong(Self<T>(self).daemon() ? 1 : 0);
}

template <typename T>
int SetDaemon(PyObject* self, PyObject* value, void* /*unused*/) {
  const absl::Status status = Self<T>(self).SetDaemon(PyObject_IsTrue(value) == 1);
  if (!status.ok()) Raise(status);
  return status.ok() ? 0 : -1;
}

template <typename T>
PyObject* Ident(PyObject* self, void* /*unused*/) {
  const auto ident = WithoutGil([&] { return Self<T>(self).ident(); });
  if (!ident.has_value()) Py_RETURN_NONE;
  return PyLong_FromUnsignedLongLong(*ident);
}

template <typename T>
PyObject* NativeId(PyObject* self, void* /*unused*/) {
  const auto native_id = WithoutGil([&] { return Self<T>(self).native_id(); });
  if (!native_id.has_value()) Py_RETURN_NONE;
  return PyLong_FromLongLong(*native_id);
}

// As Delete, but the destructor of a Thread may join.
template <typename T>
void DeleteThread(PyObject* self) {
  auto* const object = reinterpret_cast<ThreadingObject<T>*>(self);
  WithoutGil([&] { delete std::exchange(object->value, nullptr); });
  Delete<T>(self);
}

template <typename T>
PyGetSetDef properties[] = {
    {"name", Name<T>, SetName<T>, nullptr, nullptr},
    {"daemon", Daemon<T>, SetDaemon<T>, nullptr, nullptr},
    {"ident", Ident<T>, nullptr, nullptr, nullptr},
    {"native_id", NativeId<T>, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

template <typename T>
std::vector<PyMethodDef> Methods() {
  std::vector<PyMethodDef> methods = {
      {"join", AsMethod(Join<T>), METH_VARARGS | METH_KEYWORDS, nullptr},
      {"is_alive", IsAlive<T>, METH_NOARGS, nullptr},
      {"ref", RefOf<T>, METH_NOARGS, nullptr},
  };
  if constexpr (!std::is_same_v<T, ThreadRef>) {
    methods.push_back({"start", Start<T>, METH_NOARGS, nullptr});
  }
  if constexpr (std::is_same_v<T, Timer>) {
    methods.push_back({"cancel", Cancel, METH_NOARGS, nullptr});
  }
  methods.push_back({nullptr, nullptr, 0, nullptr});
  return methods;
}

template <typename T>
PyTypeObject* AddThreadType(PyObject* module, const char* full_name, const char* name,
                            newfunc make) {
  static auto* const methods = new std::vector<PyMethodDef>(Methods<T>());
  static PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(make)},
      {Py_tp_dealloc, reinterpret_cast<void*>(DeleteThread<T>)},
      {Py_tp_richcompare, reinterpret_cast<void*>(Compare<T>)},
      {Py_tp_methods, methods->data()},
      {Py_tp_getset, properties<T>},
      {Py_tp_members, weak_member<T>},
      {0, nullptr},
  };
  static PyType_Spec spec = {full_name, sizeof(ThreadingObject<T>), 0, Py_TPFLAGS_DEFAULT, slots};
  return AddType(module, spec, name);
}

}  // namespace

PyObject* CurrentThread(PyObject* /*module*/, PyObject* /*unused*/) {
  return NewRef(threading::CurrentThread());
}

PyObject* MainThread(PyObject* /*module*/, PyObject* /*unused*/) {
  return NewRef(threading::MainThread());
}

PyObject* Enumerate(PyObject* /*module*/, PyObject* /*unused*/) {
  Ref list = Ref::Owning(PyList_New(0));
  for (ThreadRef& thread : threading::Enumerate()) {
    const Ref one = Ref::Owning(NewRef(std::move(thread)));
    if (!one || PyList_Append(list.get(), one.get()) != 0) return nullptr;
  }
  return list.Release();
}

// set_except_hook(function): called with the exception that has left the body of a thread.
PyObject* SetExceptHook(PyObject* /*module*/, PyObject* function) {
  threading::SetExceptHook(
      [hook = ForeignRef(Ref::Sharing(function))](const threading::ExceptHookArgs& args) {
        const RunningPython running;
        try {
          std::rethrow_exception(args.failure.exception);
        } catch (const Raising& raising) {
          if (!Ref::Owning(PyObject_CallOneArg(hook.get(), raising.value()))) PyErr_Print();
        }
      });
  Py_RETURN_NONE;
}

bool AddThreads(PyObject* module) {
  ref_type = AddThreadType<ThreadRef>(module, "someos_threading.ThreadRef", "ThreadRef", nullptr);
  return ref_type != nullptr &&
         AddThreadType<Thread>(module, "someos_threading.Thread", "Thread", NewThread) != nullptr &&
         AddThreadType<Timer>(module, "someos_threading.Timer", "Timer", NewTimer) != nullptr;
}

}  // namespace someos::python
