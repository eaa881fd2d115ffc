"""What panes are built from: grids, heat maps, plots, lists. They know arrays and texts, not events."""
