// The type of the module.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_RLCOMPLETER_COMPLETER_TYPE_H_
#define SOMEOS_TESTING_PYTHON_BINDING_RLCOMPLETER_COMPLETER_TYPE_H_

#include "someos/testing/python/binding/python_object.h"

namespace someos::python {

// Completer(source): `source` returns tuples of a text, a kind and a source of children or None.
// False: an exception was raised.
bool AddCompleter(PyObject* module);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_RLCOMPLETER_COMPLETER_TYPE_H_
