"""The WSGI application as ``make run`` serves it: in granian workers that die with their granian.

A killed granian leaves its workers behind, which would go on answering with old code on the same port.
"""

import multiprocessing
import os
import signal

from deploy.leash import hold

granian = multiprocessing.parent_process()
# Before the application, whose import takes seconds in which granian may die.
hold(signal.SIGKILL, granian.pid if granian and granian.pid else os.getppid())

from config.wsgi import application  # noqa: E402

__all__ = ["application"]
