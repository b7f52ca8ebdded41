"""A form with files, as OpenAI's clients send it. It stays in memory: what was said is nothing for a disk."""

from collections import defaultdict

from litestar.datastructures.headers import Headers
from multipart import MultipartSegment, ParserError, PushMultipartParser, parse_options_header

from voiced.core.errors import InputInvalid

MOST_FIELDS = 32
HINT = "Send a form, multipart/form-data, with the recording as its file `file`."


def fields(headers: Headers, body: bytes) -> dict[str, bytes]:
    """The fields of a form by their names; of several with one name, what all of them hold.

    Args:
        headers: of the request.
        body: all of it.

    Raises:
        InputInvalid: it is no form.
    """
    kind, options = parse_options_header(headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise InputInvalid("that is no form", hint=HINT)
    found: defaultdict[str, bytearray] = defaultdict(bytearray)
    name = ""
    try:
        with PushMultipartParser(options["boundary"], max_segment_count=MOST_FIELDS) as parser:
            for part in parser.parse(body):
                if isinstance(part, MultipartSegment):
                    name = part.name or ""
                elif part:
                    found[name] += part
    except (ParserError, ValueError) as error:
        raise InputInvalid(f"that form cannot be read: {error}", hint=HINT) from error
    return {name: bytes(value) for name, value in found.items()}
