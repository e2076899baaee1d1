"""Time from `make demo` on an installed machine to its last line, and the most memory that it held."""

import argparse
import resource
import subprocess
import time

import open_data
import results_file


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    started = time.perf_counter()
    subprocess.run(["make", "demo"], cwd=open_data.REPOSITORY, check=True)
    figures = {
        "seconds": round(time.perf_counter() - started, 1),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6, 2),
    }
    print(figures)
    results_file.write("demo", figures)


if __name__ == "__main__":
    main()
