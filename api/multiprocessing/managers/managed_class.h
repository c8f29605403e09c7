// Classes of the program's own behind proxies.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGED_CLASS_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGED_CLASS_H_

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/config.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// Describes a class T to a server.
//
//   ManagedClass<Account> account("Account");
//   account.Constructor([](const Arguments&) { return std::make_shared<Account>(); })
//       .Method("deposit", [](Account& self, const Arguments& arguments) { ... })
//       .Method("balance", ...);
//   types.Register(account.Type());
//
// Clients see the statuses that a method or constructor returns as exceptions (python_exception.h),
// and an exception of C++ that leaves it, where exceptions are compiled in, as a RuntimeError; so
// is the lack of an object: a null pointer. Methods run in the server's thread, one at a time, and
// must not block; if the server has an executor, they run there, several at a time, and T must be
// safe for that.
template <typename T>
class ManagedClass {
 public:
  using Instance = std::shared_ptr<T>;
  using PlainMethod = std::function<absl::StatusOr<PyValue>(T&, const Arguments&)>;

  // `type_id`: what clients create it by, and Python's name of the class in messages.
  explicit ManagedClass(absl::string_view type_id) : methods_(std::make_shared<Methods>()) {
    methods_->type_id = std::string(type_id);
  }

  // Makes an object for a client's create(type_id, ...). It may return the same one each time: then
  // all clients share it. Without a constructor, only methods return objects of this class.
  ManagedClass& Constructor(std::function<absl::StatusOr<Instance>(const Arguments&)> create) {
    create_ = std::move(create);
    return *this;
  }

  // A method whose result clients get as a value.
  ManagedClass& Method(absl::string_view name, PlainMethod method) {
    return Add(name, [method = std::move(method)](T& self, Call call) {
      call.Return(Caught<PyValue>([&] { return method(self, call.arguments()); }));
    });
  }

  // A method whose result clients get as a proxy: an object of `result`'s class, which has to be
  // registered with the same server.
  template <typename U>
  ManagedClass& ProxyMethod(
      absl::string_view name, const ManagedClass<U>& result,
      std::function<absl::StatusOr<std::shared_ptr<U>>(T&, const Arguments&)> method) {
    // Not kept alive from here: classes may return objects of each other, and of themselves.
    std::weak_ptr<const typename ManagedClass<U>::Methods> methods = result.methods_;
    return Add(name, [methods, type_id = result.type_id(), method = std::move(method)](T& self,
                                                                                       Call call) {
      absl::StatusOr<std::shared_ptr<U>> object =
          Caught<std::shared_ptr<U>>([&] { return method(self, call.arguments()); });
      if (!object.ok()) return call.Return(object.status());
      auto alive = methods.lock();
      if (*object == nullptr || alive == nullptr) return call.Return(NoObject(type_id));
      call.ReturnObject(ManagedClass<U>::Shares(std::move(alive), *std::move(object)), type_id);
    });
  }

  // A method that may reply later: it keeps the call, and another method or thread replies. That
  // needs no thread that waits. It must not throw.
  ManagedClass& WaitingMethod(absl::string_view name, std::function<void(T&, Call)> method) {
    return Add(name, std::move(method));
  }

  // What Python's str() and repr() of a proxy return. "<TYPE_ID object>" otherwise. Runs in the
  // server's thread.
  ManagedClass& Repr(std::function<std::string(const T&)> repr) {
    methods_->repr = std::move(repr);
    return *this;
  }

  ManagedType Type() const {
    ManagedType type;
    type.type_id = methods_->type_id;
    type.methods = methods_;
    for (const auto& [name, method] : methods_->by_name) type.exposed.push_back(name);
    if (create_ == nullptr) return type;
    type.create = [self = *this](
                      const ServerContext&,
                      const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
      absl::StatusOr<Instance> instance = Caught<Instance>([&] { return self.create_(arguments); });
      if (!instance.ok()) return instance.status();
      if (*instance == nullptr) return NoObject(self.type_id());
      return self.Share(*std::move(instance));
    };
    return type;
  }

  const std::string& type_id() const { return methods_->type_id; }

  // An object as the server holds it, for WaitingMethod and Call::ReturnObject.
  std::shared_ptr<SharedObject> Share(Instance instance) const {
    return Shares(methods_, std::move(instance));
  }

 private:
  template <typename U>
  friend class ManagedClass;

  struct Methods {
    std::string type_id;
    std::map<std::string, std::function<void(T&, Call)>, std::less<>> by_name;
    std::function<std::string(const T&)> repr;
  };

  class Shared : public SharedObject {
   public:
    Shared(std::shared_ptr<const Methods> methods, Instance instance)
        : methods_(std::move(methods)), instance_(std::move(instance)) {}

    absl::string_view class_name() const override { return methods_->type_id; }
    const void* identity() const override { return instance_.get(); }
    std::string Repr() const override {
      const std::string plain = absl::StrCat("<", methods_->type_id, " object>");
      if (methods_->repr == nullptr) return plain;
      return Caught<std::string>([&] { return methods_->repr(*instance_); }).value_or(plain);
    }

    void Start(Call call) override {
      const auto found = methods_->by_name.find(call.method());
      if (found == methods_->by_name.end()) return call.Return(NoMethod(call.method()));
      found->second(*instance_, std::move(call));
    }
    bool runs_in_executor() const override { return true; }

   private:
    // It was returned as an object of another class.
    absl::Status NoMethod(absl::string_view method) const {
      return PythonException(
          "builtins", "AttributeError",
          absl::StrCat("'", methods_->type_id, "' object has no attribute '", method, "'"));
    }

    const std::shared_ptr<const Methods> methods_;
    const Instance instance_;
  };

  static std::shared_ptr<SharedObject> Shares(std::shared_ptr<const Methods> methods,
                                              Instance instance) {
    return std::make_shared<Shared>(std::move(methods), std::move(instance));
  }

  static absl::Status NoObject(absl::string_view type_id) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("no ", type_id, " was made"));
  }

  // What `run` returns, or a RuntimeError for what it throws.
  template <typename R>
  static absl::StatusOr<R> Caught(absl::FunctionRef<absl::StatusOr<R>()> run) {
#ifdef ABSL_HAVE_EXCEPTIONS
    try {
      return run();
    } catch (const std::exception& error) {
      return PlainStatus(absl::StatusCode::kFailedPrecondition, error.what());
    } catch (...) {
      return PlainStatus(absl::StatusCode::kFailedPrecondition, "an exception of unknown type");
    }
#else
    return run();
#endif
  }

  ManagedClass& Add(absl::string_view name, std::function<void(T&, Call)> method) {
    methods_->by_name.insert_or_assign(std::string(name), std::move(method));
    return *this;
  }

  std::shared_ptr<Methods> methods_;
  std::function<absl::StatusOr<Instance>(const Arguments&)> create_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGED_CLASS_H_
