"""Draw one page of a paper as a PNG. A program of its own, so that what a hostile file does ends with it.

Run as `python -I drawing.py TYPE PAGE SECONDS` (of a processor) with the file on standard input; the picture comes on standard output. It knows
nothing of Discreet: no settings, no database, no key. The file is held in memory only (memfd).
Exit codes: 0 drawn, 3 no such page, 4 cannot be drawn.
"""

import os
import resource
import sys

MEMORY_BYTES = 1536 * 1024 * 1024
PAGE = '#set page(width: 842pt, height: 1191pt, margin: 0pt)\n#image("{path}", format: "{kind}", {page}width: 100%, height: 100%, fit: "contain")'
PPI = 110.0
NO_SUCH_PAGE, NOT_DRAWN = 3, 4


def main() -> int:
    kind, page, cpu_s = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if kind not in ("pdf", "jpg", "png"):
        return NOT_DRAWN
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024 * 1024, 64 * 1024 * 1024))
    import typst

    file = os.memfd_create("paper")
    with open(file, "wb", closefd=False) as stream:
        stream.write(sys.stdin.buffer.read())
    source = PAGE.format(
        path=f"/proc/self/fd/{file}", kind=kind, page=f"page: {page}, " if kind == "pdf" else ""
    )
    try:
        picture = typst.compile(source.encode(), root="/", format="png", ppi=PPI)  # type: ignore[call-overload]
    except typst.TypstError as error:
        return NO_SUCH_PAGE if "does not exist" in str(error) else NOT_DRAWN
    if not isinstance(picture, bytes):
        return NOT_DRAWN
    sys.stdout.buffer.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
