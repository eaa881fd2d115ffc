"""Inside the script's process: run the script as Python would, record it, and stop where the debugger says.

Nothing here reads a log or draws a screen.
"""
