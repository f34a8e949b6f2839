"""What a finished report carries: a file attached to a PDF, and the lines of its pages. Read in the worker's process."""

from __future__ import annotations

from pathlib import Path

from replicate.problems import Problem


def read(path: Path, name: str) -> tuple[str, list[str]]:
    """The text of the file of this name that is attached to a PDF, empty where there is none; and the lines of its pages."""
    import pypdf
    import pypdfium2

    try:
        attached = pypdf.PdfReader(path).attachments.get(name)
        held = attached[0].decode("utf-8", "replace") if attached else ""
        lines = list[str]()
        document = pypdfium2.PdfDocument(path)
        try:
            for page in document:
                lines += page.get_textpage().get_text_range().splitlines()
        finally:
            document.close()
    except (MemoryError, OSError):
        raise
    except Exception as error:  # whatever a damaged PDF makes of its readers
        raise Problem(f"{path}: not a PDF that can be read ({' '.join(str(error).split())[:200]})") from error
    return held, [line.strip() for line in lines if line.strip()]
