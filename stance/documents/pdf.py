"""PDF by way of pypdfium2: the text layer, page by page. Pages that are pictures have none: they are scans."""

from __future__ import annotations

import re

from stance.documents.draft import Draft, UnreadableError

# More pages are a volume of files, and time grows with them.
MAX_PAGES = 5_000
_MIN_LETTERS_A_PAGE = 20
_PDF_DATE = re.compile(r"D:(\d{4})(\d{2})(\d{2})")
_SOFT_HYPHEN = re.compile("[\u00ad\ufffe\u0002](?:\r?\n)?")


def read_pdf(data: bytes) -> Draft:
    """The document's text layer, pages parted by blank lines.

    Raises UnreadableError for encrypted, damaged and scanned files."""
    import pypdfium2

    if b"%PDF-" not in data[:1024]:
        raise UnreadableError("is no PDF, whatever its name says; check the file")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or b"/Encrypt" in data:
            raise UnreadableError("is encrypted; save a copy without a password") from None
        raise UnreadableError(f"is damaged ({error}); print it to a new PDF") from None
    try:
        if len(document) > MAX_PAGES:
            raise UnreadableError(f"has {len(document)} pages, and {MAX_PAGES} are the most that are read; split it")
        pages = []
        for number in range(len(document)):
            try:
                page = document[number]
                pages.append(page.get_textpage().get_text_range())
                page.close()
            except pypdfium2.PdfiumError:
                pages.append("")
        metadata = document.get_metadata_dict()
    finally:
        document.close()
    text = _SOFT_HYPHEN.sub("", "\n\n".join(page.replace("\0", " ").strip() for page in pages))
    if sum(map(str.isalnum, text)) < _MIN_LETTERS_A_PAGE * min(len(pages), 3):
        raise UnreadableError(
            f"has no text layer on its {len(pages)} pages: it is a scan; run text recognition (OCR) on it first"
        )
    made = _PDF_DATE.match(metadata.get("CreationDate", ""))
    title = " ".join(metadata.get("Title", "").split())
    return Draft(
        text,
        0,
        len(text),
        published="-".join(made.groups()) if made else None,
        title=title if " " in title and not title.lower().endswith((".doc", ".docx", ".pdf")) else None,
    )
