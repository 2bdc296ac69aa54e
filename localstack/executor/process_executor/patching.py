"""Makes sure that what is patched in LocalStack is what this package was written against."""

import inspect
from typing import Any

from localstack.constants import VERSION

SUPPORTED_VERSIONS = ("4.13.1", "4.14.0")


class UnsupportedLocalStack(Exception):
    """LocalStack is not as this package knows it; the message says what differs."""


def require_supported_version() -> None:
    if VERSION not in SUPPORTED_VERSIONS:
        raise UnsupportedLocalStack(
            f"This is LocalStack {VERSION}; the process executor mends {' and '.join(SUPPORTED_VERSIONS)}. "
            "Install one of them, or run the tests of this package with the other and add it to SUPPORTED_VERSIONS."
        )


def require(owner: Any, name: str, *parameters: str) -> None:
    """Fails unless `owner` has a callable `name` that takes exactly these parameters.

    :raises UnsupportedLocalStack: at the import of a module that patches, so that another LocalStack fails loudly
    """
    found = getattr(owner, name, None)
    taken = tuple(inspect.signature(found).parameters) if callable(found) else None
    if taken != parameters:
        raise UnsupportedLocalStack(
            f"{owner.__name__}.{name} of LocalStack {VERSION} takes {taken}, where the process executor knows "
            f"{parameters}: see what has changed before you use them together."
        )
