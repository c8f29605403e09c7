"""Prints what the shell, whose program is the argument, does with objects of a manager's server in this interpreter."""

import subprocess
import sys
import threading
from multiprocessing.managers import SyncManager

SCRIPT = """
manager m 127.0.0.1:%d "a secret"
create d m dict
call d update a=1
call d get a
call d pop b None
create q m Queue maxsize=1
call q put "a task"
call q get timeout=5
call d pop b
"""


def main():
    server = SyncManager(("127.0.0.1", 0), b"a secret").get_server()
    thread = threading.Thread(target=server.serve_forever)
    thread.daemon = True
    thread.start()
    shell = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    output, _ = shell.communicate((SCRIPT % server.address[1]).encode())
    sys.stdout.write(output.decode())
    sys.stdout.write("exit code %d\n" % shell.returncode)


main()
