"""What holds for every test, wherever the suite is started from."""

import signal

from hypothesis import HealthCheck, settings

# A shell starts its background jobs with Ctrl-C ignored, and the programs that the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# That another program has the processor is no reason to fail.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")
