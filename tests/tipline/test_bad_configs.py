"""Each file in ``bad_configs`` begins with the faults that are expected of it, all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tipline.settings import ConfigurationError, load_settings

FOLDER = Path(__file__).parent / "bad_configs"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_bad_configuration_is_told_fault_by_fault(path: Path) -> None:
    expected = re.findall(r"^# expect: (.*)$", path.read_text("utf-8"), flags=re.MULTILINE)

    with pytest.raises(ConfigurationError) as caught:
        load_settings(path)

    told = [re.sub(rf"^{re.escape(str(path))}[,:] ", "", str(f)) for f in caught.value.faults]
    assert expected
    assert told == expected
