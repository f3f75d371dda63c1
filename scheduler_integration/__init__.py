__version__ = "1.0.0"

from scheduler_integration.zone_data import use_newest

use_newest()
