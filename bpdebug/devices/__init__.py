"""Records arrays of a device (a GPU) without waiting for it: for the half that records.

An array is measured and copied by one kernel, in the order of the script's own work; what that gave is fetched by the
writer's thread, which alone waits. CuPy is never imported here: its module is found behind the arrays.
"""
