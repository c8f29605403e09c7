#include "someos/api/multiprocessing/pool/python_worker.h"

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::pool {

absl::string_view PythonWorker() {
  return R"python(
import sys

# Before any import: modules come from the directories of PYTHONPATH, of the installation and of
# PoolOptions::sys_path, not from where the program happens to run.
if sys.path[:1] == ['']:
    del sys.path[0]

import errno
import os
import struct

try:
    import cPickle as pickle
except ImportError:
    import pickle


class Link(object):
    def __init__(self, fd):
        self.fd = fd
        self.protocol = min(pickle.HIGHEST_PROTOCOL, 4)

    def read(self, size):
        parts = []
        while size > 0:
            try:
                part = os.read(self.fd, min(size, 1 << 20))
            except OSError as error:  # Python 2.7 does not go on after a signal
                if error.errno == errno.EINTR:
                    continue
                raise EOFError
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b''.join(parts)

    def receive(self):
        size, = struct.unpack('!i', self.read(4))
        if size == -1:
            size, = struct.unpack('!Q', self.read(8))
        return self.read(size)

    def send(self, data):
        size = len(data)
        header = struct.pack('!i', size) if size < 1 << 31 else struct.pack('!iQ', -1, size)
        if size < 1 << 16:  # in one piece, so that the other side wakes once
            self.write(header + data)
        else:
            self.write(header)
            self.write(data)

    def write(self, data):
        rest = memoryview(data)
        while len(rest) > 0:
            try:
                rest = rest[os.write(self.fd, rest):]
            except OSError as error:
                if error.errno == errno.EINTR:
                    continue
                raise EOFError


def text_of(value):
    for convert in type(u''), str:  # the second one for Python 2.7's bytes that are no ASCII
        try:
            text = convert(value)
        except Exception:
            continue
        return text if isinstance(text, type(u'')) else text.decode('utf-8', 'replace')
    return u'<' + type(value).__name__ + u'>'


class Worker(object):
    def __init__(self, link):
        self.link = link
        self.functions = {}

    def resolve(self, name):
        module, colon, path = name.partition(':')
        names = path.split('.') if colon else name.split('.')
        if not colon:
            if len(names) == 1:
                module = 'builtins' if sys.version_info[0] > 2 else '__builtin__'
            else:
                module = names.pop(0)
        __import__(module)
        found = sys.modules[module]
        for name in names:
            module += '.' + name
            if not hasattr(found, name) and hasattr(found, '__path__'):
                __import__(module)
            found = getattr(found, name)
        return found

    def call(self, kind, name, arguments, keywords):
        function = self.functions.get(name)
        if function is None:
            function = self.functions[name] = self.resolve(name)
        if kind == 1:
            return [function(item) for item in arguments]
        if kind == 2:
            return [function(*item) for item in arguments]
        return function(*arguments, **dict((str(key), keywords[key]) for key in keywords or ()))

    def failure(self):
        kind, error, trace = sys.exc_info()
        while trace is not None and trace.tb_frame.f_code.co_filename == '<string>':
            trace = trace.tb_next  # of this program
        try:
            pickled = pickle.dumps(error, self.link.protocol)
        except Exception:
            pickled = None
        module = kind.__module__
        if module in ('exceptions', '__builtin__'):
            module = 'builtins'
        import traceback
        lines = text_of(''.join(traceback.format_exception(kind, error, trace)))
        return pickle.dumps((1, pickled, module, kind.__name__, text_of(error), lines),
                            self.link.protocol)

    def answer(self, task):
        try:
            result = task()
        except Exception:
            return self.failure()
        try:
            return pickle.dumps((0, result), self.link.protocol)
        except Exception as error:
            from multiprocessing.pool import MaybeEncodingError
            try:
                raise MaybeEncodingError(error, result)
            except Exception:
                return self.failure()

    def set_up(self, sys_path, initializer, arguments):
        sys.argv[1:] = []
        sys.path[:0] = sys_path
        if initializer is not None:
            self.call(0, initializer, arguments, None)

    def serve(self):
        self.link.send(pickle.dumps(tuple(sys.version_info[:2]), 2))
        message = self.link.receive()
        self.link.send(self.answer(lambda: self.set_up(*pickle.loads(message))))
        while True:
            message = self.link.receive()
            self.link.send(self.answer(lambda: self.call(*pickle.loads(message))))


def main():
    fd = int(sys.argv[1])
    try:
        os.set_inheritable(fd, False)
    except AttributeError:
        import fcntl
        fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    null = os.open(os.devnull, os.O_RDONLY)
    if null != 0:
        os.dup2(null, 0)
        os.close(null)
    try:
        Worker(Link(fd)).serve()
    except (EOFError, KeyboardInterrupt):
        pass


main()
)python";
}

}  // namespace someos::multiprocessing::pool
