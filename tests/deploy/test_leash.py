"""A child whose parent dies before the leash is on ends by itself."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.deploy.processes import is_alive, wait_until
from tests.servers import PROJECT

CHILD = """
import os, signal, sys, time
from deploy.leash import hold
parent = int(sys.argv[1])
while os.getppid() == parent:
    time.sleep(0.01)
hold(signal.SIGKILL, parent)
time.sleep(60)
"""
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())])
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_a_child_that_comes_late_to_its_leash_ends_by_itself(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(child), what="the end of the child")
