"""What a Dovecot needs to take access tokens that a token endpoint on loopback knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Dovecot asks the endpoint about every token, keeps nothing of what it was told, and has nobody
# wait longer after each refusal.
OAUTH = """
auth_mechanisms = plain {mechanisms}
auth_cache_size = 0
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {file}
}}
"""
INTROSPECTION = """
introspection_mode = post
introspection_url = {url}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


def bearer_settings(url: str, folder: Path, mechanisms: str = "xoauth2 oauthbearer") -> str:
    """Write the file that Dovecot wants, and give the lines for its settings."""
    file = folder / "oauth2.conf.ext"
    file.write_text(INTROSPECTION.format(url=url))
    folder.chmod(0o755)
    return OAUTH.format(file=file, mechanisms=mechanisms)
