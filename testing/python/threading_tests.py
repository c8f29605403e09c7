"""Which of Python's own tests of threads are run, which are not, and why: for run_threading_tests.py."""

# The classes of test.lock_tests, the attribute that each takes its type from, and which of ours that is.
LOCK_CASES = [
    ("LockTests", "locktype", "Lock"),
    ("RLockTests", "locktype", "RLock"),
    ("RLockTests", "locktype", "Condition"),  # has the functions of its RLock
    ("EventTests", "eventtype", "Event"),
    ("ConditionTests", "condtype", "Condition"),
    ("SemaphoreTests", "semtype", "Semaphore"),
    ("BoundedSemaphoreTests", "semtype", "BoundedSemaphore"),
    ("BarrierTests", "barriertype", "Barrier"),
]

# The classes of the other modules.
CLASSES = {
    "test_thread": ["ThreadRunningTests", "BarrierTest", "LockTests", "TestForkInThread"],
    "test_threading": [
        "ThreadTests",
        "ThreadJoinOnShutdown",
        "ThreadingExceptionTests",
        "ExceptHookTests",
        "TimerTests",
        "InterruptMainTests",
    ],
    "test_threading_local": ["ThreadLocalTest"],
    "test_dummy_thread": ["LockTests", "RLockTests", "MiscTests", "ThreadTests"],
    "test_dummy_threading": ["DummyThreadingTestCase"],
}

_PRIVATE = "a function or variable of CPython's own, which is not part of the documented module"
_NO_TEXT = "the text is CPython's, and shows what is private there"
_PRINTS = "what is printed, and how its failure is reported, is CPython's excepthook and not the library's"
_INTERPRETER = "about CPython's interpreter, not about its threads"
_GARBAGE = "CPython's garbage collector does not look into objects of C++"
_MAIN_STOPS = "CPython marks its main thread as stopped before it waits for the others"
_FOREIGN_FORK = "CPython 3.11 stops in a child that was forked by a thread which it has not started itself"
_UNTYPED = "about arguments of wrong types, which no C++ program compiles with"

# Classes that do not apply.
CLASSES_LEFT_OUT = {
    "test_threading": {
        "LockTests": "run as lock_tests, and so are the other classes of locks",
        "PyRLockTests": "run as lock_tests",
        "CRLockTests": "run as lock_tests",
        "EventTests": "run as lock_tests",
        "ConditionAsRLockTests": "run as lock_tests",
        "ConditionTests": "run as lock_tests",
        "SemaphoreTests": "run as lock_tests",
        "BoundedSemaphoreTests": "run as lock_tests",
        "BarrierTests": "run as lock_tests",
        "SubinterpThreadingTests": _INTERPRETER,
        "MiscTestCase": "about the list of names in threading.py",
        "AtexitTests": _PRIVATE,
    },
    "test_threading_local": {"PyThreadingLocalTest": "about a second implementation, in Python"},
}

# Tests that do not apply, by the ends of their names.
NOT_APPLICABLE = {
    # lock_tests
    "test_at_fork_reinit": _PRIVATE,
    "test__at_fork_reinit": _PRIVATE,
    "test_reset_internal_locks": _PRIVATE,
    "test__is_owned": _PRIVATE,
    "test_recursion_count": _PRIVATE,
    "test_release_save_unacquired": _PRIVATE,
    "RLockTestsOfCondition.test_repr": _NO_TEXT,
    "RLockTestsOfCondition.test_locked_repr": _NO_TEXT,
    "RLockTestsOfCondition.test_locked": "a Condition has no locked() here, as in CPython before 3.14",
    "SemaphoreTestsOfSemaphore.test_repr": _NO_TEXT,
    "BoundedSemaphoreTestsOfBoundedSemaphore.test_repr": _NO_TEXT,
    # test_thread
    "test__count": _PRIVATE,
    "test_unraisable_exception": _PRINTS,
    # test_threading_local
    "ThreadLocalTest.test_cycle_collection": _GARBAGE,
    # test_threading
    "test_1_join_on_shutdown": _MAIN_STOPS,
    "test_2_join_in_forked_process": _MAIN_STOPS,
    "test_4_daemon_threads": "CPython ends daemons by pthread_exit, which C++ does not let pass a destructor of the binding",
    "test_custom_excepthook_fail": _PRINTS,
    "test_disallow_instantiation": "a lock is made by its type here, as in Python since 3.13",
    "test_excepthook_thread_None": _PRINTS,
    "test_foreign_thread": _PRIVATE,
    "test_ident_of_no_threading_threads": _PRIVATE,
    "test_import_from_another_thread": "the module is imported before",
    "test_limbo_cleanup": _PRIVATE,
    "test_main_thread_after_fork_from_nonmain_thread": _FOREIGN_FORK,
    "test_name": _PRIVATE,
    "test_old_threading_api": "about warnings of CPython's",
    "test_shutdown_locks": _PRIVATE,
    "test_tstate_lock": _PRIVATE,
    # test_dummy_thread
    "LockTests.test_acquire_timeout": "replaces time.sleep, which is not what waits here",
    "LockTests.test_uncond_acquire_return_val": "waits for a lock that nobody can release, which is an error here",
    "MiscTests.test_set_sentinel": _PRIVATE,
    "MiscTests.test_stack_size_None": _UNTYPED,
    "MiscTests.test_stack_size_not_None": _UNTYPED,
    "ThreadTests.test_kwargs_not_dict": _UNTYPED,
    "ThreadTests.test_RaiseException": "replaces traceback.print_exc, which is not what prints here",
}
