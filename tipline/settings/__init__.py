"""The configuration: read, checked as a whole, and handed out as pieces."""

from tipline.settings.errors import ConfigurationError, Fault
from tipline.settings.load import load_settings
from tipline.settings.model import Settings

__all__ = ["ConfigurationError", "Fault", "Settings", "load_settings"]
