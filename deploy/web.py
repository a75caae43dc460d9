"""The WSGI application as ``make run`` serves it: in granian workers that die with their granian.

A killed granian leaves its workers behind, which would go on answering with old code on the same port.
"""

import signal

from config.wsgi import application
from deploy.leash import hold

hold(signal.SIGKILL)

__all__ = ["application"]
