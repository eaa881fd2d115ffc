"""The screen: draws what the timeline says and turns keys into moves. Holds no facts of its own.

Import `bpdebug.tui.app` for the application; this module stays empty so that colours and plain layout can be
used without loading Textual.
"""
