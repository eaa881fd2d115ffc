"""What holds for every test, wherever the suite is started from."""

import signal

# A shell starts its background jobs with Ctrl-C ignored, and the programs that the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
