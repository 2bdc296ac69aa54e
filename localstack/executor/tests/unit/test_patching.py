import pytest

from process_executor import patching
from process_executor.patching import UnsupportedLocalStack, require, require_supported_version


class Example:
    def method(self, first: int) -> int:
        return first

    value = 1


def test_accepts_what_it_knows() -> None:
    require(Example, "method", "self", "first")
    require_supported_version()


@pytest.mark.parametrize(
    ("name", "parameters"), [("method", ("self",)), ("method", ("self", "second")), ("gone", ()), ("value", ())]
)
def test_refuses_what_has_changed(name: str, parameters: tuple[str, ...]) -> None:
    with pytest.raises(UnsupportedLocalStack, match=rf"Example\.{name} .* see what has changed"):
        require(Example, name, *parameters)


def test_refuses_a_version_that_nobody_has_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patching, "VERSION", "5.0.0")
    with pytest.raises(UnsupportedLocalStack, match=r"LocalStack 5\.0\.0"):
        require_supported_version()
