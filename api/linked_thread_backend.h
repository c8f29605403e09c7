// The backend of threads that the build links: its header, and the name of its namespace.

#ifndef SOMEOS_API_LINKED_THREAD_BACKEND_H_
#define SOMEOS_API_LINKED_THREAD_BACKEND_H_

#include "someos/api/linked_threads.h"

#if SOMEOS_LINKS_THREAD_PTHREAD
#include "someos/backends/thread_pthread/thread_pthread.h"
#define SOMEOS_LINKED_THREAD_BACKEND thread_pthread
#elif SOMEOS_LINKS_THREAD_DUMMY
#include "someos/backends/thread_dummy/thread_dummy.h"
#define SOMEOS_LINKED_THREAD_BACKEND thread_dummy
#elif SOMEOS_LINKS_THREAD_STEPPED
#include "someos/backends/thread_stepped/thread_stepped.h"
#define SOMEOS_LINKED_THREAD_BACKEND thread_stepped
#endif

#endif  // SOMEOS_API_LINKED_THREAD_BACKEND_H_
