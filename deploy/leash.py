"""Runs a command that dies with the process that started it: ``leash.py SIGNAL PARENT USER COMMAND ...``.

A script of its own, executed by path, because only code between fork and exec can ask the kernel for a
parent-death signal, and Python's own hook for that place is unsafe in a parent with threads.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def become(name: str) -> None:
    """Give up root for good."""
    account = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def main() -> None:
    death_signal, parent, user, *command = sys.argv[1:]
    if user:
        become(user)
    # After the change of user, which would clear it.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != int(parent):
        sys.exit("the parent died before the leash was on")
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
