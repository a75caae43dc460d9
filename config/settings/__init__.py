"""Settings of the product, read from the environment (docs/configuration.md lists every variable).

Defaults are those of production: a forgotten variable makes the product refuse or be stricter, never laxer.
"""

from config.settings.api import *
from config.settings.background import *
from config.settings.carriers import *
from config.settings.mail import *
from config.settings.security import *
from config.settings.site import *
