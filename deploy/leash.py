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


def hold(death_signal: int, parent: int) -> None:
    """Have the kernel send this process the signal when its parent ends; OSError where it cannot.

    A parent that ended before the kernel knew is told by its number, and this process ends at once.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if os.getppid() != parent:
        sys.exit("the parent died before the leash was on")


def main() -> None:
    death_signal, parent, user, *command = sys.argv[1:]
    if user:
        become(user)
    hold(int(death_signal), int(parent))  # after the change of user, which would undo it
    try:
        os.execvp(command[0], command)  # noqa: S606 (that is its purpose)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
