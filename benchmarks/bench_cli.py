"""`regard --help`: wall and CPU time of the whole process, against Python starting with nothing to do.

Claim: at most 0.4 s. The CPU time is what the command needs; the wall time also says how busy the machine was.
"""

import os
import resource
import subprocess
import sys
import time

RUNS = 10
CLAIM = 0.4


def measure(*command: str) -> tuple[float, float]:
    """The best wall and CPU seconds of some runs."""
    walls, spent = [], []
    for _ in range(RUNS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(spent)


def main() -> int:
    bare_wall, bare_cpu = measure(sys.executable, "-c", "pass")
    wall, cpu = measure(sys.executable, "-m", "regard", "--help")
    print(f"python -c pass   {bare_wall:.3f} s wall, {bare_cpu:.3f} s CPU")
    print(
        f"regard --help    {wall:.3f} s wall, {cpu:.3f} s CPU, {cpu / bare_cpu:.1f} times bare Python (best of {RUNS})"
    )
    print(f"load average     {os.getloadavg()[0]:.1f}")
    print(f"claim            {CLAIM} s CPU: {'kept' if cpu <= CLAIM else 'BROKEN'}")
    return int(cpu > CLAIM)


if __name__ == "__main__":
    sys.exit(main())
