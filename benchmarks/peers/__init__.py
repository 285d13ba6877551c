"""One file a tool: the same few gestures in that tool's own words."""
