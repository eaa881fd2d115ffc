"""The event log: what is written while a run goes on, and read by everything else.

Neither half of the program may be imported from here: a log opens on a machine that has
no engine, no script and no GPU. `docs/log-format.md` describes the files for other tools.
"""
