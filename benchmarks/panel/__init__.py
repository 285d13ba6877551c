"""What the jobs of the panel stand on: repositories full of runs, servers, a browser."""
