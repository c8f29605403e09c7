"""Python's threading and _thread modules, by all the names that Python's own tests use, over the module someos_threading.

What belongs to Python the language is added here: functions with arguments, subclasses with run(), an object for each
thread, attributes of local. Waiting, starting, joining, names, numbers and what belongs to a thread are the library's.
"""

import sys
import types
import weakref

import _thread as cpython  # its excepthook, which prints


class _State:
    thread = None  # that runs here


class _ThreadValues:
    def __init__(self):
        self.values = {}
        self.is_initialized = False


def modules_of(ours):
    """The modules threading and _thread over the module `ours`."""
    current = ours.Local(_State)
    running = set()  # those that their own threads need
    known = weakref.WeakSet()

    class Thread:
        def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None):
            self._target, self._args, self._kwargs = target, args, kwargs or {}
            self._stderr = sys.stderr  # for CPython's excepthook
            this = weakref.ref(self)
            self._native = self._make_native(lambda: this()._run_here(), str(name or ""), daemon)
            if target is not None and not name and hasattr(target, "__name__"):
                self.name = "%s (%s)" % (self.name, target.__name__)
            known.add(self)

        def _make_native(self, body, name, daemon):
            return ours.Thread(body, name, daemon)

        def _run_here(self):
            current.get().thread = self
            try:
                for install, function in ((sys.settrace, hooks["trace"]), (sys.setprofile, hooks["profile"])):
                    if function:
                        install(function)
                self.run()
            finally:
                running.discard(self)

        def start(self):
            is_new = self not in running
            if is_new:
                running.add(self)
            try:
                self._native.start()
            except BaseException:
                if is_new:
                    running.discard(self)
                raise

        def run(self):
            try:
                if self._target is not None:
                    self._target(*self._args, **self._kwargs)
            finally:
                del self._target, self._args, self._kwargs

        def join(self, timeout=None):
            self._native.join(timeout)

        def is_alive(self):
            return self._native.is_alive()

        ident = property(lambda self: self._native.ident)
        native_id = property(lambda self: self._native.native_id)
        name = property(lambda self: self._native.name, lambda self, name: setattr(self._native, "name", str(name)))
        daemon = property(
            lambda self: self._native.daemon, lambda self, daemon: setattr(self._native, "daemon", bool(daemon))
        )

        def __repr__(self):
            status = "initial"
            if self.ident is not None:
                status = "%s %d" % ("started" if self.is_alive() else "stopped", self.ident)
            return "<%s(%s, %s%s)>" % (type(self).__name__, self.name, "daemon " if self.daemon else "", status)

    class Timer(Thread):
        def __init__(self, interval, function, args=None, kwargs=None):
            self.interval = interval
            self.args = [] if args is None else args
            self.kwargs = {} if kwargs is None else kwargs
            super().__init__(target=lambda: function(*self.args, **self.kwargs))

        def _make_native(self, body, name, daemon):
            return ours.Timer(self.interval, body)

        def cancel(self):
            self._native.cancel()

    class _NotStarted(Thread):
        """The main thread, and those that this module has not started."""

        def __init__(self, native):
            self._native = native
            known.add(self)

    class _DummyThread(_NotStarted):
        pass

    main = _NotStarted(ours.main_thread())
    foreign = []

    def object_of(native):
        for thread in list(known):
            if thread._native == native:
                return thread
        foreign.append(_DummyThread(native))
        return foreign[-1]

    def current_thread():
        return current.get().thread or object_of(ours.current_thread())

    class local:
        def __new__(cls, /, *args, **kwargs):
            if (args or kwargs) and cls.__init__ is object.__init__:
                raise TypeError("Initialization arguments are not supported")
            self = object.__new__(cls)
            object.__setattr__(self, "_parts", (ours.Local(_ThreadValues), args, kwargs))
            object.__getattribute__(self, "_parts")[0].get().is_initialized = True
            return self

        def __getattribute__(self, name):
            values = values_of(self)
            if name == "__dict__":
                return values
            if name in values:
                return values[name]
            return object.__getattribute__(self, name)

        def __setattr__(self, name, value):
            if name == "__dict__":
                raise AttributeError("'local' object attribute '__dict__' is read-only")
            values_of(self)[name] = value

        def __delattr__(self, name):
            if name == "__dict__" or name not in values_of(self):
                raise AttributeError(name)
            del values_of(self)[name]

    def values_of(self):
        native, args, kwargs = object.__getattribute__(self, "_parts")
        mine = native.get()
        if not mine.is_initialized:
            mine.is_initialized = True
            type(self).__init__(self, *args, **kwargs)
        return mine.values

    def exit():
        raise SystemExit

    def report(error):
        arguments = (type(error), error, error.__traceback__, current_thread())
        threading.excepthook(cpython._ExceptHookArgs(arguments))

    def shutdown():
        """What CPython calls at its end: waits for all threads but daemons."""
        for thread in threading.enumerate():
            if thread is not current_thread() and not thread.daemon:
                thread.join()

    hooks = {"trace": None, "profile": None}
    common = {name: getattr(ours, name) for name in ("get_ident", "get_native_id", "stack_size", "TIMEOUT_MAX", "RLock")}
    _thread = types.ModuleType("_thread")
    vars(_thread).update(common)
    vars(_thread).update(
        start_new_thread=lambda function, args, kwargs={}: ours.start_new_thread(function, args, kwargs),
        interrupt_main=ours.interrupt_main,
        allocate_lock=ours.Lock,
        LockType=ours.Lock,
        error=RuntimeError,
        exit=exit,
        _local=local,
    )
    threading = types.ModuleType("threading")
    vars(threading).update(common)
    for name in ("Lock", "Condition", "Semaphore", "BoundedSemaphore", "Event", "Barrier", "active_count"):
        setattr(threading, name, getattr(ours, name))
    vars(threading).update(
        Thread=Thread,
        Timer=Timer,
        local=local,
        current_thread=current_thread,
        main_thread=lambda: object_of(ours.main_thread()),
        enumerate=lambda: [object_of(native) for native in ours.enumerate()],
        excepthook=cpython._excepthook,
        __excepthook__=cpython._excepthook,
        ExceptHookArgs=cpython._ExceptHookArgs,
        BrokenBarrierError=BrokenBarrierError,
        settrace=lambda function: hooks.update(trace=function),
        gettrace=lambda: hooks["trace"],
        setprofile=lambda function: hooks.update(profile=function),
        getprofile=lambda: hooks["profile"],
        _shutdown=shutdown,
        _main=main,
        _CRLock=ours.RLock,
        _PyRLock=ours.RLock,
    )
    ours.set_except_hook(report)
    return threading, _thread


class BrokenBarrierError(RuntimeError):
    pass
