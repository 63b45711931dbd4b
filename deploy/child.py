"""Become a command that cannot outlive the process that started it.

    python -I -S deploy/child.py --parent PID --death-signal N [--unprivileged FOLDER] -- command …

Linux lets the kernel do it (PR_SET_PDEATHSIG), so this process *becomes* the command. Elsewhere it stays as a thin
guard: standard input is a pipe from the parent, and its end is the parent's death.

``--unprivileged`` is for PostgreSQL, which refuses to run as root. As root, the command is put into a user namespace
in which root is called ``nobody``: it keeps its right to the files and loses root's powers. Where namespaces are
forbidden (many containers) it really becomes ``nobody``, and FOLDER is handed over to that user. Not as root, the flag
changes nothing.

Standard library only, and no import from the project: it must start in a few milliseconds.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def main(arguments: list[str]) -> int:
    """Run the command after ``--``; on Linux this never returns. Elsewhere: the command's exit code."""
    split = arguments.index("--")
    flags, command = dict(zip(arguments[:split:2], arguments[1:split:2], strict=True)), arguments[split + 1 :]
    parent, death_signal = int(flags["--parent"]), signal.Signals(int(flags["--death-signal"]))
    if "--unprivileged" in flags and os.geteuid() == 0:
        shed_root(Path(flags["--unprivileged"]))
    if sys.platform == "linux":
        # After shedding root: a change of credentials clears the death signal.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            return 1  # the parent died before the kernel was told to watch it
        os.execvp(command[0], command)  # noqa: S606 - a shell is what we do not want
    return guard(command, death_signal)


def guard(command: list[str], death_signal: signal.Signals) -> int:
    """Run ``command`` as a child, pass signals on, and send it ``death_signal`` when standard input ends."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, lambda received, _frame: process.send_signal(received))

        def wait_for_parent() -> None:
            while os.read(0, 1):
                pass
            process.send_signal(death_signal)

        threading.Thread(target=wait_for_parent, daemon=True).start()
        code = process.wait()
    # The shell's way of saying "killed by signal N", which a negative exit code cannot say.
    return code if code >= 0 else 128 - code


def shed_root(folder: Path) -> None:
    """Stop being root in the eyes of the command, without losing the right to ``folder`` and to the binaries."""
    owner = folder.stat().st_uid
    user = ordinary_user(preferred=owner)
    if owner == 0 and sys.platform == "linux" and enter_user_namespace(user):
        return
    hand_over(folder, user.pw_uid, user.pw_gid)
    become(user)


def ordinary_user(preferred: int) -> pwd.struct_passwd:
    """The user ``preferred`` if it is not root, else ``nobody``, else any; PostgreSQL looks its name up."""
    users = [user for user in pwd.getpwall() if user.pw_uid != 0]
    if not users:
        raise SystemExit("系统里除 root 外没有别的用户，PostgreSQL 不能以 root 运行。请先新建一个普通用户来启动。")
    return min(users, key=lambda user: (user.pw_uid != preferred, user.pw_name != "nobody"))


def enter_user_namespace(user: pwd.struct_passwd) -> bool:
    """Enter a namespace where root is ``user``; False where the system forbids it (nothing has changed then)."""
    if ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0:
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user.pw_uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{user.pw_gid} 0 1")
    return True


def hand_over(folder: Path, uid: int, gid: int) -> None:
    """Give ``folder`` and all in it to ``uid``; a folder that is already theirs is not walked."""
    if folder.stat().st_uid == uid:
        return
    for path in folder.rglob("*"):
        os.chown(path, uid, gid, follow_symlinks=False)
    os.chown(folder, uid, gid)


def become(user: pwd.struct_passwd) -> None:
    """Turn into ``user``. On Linux one power of root is kept, passing closed folders, so that any place will do."""
    linux = sys.platform == "linux"
    if linux:
        ctypes.CDLL(None).prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    if linux:
        header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
        low = 1 << CAP_DAC_OVERRIDE  # effective, permitted, inheritable; the second triple holds capabilities 32-63
        ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)(low, low, low, 0, 0, 0))
        ctypes.CDLL(None).prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
