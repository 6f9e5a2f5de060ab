"""format=flowed text (RFC 3676) back into paragraphs."""


def unflow(text: str, delsp: bool = False) -> str:
    """Soft line breaks joined; quote depth, hard breaks and signature separators kept."""
    out: list[str] = []
    pieces: list[str] = []  # the paragraph being joined
    depth = 0

    def flush() -> None:
        if pieces:
            prefix = ">" * depth + " " if depth else ""
            out.append(prefix + "".join(pieces))
            pieces.clear()

    for line in text.split("\n"):
        content = line.lstrip(">")
        quotes = len(line) - len(content)
        content = content.removeprefix(" ")
        if quotes != depth:
            flush()
            depth = quotes
        if content == "-- ":
            flush()
            out.append((">" * depth + " " if depth else "") + content)
        elif content.endswith(" "):
            pieces.append(content[:-1] if delsp else content)
        else:
            pieces.append(content)
            flush()
    flush()
    return "\n".join(out)
