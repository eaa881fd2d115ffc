"""The panes: one file each. A pane shows one moment of a timeline and posts what the person asks for."""
