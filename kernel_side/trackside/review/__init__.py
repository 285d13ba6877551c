"""From an experiment to something a colleague reviews: a branch, a report, a request on the forge, a check in CI."""
